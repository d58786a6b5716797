#include "crm/text/personal_data.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

namespace crm::text {

namespace {

constexpr std::size_t most_between = 3;  // separators between two groups of one number

/// The zeros of scripts with decimal digits that folding leaves as they are.
constexpr std::array<char32_t, 58> zeros = {
    0x660,   0x6F0,   0x7C0,   0x966,   0x9E6,   0xA66,   0xAE6,   0xB66,   0xBE6,   0xC66,   0xCE6,   0xD66,
    0xDE6,   0xE50,   0xED0,   0xF20,   0x1040,  0x1090,  0x17E0,  0x1810,  0x1946,  0x19D0,  0x1A80,  0x1A90,
    0x1B50,  0x1BB0,  0x1C40,  0x1C50,  0xA620,  0xA8D0,  0xA900,  0xA9D0,  0xA9F0,  0xAA50,  0xABF0,  0x104A0,
    0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0,
    0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50, 0x1E140, 0x1E2F0, 0x1E950};

char32_t plain(char32_t character) {
    if (character < 0x80) {
        const bool ends_line = character >= U'\t' && character <= U'\r';
        return ends_line ? U'\n' : character < U' ' || character == 0x7F ? U' ' : character;
    }
    if (character == 0x2028 || character == 0x2029 || character == 0x85) return U'\n';
    if ((character >= 0x2010 && character <= 0x2015) || character == 0x2212 || character == 0x2E3A ||
        character == 0x2043)
        return U'-';
    switch (kind_of(character)) {
        case CharacterKind::space: return U' ';
        case CharacterKind::digit: {
            const auto after = std::ranges::upper_bound(zeros, character);
            if (after != zeros.begin() && character - *std::prev(after) < 10)
                return U'0' + (character - *std::prev(after));
            return character;
        }
        default: return character;
    }
}

bool is_letter(char32_t character) {
    if (character < 0x80) return is_ascii_letter(character);
    const CharacterKind kind = kind_of(character);
    return kind == CharacterKind::letter || kind == CharacterKind::unsegmented || kind == CharacterKind::mark;
}

/// Of the scripts in which an address may be written within a text of another script: no space parts the two.
bool is_latin(char32_t character) { return character < 0x250 || (character >= 0x1E00 && character < 0x1F00); }

bool is_separator(char32_t character) {
    return character == U' ' || character == U'-' || character == U'.' || character == U'/' || character == U'(' ||
           character == U')' || character == U'\n' || character == U'_' || character == 0xB7;
}

bool is_dot(char32_t character) { return character == U'.' || character == 0x3002; }

bool is_local(char32_t character) {
    return is_digit(character) || is_letter(character) ||
           std::u32string_view(U".!#$%&'*+/=?^_`{|}~-").find(character) != std::u32string_view::npos;
}

/// Begin of the local part that ends before the @ at `at`, not before `floor`; `at` when there is none.
std::size_t local_begin(const PlainText& text, std::size_t at, std::size_t floor) {
    std::size_t begin = at;
    if (at > floor + 1 && text.at(at - 1) == U'"') {
        for (begin = at - 1; begin > floor && at - begin <= 66; --begin)
            if (text.at(begin - 1) == U'"') return begin - 1;
        return at;
    }
    if (begin == floor) return at;
    const bool latin = is_latin(text.at(at - 1));
    while (begin > floor) {
        const char32_t character = text.at(begin - 1);
        if (!is_local(character) || (latin && !is_latin(character))) break;
        --begin;
    }
    while (begin < at && (is_dot(text.at(begin)) || text.at(begin) == U'\'' || text.at(begin) == U'`')) ++begin;
    return begin;
}

/// End of the domain that begins at `begin`; `begin` when there is none.
std::size_t domain_end(const PlainText& text, std::size_t begin) {
    if (text.at(begin) == U'[') {
        std::size_t end = begin + 1;
        while (is_digit(text.at(end)) || text.at(end) == U'.' || text.at(end) == U':' || is_ascii_letter(text.at(end)))
            ++end;
        return text.at(end) == U']' && end > begin + 6 ? end + 1 : begin;
    }
    const auto in_label = [&text](std::size_t at) {
        const char32_t c = text.at(at);
        return is_digit(c) || is_letter(c) || c == U'-' || c == U'_';
    };
    std::size_t best = begin;
    std::size_t at = begin;
    for (bool first = true; in_label(at); first = false) {
        const std::size_t label = at;
        while (in_label(at)) ++at;
        if (!first && is_letter(text.at(label))) {
            // What could be the last label: up to a hyphen, and up to letters of another script.
            std::size_t end = label;
            const bool coded = text.at(label) == U'x' && text.at(label + 1) == U'n' && text.at(label + 2) == U'-';
            const bool latin = is_latin(text.at(label));
            while (end < at && (coded || text.at(end) != U'-') && text.at(end) != U'_' &&
                   is_latin(text.at(end)) == latin)
                ++end;
            if (end - label >= 2) best = end;
        }
        if (!is_dot(text.at(at))) break;
        ++at;
    }
    return best;
}

bool passes_luhn(std::u32string_view digits) {
    int sum = 0;
    bool doubled = false;
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, doubled = !doubled) {
        const int value = static_cast<int>(*digit - U'0') * (doubled ? 2 : 1);
        sum += value > 9 ? value - 9 : value;
    }
    return sum % 10 == 0;
}

/// Numbers that begin with first..last, of shortest to longest digits.
struct Range {
    std::uint32_t first, last;
    std::size_t width, shortest, longest;
};

constexpr Range issued[] = {
    {4, 4, 1, 13, 13},       {4, 4, 1, 16, 16},       {4, 4, 1, 19, 19},  // Visa
    {51, 55, 2, 16, 16},     {2221, 2720, 4, 16, 16},                     // Mastercard
    {34, 34, 2, 15, 15},     {37, 37, 2, 15, 15},                         // American Express
    {300, 305, 3, 14, 19},   {3095, 3095, 4, 14, 19}, {36, 36, 2, 14, 19},
    {38, 39, 2, 14, 19},      // Diners Club
    {3528, 3589, 4, 16, 19},  // JCB
    {60, 60, 2, 12, 19},     {62, 62, 2, 16, 19},     {63, 69, 2, 12, 19},
    {61, 61, 2, 12, 19},                                                  // Discover, UnionPay, Maestro
    {50, 50, 2, 12, 19},     {56, 58, 2, 12, 19},                         // Maestro, Verve
    {2200, 2204, 4, 16, 19},                                              // Mir
    {81, 82, 2, 16, 19},     {9792, 9792, 4, 16, 16}, {1, 1, 1, 15, 15},  // RuPay, Troy, UATP
};

bool is_issued(std::u32string_view digits) {
    return std::ranges::any_of(issued, [digits](const Range& range) {
        if (digits.size() < range.shortest || digits.size() > range.longest) return false;
        std::uint32_t begins = 0;
        for (const char32_t digit : digits.substr(0, range.width)) begins = begins * 10 + (digit - U'0');
        return begins >= range.first && begins <= range.last;
    });
}

/// Groups as cards are written: long ones, but for a short last one, or all digits one by one or two by two. Amounts
/// begin with a short group, and lists of numbers mix them.
bool is_card_grouping(const DigitRun& run, std::size_t first, std::size_t last) {
    const std::size_t size = run[first].size();
    for (std::size_t i = first; i < last; ++i)
        if (size < 3 ? run[i].size() != size : run[i].size() < 3) return false;
    return size >= 3 || run[last].size() <= size;
}

struct Country {
    char32_t first, second;
    std::size_t length;
};

constexpr Country countries[] = {
    {U'a', U'd', 24}, {U'a', U'e', 23}, {U'a', U'l', 28}, {U'a', U't', 20}, {U'a', U'z', 28}, {U'b', U'a', 20},
    {U'b', U'e', 16}, {U'b', U'g', 22}, {U'b', U'h', 22}, {U'b', U'i', 27}, {U'b', U'r', 29}, {U'b', U'y', 28},
    {U'c', U'h', 21}, {U'c', U'r', 22}, {U'c', U'y', 28}, {U'c', U'z', 24}, {U'd', U'e', 22}, {U'd', U'j', 27},
    {U'd', U'k', 18}, {U'd', U'o', 28}, {U'e', U'e', 20}, {U'e', U'g', 29}, {U'e', U's', 24}, {U'f', U'i', 18},
    {U'f', U'k', 18}, {U'f', U'o', 18}, {U'f', U'r', 27}, {U'g', U'b', 22}, {U'g', U'e', 22}, {U'g', U'i', 23},
    {U'g', U'l', 18}, {U'g', U'r', 27}, {U'g', U't', 28}, {U'h', U'n', 28}, {U'h', U'r', 21}, {U'h', U'u', 28},
    {U'i', U'e', 22}, {U'i', U'l', 23}, {U'i', U'q', 23}, {U'i', U's', 26}, {U'i', U't', 27}, {U'j', U'o', 30},
    {U'k', U'w', 30}, {U'k', U'z', 20}, {U'l', U'b', 28}, {U'l', U'c', 32}, {U'l', U'i', 21}, {U'l', U't', 20},
    {U'l', U'u', 20}, {U'l', U'v', 21}, {U'l', U'y', 25}, {U'm', U'c', 27}, {U'm', U'd', 24}, {U'm', U'e', 22},
    {U'm', U'k', 19}, {U'm', U'n', 20}, {U'm', U'r', 27}, {U'm', U't', 31}, {U'm', U'u', 30}, {U'n', U'i', 28},
    {U'n', U'l', 18}, {U'n', U'o', 15}, {U'o', U'm', 23}, {U'p', U'k', 24}, {U'p', U'l', 28}, {U'p', U's', 29},
    {U'p', U't', 25}, {U'q', U'a', 29}, {U'r', U'o', 24}, {U'r', U's', 22}, {U'r', U'u', 33}, {U's', U'a', 24},
    {U's', U'c', 31}, {U's', U'd', 18}, {U's', U'e', 24}, {U's', U'i', 19}, {U's', U'k', 24}, {U's', U'm', 27},
    {U's', U'o', 23}, {U's', U't', 25}, {U's', U'v', 28}, {U't', U'l', 23}, {U't', U'n', 24}, {U't', U'r', 26},
    {U'u', U'a', 29}, {U'v', U'a', 22}, {U'v', U'g', 24}, {U'x', U'k', 20}, {U'y', U'e', 30},
};

std::size_t iban_length(char32_t first, char32_t second) {
    const auto* const found = std::ranges::find_if(
        countries, [=](const Country& country) { return country.first == first && country.second == second; });
    return found == std::end(countries) ? 0 : found->length;
}

bool passes_mod_97(std::u32string_view account) {
    int rest = 0;
    for (std::size_t i = 0; i < account.size(); ++i) {
        const char32_t c = account[(i + 4) % account.size()];
        rest = is_digit(c) ? (rest * 10 + static_cast<int>(c - U'0')) % 97
                           : (rest * 100 + static_cast<int>(c - U'a') + 10) % 97;
    }
    return rest == 1;
}

/// End of the account that begins at `begin`, or `begin`.
std::size_t iban_end(const PlainText& text, std::size_t begin) {
    constexpr std::size_t longest = 33;
    char32_t account[longest];
    std::size_t size = 0, wanted = 0, between = 0;
    for (std::size_t at = begin; at < text.size(); ++at) {
        const char32_t c = text.at(at);
        if (!is_digit(c) && !is_ascii_letter(c)) {
            if (!is_separator(c) || ++between > most_between) return begin;
            continue;
        }
        between = 0;
        if (is_digit(c) ? size < 2 : size == 2 || size == 3) return begin;
        account[size++] = c;
        if (size == 2 && (wanted = iban_length(account[0], account[1])) == 0) return begin;
        if (size == wanted) return passes_mod_97({account, size}) ? at + 1 : begin;
    }
    return begin;
}

/// End of the IPv6 address in hexadecimal digits and colons at `begin`, or `begin`.
std::size_t ipv6_end(const PlainText& text, std::size_t begin) {
    std::size_t groups = 0, digits = 0, end = begin;
    bool shortened = false;
    std::size_t at = begin;
    for (;; ++at) {
        const char32_t c = text.at(at);
        if (is_digit(c) || (c >= U'a' && c <= U'f')) {
            if (++digits > 4) return begin;
            if (digits == 1) ++groups;
            end = at + 1;
        } else if (c == U':') {
            if (text.at(at + 1) == U':') {
                if (shortened) return begin;
                shortened = true;
                ++at;
                end = at + 1;
            } else if (digits == 0) {
                break;
            }
            digits = 0;
        } else {
            break;
        }
    }
    if (is_letter(text.at(at))) return begin;
    return (shortened ? groups >= 1 && groups <= 7 : groups == 8) ? end : begin;
}

}  // namespace

