#include "crm/identity/postcode.hpp"

#include <algorithm>

#include "crm/identity/null_like.hpp"
#include "crm/identity/plain_text.hpp"

namespace crm::identity {

namespace {

constexpr std::size_t longest = 12;

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
bool is_number(char c) { return c >= '0' && c <= '9'; }
bool is_sign(char c) { return !is_capital(c) && !is_number(c); }

/// Letters and digits in capitals; empty when there is anything but them and what parts them.
std::string signs_of(std::u32string_view text) {
    // What a column of numbers was exported as.
    if (text.ends_with(U".0")) text.remove_suffix(2);
    std::string found;
    for (const char32_t c : text) {
        if (is_digit(c))
            found.push_back(static_cast<char>(c));
        else if ((c | 0x20U) - U'a' < 26)
            found.push_back(static_cast<char>(c & ~0x20U));
        else if (c != U' ' && c != U'-' && c != U'.')
            return {};
    }
    return found.size() <= longest ? found : std::string();
}

bool is_placeholder(char c) { return c == '9' || c == '@' || c == '*'; }

/// The postcode in the shape, or nothing. `with_letters`: those that all of the country's have are written.
std::optional<std::string> shaped(std::string_view code, std::string_view shape, bool with_letters) {
    std::string result;
    for (const char expected : shape) {
        if (!is_placeholder(expected) && (is_sign(expected) || !with_letters)) {
            result.push_back(expected);
            continue;
        }
        if (code.empty()) return {};
        const char c = code.front();
        code.remove_prefix(1);
        const bool fits = expected == '9'   ? is_number(c)
                          : expected == '@' ? is_capital(c)
                                            : expected == '*' || c == expected;
        if (!fits) return {};
        result.push_back(c);
    }
    if (!code.empty()) return {};
    return result;
}

std::size_t digits_of(std::string_view shape) {
    const bool only_digits =
        std::ranges::all_of(shape, [](char c) { return c == '9' || (is_sign(c) && c != '@' && c != '*'); });
    return only_digits ? static_cast<std::size_t>(std::ranges::count(shape, '9')) : 0;
}

std::optional<std::string> in_shape(std::string_view code, std::string_view shape, std::size_t zeros) {
    if (auto found = shaped(code, shape, true)) return found;
    const bool has_letters = std::ranges::any_of(shape, [](char c) { return is_capital(c); });
    if (has_letters && shape.find('9') != std::string_view::npos && std::ranges::count_if(shape, is_capital) <= 2)
        if (auto found = shaped(code, shape, false)) return found;
    const std::size_t digits = digits_of(shape);
    if (code.size() >= digits || code.size() + zeros < digits || !std::ranges::all_of(code, is_number)) return {};
    return shaped(std::string(digits - code.size(), '0') + std::string(code), shape, true);
}

std::optional<std::string> in_any_shape(std::string_view code, const Country& country) {
    for (std::size_t zeros = 0; zeros <= country.postcode_zeros; ++zeros)
        for (std::string_view shapes = country.postcode; !shapes.empty();) {
            const std::string_view shape = shapes.substr(0, shapes.find('|'));
            shapes.remove_prefix(std::min(shape.size() + 1, shapes.size()));
            if (auto found = in_shape(code, shape, zeros)) return found;
        }
    return {};
}

/// Where nothing is known of the shape.
std::optional<std::string> as_written(std::u32string_view text) {
    std::string found;
    for (const char32_t c : text) found.push_back(static_cast<char>((c | 0x20U) - U'a' < 26 ? c & ~0x20U : c));
    if (std::ranges::none_of(found, is_number) || is_null_like(found)) return {};
    return found;
}

}  // namespace

std::optional<std::string> normalize_postcode(std::string_view text, const Country& country) {
    const std::u32string plain = plain_text(text, 2 * longest);
    const std::string code = signs_of(plain);
    if (code.empty() || country.postcode == "none") return {};
    if (country.postcode.empty()) return as_written(plain);
    if (auto found = in_any_shape(code, country)) return found;
    // D-10115, CH-8001, NL-1012 AB
    const std::string_view mark = code;
    if (mark.size() > 2 && mark.starts_with(country.code)) return in_any_shape(mark.substr(2), country);
    const bool old_mark = plain.size() > 2 && plain[1] == U'-' && mark.front() == country.code.front();
    const bool own_mark =
        old_mark || (plain.size() > 2 && plain[1] == U'-' && country.code == "AT" && mark.front() == 'A');
    if (own_mark) return in_any_shape(mark.substr(1), country);
    return {};
}

}  // namespace crm::identity
