// Numbers for reading.
#pragma once
#include <string>

namespace crm {

/// `digits` significant digits without trailing zeros or an exponent where it can be avoided: 0.0333, 4.5, 151.
std::string rounded(double value, int digits = 3);

}  // namespace crm