PlainText::PlainText(const FoldedText& text) {
    const std::u32string_view folded = text.characters();
    characters_.reserve(folded.size());
    origins_.reserve(folded.size() + 1);
    for (std::size_t i = 0; i < folded.size(); ++i) {
        const char32_t character = plain(folded[i]);
        if (character >= 0x300 && !characters_.empty() && is_digit(characters_.back()) &&
            kind_of(character) == CharacterKind::mark)
            continue;
        characters_.push_back(character);
        origins_.push_back(static_cast<std::uint32_t>(i));
    }
    origins_.push_back(static_cast<std::uint32_t>(folded.size()));
}

std::vector<DigitRun> find_digit_runs(const PlainText& text) {
    std::vector<DigitRun> runs;
    for (std::size_t at = 0; at < text.size();) {
        if (!is_digit(text.at(at))) {
            ++at;
            continue;
        }
        const std::size_t begin = at;
        while (is_digit(text.at(at))) ++at;
        bool goes_on = !runs.empty() && begin - runs.back().back().end <= most_between;
        for (std::size_t i = begin; goes_on && i > runs.back().back().end; --i) goes_on = is_separator(text.at(i - 1));
        if (!goes_on) runs.emplace_back();
        runs.back().push_back({begin, at});
    }
    return runs;
}

