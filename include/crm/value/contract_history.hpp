// What is seen of one contract: the observation that contract models read.
#pragma once
#include <limits>
#include <optional>
#include <tuple>

namespace crm::value {

/// A contract that is known to have been there after `after` renewals, was renewed `kept` times in all, and then lost
/// (1), or not as far as one can see (0). One that is seen from its start has `after` 0; what is known of one renewal
/// alone begins right before it.
struct ContractHistory {
    int after, kept, lost;

    /// A contract that was lost in period `periods`, or else has lived through so many. Throws invalid_argument when
    /// periods is negative, or 0 for a lost one.
    static ContractHistory contract(int periods, bool lost);

    /// One that came to its `period`-th renewal (1, 2, ...), where it was lost or kept.
    static ContractHistory renewal(int period, bool lost);

    /// Itself, or nothing when no renewal of it was seen.
    std::optional<ContractHistory> if_telling() const {
        if (kept + lost == after) return {};
        return *this;
    }

    static auto tied(auto& self) { return std::tie(self.after, self.kept, self.lost); }
    bool valid() const {
        return 0 <= after && after <= kept && (lost == 0 || (lost == 1 && kept < std::numeric_limits<int>::max()));
    }
};

/// Throws invalid_argument unless 1 or more.
void require_period(int period);

/// The same, unless 0 or more.
void require_periods(int periods, const char* name = "periods");

}  // namespace crm::value
