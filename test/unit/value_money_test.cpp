#include "crm/value/money.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "random_customers.hpp"

namespace {

using crm::test::Chance;
using crm::value::hundredths_of;
using crm::value::MoneySum;

/// What hundredths are, in the slow words.
std::optional<std::int64_t> by_rounding(double amount) {
    const double hundredths = std::round(amount * 100);
    if (!(std::abs(hundredths) < 0x1p53) || hundredths / 100 != amount) return {};
    return static_cast<std::int64_t>(hundredths);
}

TEST(Money, HundredthsAreWhatRoundingSays) {
    Chance chance(1);
    for (int i = 0; i < 200000; ++i) {
        const double whole = std::floor(std::exp2(chance.uniform(0, 54)));
        for (const double amount : {whole / 100, -whole / 100, (whole + 0.5) / 100, std::nextafter(whole / 100, 0.0),
                                    std::nextafter(whole / 100, HUGE_VAL), chance.log_uniform(1e-320, 1e300)})
            ASSERT_EQ(hundredths_of(amount), by_rounding(amount)) << amount;
    }
    for (const double amount : {0.0, -0.0, 0.0049999999999999994, 0.005, 1e308, HUGE_VAL, -HUGE_VAL, double{NAN}})
        ASSERT_EQ(hundredths_of(amount), by_rounding(amount)) << amount;
}

TEST(Money, SumsOfHundredthsAreExactInAnyOrder) {
    Chance chance(2);
    std::mt19937 random(1);
    std::int64_t hundredths = 0;
    std::vector<double> amounts;
    for (int i = 0; i < 10000; ++i) {
        const int one = chance.whole(-1000000, 9000000);
        hundredths += one;
        amounts.push_back(one / 100.0);
    }
    for (int i = 0; i < 10; ++i) {
        std::ranges::shuffle(amounts, random);
        MoneySum sum, part;
        for (std::size_t k = 0; k < amounts.size(); ++k) (k % 3 ? sum : part).add(amounts[k]);
        sum.add(part);
        EXPECT_EQ(sum.value(), static_cast<double>(hundredths) / 100);
    }
}

TEST(Money, SumsGoOnWhereHundredthsEnd) {
    MoneySum sum;
    for (int i = 0; i < 10000; ++i) sum.add(9e13);
    EXPECT_NEAR(sum.value() / 9e17, 1, 1e-12);
    sum.add(1e300);
    EXPECT_EQ(sum.value(), 1e300);
    sum.add(-1e300);
    sum.add(1.0 / 3);
    MoneySum thirds;
    for (int i = 0; i < 3; ++i) thirds.add(1.0 / 3);
    EXPECT_DOUBLE_EQ(thirds.value(), 1);
}

TEST(Money, SumsAreSavedExactly) {
    Chance chance(3);
    MoneySum sum;
    for (int i = 0; i < 100; ++i) {
        sum.add(i % 2 ? chance.whole(-1000, 1000) / 100.0 : chance.uniform());
        const auto bytes = crm::test::saved(sum);
        crm::Reader in(bytes);
        EXPECT_EQ(MoneySum::load(in).value(), sum.value());
        in.expect_end();
    }
    crm::Writer out;
    out.signed_varint(std::int64_t{1} << 53);
    out.put(0.0);
    crm::Reader in(out.bytes());
    EXPECT_THROW(MoneySum::load(in), crm::corrupt_data);
}

}  // namespace
