#include "crm/identity/phone.hpp"

#include <algorithm>

#include "phone_signs.hpp"

namespace crm::identity {

namespace {

// ITU-T E.164: 15 digits with the country's; the fewest is what the smallest plans have.
constexpr std::size_t longest_number = 15, shortest_national = 4;

constexpr std::uint16_t north_america = 1, italy = 39, mexico = 52, argentina = 54, indonesia = 62;

/// Calls `use` with each of the prefixes that the digits begin with, until it gives something.
template <class Use>
std::optional<std::string> with_each_prefix(std::string_view digits, std::string_view prefixes, const Use& use) {
    while (!prefixes.empty()) {
        const std::string_view prefix = prefixes.substr(0, prefixes.find(' '));
        prefixes.remove_prefix(std::min(prefix.size() + 1, prefixes.size()));
        const auto fits = [](char expected, char digit) { return expected == '?' || expected == digit; };
        if (digits.size() > prefix.size() && std::ranges::equal(prefix, digits.substr(0, prefix.size()), fits))
            if (auto found = use(digits.substr(prefix.size()))) return found;
    }
    return {};
}

/// In North America neither area code nor exchange begins with 0 or 1.
bool has_exchange(std::string_view number) { return number[3] >= '2'; }

bool is_national(std::string_view number, const Country& country) {
    const std::size_t dialling = country.dialling < 10 ? 1 : country.dialling < 100 ? 2 : 3;
    if (number.size() + dialling > longest_number) return false;
    if (!country.has_numbering()) return number.size() >= shortest_national;
    if (number.size() < country.shortest || number.size() > country.longest) return false;
    if (!country.leading.empty() && country.leading.find(number.front()) == std::string_view::npos) return false;
    // Mobile numbers of Italy have 9 or 10 digits.
    if (country.dialling == italy && number.front() == '3') return number.size() == 9 || number.size() == 10;
    // Those of Indonesia, which begin with 8, may be longer than others: 628123456789 has the country's code in front.
    if (country.dialling == indonesia && number.front() != '8') return number.size() <= 11;
    return country.dialling != north_america || has_exchange(number);
}

std::string e164(std::string_view number, const Country& country) {
    return "+" + std::to_string(country.dialling) + std::string(number);
}

/// Mobile numbers of Argentina are dialled area 15 number at home and 9 area number from abroad; areas have 2 to 4
/// digits, and only 11 has 2.
std::optional<std::string> argentine_mobile(std::string_view number) {
    if (number.size() != 12) return {};
    std::string found;
    for (const std::size_t area : {2, 3, 4}) {
        if ((area == 2) != number.starts_with("11") || number.substr(area, 2) != "15") continue;
        if (!found.empty()) return {};
        found = "9" + std::string(number.substr(0, area)) + std::string(number.substr(area + 2));
    }
    if (found.empty()) return {};
    return found;
}

/// A national number that begins with the trunk prefix, without it.
std::optional<std::string> without_trunk(std::string_view digits, const Country& country) {
    return with_each_prefix(digits, country.trunk, [&](std::string_view rest) -> std::optional<std::string> {
        if (country.dialling == argentina)
            if (auto mobile = argentine_mobile(rest)) return mobile;
        // A trunk prefix that a number itself can begin with is one only where the number is too long with it.
        const bool may_be_number = is_national(digits, country);
        if (!is_national(rest, country) || may_be_number) return {};
        return std::string(rest);
    });
}

/// What follows a country's dialling code.
std::optional<std::string> after_dialling_code(std::string_view digits, const Country& country) {
    if (is_national(digits, country)) return e164(digits, country);
    if (const auto number = without_trunk(digits, country)) return e164(*number, country);
    // Until 2019 mobile numbers of Mexico were dialled with a 1 from abroad.
    if (country.dialling == mexico && digits.starts_with('1') && is_national(digits.substr(1), country))
        return e164(digits.substr(1), country);
    return {};
}

std::optional<std::string> international(std::string_view digits) {
    const Country* const country = country_dialled(digits);
    if (!country) return {};
    return after_dialling_code(digits.substr(std::to_string(country->dialling).size()), *country);
}

/// A number written without + and without trunk prefix: whole, or the dialling code in front.
std::optional<std::string> bare(std::string_view digits, const Country& country) {
    if (!country.has_numbering()) return {};
    const std::string code = std::to_string(country.dialling);
    const bool national = digits.size() >= country.whole && is_national(digits, country);
    const bool with_code = digits.starts_with(code) && is_national(digits.substr(code.size()), country);
    // In Italy, where nothing is dialled in front, many a mobile number begins with the country's own 39.
    const bool is_plain = national && (!with_code || (country.dialling == italy && digits.size() <= 10));
    if (is_plain) return e164(digits, country);
    if (national || !with_code) return {};
    return e164(digits.substr(code.size()), country);
}

std::optional<std::string> from_home(std::string_view digits, const Country& country) {
    // 00 as well, which no number begins with, wherever the data came from.
    for (const std::string_view prefixes : {country.international, std::string_view("00")})
        if (auto found = with_each_prefix(digits, prefixes, international)) return found;
    if (const auto number = without_trunk(digits, country)) return e164(*number, country);
    return bare(digits, country);
}

}  // namespace

std::optional<std::string> normalize_phone(std::string_view text, const Country* country) {
    const PhoneSigns signs = read_phone_signs(text);
    if (!signs.readable) return {};
    if (signs.lettered && (signs.plus ? signs.digits.front() != '1' : !country || country->dialling != north_america))
        return {};
    if (!signs.plus && !country) return {};
    const auto read = [&](std::string_view digits) {
        return signs.plus ? international(digits) : from_home(digits, *country);
    };
    auto found = read(signs.digits);
    // In Italy the zero stays.
    if (!found && !signs.optional_zero.empty()) found = read(signs.optional_zero);
    return found;
}

std::optional<std::string> phone_extension(std::string_view text) {
    const PhoneSigns signs = read_phone_signs(text);
    if (!signs.readable || signs.extension.empty()) return {};
    return signs.extension;
}

}  // namespace crm::identity
