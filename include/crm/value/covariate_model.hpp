// A purchase model whose parameters depend on covariates of the customer: fitted, it gives each customer a model of
// its own, where the covariates do not change.
#pragma once
#include <memory>
#include <string>
#include <utility>

#include "crm/value/covariate_layout.hpp"
#include "crm/value/likelihood.hpp"
#include "crm/value/purchase_model.hpp"

namespace crm::value {

/// Parameters and coefficients with their precision, as every model with covariates keeps them.
class CoefficientModel : public Model {
public:
    bool usable() const final { return fit_.estimates.has_value(); }
    std::optional<FitReport> report() const final { return fit_.report; }
    std::vector<Coefficient> coefficients() const final { return value::coefficients(layout_.names(), fit_); }
    void save(Writer& out) const final;
    Json::Object to_json() const final { return value::to_json(layout_.names(), fit_); }

protected:
    CoefficientModel(CovariateLayout layout, Fit fit) : layout_(layout), fit_(std::move(fit)) {}

    const CovariateLayout& covariate_layout() const { return layout_; }

    /// Throws invalid_argument when the model is not usable.
    const Estimates& estimates() const;

    /// How many covariates the names of a document's parameters tell of.
    static CovariateLayout layout_from_json(Names base, std::span<const CovariateLink> links, const Json& parameters);
    static CovariateLayout load_layout(Names base, std::span<const CovariateLink> links, Reader&);

private:
    CovariateLayout layout_;
    Fit fit_;
};

class CovariateModel : public CoefficientModel {
public:
    /// The model of a customer with these covariates, with the precision that follows for its parameters. Throws
    /// invalid_argument for a wrong number of covariates, or when the model is not usable().
    std::unique_ptr<Model> of_customer(const Covariates&) const;

protected:
    using CoefficientModel::CoefficientModel;

    virtual std::unique_ptr<Model> base_model(Fit fit) const = 0;
};

/// How a model `Self` with the parameters of P and coefficients is read and made; `Face` is a CoefficientModel.
template <class Self, class P, class Face>
class StoredCoefficients : public Face {
public:
    StoredCoefficients(CovariateLayout layout, Fit fit) : Face(layout, std::move(fit)) {}

    static CovariateLayout layout(std::size_t purchase, std::size_t lifetime) {
        return {P::parameter_names, P::covariate_links, purchase, lifetime};
    }
    static std::unique_ptr<Self> load(Reader& in) {
        const CovariateLayout layout = Face::load_layout(P::parameter_names, P::covariate_links, in);
        return std::make_unique<Self>(layout, load_fit(layout.names(), Self::name, in));
    }
    static std::unique_ptr<Self> from_json(const Json& json) {
        const Json* const parameters = json.find("parameters");
        const CovariateLayout layout = told_by(parameters ? *parameters : Json(Json::Object{}));
        return std::make_unique<Self>(layout, fit_from_json(layout.names(), Self::name, json));
    }
    static std::unique_ptr<Self> make(const Json& parameters) {
        const CovariateLayout layout = told_by(parameters);
        return std::make_unique<Self>(layout, make_fit(layout.names(), Self::name, parameters));
    }

    std::string_view kind() const final { return Self::name; }

private:
    static CovariateLayout told_by(const Json& parameters) {
        return Face::layout_from_json(P::parameter_names, P::covariate_links, parameters);
    }
};

/// P brings, beyond what FittedPurchaseModel asks for, `covariates_name` and `covariate_links`.
template <class P>
class WithCovariates final : public StoredCoefficients<WithCovariates<P>, P, CovariateModel> {
public:
    static constexpr std::string_view name = P::covariates_name;

    using StoredCoefficients<WithCovariates<P>, P, CovariateModel>::StoredCoefficients;

private:
    std::unique_ptr<Model> base_model(Fit fit) const override {
        return std::make_unique<FittedPurchaseModel<P>>(std::move(fit));
    }
};

}  // namespace crm::value
