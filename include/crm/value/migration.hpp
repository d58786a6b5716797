// Migration: who changed from which segment to which between two dates.
#pragma once
#include <cstdint>
#include <map>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/cancellation.hpp"

namespace crm::value {

struct Migration {
    std::optional<std::string> before, after;  // none: not a customer yet, not any more
    std::int64_t customers;
    double share;  // of those with this `before`

    friend bool operator==(const Migration&, const Migration&) = default;
};

class MigrationBuilder {
public:
    explicit MigrationBuilder(std::pmr::memory_resource* memory) : customers_(memory) {}

    /// One customer; who is none at either date is skipped.
    void add(std::optional<std::string_view> before, std::optional<std::string_view> after);
    void merge(const MigrationBuilder&, const Cancellation& = {});

    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

    /// By before and after in the order of their bytes, none last.
    std::vector<Migration> finish(const Cancellation& = {}) const;

private:
    using Segment = std::pair<bool, std::pmr::string>;  // is none, name
    using Move = std::pair<Segment, Segment>;

    std::pmr::map<Move, std::int64_t> customers_;
};

}  // namespace crm::value
