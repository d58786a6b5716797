#include "crm/identity/email.hpp"

#include <algorithm>

#include "crm/foundation/unicode.hpp"
#include "crm/identity/letter_case.hpp"
#include "crm/identity/plain_text.hpp"

namespace crm::identity {

namespace {

using View = std::u32string_view;

// RFC 5321, 4.5.3.1, in bytes.
constexpr std::size_t longest_local = 64, longest_domain = 253, longest_label = 63;

/// What a provider does to the part before the @: where a tag begins, and which signs are not told apart.
struct Provider {
    std::u32string_view domain, mailbox_domain;
    char32_t tag;
    bool drops_dots;
    bool hyphens_are_dots = false;
};

// As the providers' help pages say; those not named here deliver to what is written.
constexpr Provider providers[] = {{U"fastmail.com", U"fastmail.com", U'+', false},
                                  {U"fastmail.fm", U"fastmail.fm", U'+', false},
                                  {U"gmail.com", U"gmail.com", U'+', true},
                                  {U"googlemail.com", U"gmail.com", U'+', true},
                                  {U"hey.com", U"hey.com", U'+', false},
                                  {U"hotmail.co.uk", U"hotmail.co.uk", U'+', false},
                                  {U"hotmail.com", U"hotmail.com", U'+', false},
                                  {U"hotmail.de", U"hotmail.de", U'+', false},
                                  {U"hotmail.es", U"hotmail.es", U'+', false},
                                  {U"hotmail.fr", U"hotmail.fr", U'+', false},
                                  {U"hotmail.it", U"hotmail.it", U'+', false},
                                  {U"icloud.com", U"icloud.com", U'+', false},
                                  {U"live.com", U"live.com", U'+', false},
                                  {U"mac.com", U"icloud.com", U'+', false},
                                  {U"mailbox.org", U"mailbox.org", U'+', false},
                                  {U"me.com", U"icloud.com", U'+', false},
                                  {U"msn.com", U"msn.com", U'+', false},
                                  {U"outlook.com", U"outlook.com", U'+', false},
                                  {U"outlook.de", U"outlook.de", U'+', false},
                                  {U"outlook.fr", U"outlook.fr", U'+', false},
                                  {U"pm.me", U"proton.me", U'+', true},
                                  {U"posteo.de", U"posteo.de", U'+', false},
                                  {U"proton.me", U"proton.me", U'+', true},
                                  {U"protonmail.ch", U"proton.me", U'+', true},
                                  {U"protonmail.com", U"proton.me", U'+', true},
                                  {U"ya.ru", U"yandex.ru", U'+', false, true},
                                  {U"yandex.by", U"yandex.ru", U'+', false, true},
                                  {U"yandex.com", U"yandex.ru", U'+', false, true},
                                  {U"yandex.kz", U"yandex.ru", U'+', false, true},
                                  {U"yandex.ru", U"yandex.ru", U'+', false, true},
                                  {U"yandex.ua", U"yandex.ru", U'+', false, true},
                                  {U"zoho.com", U"zoho.com", U'+', false}};
static_assert(std::ranges::is_sorted(providers, {}, &Provider::domain));

bool is_atom(char32_t c) {
    if (c < 0x80) return is_letter(c) || is_digit(c) || View(U"!#$%&'*+-/=?^_`{|}~").find(c) != View::npos;
    const CharacterKind kind = kind_of(c);
    return kind != CharacterKind::space && kind != CharacterKind::punctuation && c != 0xFFFD;
}

bool in_label(char32_t c) {
    if (c < 0x80) return is_letter(c) || is_digit(c) || c == U'-';
    return is_letter(c) || kind_of(c) == CharacterKind::digit || kind_of(c) == CharacterKind::symbol;
}

std::size_t bytes_of(View text) {
    std::size_t bytes = 0;
    for (const char32_t c : text) bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    return bytes;
}

bool is_local_part(View local) {
    if (local.empty() || bytes_of(local) > longest_local || local.front() == U'.' || local.back() == U'.') return false;
    if (local.find(U"..") != View::npos) return false;
    return std::ranges::all_of(local, [](char32_t c) { return c == U'.' || is_atom(c); });
}

bool is_label(View label) {
    return !label.empty() && bytes_of(label) <= longest_label && label.front() != U'-' && label.back() != U'-' &&
           std::ranges::all_of(label, in_label);
}

bool is_domain(View domain) {
    if (bytes_of(domain) > longest_domain) return false;
    std::size_t labels = 0;
    View label;
    for (std::size_t from = 0; from <= domain.size(); ++labels) {
        label = domain.substr(from, domain.find(U'.', from) - from);
        if (!is_label(label)) return false;
        from += label.size() + 1;
    }
    return labels >= 2 && (label.size() >= 2 || label.front() >= 0x80) &&
           !std::ranges::all_of(label, [](char32_t c) { return is_digit(c); });
}

View trimmed(View text, View signs) {
    const auto begin = text.find_first_not_of(signs);
    if (begin == View::npos) return {};
    return text.substr(begin, text.find_last_not_of(signs) - begin + 1);
}

/// Without (comments); one that is not closed stays.
std::u32string without_comments(View text) {
    std::u32string kept;
    while (true) {
        const auto open = text.find(U'('), close = text.find(U')', open == View::npos ? 0 : open);
        if (open == View::npos || close == View::npos) break;
        kept += text.substr(0, open);
        text.remove_prefix(close + 1);
    }
    return kept += text;
}

/// The address among what surrounds it: a name and <>, a scheme, the query of a link, signs of a list.
std::u32string address_in(std::string_view text) {
    std::u32string plain = without_comments(plain_text(text, 2000));
    View address = plain;
    const auto open = address.rfind(U'<'), close = address.rfind(U'>');
    if (open != View::npos && close != View::npos && open < close) address = address.substr(open + 1, close - open - 1);
    address = trimmed(address, U" \"'<>[],;:.");
    std::u32string found;
    for (const char32_t c : address) found.push_back(c == 0x3002 || c == 0xFF61 ? U'.' : lower(c));
    if (found.starts_with(U"mailto:")) found.erase(0, 7);
    if (found.starts_with(U"e-mail:")) found.erase(0, 7);
    if (found.starts_with(U"email:")) found.erase(0, 6);
    const auto at = found.find(U'@');
    if (at == View::npos) return {};
    if (const auto query = found.find(U'?', at); query != View::npos) found.erase(query);
    // Spaces around the @ only: elsewhere they part words, and then which one was meant is a guess.
    const auto after = found.find_first_not_of(U' ', at + 1);
    found.erase(at + 1, std::min(after, found.size()) - at - 1);
    const auto before = found.find_last_not_of(U' ', at - (at > 0 ? 1 : 0));
    if (at > 0 && before != View::npos && before < at) found.erase(before + 1, at - before - 1);
    return std::u32string(trimmed(found, U" \"'<>[],;:."));
}

void apply_rules(std::u32string& local, std::u32string& domain) {
    const auto* const provider = std::ranges::lower_bound(providers, View(domain), {}, &Provider::domain);
    if (provider == std::end(providers) || provider->domain != domain) return;
    local.erase(std::min(local.find(provider->tag), local.size()));
    if (provider->drops_dots) std::erase(local, U'.');
    if (provider->hyphens_are_dots) std::ranges::replace(local, U'-', U'.');
    domain = provider->mailbox_domain;
}

}  // namespace

std::optional<std::string> normalize_email(std::string_view text, ProviderRules rules) {
    const std::u32string address = address_in(text);
    const auto at = address.find(U'@');
    if (at == View::npos || address.find(U'@', at + 1) != View::npos) return {};
    std::u32string local = address.substr(0, at), domain = address.substr(at + 1);
    if (!is_local_part(local) || !is_domain(domain)) return {};
    if (rules == ProviderRules::apply) {
        apply_rules(local, domain);
        if (!is_local_part(local)) return {};
    }
    return to_utf8(local + U'@' + domain);
}

}  // namespace crm::identity
