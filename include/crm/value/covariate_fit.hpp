// The aggregate that fits a purchase model with covariates.
#pragma once
#include <functional>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

#include "crm/foundation/tally.hpp"
#include "crm/value/covariate_model.hpp"
#include "crm/value/purchase_history.hpp"

namespace crm::value {

/// What fitting needs to know of a model.
struct CovariateFamily {
    std::string_view name;
    Names base;
    std::span<const CovariateLink> links;
    std::unique_ptr<Likelihood> (*likelihood)(std::span<const Tally<PurchaseHistory>::Entry>);
};

/// Rows of numbers: what a customer did, and the covariates. All memory comes from the resource given.
class CovariateState {
public:
    CovariateState(const CovariateFamily& family, std::pmr::memory_resource* memory)
        : family_(family), numbers_(memory), options_(memory) {}

    void skip() { ++nulls_; }

    /// Throws invalid_argument when an earlier row came with other options. `edition` tells whether they were given
    /// already by the same caller, 0 that there are none; call after each add.
    void set(const Json& options, std::uint64_t edition);

    void merge(const CovariateState& other);
    void save(Writer&) const;

    bool is_empty() const { return numbers_.empty(); }
    CovariateLayout layout() const { return {family_.base, family_.links, purchase_, lifetime_}; }

protected:
    /// Throws invalid_argument unless every row has as many covariates on either side as the first.
    void require_size(std::size_t purchase, std::size_t lifetime);

    /// Throws corrupt_data; what the numbers say is left to be checked.
    void load_numbers(Reader&);

    FitReport counts(std::size_t customers, std::size_t distinct) const;
    const FitOptions& options() const { return options_; }

    /// A fit that starts from the one without covariates and does not end below it. `refine` makes the likelihood with
    /// coefficients, given that of all customers without and its maximum. Draws no samples: throws invalid_argument
    /// when the options ask for some.
    using Rows = std::span<const Tally<PurchaseHistory>::Entry>;
    using Refine = std::function<std::unique_ptr<Likelihood>(const CovariateLayout&, const Likelihood& whole,
                                                             const Eigen::VectorXd& base)>;
    Fit fit(Rows, std::size_t customers, std::size_t distinct, const Refine&, const Cancellation&) const;

    const CovariateFamily& family_;
    std::size_t purchase_ = 0, lifetime_ = 0;
    std::pmr::vector<double> numbers_;

private:
    static constexpr int format = 1;

    bool sized_ = false;
    std::uint64_t added_ = 0;  // rows, 2 for any more
    std::uint64_t nulls_ = 0;
    FitOptions options_;
    std::uint64_t edition_ = 0;
};

/// Rows of covariates that do not change.
class CovariateRows : public CovariateState {
public:
    using CovariateState::CovariateState;

    /// Throws invalid_argument unless every row has as many covariates as the first, all finite.
    void add(const Rfm& customer, const Covariates&);
    void load(Reader&, const Cancellation& = {});

    /// Not of an empty state.
    Fit fit(const Cancellation&) const;

private:
    static constexpr std::size_t own = 3;  // frequency, recency, age

    std::size_t width() const { return own + purchase_ + lifetime_; }
};

/// P as WithCovariates asks for.
template <class P>
class CovariateFit {
public:
    explicit CovariateFit(std::pmr::memory_resource* memory) : rows_(family, memory) {}

    /// A customer without a value or covariates.
    void skip() { rows_.skip(); }
    void add(const Rfm& customer, const Covariates& covariates) { rows_.add(customer, covariates); }
    void set(const Json& options, std::uint64_t edition) { rows_.set(options, edition); }
    void merge(const CovariateFit& other) { rows_.merge(other.rows_); }
    void save(Writer& out) const { rows_.save(out); }
    void load(Reader& in, const Cancellation& cancellation = {}) { rows_.load(in, cancellation); }

    /// Nothing when no customer had a value.
    std::unique_ptr<WithCovariates<P>> finish(const Cancellation& cancellation) const {
        if (rows_.is_empty()) return nullptr;
        return std::make_unique<WithCovariates<P>>(rows_.layout(), rows_.fit(cancellation));
    }

private:
    static constexpr CovariateFamily family{P::covariates_name, P::parameter_names, P::covariate_links, &P::likelihood};

    CovariateRows rows_;
};

}  // namespace crm::value
