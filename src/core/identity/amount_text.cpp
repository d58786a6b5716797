#include "crm/identity/amount_text.hpp"

#include <algorithm>

#include "crm/identity/plain_text.hpp"
#include "currency_words.hpp"

namespace crm::identity {

namespace {

using View = std::u32string_view;

constexpr std::size_t longest = 100;

void trim(View& text) {
    const auto begin = text.find_first_not_of(U' ');
    if (begin == View::npos) {
        text = {};
        return;
    }
    text = text.substr(begin, text.find_last_not_of(U' ') - begin + 1);
}

bool is_currency_letter(char32_t c) { return is_letter(c); }

/// Takes a currency off the front; false when there is none.
bool take_currency_in_front(View& text) {
    if (text.empty()) return false;
    std::size_t end = 0;
    if (is_currency_sign(text.front())) {
        end = 1;
    } else {
        while (end < text.size() && is_currency_letter(text[end])) ++end;
        if (end == 0 || !is_currency(text.substr(0, end))) return false;
        // Rs. and Rp. have a dot, S/ and B/ a slash.
        if (end < text.size() && (text[end] == U'.' || text[end] == U'/')) ++end;
    }
    text.remove_prefix(end);
    trim(text);
    return true;
}

bool take_currency_behind(View& text) {
    if (text.empty()) return false;
    if (is_currency_sign(text.back())) {
        text.remove_suffix(1);
        trim(text);
        return true;
    }
    View rest = text;
    if (rest.back() == U'.') rest.remove_suffix(1);
    std::size_t size = 0;
    while (size < rest.size() && is_currency_letter(rest[rest.size() - size - 1])) ++size;
    if (size == 0 || !is_currency(rest.substr(rest.size() - size))) return false;
    text = rest.substr(0, rest.size() - size);
    trim(text);
    return true;
}

/// Takes signs and currencies off both ends. False when there are two signs, or brackets that do not close.
bool take_surroundings(View& text, bool& negative) {
    int signs = 0;
    trim(text);
    for (bool more = true; more && !text.empty();) {
        more = false;
        if (text.front() == U'(' || text.back() == U')') {
            if (text.front() != U'(' || text.back() != U')' || text.size() < 3) return false;
            text = text.substr(1, text.size() - 2);
            negative = true;
            ++signs;
            more = true;
        } else if (text.front() == U'-' || text.front() == U'+') {
            negative = text.front() == U'-';
            text.remove_prefix(1);
            ++signs;
            more = true;
        } else if (text.back() == U'-' || text.back() == U'+') {
            View rest = text;
            while (!rest.empty() && rest.back() == U'-') rest.remove_suffix(1);
            // 50,- and 50.-- are whole.
            if (!rest.empty() && (rest.back() == U',' || rest.back() == U'.')) {
                text = rest.substr(0, rest.size() - 1);
            } else {
                negative = text.back() == U'-';
                text.remove_suffix(1);
                ++signs;
            }
            more = true;
        } else {
            more = take_currency_in_front(text) || take_currency_behind(text);
        }
        trim(text);
        if (signs > 1) return false;
    }
    return !text.empty();
}

/// Whether the separators part thousands: groups of three, or of two before the last three, as in India.
bool is_grouped(View digits, char32_t separator) {
    std::size_t last = digits.find(separator);
    if (last == View::npos) return true;
    if (last == 0 || last > 3) return false;
    const std::size_t head = last;
    bool threes = true, twos = head <= 2;
    while (last != View::npos) {
        const auto next = digits.find(separator, last + 1);
        const std::size_t size = (next == View::npos ? digits.size() : next) - last - 1;
        if (next == View::npos && size != 3) return false;
        if (next != View::npos && size != 3) threes = false;
        if (next != View::npos && size != 2) twos = false;
        last = next;
    }
    return threes || twos;
}

std::string plain_number(View whole, View fraction) {
    std::string number;
    for (const char32_t c : whole)
        if (is_digit(c) && (c != U'0' || !number.empty())) number.push_back(static_cast<char>(c));
    if (number.empty()) number.push_back('0');
    if (!fraction.empty()) number.push_back('.');
    for (const char32_t c : fraction) number.push_back(static_cast<char>(c));
    return number;
}

bool all_digits(View text) { return std::ranges::all_of(text, is_digit); }

class AmountReader {
public:
    explicit AmountReader(const Country* country) : country_(country) {}

