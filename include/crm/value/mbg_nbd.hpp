// MBG/NBD: BG/NBD with one more chance to leave, after the first purchase, so that who never bought again may be gone.
// Batislam, Denizel, Filiztekin (2007), Empirical Validation and Comparison of Models for Customer Base Analysis,
// International Journal of Research in Marketing 24(3); Wagner, Hoppe (2008), Erratum on the MBG/NBD Model, 25(3).
#pragma once
#include "crm/value/beta_geometric_nbd.hpp"

namespace crm::value {

using MbgNbd = BetaGeometricNbd<1>;
using MbgNbdModel = FittedPurchaseModel<MbgNbd>;

}  // namespace crm::value
