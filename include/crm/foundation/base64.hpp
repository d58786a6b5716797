// Bytes as text, for the values that are too large to be read by people (RFC 4648).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/bytes.hpp"

namespace crm {

std::string to_base64(Bytes bytes);

/// Throws invalid_argument when the text is not what to_base64 gives.
std::vector<std::byte> from_base64(std::string_view text);

}  // namespace crm
