// E-mail addresses as keys: RFC 5321 and 5322 for their shape, RFC 6531 for those in any script.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace crm::identity {

/// Whether `anna.berg+news@gmail.com` is written as the mailbox it is delivered to, annaberg@gmail.com.
enum class ProviderRules : bool { ignore, apply };

/// The one address in a text such as `Anna <mailto:Anna@Example.COM>`, in lower case; nothing when there is none, or
/// more than one.
std::optional<std::string> normalize_email(std::string_view text, ProviderRules rules = ProviderRules::ignore);

}  // namespace crm::identity
