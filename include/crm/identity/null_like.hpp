// The words people and programs write where there is nothing to write.
#pragma once
#include <string_view>

namespace crm::identity {

/// Whether a text says that there is no value: empty, signs only, "n/a", "#N/A", "xxx", "unknown", "keine Angabe"...
bool is_null_like(std::string_view text);

/// The same of a text that is plain and folded already.
bool is_null_like(std::u32string_view folded);

}  // namespace crm::identity
