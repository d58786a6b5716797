// A purchase model whose parameters depend on covariates of the customer: fitted, it gives each customer a model of
// its own.
#pragma once
#include <memory>
#include <string>
#include <utility>

#include "crm/value/covariate_layout.hpp"
#include "crm/value/likelihood.hpp"
#include "crm/value/purchase_model.hpp"

namespace crm::value {

class CovariateModel : public Model {
public:
    /// The model of a customer with these covariates, with the precision that follows for its parameters. Throws
    /// invalid_argument for a wrong number of covariates, or when the model is not usable().
    std::unique_ptr<Model> of_customer(const Covariates&) const;

    bool usable() const final { return fit_.estimates.has_value(); }
    std::optional<FitReport> report() const final { return fit_.report; }
    std::vector<Coefficient> coefficients() const final { return value::coefficients(layout_.names(), fit_); }
    void save(Writer& out) const final;
    Json::Object to_json() const final { return value::to_json(layout_.names(), fit_); }

protected:
    CovariateModel(CovariateLayout layout, Fit fit) : layout_(layout), fit_(std::move(fit)) {}

    virtual std::unique_ptr<Model> base_model(Fit fit) const = 0;

    /// How many covariates the names of a document's parameters tell of.
    static CovariateLayout layout_from_json(Names base, std::span<const CovariateLink> links, const Json& parameters);
    static CovariateLayout load_layout(Names base, std::span<const CovariateLink> links, Reader&);

private:
    CovariateLayout layout_;
    Fit fit_;
};

/// P brings, beyond what FittedPurchaseModel asks for, `covariates_name` and `covariate_links`.
template <class P>
class WithCovariates final : public CovariateModel {
public:
    static constexpr std::string_view name = P::covariates_name;

    WithCovariates(CovariateLayout layout, Fit fit) : CovariateModel(layout, std::move(fit)) {}

    static CovariateLayout layout(std::size_t purchase, std::size_t lifetime) {
        return {P::parameter_names, P::covariate_links, purchase, lifetime};
    }
    static std::unique_ptr<WithCovariates> load(Reader& in) {
        const CovariateLayout layout = load_layout(P::parameter_names, P::covariate_links, in);
        return std::make_unique<WithCovariates>(layout, load_fit(layout.names(), name, in));
    }
    static std::unique_ptr<WithCovariates> from_json(const Json& json) {
        const Json* const parameters = json.find("parameters");
        const CovariateLayout layout =
            layout_from_json(P::parameter_names, P::covariate_links, parameters ? *parameters : Json(Json::Object{}));
        return std::make_unique<WithCovariates>(layout, fit_from_json(layout.names(), name, json));
    }
    static std::unique_ptr<WithCovariates> make(const Json& parameters) {
        const CovariateLayout layout = layout_from_json(P::parameter_names, P::covariate_links, parameters);
        return std::make_unique<WithCovariates>(layout, make_fit(layout.names(), name, parameters));
    }

    std::string_view kind() const override { return name; }

private:
    std::unique_ptr<Model> base_model(Fit fit) const override {
        return std::make_unique<FittedPurchaseModel<P>>(std::move(fit));
    }
};

}  // namespace crm::value
