#include "crm/predict/boosted_trees_fit.hpp"

#include <cmath>

#include "crm/foundation/error.hpp"
#include "crm/predict/boosting.hpp"

namespace crm::predict {

namespace {

constexpr int format = 1;
constexpr double largest = 1e100;  // of outcomes and weights: squares and sums of them stay finite

[[noreturn]] void refuse_options() { throw invalid_argument("options of a fit must be the same in every row"); }

bool is_outcome(Loss loss, double outcome) {
    return loss == Loss::log_loss ? outcome == 0 || outcome == 1 : std::abs(outcome) <= largest;
}

}  // namespace

bool BoostedTreesFit::is_counted(Loss loss, double outcome, double weight) {
    if (!is_outcome(loss, outcome))
        throw invalid_argument("outcome must be a number between -1e100 and 1e100, not " + shortest(outcome), {},
                               "Rows whose outcome is not known are skipped where it is NULL.");
    if (!(weight >= 0) || !std::isfinite(weight))
        throw invalid_argument("weight must be a finite number, 0 or more, not " + shortest(weight));
    if (weight > largest || (weight > 0 && weight < 1 / largest))
        throw invalid_argument("weight must be 0 or between 1e-100 and 1e100, not " + shortest(weight));
    if (weight > 0 && outcomes_.size() >= GradientUnits::most_rows)
        throw limit_exceeded("more than " + std::to_string(GradientUnits::most_rows) + " rows in a fit of trees", {},
                             "Aggregate a sample of the rows.");
    loss_ = loss;
    return weight > 0;
}

void BoostedTreesFit::count(double outcome, double weight) {
    if (weight != 1 && weights_.empty()) weights_.resize(outcomes_.size(), 1);
    if (weight != 1 || !weights_.empty()) weights_.push_back(weight);
    outcomes_.push_back(outcome);
}

BoostedTreesOptions BoostedTreesFit::options() const {
    if (options_.empty()) return {};
    Reader in(options_);
    return BoostedTreesOptions::load(in);
}

void BoostedTreesFit::set(const BoostedTreesOptions& options, std::uint64_t edition) {
    if (edition != 0 && edition == edition_) return;
    Writer out;
    options.save(out);
    if (outcomes_.empty())
        options_.assign(out.bytes().begin(), out.bytes().end());
    else if (options != this->options())
        refuse_options();
    edition_ = edition;
}

void BoostedTreesFit::merge(const BoostedTreesFit& other, const Cancellation& cancellation) {
    skipped_ += other.skipped_;
    if (other.outcomes_.empty()) return;
    if (outcomes_.empty()) {
        loss_ = other.loss_;
        options_ = other.options_;
        edition_ = 0;
    }
    if (options() != other.options()) refuse_options();
    if (loss_ != other.loss_) throw corrupt_data("aggregate states of different outcomes");
    rows_.merge(other.rows_, cancellation);
    if (!weights_.empty() || !other.weights_.empty()) {
        weights_.resize(outcomes_.size(), 1);
        if (other.weights_.empty())
            weights_.resize(outcomes_.size() + other.outcomes_.size(), 1);
        else
            weights_.insert(weights_.end(), other.weights_.begin(), other.weights_.end());
    }
    outcomes_.insert(outcomes_.end(), other.outcomes_.begin(), other.outcomes_.end());
}

void BoostedTreesFit::save(Writer& out) const {
    out.put<std::uint8_t>(format);
    out.put(static_cast<std::uint8_t>(loss_));
    out.varint(skipped_);
    out.varint(options_.size());
    out.raw(options_.data(), options_.size());
    out.varint(outcomes_.size());
    for (const double outcome : outcomes_)
        if (loss_ == Loss::log_loss)
            out.put(static_cast<std::uint8_t>(outcome));
        else
            out.put(outcome);
    out.varint(weights_.size());
    for (const double weight : weights_) out.put(weight);
    rows_.save(out);
}

void BoostedTreesFit::load(Reader& in, const Cancellation& cancellation) {
    read_version(in, format, "aggregate state");
    const auto loss = in.get<std::uint8_t>();
    if (loss > static_cast<std::uint8_t>(Loss::squared)) throw corrupt_data("unknown outcome in state");
    loss_ = static_cast<Loss>(loss);
    skipped_ = in.varint();
    const Bytes options = in.take(in.count());
    options_.assign(options.begin(), options.end());
    if (!options_.empty()) {
        Reader saved(options_);
        BoostedTreesOptions::load(saved);
        saved.expect_end();
    }
    outcomes_.resize(in.count(loss_ == Loss::log_loss ? 1 : sizeof(double)));
    for (double& outcome : outcomes_) {
        outcome = loss_ == Loss::log_loss ? in.get<std::uint8_t>() : in.get<double>();
        if (!is_outcome(loss_, outcome)) throw corrupt_data("impossible outcome in state");
    }
    weights_.resize(in.count(sizeof(double)));
    for (double& weight : weights_) {
        weight = in.get<double>();
        if (!(weight >= 1 / largest && weight <= largest)) throw corrupt_data("impossible weight in state");
    }
    rows_.load(in, cancellation);
    if (rows_.size() != outcomes_.size() || (!weights_.empty() && weights_.size() != outcomes_.size()))
        throw corrupt_data("rows and outcomes of state do not match");
}

std::unique_ptr<BoostedTreesModel> BoostedTreesFit::finish(const Cancellation& cancellation) const {
    if (outcomes_.empty()) return nullptr;
    if (outcomes_.size() > GradientUnits::most_rows)
        throw limit_exceeded("more than " + std::to_string(GradientUnits::most_rows) + " rows in a fit of trees", {},
                             "Aggregate a sample of the rows.");
    auto fitted = boost(rows_, {loss_, outcomes_, weights_}, options(), memory_, cancellation);
    fitted.report->skipped = static_cast<std::int64_t>(skipped_);
    return std::make_unique<BoostedTreesModel>(std::move(fitted));
}

}  // namespace crm::predict
