#include "crm/predict/boosting.hpp"

#include <algorithm>
#include <cmath>

#include "crm/foundation/error.hpp"
#include "crm/foundation/rounded.hpp"
#include "crm/predict/binned_features.hpp"
#include "crm/predict/feature_notes.hpp"
#include "crm/predict/tree_growth.hpp"

namespace crm::predict {

namespace {

constexpr std::size_t rows_for_stopping = 10000;

class Boosting {
public:
    Boosting(const FeatureRows& features, const Observed& observed, const BoostedTreesOptions& options,
             std::pmr::memory_resource* memory, const Cancellation& cancellation)
        : features_(features),
          options_(options),
          memory_(memory),
          cancellation_(cancellation),
          learnt_(features.learn(observed.weights, options.encoder, cancellation)),
          rows_(placed(features, learnt_, observed, share_held_out(observed.outcomes.size()), options.seed, memory,
                       cancellation)),
          binned_(features, learnt_, rows_.places, rows_.weights, static_cast<std::size_t>(options.bins), memory,
                  cancellation),
          margins_(memory) {
        rules_.leaves = static_cast<std::size_t>(options.leaves);
        rules_.depth = options.depth.value_or(Tree::most_depth);
        rules_.learning_rate = options.learning_rate;
        rules_.split.l2 = options.l2 / rows_.unit;
        rules_.split.leaf_rows = static_cast<std::size_t>(options.leaf_rows);
        read_monotone();
    }

    BoostedTreesModel::Fitted run() {
        BoostedTreesModel::Fitted fitted;
        fitted.encoder = binned_.encoder();
        fitted.loss = rows_.loss;
        const std::size_t count = rows_.outcomes.size();
        const double weight = rows_.weight_in(0, count);
        FitReport& report = fitted.report.emplace();
        report.observations = std::llround(std::min(weight * rows_.unit, 0x1p53));
        report.distinct_observations = static_cast<std::int64_t>(count);
        const auto [least, most] = std::ranges::minmax(rows_.outcomes);
        if (rows_.loss == Loss::log_loss && least == most) {
            report.message =
                std::string("every outcome is ") + (most > 0 ? "true" : "false") + ": there is nothing to tell apart";
            return fitted;
        }
        fitted.start = start();
        margins_.assign(count, *fitted.start);
        const double without = rows_.mean_loss(margins_, 0, rows_.grown_on, cancellation_);
        if (least < most)
            grow(fitted.trees);
        else
            report.message = "every outcome is " + rounded(most, 6);
        if (least < most && fitted.trees.empty())
            report.message = held_out_loss_ ? "no tree predicts the rows held out better than their mean does"
                                            : "no split by features gains anything; a leaf has at least " +
                                                  std::to_string(options_.leaf_rows) + " rows";
        report.converged = true;
        report.iterations = static_cast<int>(fitted.trees.size());
        for (const Tree& tree : fitted.trees) report.parameters += static_cast<int>(tree.leaves());
        if (rows_.loss == Loss::log_loss)
            report.log_likelihood = -rows_.mean_loss(margins_, 0, count, cancellation_) * weight * rows_.unit;
        fitted.importance = importance(fitted);
        for (const std::string& note : notes(fitted.trees.size(), without))
            report.message += (report.message.empty() ? "" : "; ") + note;
        return fitted;
    }

private:
    double share_held_out(std::size_t rows) const {
        return options_.is_stopping.value_or(rows >= rows_for_stopping) ? options_.held_out : 0;
    }

    void read_monotone() {
        if (options_.monotone.empty()) return;
        for (const auto& [name, direction] : options_.monotone) {
            const auto feature = binned_.encoder().find(name);
            if (!feature) throw invalid_argument("option monotone names no feature: \"" + excerpt(name) + "\"");
            if (!binned_.encoder().features()[*feature].is_numeric())
                throw invalid_argument("option monotone names a categorical feature: \"" + excerpt(name) + "\"", {},
                                       "Only numbers have an order.");
        }
        for (const BinnedColumn& column : binned_.columns()) {
            const auto wanted = options_.monotone.find(binned_.encoder().features()[column.feature].name);
            rules_.split.monotone.push_back(wanted == options_.monotone.end() ? 0 : wanted->second);
        }
    }

    /// The margin that is best for all rows alike.
    double start() const {
        const double all = rows_.weight_in(0, rows_.grown_on);
        double sum = 0, others = 0;
        for (std::size_t row = 0; row < rows_.grown_on; ++row) {
            sum += rows_.weight(row) * rows_.outcomes[row];
            others += rows_.weight(row) * (1 - rows_.outcomes[row]);
        }
        return rows_.loss == Loss::squared ? sum / all : std::log(sum / others);
    }

