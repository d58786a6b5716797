// What every fitted model can say of itself, whatever its kind.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/json.hpp"

namespace crm {

/// How a fit went. A model made from known parameters has none.
struct FitReport {
    std::int64_t observations = 0;           // rows read, by weight where weights are given (rounded)
    std::int64_t distinct_observations = 0;  // rows the likelihood was computed on
    std::int64_t skipped = 0;                // NULL rows, and rows the model does not read
    int parameters = 0;                      // estimated ones, for aic and bic
    std::optional<double> log_likelihood;
    bool converged = false;
    int iterations = 0;
    std::string message;  // why it did not converge, or what to know of it; may be empty

    std::optional<double> aic() const;
    std::optional<double> bic() const;

    void save(Writer&) const;
    static FitReport load(Reader&);
    Json to_json() const;
    static FitReport from_json(const Json&);
};

struct Coefficient {
    std::string name;
    double estimate;                                // infinite, or 0, when it lies on the boundary
    std::optional<double> std_error, lower, upper;  // 95 % interval; none where the fit gives none
};

/// One line of what a model knows of itself, for crm.model_card.
struct CardRow {
    std::string section, item;
    std::optional<double> value;
    std::string note;
};

/// A fitted model of any kind: immutable once built. Every kind is a class M derived from it with
///   static constexpr std::string_view name          the kind, e.g. "bg_nbd"
///   static std::unique_ptr<M> load(Reader&)         the body that save() wrote; throws corrupt_data
///   static std::unique_ptr<M> from_json(const Json&)  what to_json() gave; throws invalid_argument
///   static std::unique_ptr<M> make(const Json&)     from known parameters, for make_model
class Model {
public:
    virtual ~Model() = default;
    virtual std::string_view kind() const = 0;

    /// False when the fit found no parameters: such a model scores to NULL.
    virtual bool usable() const = 0;

    virtual std::optional<FitReport> report() const = 0;
    virtual std::vector<Coefficient> coefficients() const = 0;
    virtual void save(Writer&) const = 0;

    /// How it was fitted and what it found. Kinds that know more of themselves add to these lines, or have their own.
    virtual std::vector<CardRow> card() const;

    /// Everything but the kind, which the caller adds.
    virtual Json::Object to_json() const = 0;
};

}  // namespace crm
