// MBG/CNBD-k: MBG/NBD for customers with a rhythm.
#pragma once
#include "crm/value/beta_geometric_cnbd.hpp"

namespace crm::value {

using MbgCnbdK = BetaGeometricCnbd<1>;
using MbgCnbdKModel = FittedPurchaseModel<MbgCnbdK>;

}  // namespace crm::value
