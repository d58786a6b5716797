#include "crm/predict/logistic_options.hpp"

#include <cmath>

#include "crm/foundation/error.hpp"

namespace crm::predict {

namespace {

constexpr int most_iterations = 1000, most_folds = 20;

double at_least_0(const Json& json, std::string_view key, double otherwise) {
    const Json* const value = json.find(key);
    if (!value) return otherwise;
    const double number = value->number(key);
    if (!(number >= 0) || !std::isfinite(number))
        throw invalid_argument(std::string(key) + " must be a finite number, 0 or more, not " + shortest(number));
    return number;
}

}  // namespace

LogisticOptions LogisticOptions::from_json(const Json& json) {
    json.expect_keys(
        {"l1", "l2", "penalty", "mixing", "folds", "seed", "max_iterations", "names", "rare", "levels", "reference"},
        "options of a fit");
    LogisticOptions options;
    options.l1 = at_least_0(json, "l1", 0);
    options.l2 = at_least_0(json, "l2", 0);
    if (const Json* penalty = json.find("penalty")) {
        const std::string& word = penalty->string("penalty");
        if (word != "auto" && word != "none")
            throw invalid_argument("penalty must be \"auto\" or \"none\", not \"" + excerpt(word) + "\"", {},
                                   "A strength of your own is given as l1 and l2.");
        options.automatic = word == "auto";
        if (json.find("l1") || json.find("l2"))
            throw invalid_argument("penalty and a strength of one's own exclude each other", {},
                                   "Leave out penalty, or l1 and l2.");
    }
    options.mixing = at_least_0(json, "mixing", 1);
    if (options.mixing > 1) throw invalid_argument("mixing must be between 0 and 1, not " + shortest(options.mixing));
    if (const Json* folds = json.find("folds"))
        options.folds = static_cast<int>(folds->integer("folds", 2, most_folds));
    constexpr std::int64_t largest = std::int64_t{1} << 53;
    if (const Json* seed = json.find("seed"))
        options.seed = static_cast<std::uint64_t>(seed->integer("seed", 0, largest));
    if (const Json* most = json.find("max_iterations"))
        options.max_iterations = static_cast<int>(most->integer("max_iterations", 1, most_iterations));
    options.encoder.read(json);
    return options;
}

void LogisticOptions::save(Writer& out) const {
    out.put(l1);
    out.put(l2);
    out.put<std::uint8_t>(automatic);
    out.put(mixing);
    out.varint(static_cast<std::uint64_t>(folds));
    out.put(seed);
    out.varint(static_cast<std::uint64_t>(max_iterations));
    encoder.save(out);
}

LogisticOptions LogisticOptions::load(Reader& in) {
    LogisticOptions options;
    options.l1 = in.get<double>();
    options.l2 = in.get<double>();
    options.automatic = in.get<std::uint8_t>() != 0;
    options.mixing = in.get<double>();
    const std::uint64_t folds = in.varint();
    options.seed = in.get<std::uint64_t>();
    const std::uint64_t iterations = in.varint();
    const auto is_strength = [](double value) { return value >= 0 && std::isfinite(value); };
    if (!is_strength(options.l1) || !is_strength(options.l2) || !(options.mixing >= 0 && options.mixing <= 1) ||
        folds < 2 || folds > most_folds || iterations < 1 || iterations > most_iterations)
        throw corrupt_data("impossible options of a fit in state");
    options.folds = static_cast<int>(folds);
    options.max_iterations = static_cast<int>(iterations);
    options.encoder = EncoderOptions::load(in);
    return options;
}

}  // namespace crm::predict
