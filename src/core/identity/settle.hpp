// A form that stays as it is when it is normalised again.
#pragma once
#include <string>

#include "crm/identity/plain_text.hpp"

namespace crm::identity {

/// Applies `rules` until nothing changes: what one rule drops may lay bare what another is for. False when there is no
/// end to it, which no text that means something does.
template <class Rules>
bool settle(std::u32string& text, const Rules& rules) {
    for (int pass = 0; pass < 12; ++pass) {
        std::u32string next = composed(rules(text));
        if (next == text) return true;
        text = std::move(next);
    }
    return false;
}

}  // namespace crm::identity