void find_emails(const PlainText& text, std::vector<Finding>& found) {
    std::size_t floor = 0;
    const std::u32string_view characters = text.characters();
    for (std::size_t at = characters.find(U'@'); at != characters.npos; at = characters.find(U'@', at + 1)) {
        const std::size_t begin = local_begin(text, at, floor), end = domain_end(text, at + 1);
        floor = at + 1;
        if (begin == at || end == at + 1) continue;
        found.push_back({PersonalData::email, begin, end});
        floor = end;
    }
}

void find_urls(const PlainText& text, std::vector<Finding>& found) {
    using namespace std::string_view_literals;
    const std::u32string_view characters = text.characters();
    const auto ends = [](char32_t c) {
        return c == U' ' || c == U'\n' || c == U'"' || c == U'<' || c == U'>' || c == U'\0';
    };
    for (std::size_t at = 0; at < characters.size(); ++at) {
        const std::u32string_view rest = characters.substr(at);
        if (rest[0] != U'h' && rest[0] != U'f' && rest[0] != U'w') continue;
        const bool begins = rest.starts_with(U"http://") || rest.starts_with(U"https://") ||
                            rest.starts_with(U"ftp://") || rest.starts_with(U"www.");
        if (!begins) continue;
        std::size_t end = at;
        while (!ends(text.at(end))) ++end;
        while (end > at && std::u32string_view(U".,;:!?)]}'").find(text.at(end - 1)) != std::u32string_view::npos)
            --end;
        const std::size_t host = at + (rest[0] == U'w' ? 4 : rest.find(U"//") + 2);
        if (end <= host) continue;
        found.push_back({PersonalData::url, at, end});
        at = end - 1;
    }
}

