#include "crm/value/estimates.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "crm/foundation/error.hpp"

namespace crm::value {

namespace {

using Eigen::Index;

constexpr int format = 1;
constexpr std::array<std::string_view, 5> boundary_names{"none", "zero", "infinity", "undetermined", "fixed"};
constexpr double least_value = 1e-150, most_value = 1e150;  // products and quotients of two remain positive numbers
constexpr double z95 = 1.9599639845400545;

enum Part : std::uint8_t { has_estimates = 1, has_report = 2, has_covariance = 4, all_parts = 7 };

Index index(std::size_t i) { return static_cast<Index>(i); }

/// A model made from known parameters has no report; one without parameters has a report of the failed fit.
std::string defect_of(Names names, const Fit& fit) {
    if (!fit.estimates && !fit.report) return "a model needs parameters or the report of a fit";
    return fit.estimates ? defect(names, *fit.estimates) : std::string();
}

double boundary_value(Boundary boundary, double value) {
    if (boundary == Boundary::zero) return 0;
    if (boundary == Boundary::infinity) return std::numeric_limits<double>::infinity();
    return value;
}

std::vector<double> parameters_from_json(Names names, std::string_view model, const Json& json) {
    const std::string what = "parameters of " + std::string(model);
    std::string list;
    for (const std::string_view name : names) list += (list.empty() ? "" : ", ") + std::string(name);
    const std::string hint = "The parameters of " + std::string(model) + " are " + list + ".";

    for (const auto& [key, value] : json.object(what))
        if (std::ranges::find(names, key) == names.end())
            throw invalid_argument("unknown key \"" + key + "\" in " + what, {}, hint);
    std::vector<double> values;
    for (const std::string_view name : names) {
        const Json* value = json.find(name);
        if (!value) throw invalid_argument(what + " lack \"" + std::string(name) + "\"", {}, hint);
        values.push_back(value->number(name));
    }
    return values;
}

std::vector<Boundary> boundary_from_json(Names names, const Json* json) {
    std::vector<Boundary> boundary(names.size(), Boundary::none);
    if (!json) return boundary;
    for (const auto& [key, value] : json->object("boundary")) {
        const auto name = std::ranges::find(names, key);
        const auto side = std::ranges::find(boundary_names, value.string("boundary"));
        if (name == names.end() || side == boundary_names.end())
            throw invalid_argument("unknown boundary \"" + key + "\": " + value.text());
        boundary[static_cast<std::size_t>(name - names.begin())] = static_cast<Boundary>(side - boundary_names.begin());
    }
    return boundary;
}

Eigen::MatrixXd covariance_from_json(Names names, const Json* json) {
    if (!json) return {};
    const auto& rows = json->array("covariance");
    const bool square = rows.size() == names.size() && std::ranges::all_of(rows, [&](const Json& row) {
                            return row.array("covariance").size() == names.size();
                        });
    if (!square) throw invalid_argument("covariance must have a row and a column for each parameter");
    Eigen::MatrixXd covariance(index(names.size()), index(names.size()));
    for (std::size_t i = 0; i < names.size(); ++i)
        for (std::size_t j = 0; j < names.size(); ++j)
            covariance(index(i), index(j)) = rows[i].array("covariance")[j].number("covariance");
    return covariance;
}

}  // namespace

std::string defect_of(Names names, std::size_t i, double value) {
    if (names.is_positive(i) && !(value >= least_value && value <= most_value))
        return std::string(names[i]) + " must be a positive number from 1e-150 to 1e+150, not " + shortest(value);
    if (!(std::abs(value) <= most_value))
        return std::string(names[i]) + " must be a number from -1e+150 to 1e+150, not " + shortest(value);
    return {};
}

std::string defect(Names names, const Estimates& estimates) {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (const std::string wrong = defect_of(names, i, estimates.values[i]); !wrong.empty()) return wrong;
    const auto& covariance = estimates.covariance;
    if (!covariance.allFinite() || covariance != covariance.transpose())
        return "covariance must be a symmetric matrix of numbers";
    for (Index i = 0; i < covariance.rows(); ++i)
        if (covariance(i, i) < 0) return "covariance must not be negative on its diagonal";
    return {};
}

std::vector<Coefficient> coefficients(Names names, const Fit& fit) {
    std::vector<Coefficient> all;
    if (!fit.estimates) return all;
    const auto& [values, boundary, covariance] = *fit.estimates;
    for (std::size_t i = 0; i < names.size(); ++i) {
        Coefficient one{std::string(names[i]), boundary_value(boundary[i], values[i]), {}, {}, {}};
        if (boundary[i] == Boundary::none && covariance.size() > 0) {
            const double error = std::sqrt(covariance(index(i), index(i)));
            const double point = names.point_of(i, values[i]);
            one.std_error = names.is_positive(i) ? values[i] * error : error;
            one.lower = names.value_of(i, point - z95 * error);
            one.upper = names.value_of(i, point + z95 * error);
        }
        all.push_back(std::move(one));
    }
    return all;
}

Fit make_fit(Names names, std::string_view model, const Json& parameters) {
    Fit fit{
        Estimates{
            parameters_from_json(names, model, parameters), std::vector<Boundary>(names.size(), Boundary::none), {}},
        {}};
    if (const std::string wrong = defect_of(names, fit); !wrong.empty()) throw invalid_argument(wrong);
    return fit;
}

void save(const Fit& fit, Writer& out) {
    const bool with_covariance = fit.estimates && fit.estimates->covariance.size() > 0;
    out.put<std::uint8_t>(format);
    out.put(static_cast<std::uint8_t>((fit.estimates ? has_estimates : 0) | (fit.report ? has_report : 0) |
                                      (with_covariance ? has_covariance : 0)));
    if (fit.report) fit.report->save(out);
    if (!fit.estimates) return;
    const auto& [values, boundary, covariance] = *fit.estimates;
    for (const double value : values) out.put(value);
    for (const Boundary side : boundary) out.put(static_cast<std::uint8_t>(side));
    for (Index i = 0; i < covariance.rows(); ++i)
        for (Index j = 0; j <= i; ++j) out.put(covariance(i, j));
}

Fit load_fit(Names names, std::string_view model, Reader& in) {
    read_version(in, format, model);
    const auto parts = in.get<std::uint8_t>();
    if (parts > all_parts || ((parts & has_covariance) && !(parts & has_estimates)))
        throw corrupt_data("unknown parts in model of kind " + std::string(model));
    Fit fit;
    if (parts & has_report) fit.report = FitReport::load(in);
    if (parts & has_estimates) {
        auto& [values, boundary, covariance] = fit.estimates.emplace();
        for (std::size_t i = 0; i < names.size(); ++i) values.push_back(in.get<double>());
        for (std::size_t i = 0; i < names.size(); ++i) {
            const auto side = in.get<std::uint8_t>();
            if (side >= boundary_names.size()) throw corrupt_data("unknown boundary in model");
            boundary.push_back(static_cast<Boundary>(side));
        }
        const Index size = parts & has_covariance ? index(names.size()) : 0;
        covariance.resize(size, size);
        for (Index i = 0; i < size; ++i)
            for (Index j = 0; j <= i; ++j) covariance(i, j) = covariance(j, i) = in.get<double>();
    }
    if (const std::string wrong = defect_of(names, fit); !wrong.empty()) throw corrupt_data(wrong);
    return fit;
}

Json::Object to_json(Names names, const Fit& fit) {
    Json::Object json;
    if (fit.estimates) {
        const auto& [values, boundary, covariance] = *fit.estimates;
        Json::Object parameters, sides;
        for (std::size_t i = 0; i < names.size(); ++i) {
            parameters.emplace_back(names[i], values[i]);
            if (boundary[i] != Boundary::none)
                sides.emplace_back(names[i], boundary_names[static_cast<std::size_t>(boundary[i])]);
        }
        json.emplace_back("parameters", std::move(parameters));
        if (!sides.empty()) json.emplace_back("boundary", std::move(sides));
        Json::Array rows;
        for (Index i = 0; i < covariance.rows(); ++i) {
            const Eigen::RowVectorXd row = covariance.row(i);
            rows.emplace_back(Json::Array(row.begin(), row.end()));
        }
        if (!rows.empty()) json.emplace_back("covariance", std::move(rows));
    }
    if (fit.report) json.emplace_back("fit", fit.report->to_json());
    return json;
}

Fit fit_from_json(Names names, std::string_view model, const Json& json) {
    json.expect_keys({"parameters", "boundary", "covariance", "fit"}, "model of kind " + std::string(model));
    Fit fit;
    if (const Json* report = json.find("fit")) fit.report = FitReport::from_json(*report);
    if (const Json* parameters = json.find("parameters"))
        fit.estimates = {parameters_from_json(names, model, *parameters),
                         boundary_from_json(names, json.find("boundary")),
                         covariance_from_json(names, json.find("covariance"))};
    if (const std::string wrong = defect_of(names, fit); !wrong.empty()) throw invalid_argument(wrong);
    return fit;
}

}  // namespace crm::value
