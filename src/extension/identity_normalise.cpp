// The SQL face of the normalisers: each customer's field in the one form in which it can be compared.
#include "bind/function.hpp"
#include "crm/identity/address.hpp"
#include "crm/identity/amount_text.hpp"
#include "crm/identity/company_name.hpp"
#include "crm/identity/country.hpp"
#include "crm/identity/date_text.hpp"
#include "crm/identity/email.hpp"
#include "crm/identity/null_like.hpp"
#include "crm/identity/person_name.hpp"
#include "crm/identity/phone.hpp"
#include "crm/identity/postcode.hpp"

namespace crm::bind {

using namespace crm::identity;

namespace {

/// A number in decimals, as the SQL type numeric holds it: exactly.
struct Decimal {
    std::string digits;
};

std::optional<Decimal> decimal(std::optional<std::string> digits) {
    if (!digits) return {};
    return Decimal{*std::move(digits)};
}

std::string_view name_of(DateOrder order) {
    switch (order) {
        case DateOrder::day_month_year: return "day month year";
        case DateOrder::month_day_year: return "month day year";
        case DateOrder::year_month_day: return "year month day";
        case DateOrder::mixed: break;
    }
    return "mixed";
}

const Country& required(std::string_view country) {
    if (const Country* const found = find_country(country)) return *found;
    throw invalid_argument("postcodes need a country, not ''", {},
                           "Pass an ISO 3166 code; SELECT * FROM crm.countries() lists them.");
}

}  // namespace

template <>
struct Column<Decimal> {
    static constexpr Oid type = NUMERICOID;
    static Datum make(const Decimal& number) {
        const char* const digits = number.digits.c_str();
        return call([digits] {
            return DirectFunctionCall3(numeric_in, CStringGetDatum(digits), ObjectIdGetDatum(InvalidOid),
                                       Int32GetDatum(-1));
        });
    }
};

template <>
struct Row<Country> {
    using Text = std::optional<std::string_view>;
    using Number = std::optional<std::int32_t>;
    using Columns = std::tuple<std::string_view, std::string_view, std::string_view, std::int32_t, Text, Text, Number,
                               Number, Text, std::string_view, Text>;
    static Columns columns(const Country& c) {
        const auto known = [](std::string_view text) { return text.empty() ? Text() : Text(text); };
        const auto length = [&c](std::uint8_t digits) { return c.has_numbering() ? Number(digits) : Number(); };
        return {c.code,
                c.alpha3,
                c.name,
                c.dialling,
                known(c.international),
                known(c.trunk),
                length(c.shortest),
                length(c.longest),
                known(c.postcode),
                name_of(c.dates),
                known(std::string_view(&c.decimal, c.decimal == 0 ? 0 : 1))};
    }
};

SQL_FUNCTION(crm_countries, [] {
    const auto known = countries();
    return std::vector<Country>(known.begin(), known.end());
});
SQL_FUNCTION(crm_null_like, [](std::string_view text) { return is_null_like(text); });
SQL_FUNCTION(crm_normalize_email, [](std::string_view text) { return normalize_email(text); });
SQL_FUNCTION(crm_normalize_mailbox, [](std::string_view text, bool provider_rules) {
    return normalize_email(text, ProviderRules{provider_rules});
});
SQL_FUNCTION(crm_normalize_phone, [](std::string_view text) { return normalize_phone(text, nullptr); });
SQL_FUNCTION(crm_normalize_phone_in, [](std::string_view text, std::string_view country) {
    return normalize_phone(text, find_country(country));
});
SQL_FUNCTION(crm_phone_extension, [](std::string_view text) { return phone_extension(text); });
SQL_FUNCTION(crm_normalize_name, [](std::string_view text) { return normalize_name(text); });
SQL_FUNCTION(crm_normalize_company, [](std::string_view text) { return normalize_company(text, nullptr); });
SQL_FUNCTION(crm_normalize_company_in, [](std::string_view text, std::string_view country) {
    return normalize_company(text, find_country(country));
});
SQL_FUNCTION(crm_normalize_address, [](std::string_view text) { return normalize_address(text, nullptr); });
SQL_FUNCTION(crm_normalize_address_in, [](std::string_view text, std::string_view country) {
    return normalize_address(text, find_country(country));
});
SQL_FUNCTION(crm_normalize_postcode, [](std::string_view text, std::string_view country) {
    return normalize_postcode(text, required(country));
});
SQL_FUNCTION(crm_normalize_date, [](std::string_view text) { return normalize_date(text, nullptr); });
SQL_FUNCTION(crm_normalize_date_in, [](std::string_view text, std::string_view country) {
    return normalize_date(text, find_country(country));
});
SQL_FUNCTION(crm_normalize_amount, [](std::string_view text) { return decimal(normalize_amount(text, nullptr)); });
SQL_FUNCTION(crm_normalize_amount_in, [](std::string_view text, std::string_view country) {
    return decimal(normalize_amount(text, find_country(country)));
});

}  // namespace crm::bind