void find_ip_addresses(const PlainText& text, std::vector<Finding>& found) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char32_t c = text.at(at);
        const bool hexadecimal = is_digit(c) || (c >= U'a' && c <= U'f');
        if (!hexadecimal && c != U':') continue;
        const char32_t before = at == 0 ? U' ' : text.at(at - 1);
        if (is_digit(before) || is_letter(before) || before == U':' || before == U'.') continue;
        std::size_t end = ipv6_end(text, at);
        if (end == at && is_digit(c)) {
            std::size_t next = at;
            int parts = 0;
            for (; parts < 4; ++parts) {
                int value = 0;
                const std::size_t part = next;
                while (is_digit(text.at(next)) && next - part < 4)
                    value = value * 10 + static_cast<int>(text.at(next++) - U'0');
                if (next == part || next - part > 3 || value > 255) break;
                if (parts < 3 && text.at(next++) != U'.') break;
            }
            const bool goes_on = is_digit(text.at(next)) || (text.at(next) == U'.' && is_digit(text.at(next + 1)));
            if (parts == 4 && !goes_on) end = next;
        }
        if (end == at) continue;
        found.push_back({PersonalData::ip_address, at, end});
        at = end - 1;
    }
}

void find_ibans(const PlainText& text, std::vector<Finding>& found) {
    for (std::size_t at = 0; at + 4 < text.size(); ++at) {
        if (!is_ascii_letter(text.at(at))) continue;
        const std::size_t end = iban_end(text, at);
        if (end == at) continue;
        found.push_back({PersonalData::iban, at, end});
        at = end - 1;
    }
}

void find_cards(const PlainText& text, const std::vector<DigitRun>& runs, std::vector<Finding>& found) {
    constexpr std::size_t fewest = 12, most = 19;
    for (const DigitRun& run : runs) {
        for (std::size_t first = 0; first < run.size(); ++first) {
            char32_t digits[most];
            std::size_t size = 0, card = run.size();
            for (std::size_t last = first; last < run.size() && size + run[last].size() <= most; ++last) {
                for (std::size_t i = run[last].begin; i < run[last].end; ++i) digits[size++] = text.at(i);
                const std::u32string_view number(digits, size);
                if (size >= fewest && is_card_grouping(run, first, last) && is_issued(number) && passes_luhn(number))
                    card = last;
            }
            if (card == run.size()) continue;
            found.push_back({PersonalData::card, run[first].begin, run[card].end});
            first = card;
        }
    }
}

}  // namespace crm::text