    /// Digits and what parts them.
    std::optional<std::string> read(View number) const {
        if (!is_digit(number.back()) && number.back() != U'.' && number.back() != U',') return {};
        if (number.back() == U'.' || number.back() == U',') number.remove_suffix(1);
        const auto dots = std::ranges::count(number, U'.'), commas = std::ranges::count(number, U',');
        const char32_t marks = other_mark(number);
        if (marks == 0) return {};
        if (dots == 0 && commas == 0) return split_at(number, View::npos, marks);
        if (dots > 0 && commas > 0) return with_both(number, marks);
        const char32_t sign = dots > 0 ? U'.' : U',';
        if (dots + commas > 1) return marks == U'x' ? split_at(number, View::npos, sign) : std::nullopt;
        return with_one(number, sign, marks);
    }

private:
    /// The space or apostrophe that parts groups, x when there is none, 0 for what is no number.
    static char32_t other_mark(View number) {
        char32_t found = U'x';
        for (const char32_t c : number) {
            if (is_digit(c) || c == U'.' || c == U',') continue;
            if ((c != U' ' && c != U'\'' && c != U'_') || (found != U'x' && found != c)) return 0;
            found = c;
        }
        return found;
    }

    static std::optional<std::string> split_at(View number, std::size_t decimal, char32_t group) {
        const View whole = number.substr(0, decimal);
        const View fraction = decimal == View::npos ? View() : number.substr(decimal + 1);
        const bool has_group = whole.find(group) != View::npos;
        const bool fits = std::ranges::all_of(whole, [group](char32_t c) { return is_digit(c) || c == group; });
        if (!fits || !all_digits(fraction) || (has_group && !is_grouped(whole, group)) ||
            (whole.empty() && fraction.empty()))
            return {};
        return plain_number(whole, fraction);
    }

    /// The last of the two is the decimal.
    static std::optional<std::string> with_both(View number, char32_t marks) {
        const auto last = number.find_last_of(U".,");
        const char32_t group = number[last] == U'.' ? U',' : U'.';
        if (marks != U'x' || std::ranges::count(number, number[last]) > 1) return {};
        return split_at(number, last, group);
    }

    /// One dot or comma: a decimal unless three digits follow and it may part thousands; then the country says.
    std::optional<std::string> with_one(View number, char32_t sign, char32_t marks) const {
        const auto at = number.find(sign);
        const View whole = number.substr(0, at);
        const bool may_group = number.size() - at - 1 == 3 && marks == U'x' && !whole.empty() && whole.size() <= 3 &&
                               whole.front() != U'0';
        if (!may_group) return split_at(number, at, marks);
        if (!country_ || country_->decimal == 0) return {};
        const bool is_decimal = static_cast<char32_t>(country_->decimal) == sign;
        return is_decimal ? split_at(number, at, marks) : split_at(number, View::npos, sign);
    }

    const Country* country_;
};

}  // namespace

std::optional<std::string> normalize_amount(std::string_view text, const Country* country) {
    if (text.size() > longest * 4) return {};
    std::u32string plain = plain_folded(text, longest);
    // The signs of Arabic script.
    std::ranges::replace(plain, char32_t{0x66B}, U'.');
    std::erase(plain, char32_t{0x66C});
    View number = plain;
    bool negative = false;
    if (!take_surroundings(number, negative)) return {};
    auto found = AmountReader(country).read(number);
    if (found && negative && found->find_first_not_of("0.") != std::string::npos) found->insert(0, 1, '-');
    return found;
}

}  // namespace crm::identity
