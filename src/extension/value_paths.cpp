// The SQL face of covariates that change over time, and of the Pareto/NBD with them.
#include "crm/value/pareto_nbd_paths.hpp"
#include "extension/value_fits.hpp"

namespace crm::bind {

using namespace crm::value;

template <>
inline constexpr bool is_stored<CovariatePath> = true;

SQL_TYPE(crm_covariate_path, CovariatePath);

SQL_AGGREGATE(crm_covariate_path_add, [](CovariatePathBuilder& path, Day starts, const Numbers& covariates) {
    path.add(starts, fits::numbers(covariates));
});
SQL_FUNCTION(crm_covariates_at, [](const CovariatePath& path, Day day) {
    const auto then = path.at(day);
    return std::vector<double>(then.begin(), then.end());
});

SQL_MODEL(ParetoNbdPaths);

namespace {

void add(ParetoNbdPathsFit& fit, const std::optional<Timeline>& history, std::optional<Day> as_of,
         const std::optional<CovariatePath>& purchase, const std::optional<CovariatePath>& lifetime,
         std::optional<WrittenOptions> how = {}) {
    if (!history || !as_of || !purchase || !lifetime) return fit.skip();
    fit.add(*history, *as_of, {*purchase, *lifetime});
    if (how && !fit.is_empty()) fit.set(how->json, how->edition);
}

}  // namespace

SQL_AGGREGATE(crm_fit_pareto_nbd_add_path,
              [](ParetoNbdPathsFit& fit, const std::optional<Timeline>& history, std::optional<Day> as_of,
                 const std::optional<CovariatePath>& both) { add(fit, history, as_of, both, both); });
SQL_AGGREGATE(crm_fit_pareto_nbd_add_path_options,
              [](ParetoNbdPathsFit& fit, const std::optional<Timeline>& history, std::optional<Day> as_of,
                 const std::optional<CovariatePath>& both,
                 WrittenOptions how) { add(fit, history, as_of, both, both, how); });
SQL_AGGREGATE(crm_fit_pareto_nbd_add_two_paths,
              [](ParetoNbdPathsFit& fit, const std::optional<Timeline>& history, std::optional<Day> as_of,
                 const std::optional<CovariatePath>& purchase,
                 const std::optional<CovariatePath>& lifetime) { add(fit, history, as_of, purchase, lifetime); });
SQL_AGGREGATE(crm_fit_pareto_nbd_add_two_paths_options,
              [](ParetoNbdPathsFit& fit, const std::optional<Timeline>& history, std::optional<Day> as_of,
                 const std::optional<CovariatePath>& purchase, const std::optional<CovariatePath>& lifetime,
                 WrittenOptions how) { add(fit, history, as_of, purchase, lifetime, how); });

SQL_FUNCTION(crm_p_alive_path,
             [](const ParetoNbdPaths& model, const Timeline& history, Day as_of, const CovariatePath& both) {
                 return model.p_alive(history, as_of, {both, both});
             });
SQL_FUNCTION(crm_p_alive_two_paths, [](const ParetoNbdPaths& model, const Timeline& history, Day as_of,
                                       const CovariatePath& purchase, const CovariatePath& lifetime) {
    return model.p_alive(history, as_of, {purchase, lifetime});
});
SQL_FUNCTION(crm_expected_purchases_path, [](const ParetoNbdPaths& model, const Timeline& history, Day as_of,
                                             const CovariatePath& both, double horizon) {
    return model.expected_purchases(history, as_of, {both, both}, horizon);
});
SQL_FUNCTION(crm_expected_purchases_two_paths,
             [](const ParetoNbdPaths& model, const Timeline& history, Day as_of, const CovariatePath& purchase,
                const CovariatePath& lifetime, double horizon) {
                 return model.expected_purchases(history, as_of, {purchase, lifetime}, horizon);
             });
SQL_FUNCTION(crm_log_likelihood_path,
             [](const ParetoNbdPaths& model, const Timeline& history, Day as_of, const CovariatePath& both) {
                 return model.log_likelihood(history, as_of, {both, both});
             });
SQL_FUNCTION(crm_log_likelihood_two_paths, [](const ParetoNbdPaths& model, const Timeline& history, Day as_of,
                                              const CovariatePath& purchase, const CovariatePath& lifetime) {
    return model.log_likelihood(history, as_of, {purchase, lifetime});
});

}  // namespace crm::bind
