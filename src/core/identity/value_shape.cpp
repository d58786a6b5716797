#include "crm/identity/value_shape.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "crm/foundation/unicode.hpp"

namespace crm::identity {

namespace {

constexpr std::size_t most_runs = 16, most_capitals = 4, most_digits = 16;

bool is_capital(char32_t letter) {
    if (letter < 0x80) return letter >= U'A' && letter <= U'Z';
    const FoldedText folded(to_utf8({&letter, 1}));
    return folded.size() != 1 || folded.characters()[0] != letter;
}

/// The sign that stands for a character; 0 for what is not shown.
char32_t sign_of(char32_t character) {
    switch (kind_of(character)) {
        case CharacterKind::ignorable: return 0;
        case CharacterKind::mark: return 0;
        case CharacterKind::space: return U' ';
        case CharacterKind::letter: return is_capital(character) ? U'A' : U'a';
        case CharacterKind::unsegmented: return U'x';
        case CharacterKind::digit: return U'9';
        default: return character;
    }
}

std::size_t shown(char32_t sign) {
    switch (sign) {
        case U'a':
        case U' ': return 1;
        case U'9': return most_digits;
        default: return most_capitals;
    }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
bool is_one_of(char c, std::string_view signs) { return signs.find(c) != std::string_view::npos; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// The number written in `digits`, at most four of them; none otherwise.
std::optional<int> small_number(std::string_view digits) {
    if (digits.empty() || digits.size() > 4 || !std::ranges::all_of(digits, is_digit)) return {};
    int number = 0;
    for (const char digit : digits) number = number * 10 + (digit - '0');
    return number;
}

/// Cuts `text` at `separator` into exactly N parts.
template <std::size_t N>
std::optional<std::array<std::string_view, N>> parts_of(std::string_view text, char separator) {
    std::array<std::string_view, N> parts;
    for (std::size_t i = 0; i + 1 < N; ++i) {
        const std::size_t at = text.find(separator);
        if (at == std::string_view::npos) return {};
        parts[i] = text.substr(0, at);
        text.remove_prefix(at + 1);
    }
    if (text.find(separator) != std::string_view::npos) return {};
    parts[N - 1] = text;
    return parts;
}

bool is_time(std::string_view text) {
    if (text.size() < 4 || text.size() > 32) return false;
    if (text.ends_with('Z')) text.remove_suffix(1);
    if (const std::size_t zone = text.find_first_of("+-"); zone != std::string_view::npos) text = text.substr(0, zone);
    if (const std::size_t fraction = text.find('.'); fraction != std::string_view::npos) {
        if (!std::ranges::all_of(text.substr(fraction + 1), is_digit)) return false;
        text = text.substr(0, fraction);
    }
    const auto fits = [](std::string_view part, int most) {
        const auto number = part.size() <= 2 ? small_number(part) : std::nullopt;
        return number && *number <= most;
    };
    if (const auto two = parts_of<2>(text, ':')) return fits((*two)[0], 24) && fits((*two)[1], 59);
    if (const auto three = parts_of<3>(text, ':'))
        return fits((*three)[0], 24) && fits((*three)[1], 59) && fits((*three)[2], 60);
    return false;
}

bool is_day(std::string_view text) {
    for (const char separator : {'-', '.', '/'}) {
        const auto parts = parts_of<3>(text, separator);
        if (!parts) continue;
        std::array<int, 3> numbers;
        for (std::size_t i = 0; i < 3; ++i) {
            const auto number = small_number((*parts)[i]);
            if (!number) return false;
            numbers[i] = *number;
        }
        const auto fits = [&](std::size_t year, std::size_t one, std::size_t other) {
            const bool written = (*parts)[one].size() <= 2 && (*parts)[other].size() <= 2 && (*parts)[year].size() != 3;
            const int low = std::min(numbers[one], numbers[other]), high = std::max(numbers[one], numbers[other]);
            return written && low >= 1 && low <= 12 && high <= 31;
        };
        if ((*parts)[0].size() == 4) return fits(0, 1, 2);
        return (*parts)[2].size() % 2 == 0 && fits(2, 0, 1);
    }
    return false;
}

bool is_date(std::string_view text) {
    const std::size_t gap = text.find_first_of(" T");
    if (gap == std::string_view::npos) return is_day(text);
    return is_day(text.substr(0, gap)) && is_time(text.substr(gap + 1));
}

bool is_email(std::string_view text) {
    const std::size_t at = text.find('@');
    if (at == 0 || at == std::string_view::npos || text.find('@', at + 1) != std::string_view::npos) return false;
    const auto is_part = [](char c) { return is_letter(c) || is_digit(c) || is_one_of(c, "._%+-'"); };
    const std::string_view domain = text.substr(at + 1);
    const std::size_t dot = domain.rfind('.');
    return std::ranges::all_of(text.substr(0, at), is_part) && dot != std::string_view::npos && dot > 0 &&
           domain.size() - dot > 2 && std::ranges::all_of(domain.substr(dot + 1), is_letter) &&
           std::ranges::all_of(domain, is_part);
}

bool is_web_address(std::string_view text) {
    if (std::ranges::any_of(text, is_space)) return false;
    for (const std::string_view start : {"http://", "https://", "ftp://", "www.", "HTTP://", "HTTPS://", "WWW."})
        if (text.starts_with(start) && text.size() > start.size() + 2) return true;
    return false;
}

/// Digits with one sign before them; thousands in groups of three, one decimal separator.
std::optional<ValueKind> number_kind(std::string_view text) {
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    if (text.empty() || !is_digit(text.front()) || !is_digit(text.back())) return {};
    char last = 0;
    std::size_t group = 0, separators = 0;
    bool groups_of_three = true;
    for (const char c : text) {
        if (is_digit(c)) {
            ++group;
            continue;
        }
        if (c != '.' && c != ',') return {};
        if (separators > 0 ? group != 3 : group > 3) groups_of_three = false;
        if (separators > 0 && !groups_of_three) return {};
        last = c;
        group = 0;
        ++separators;
    }
    if (separators == 0) return ValueKind::whole_number;
    if (separators == 1) return ValueKind::decimal_number;
    const char first = text[text.find_first_of(".,")];
    if (first == last && group != 3) return {};
    return first == last ? ValueKind::whole_number : ValueKind::decimal_number;
}

bool is_phone(std::string_view text) {
    std::size_t digits = 0, separators = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (is_digit(c))
            ++digits;
        else if (is_one_of(c, "()-./ "))
            ++separators;
        else if (c != '+' || i != 0)
            return false;
    }
    if (digits < 7 || digits > 15 || separators > 8) return false;
    const bool zip = text.size() == 10 && text[5] == '-' && separators == 1;
    const bool prefixed = text.front() == '+' || text.front() == '(' || (text.front() == '0' && digits >= 9);
    return !zip && (prefixed || separators > 0);
}

}  // namespace

std::string value_shape(std::string_view value) {
    std::string shape;
    char32_t last = 0;
    std::size_t runs = 0, length = 0;
    while (!value.empty()) {
        const auto [character, bytes] = first_code_point(value);
        value.remove_prefix(bytes);
        const char32_t sign = sign_of(character);
        if (sign == 0) continue;
        if (sign == last) {
            if (++length == shown(sign) + 1 && sign != U' ') shape += '+';
            if (length <= shown(sign)) append_utf8(shape, sign);
            continue;
        }
        if (++runs > most_runs) return shape + "...";
        append_utf8(shape, sign);
        last = sign;
        length = 1;
    }
    return shape;
}

ValueKind value_kind(std::string_view value) {
    if (is_email(value)) return ValueKind::email;
    if (is_web_address(value)) return ValueKind::web_address;
    if (is_date(value)) return ValueKind::date;
    if (is_time(value)) return ValueKind::time;
    if (const auto number = number_kind(value))
        return is_phone(value) && *number == ValueKind::whole_number ? ValueKind::phone : *number;
    if (is_phone(value)) return ValueKind::phone;
    std::size_t words = 0, digits = 0, letters = 0;
    bool in_word = false;
    for (const char c : value) {
        if (!is_space(c) && !in_word) ++words;
        in_word = !is_space(c);
        digits += is_digit(c);
        letters += is_letter(c);
    }
    if (letters + digits == 0) return ValueKind::signs;
    if (words >= 8 || (words >= 4 && (value.back() == '.' || value.back() == '!' || value.back() == '?')))
        return ValueKind::sentence;
    if (words == 1) return digits > 0 ? ValueKind::code : ValueKind::word;
    if (digits == 0) return ValueKind::words;
    return letters == 0 ? ValueKind::code : ValueKind::address;
}

std::string_view name_of(ValueKind kind) {
    static constexpr std::array<std::string_view, value_kinds> names{
        "e-mail addresses", "web addresses", "phone numbers", "dates",        "times",
        "whole numbers",    "decimals",      "codes",         "single words", "several words",
        "words and digits", "sentences",     "signs"};
    return names[static_cast<std::size_t>(kind)];
}

std::string_view singular_name_of(ValueKind kind) {
    static constexpr std::array<std::string_view, value_kinds> names{
        "e-mail address", "web address",   "phone number",     "date",     "time", "whole number", "decimal", "code",
        "single word",    "several words", "words and digits", "sentence", "signs"};
    return names[static_cast<std::size_t>(kind)];
}

std::string_view trimmed(std::string_view value) {
    const auto blank = [](char32_t c) {
        const CharacterKind kind = kind_of(c);
        return kind == CharacterKind::space || kind == CharacterKind::ignorable;
    };
    while (!value.empty()) {
        const auto [character, bytes] = first_code_point(value);
        if (!blank(character)) break;
        value.remove_prefix(bytes);
    }
    while (!value.empty()) {
        std::size_t at = value.size() - 1;
        while (at > 0 && value.size() - at < 4 && (static_cast<unsigned char>(value[at]) & 0xC0U) == 0x80U) --at;
        const auto [character, bytes] = first_code_point(value.substr(at));
        if (at + bytes != value.size() || !blank(character)) break;
        value.remove_suffix(bytes);
    }
    return value;
}

std::string_view beginning(std::string_view value, std::size_t most) {
    if (value.size() <= most) return value;
    std::size_t end = most;
    while (end > 0 && most - end < 4 && (static_cast<unsigned char>(value[end]) & 0xC0U) == 0x80U) --end;
    return value.substr(0, end);
}

}  // namespace crm::identity