    /// Leaves margins_ and held_out_loss_ as the trees that are kept make them.
    void grow(std::vector<Tree>& trees) {
        const std::size_t count = rows_.outcomes.size();
        const bool is_stopping = rows_.grown_on < count;
        std::pmr::vector<GradientSums> gradients(rows_.grown_on, memory_);
        std::pmr::vector<double> best_margins(memory_);
        TreeGrowth growth(binned_, rows_.grown_on, rules_, memory_, cancellation_);
        std::size_t best = 0;
        if (is_stopping) {
            best_margins = margins_;
            held_out_loss_ = rows_.mean_loss(margins_, rows_.grown_on, count, cancellation_);
        }
        for (int i = 0; i < options_.trees; ++i) {
            cancellation_.poll();
            const GradientUnits units =
                differentiate(rows_.loss, rows_.outcomes, rows_.weights, margins_, gradients, cancellation_);
            Tree tree = growth.grow(gradients, units, rows_.weights);
            if (tree.nodes.size() == 1) break;
            growth.add_to(margins_);
            trees.push_back(std::move(tree));
            if (!is_stopping) continue;
            const double loss = rows_.mean_loss(margins_, rows_.grown_on, count, cancellation_);
            if (loss < *held_out_loss_) {
                held_out_loss_ = loss;
                best = trees.size();
                best_margins = margins_;
            } else if (trees.size() - best >= static_cast<std::size_t>(options_.patience)) {
                break;
            }
        }
        if (!is_stopping) return;
        trees.resize(best);
        margins_ = best_margins;
    }

    /// From every so manieth row in the canonical order, tree by tree.
    std::vector<double> importance(const BoostedTreesModel::Fitted& fitted) const {
        constexpr std::size_t most = 2000, least = 100, most_steps = 20000000;
        std::size_t nodes = 1;
        for (const Tree& tree : fitted.trees) nodes += tree.nodes.size();
        const std::size_t wanted = std::clamp(most_steps / nodes, least, most);
        const std::size_t stride = (rows_.grown_on + wanted - 1) / wanted;
        const std::size_t width = binned_.encoder().features().size();
        std::vector<double> codes((rows_.grown_on + stride - 1) / stride * width);
        std::size_t row = 0;
        for (const CellChunk& chunk : features_.chunks()) {
            cancellation_.poll();
            for (std::size_t i = 0; i < chunk.rows; ++i) {
                const std::size_t place = rows_.places[row++];
                if (place >= rows_.grown_on || place % stride != 0) continue;
                for (std::size_t f = 0; f < width; ++f)
                    codes[place / stride * width + f] = learnt_.code(f, chunk.at(i, learnt_.column_of(f)));
            }
        }
        std::vector<double> contributions(codes.size(), 0);
        const std::size_t count = width > 0 ? codes.size() / width : 0;
        for (const Tree& tree : fitted.trees) {
            cancellation_.poll();
            const TreeShap shap(std::span(&tree, 1), width);
            for (std::size_t i = 0; i < count; ++i) {
                const auto own = shap.contributions(std::span(codes).subspan(i * width, width));
                for (std::size_t f = 0; f < width; ++f) contributions[i * width + f] += own[f];
            }
        }
        std::vector<double> sums(width, 0);
        double all = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const double weight = rows_.weight(i * stride);
            for (std::size_t f = 0; f < width; ++f) sums[f] += weight * std::abs(contributions[i * width + f]);
            all += weight;
        }
        for (double& sum : sums) sum /= all;
        return sums;
    }

    std::vector<std::string> notes(std::size_t trees, double without) const {
        std::vector<std::string> notes = learnt_.notes;
        for (std::string& note : notes_on_repetition(binned_)) notes.push_back(std::move(note));
        if (rows_.loss == Loss::log_loss)
            for (std::string& note : notes_on_leaks(binned_, rows_.outcomes, cancellation_))
                notes.push_back(std::move(note));
        const double scale = rows_.loss == Loss::squared ? 2 : 1;
        std::string told = std::to_string(trees) + (trees == 1 ? " tree, " : " trees, ") +
                           (rows_.loss == Loss::squared ? "mean squared error " : "log-loss ") +
                           rounded(scale * rows_.mean_loss(margins_, 0, rows_.grown_on, cancellation_), 6) +
                           ", without features " + rounded(scale * without, 6);
        if (held_out_loss_)
            told += ", on " + std::to_string(rows_.outcomes.size() - rows_.grown_on) + " rows held out " +
                    rounded(scale * *held_out_loss_, 6);
        notes.push_back(std::move(told));
        return notes;
    }

    const FeatureRows& features_;
    const BoostedTreesOptions& options_;
    std::pmr::memory_resource* memory_;
    const Cancellation& cancellation_;
    LearntEncoder learnt_;
    PlacedRows rows_;
    BinnedFeatures binned_;
    GrowthRules rules_;
    std::pmr::vector<double> margins_;
    std::optional<double> held_out_loss_;
};

}  // namespace

BoostedTreesModel::Fitted boost(const FeatureRows& features, const Observed& observed,
                                const BoostedTreesOptions& options, std::pmr::memory_resource* memory,
                                const Cancellation& cancellation) {
    return Boosting(features, observed, options, memory, cancellation).run();
}

}  // namespace crm::predict
