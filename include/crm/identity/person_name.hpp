// Names of persons as one writes them: "VAN DER BERG, DR. ANNA" is Anna van der Berg.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace crm::identity {

/// Given names first, capitals where they belong, without titles, degrees and generations (Dr, PhD, Jr) and dots;
/// nothing when no name is there. What is written in mixed case is believed.
std::optional<std::string> normalize_name(std::string_view text);

}  // namespace crm::identity
