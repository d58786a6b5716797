#include "crm/value/fit_options.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "crm/foundation/error.hpp"

namespace crm::value {

namespace {

using Role = FitOptions::Role;
using Setting = FitOptions::Setting;

constexpr int most_iterations = 100000, most_replicates = 10000;
constexpr std::size_t most_settings = 1000;

bool before(const Setting& one, const Setting& other) {
    return std::pair(one.parameter, one.role) < std::pair(other.parameter, other.role);
}

std::uint16_t parameter_named(Names names, std::string_view model, const std::string& name, const std::string& option) {
    const auto found = std::ranges::find(names, name);
    if (found != names.end()) return static_cast<std::uint16_t>(found - names.begin());
    std::string list;
    for (const std::string_view known : names) list += (list.empty() ? "" : ", ") + std::string(known);
    throw invalid_argument("unknown parameter \"" + name + "\" in option " + option, {},
                           "The parameters of " + std::string(model) + " are " + list + ".");
}

double positive(const Json& value, const std::string& what) {
    const double number = value.number(what);
    if (!(number > 0) || !std::isfinite(number))
        throw invalid_argument(what + " must be a positive number, not " + shortest(number));
    return number;
}

double value_of(Names names, std::uint16_t parameter, const Json& value, const std::string& what) {
    const double number = value.number(what);
    if (const std::string wrong = defect_of(names, parameter, number); !wrong.empty()) throw invalid_argument(wrong);
    return number;
}

Setting prior_of(Names names, std::uint16_t parameter, const std::string& name, const Json& json) {
    const std::string what = "prior of " + name;
    json.expect_keys({"gamma", "normal"}, what);
    const Json* gamma = json.find("gamma");
    const Json* normal = json.find("normal");
    if (!gamma == !normal)
        throw invalid_argument(what + " must be one distribution", {},
                               "Give {\"gamma\": [shape, rate]} or {\"normal\": [mean, standard deviation]}.");
    const auto& numbers = (gamma ? gamma : normal)->array(what);
    if (numbers.size() != 2)
        throw invalid_argument(
            what + " must have two numbers, not " + std::to_string(numbers.size()), {},
            "A gamma distribution has a shape and a rate, a normal one a mean and a standard deviation.");
    const double second = positive(numbers[1], what);
    if (gamma && !names.is_positive(parameter))
        throw invalid_argument(what + " must be normal, since a coefficient may be negative");
    if (gamma) return {parameter, Role::gamma_prior, positive(numbers[0], what), second};
    const double mean = numbers[0].number(what);
    if (!std::isfinite(mean)) throw invalid_argument(what + " must be finite, not " + shortest(mean));
    return {parameter, Role::normal_prior, mean, second};
}

}  // namespace

FitOptions FitOptions::from_json(Names names, std::string_view model, const Json& json) {
    json.expect_keys({"penalty", "prior", "start", "fix", "max_iterations", "bootstrap"}, "options of a fit");
    FitOptions options;
    if (const Json* penalty = json.find("penalty")) {
        options.penalty_ = penalty->number("penalty");
        if (!(options.penalty_ >= 0) || !std::isfinite(options.penalty_))
            throw invalid_argument("penalty must be a finite number, 0 or more, not " + shortest(options.penalty_));
    }
    if (const Json* most = json.find("max_iterations"))
        options.max_iterations_ = static_cast<int>(most->integer("max_iterations", 0, most_iterations));
    if (const Json* bootstrap = json.find("bootstrap")) {
        bootstrap->expect_keys({"replicates", "seed"}, "option bootstrap");
        options.replicates_ =
            static_cast<int>(bootstrap->at("replicates", "option bootstrap").integer("replicates", 2, most_replicates));
        constexpr std::int64_t largest = std::int64_t{1} << 53;
        if (const Json* seed = bootstrap->find("seed"))
            options.seed_ = static_cast<std::uint64_t>(seed->integer("seed", 0, largest));
    }
    const auto each = [&](const std::string& option, auto put) {
        const Json* const settings = json.find(option);
        if (!settings) return;
        for (const auto& [name, value] : settings->object("option " + option))
            options.settings_.push_back(put(parameter_named(names, model, name, option), name, value));
    };
    each("start", [names](std::uint16_t parameter, const std::string& name, const Json& value) {
        return Setting{parameter, Role::start, value_of(names, parameter, value, "start of " + name), 0};
    });
    each("fix", [names](std::uint16_t parameter, const std::string& name, const Json& value) {
        return Setting{parameter, Role::fix, value_of(names, parameter, value, name), 0};
    });
    each("prior", [names](std::uint16_t parameter, const std::string& name, const Json& value) {
        return prior_of(names, parameter, name, value);
    });
    std::ranges::sort(options.settings_, before);
    return options;
}

std::optional<double> FitOptions::find(std::size_t parameter, Role role) const {
    for (const Setting& setting : settings_)
        if (setting.parameter == parameter && setting.role == role) return setting.first;
    return {};
}

std::optional<double> FitOptions::fixed(std::size_t parameter) const { return find(parameter, Role::fix); }

bool FitOptions::has_prior() const {
    return penalty_ > 0 || std::ranges::any_of(settings_, [](const Setting& setting) {
               return setting.role == Role::gamma_prior || setting.role == Role::normal_prior;
           });
}

bool FitOptions::has_start() const {
    return std::ranges::any_of(settings_, [](const Setting& setting) { return setting.role == Role::start; });
}

FitOptions FitOptions::with_fixed(std::size_t parameter, double value) const {
    FitOptions options = *this;
    std::erase_if(options.settings_, [parameter](const Setting& setting) {
        return setting.parameter == parameter && setting.role == Role::fix;
    });
    options.settings_.push_back({static_cast<std::uint16_t>(parameter), Role::fix, value, 0});
    std::ranges::sort(options.settings_, before);
    return options;
}

FitOptions FitOptions::for_replicate(const Estimates& first) const {
    FitOptions replicate = *this;
    replicate.replicates_ = 0;
    std::erase_if(replicate.settings_,
                  [](const Setting& setting) { return setting.role == Role::start || setting.role == Role::fix; });
    for (std::size_t i = 0; i < first.values.size(); ++i) {
        const Role role = first.boundary[i] == Boundary::fixed ? Role::fix : Role::start;
        replicate.settings_.push_back({static_cast<std::uint16_t>(i), role, first.values[i], 0});
    }
    return replicate;
}

void FitOptions::save(Writer& out) const {
    out.put(penalty_);
    out.varint(max_iterations_ ? static_cast<std::uint64_t>(*max_iterations_) + 1 : 0);
    out.varint(static_cast<std::uint64_t>(replicates_));
    out.put(seed_);
    out.varint(settings_.size());
    for (const Setting& setting : settings_) {
        out.put(setting.parameter);
        out.put(static_cast<std::uint8_t>(setting.role));
        out.put(setting.first);
        out.put(setting.second);
    }
}

void FitOptions::load(Reader& in, std::size_t parameters) {
    penalty_ = in.get<double>();
    const std::uint64_t iterations = in.varint(), replicates = in.varint();
    seed_ = in.get<std::uint64_t>();
    const std::size_t count = in.count(3 + 2 * sizeof(double));
    if (!(penalty_ >= 0) || !std::isfinite(penalty_) || iterations > most_iterations + 1 ||
        replicates > most_replicates || count > most_settings)
        throw corrupt_data("impossible options of a fit in state");
    if (iterations > 0) max_iterations_ = static_cast<int>(iterations - 1);
    replicates_ = static_cast<int>(replicates);
    for (std::size_t i = 0; i < count; ++i) {
        const auto parameter = in.get<std::uint16_t>();
        const auto role = in.get<std::uint8_t>();
        const double first = in.get<double>(), second = in.get<double>();
        if (parameter >= parameters || role > static_cast<std::uint8_t>(Role::normal_prior) || !std::isfinite(first) ||
            !std::isfinite(second))
            throw corrupt_data("impossible options of a fit in state");
        settings_.push_back({parameter, static_cast<Role>(role), first, second});
    }
}

}  // namespace crm::value
