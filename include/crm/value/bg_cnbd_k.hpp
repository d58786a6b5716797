// BG/CNBD-k: BG/NBD for customers with a rhythm.
#pragma once
#include "crm/value/beta_geometric_cnbd.hpp"

namespace crm::value {

using BgCnbdK = BetaGeometricCnbd<0>;
using BgCnbdKModel = FittedPurchaseModel<BgCnbdK>;

}  // namespace crm::value
