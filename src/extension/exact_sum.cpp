// The SQL face of exact sums.
#include "crm/numeric/exact_sum.hpp"
#include "bind/aggregate.hpp"

namespace crm::bind {

SQL_AGGREGATE(crm_exact_sum_add, [](numeric::ExactSum& sum, double value) { sum.add(value); });

}  // namespace crm::bind
