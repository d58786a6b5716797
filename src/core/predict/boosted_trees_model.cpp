#include "crm/predict/boosted_trees_model.hpp"

#include <cmath>

#include "crm/foundation/error.hpp"

namespace crm::predict {

namespace {

constexpr int format = 1;
constexpr std::string_view what = "model of boosted trees";
constexpr std::string_view predicted[] = {"probability", "number"};  // by loss

std::string defect_of(const BoostedTreesModel::Fitted& fitted) {
    if (fitted.start && !std::isfinite(*fitted.start)) return "start of a model of boosted trees is not finite";
    if (!fitted.importance.empty() && fitted.importance.size() != fitted.encoder.features().size())
        return "number of importances must be that of the features";
    for (const double one : fitted.importance)
        if (!(one >= 0) || !std::isfinite(one)) return "importance of a feature is not a finite number, 0 or more";
    return {};
}

}  // namespace

BoostedTreesModel::BoostedTreesModel(Fitted fitted) : fitted_(std::move(fitted)), forest_(fitted_.trees) {
    if (const std::string wrong = defect_of(fitted_); !wrong.empty()) throw invalid_argument(wrong);
    base_ = fitted_.start.value_or(0);
    for (const Tree& tree : fitted_.trees) base_ += tree.mean();
}

std::vector<double> BoostedTreesModel::contributions(std::span<const double> codes) const {
    if (!shap_) shap_.emplace(fitted_.trees, fitted_.encoder.features().size());
    return shap_->contributions(codes);
}

double BoostedTreesModel::prediction(double margin) const {
    if (fitted_.loss == Loss::squared) return margin;
    const double decay = std::exp(-std::abs(margin));
    return margin >= 0 ? 1 / (1 + decay) : decay / (1 + decay);
}

void BoostedTreesModel::save(Writer& out) const {
    out.put<std::uint8_t>(format);
    fitted_.encoder.save(out);
    out.put(static_cast<std::uint8_t>(fitted_.loss));
    out.put<std::uint8_t>(fitted_.start.has_value());
    out.put(fitted_.start.value_or(0));
    out.varint(fitted_.trees.size());
    for (const Tree& tree : fitted_.trees) tree.save(out, fitted_.encoder);
    out.varint(fitted_.importance.size());
    for (const double one : fitted_.importance) out.put(one);
    out.put<std::uint8_t>(fitted_.report.has_value());
    if (fitted_.report) fitted_.report->save(out);
}

std::unique_ptr<BoostedTreesModel> BoostedTreesModel::load(Reader& in) {
    read_version(in, format, what);
    Fitted fitted;
    fitted.encoder = Encoder::load(in);
    const auto loss = in.get<std::uint8_t>();
    if (loss > static_cast<std::uint8_t>(Loss::squared)) throw corrupt_data("unknown loss of a model of boosted trees");
    fitted.loss = static_cast<Loss>(loss);
    const bool has_start = in.get<std::uint8_t>() != 0;
    if (const double start = in.get<double>(); has_start) fitted.start = start;
    const std::size_t trees = in.count(1 + 2 * sizeof(double));
    for (std::size_t i = 0; i < trees; ++i) fitted.trees.push_back(Tree::load(in, fitted.encoder));
    fitted.importance.resize(in.count(sizeof(double)));
    for (double& one : fitted.importance) one = in.get<double>();
    if (in.get<std::uint8_t>() != 0) fitted.report = FitReport::load(in);
    if (const std::string wrong = defect_of(fitted); !wrong.empty()) throw corrupt_data(wrong);
    return std::make_unique<BoostedTreesModel>(std::move(fitted));
}

Json::Object BoostedTreesModel::to_json() const {
    Json::Object json{{"encoder", fitted_.encoder.to_json()},
                      {"predicts", predicted[static_cast<std::size_t>(fitted_.loss)]}};
    if (fitted_.start) json.emplace_back("start", *fitted_.start);
    Json::Array trees;
    for (const Tree& tree : fitted_.trees) trees.push_back(tree.to_json(fitted_.encoder));
    json.emplace_back("trees", std::move(trees));
    if (!fitted_.importance.empty())
        json.emplace_back("importance", Json::Array(fitted_.importance.begin(), fitted_.importance.end()));
    if (fitted_.report) json.emplace_back("fit", fitted_.report->to_json());
    return json;
}

std::unique_ptr<BoostedTreesModel> BoostedTreesModel::from_json(const Json& json) {
    json.expect_keys({"encoder", "predicts", "start", "trees", "importance", "fit"}, what);
    Fitted fitted;
    fitted.encoder = Encoder::from_json(json.at("encoder", what));
    const std::string& predicts = json.at("predicts", what).string("predicts");
    if (predicts != predicted[0] && predicts != predicted[1])
        throw invalid_argument("predicts must be \"probability\" or \"number\", not \"" + excerpt(predicts) + "\"");
    fitted.loss = predicts == predicted[0] ? Loss::log_loss : Loss::squared;
    if (const Json* start = json.find("start")) fitted.start = start->number("start");
    for (const Json& tree : json.at("trees", what).array("trees"))
        fitted.trees.push_back(Tree::from_json(tree, fitted.encoder));
    if (const Json* importance = json.find("importance"))
        for (const Json& one : importance->array("importance")) fitted.importance.push_back(one.number("importance"));
    if (const Json* report = json.find("fit")) fitted.report = FitReport::from_json(*report);
    return std::make_unique<BoostedTreesModel>(std::move(fitted));
}

}  // namespace crm::predict
