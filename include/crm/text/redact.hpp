// Personal data taken out of comments before they are shown, shared or learnt from.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/json.hpp"
#include "crm/text/personal_data.hpp"

namespace crm::text {

/// What each kind is replaced by; none: it is left alone. URLs and IP addresses are left alone unless asked for.
struct RedactOptions {
    std::array<std::optional<std::string>, personal_data_kinds> labels{"[email]", "[phone]", "[card]",
                                                                       "[iban]",  {},        {}};

    /// {"email": "<mail>", "phone": false, "url": true, ...}: a label, true for the usual one, or false. Throws
    /// invalid_argument for an unknown key, and for a label that could itself be taken for such data or a part of it:
    /// one with a digit or one of @ : / . in it, or of more than 100 bytes.
    static RedactOptions from_json(const Json&);

    const std::optional<std::string>& label(PersonalData kind) const { return labels[static_cast<std::size_t>(kind)]; }
};

struct Redacted {
    std::string text;
    std::array<std::int32_t, personal_data_kinds> counts{};

    std::int32_t count(PersonalData kind) const { return counts[static_cast<std::size_t>(kind)]; }
    std::int32_t total() const;
};

/// UTF-8; all else of the text stays as it is, byte for byte. What is inside something larger (a number in an address)
/// goes with it; what overlaps goes together, its labels side by side. Nothing is found in the result any more:
/// redacting again changes nothing.
Redacted redact(std::string_view text, const RedactOptions& = {}, const Cancellation& = {});

}  // namespace crm::text
