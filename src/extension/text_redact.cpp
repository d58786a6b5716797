// The SQL face of taking personal data out of comments.
#include "bind/options.hpp"
#include "crm/text/redact.hpp"

namespace crm::bind {

using namespace crm::text;

template <>
struct Row<Redacted> {
    using Columns = std::tuple<std::string, std::int32_t, std::int32_t, std::int32_t, std::int32_t, std::int32_t,
                               std::int32_t, std::int32_t>;
    static Columns columns(const Redacted& r) {
        using Kind = PersonalData;
        return {r.text,
                r.count(Kind::email),
                r.count(Kind::phone),
                r.count(Kind::card),
                r.count(Kind::iban),
                r.count(Kind::url),
                r.count(Kind::ip_address),
                r.total()};
    }
};

SQL_FUNCTION(crm_redact, [](std::string_view comment, Cancellation cancellation) {
    return redact(comment, RedactOptions{}, cancellation);
});
SQL_FUNCTION(crm_redact_options, [](std::string_view comment, Options<RedactOptions> how, Cancellation cancellation) {
    return redact(comment, how.value, cancellation);
});

}  // namespace crm::bind
