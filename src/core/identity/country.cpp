#include "crm/identity/country.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "crm/foundation/error.hpp"
#include "crm/foundation/unicode.hpp"

namespace crm::identity {

namespace {

constexpr auto dmy = DateOrder::day_month_year, mdy = DateOrder::month_day_year, ymd = DateOrder::year_month_day,
               mixed = DateOrder::mixed;

constexpr Country table[] = {
#include "country_table.inc"
};

struct OtherName {
    std::string_view name, code;
};

// Of the names that ISO does not list first.
constexpr OtherName other_names[] = {{"UK", "GB"},
                                     {"Great Britain", "GB"},
                                     {"England", "GB"},
                                     {"Scotland", "GB"},
                                     {"Wales", "GB"},
                                     {"Northern Ireland", "GB"},
                                     {"EL", "GR"},
                                     {"Holland", "NL"},
                                     {"The Netherlands", "NL"},
                                     {"Czech Republic", "CZ"},
                                     {"UAE", "AE"},
                                     {"Türkiye", "TR"},
                                     {"Turkiye", "TR"},
                                     {"Korea", "KR"},
                                     {"Republic of Korea", "KR"},
                                     {"Russian Federation", "RU"},
                                     {"Viet Nam", "VN"},
                                     {"Macau", "MO"},
                                     {"Burma", "MM"},
                                     {"United States of America", "US"},
                                     {"Côte d'Ivoire", "CI"},
                                     {"Cabo Verde", "CV"},
                                     {"Swaziland", "SZ"},
                                     {"Macedonia", "MK"},
                                     {"Réunion", "RE"},
                                     {"Curaçao", "CW"},
                                     {"Åland Islands", "AX"},
                                     {"Brunei Darussalam", "BN"}};

constexpr std::size_t letters = 26;

/// Where the two letters of a code are in a table of all pairs, or letters².
std::size_t pair_of(std::string_view code) {
    const auto letter = [](char c) {
        const auto lower = static_cast<unsigned>(static_cast<unsigned char>(c)) | 0x20U;
        return lower - 'a' < letters ? std::size_t{lower - 'a'} : letters * letters;
    };
    return std::min(letter(code[0]) * letters + letter(code[1]), letters * letters);
}

struct Index {
    std::array<const Country*, letters * letters + 1> by_code{};
    std::array<const Country*, 1000> by_dialling{};

    Index() {
        for (const Country& one : table) {
            by_code[pair_of(one.code)] = &one;
            const Country*& dialled = by_dialling[one.dialling];
            if (!dialled || !dialled->has_numbering()) dialled = &one;
        }
        // Of countries that share a code, the one that most numbers belong to.
        for (const std::string_view main : {"US", "GB", "RU", "IT", "FI"}) {
            const Country* const one = by_code[pair_of(main)];
            by_dialling[one->dialling] = one;
        }
    }
};

const Index& index() {
    static const Index made;
    return made;
}

const Country* find_name(std::string_view text) {
    const FoldedText folded(text);
    const auto same = [&folded](std::string_view name) { return FoldedText(name).characters() == folded.characters(); };
    for (const Country& one : table)
        if (same(one.alpha3) || same(one.name)) return &one;
    for (const OtherName& other : other_names)
        if (same(other.name)) return index().by_code[pair_of(other.code)];
    return nullptr;
}

}  // namespace

std::span<const Country> countries() { return table; }

const Country* find_country(std::string_view text) {
    const auto begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return nullptr;
    const std::string_view name = text.substr(begin, text.find_last_not_of(' ') - begin + 1);
    if (name.size() == 2)
        if (const Country* const found = index().by_code[pair_of(name)]) return found;
    if (name.size() <= 100)
        if (const Country* const found = find_name(name)) return found;
    throw invalid_argument("unknown country '" + excerpt(text) + "'", {},
                           "SELECT * FROM crm.countries() lists the countries that are known, by ISO 3166 code.");
}

const Country* country_dialled(std::string_view digits) {
    std::size_t code = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(digits.size(), 3); ++i) {
        code = code * 10 + static_cast<std::size_t>(digits[i] - '0');
        if (code == 0) return nullptr;
        if (const Country* const found = index().by_dialling[code]) return found;
    }
    return nullptr;
}

}  // namespace crm::identity
