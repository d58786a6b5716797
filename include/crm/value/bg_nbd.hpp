// BG/NBD: customers buy at a gamma-distributed rate and may leave after any repeat purchase, so that who never bought
// again is active for certain.
// Fader, Hardie, Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2).
#pragma once
#include "crm/value/beta_geometric_nbd.hpp"

namespace crm::value {

using BgNbd = BetaGeometricNbd<0>;
using BgNbdModel = FittedPurchaseModel<BgNbd>;

}  // namespace crm::value
