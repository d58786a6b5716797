#include "crm/numeric/exact_sum.hpp"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "hostile_bytes.hpp"
#include "random_customers.hpp"

namespace {

using crm::numeric::ExactSum;
using crm::test::Chance;
using Whole = boost::multiprecision::cpp_int;

constexpr double infinity = std::numeric_limits<double>::infinity(), largest = std::numeric_limits<double>::max(),
                 least = std::numeric_limits<double>::denorm_min();

double exact_sum(const std::vector<double>& values) {
    crm::test::Dropped<ExactSum> sum;
    for (const double value : values) sum->add(value);
    return sum->finish();
}

/// As a multiple of the least double.
Whole in_least(double value) {
    int exponent = 0;
    const double mantissa = std::frexp(std::abs(value), &exponent);
    const Whole digits = static_cast<std::int64_t>(std::ldexp(mantissa, 53));
    const int shift = exponent - 53 + 1074;
    const Whole size = shift >= 0 ? Whole(digits << shift) : Whole(digits >> -shift);
    return value < 0 ? Whole(-size) : size;
}

/// Whether no other double is nearer to the sum of `values`.
void expect_nearest(const std::vector<double>& values, double found) {
    Whole sum = 0;
    for (const double value : values) sum += in_least(value);
    const auto off = [&sum](double candidate) -> Whole { return abs(in_least(candidate) - sum); };
    EXPECT_LE(off(found), off(std::nextafter(found, infinity))) << found;
    EXPECT_LE(off(found), off(std::nextafter(found, -infinity))) << found;
}

TEST(ExactSum, IsTheNearestDouble) {
    Chance chance(1);
    for (const double spread : {1.0, 1e10, 1e100, 1e150}) {
        for (int trial = 0; trial < 200; ++trial) {
            std::vector<double> values(static_cast<std::size_t>(chance.whole(1, 60)));
            for (double& value : values) {
                value = chance.log_uniform(1 / spread, spread) * (chance.uniform() < 0.5 ? -1 : 1);
                if (chance.uniform() < 0.2) value = -values.front();  // nearly all of it cancels
            }
            expect_nearest(values, exact_sum(values));
        }
    }
}

TEST(ExactSum, KeepsWhatLargeNumbersHide) {
    EXPECT_EQ(exact_sum({1e308, 1, least, -1e308}), 1);
    EXPECT_EQ(exact_sum({1e308, least, -1e308}), least);
    EXPECT_EQ(exact_sum({largest, largest, -largest}), largest);
    EXPECT_EQ(exact_sum({-largest, -largest, largest, -1, 1}), -largest);
    expect_nearest({0.1, 0.2, 0.3, -0.6}, exact_sum({0.1, 0.2, 0.3, -0.6}));
}

TEST(ExactSum, RoundsTiesToEven) {
    EXPECT_EQ(exact_sum({1, 0x1p-53}), 1);
    EXPECT_EQ(exact_sum({1, 0x1p-52, 0x1p-53}), 1 + 0x1p-51);
    EXPECT_EQ(exact_sum({1, 0x1p-53, least}), 1 + 0x1p-52);
    EXPECT_EQ(exact_sum({-1, -0x1p-53, -least}), -1 - 0x1p-52);
}

TEST(ExactSum, CountsDownToTheLeastDouble) {
    EXPECT_EQ(exact_sum({}), 0);
    EXPECT_EQ(exact_sum({-0.0}), 0);
    EXPECT_EQ(exact_sum({least, least, least}), 3 * least);
    EXPECT_EQ(exact_sum({0x1p-1022, -least}), 0x1p-1022 - least);
}

TEST(ExactSum, OfWhatIsNotFiniteIsAsIeeeAdds) {
    EXPECT_EQ(exact_sum({1, infinity, -largest}), infinity);
    EXPECT_EQ(exact_sum({1, -infinity}), -infinity);
    EXPECT_TRUE(std::isnan(exact_sum({infinity, -infinity})));
    EXPECT_TRUE(std::isnan(exact_sum({1, std::nan("")})));
}

TEST(ExactSum, SaysWhereNoDoubleHoldsIt) {
    EXPECT_THROW(exact_sum({largest, largest}), crm::out_of_range);
    EXPECT_THROW(exact_sum({-largest, -0x1p970}), crm::out_of_range);
    EXPECT_EQ(exact_sum({largest, 0x1p969}), largest);
}

TEST(ExactSum, ObeysTheLawsOfAggregates) {
    Chance chance(2);
    std::vector<double> rows(300);
    for (double& row : rows) row = chance.log_uniform(1e-150, 1e150) * (chance.uniform() < 0.5 ? -1 : 1);
    crm::test::expect_aggregate_laws<ExactSum>(
        rows, [](ExactSum& sum, double value) { sum.add(value); }, [](const ExactSum& sum) { return sum.finish(); });
}

TEST(ExactSum, SurvivesDamage) {
    crm::test::Dropped<ExactSum> sum;
    for (const double value : {1.0, -1e300, least}) sum->add(value);
    crm::test::expect_survives_damage(crm::test::saved(*sum), [](crm::Reader& in) {
        crm::test::Dropped<ExactSum> read;
        read->load(in);
        in.expect_end();
        read->finish();
    });
}

}  // namespace
