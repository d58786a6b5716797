#include "crm/value/money.hpp"

#include "crm/foundation/error.hpp"

namespace crm::value {

double sum_of(double one, double other) {
    const auto hundredths = hundredths_of(one), more = hundredths_of(other);
    if (hundredths && more) return static_cast<double>(*hundredths + *more) / 100;
    return one + other;
}

void MoneySum::save(Writer& out) const {
    out.signed_varint(hundredths_);
    out.put(rest_);
}

MoneySum MoneySum::load(Reader& in) {
    MoneySum sum;
    sum.hundredths_ = in.signed_varint();
    sum.rest_ = in.get<double>();
    if (!(std::abs(static_cast<double>(sum.hundredths_)) < most_hundredths) || !std::isfinite(sum.rest_))
        throw corrupt_data("impossible sum of amounts in state");
    return sum;
}

}  // namespace crm::value
