#include "crm/text/comment_model.hpp"

#include <algorithm>
#include <numeric>

namespace crm::text {

namespace {

struct Scored {
    std::vector<double> margins, probabilities;
    std::vector<std::size_t> order;  // labels, likeliest first
};

Scored score(const CommentModel& model, const Comment& comment) {
    Scored scored{model.margins(comment), {}, {}};
    scored.probabilities = model.probabilities(scored.margins);
    scored.order.resize(scored.margins.size());
    std::iota(scored.order.begin(), scored.order.end(), std::size_t{0});
    std::ranges::stable_sort(scored.order, std::greater{}, [&](std::size_t label) { return scored.margins[label]; });
    return scored;
}

bool is_other(const CommentModel& model, double greatest_margin) {
    const auto least = model.least_margin();
    return least && greatest_margin < *least;
}

}  // namespace

std::size_t CommentModel::index_of(std::string_view label) const {
    const auto& known = labels();
    const auto found =
        std::ranges::lower_bound(known, label, {}, [](const auto& name) { return std::string_view(name); });
    if (found == known.end() || *found != label)
        throw invalid_argument("model has no label \"" + std::string(label) + "\"", {},
                               "crm.model_card(model) lists its labels.");
    return static_cast<std::size_t>(found - known.begin());
}

Classification classify(const CommentModel& model, const Comment& comment) {
    const std::vector<double> margins = model.margins(comment);
    const auto best = static_cast<std::size_t>(std::ranges::max_element(margins) - margins.begin());
    return {model.labels()[best], model.probabilities(margins)[best], margins[best], is_other(model, margins[best])};
}

std::vector<LabelProbability> classify_top(const CommentModel& model, const Comment& comment, std::size_t most) {
    const Scored scored = score(model, comment);
    std::vector<LabelProbability> top;
    for (const std::size_t label : std::span(scored.order).first(std::min(most, scored.order.size())))
        top.push_back({model.labels()[label], scored.probabilities[label], scored.margins[label]});
    return top;
}

std::vector<LabelProbability> classify_all(const CommentModel& model, const Comment& comment) {
    const Scored scored = score(model, comment);
    std::vector<LabelProbability> given;
    for (const std::size_t label : scored.order) {
        const bool reached = model.several() ? scored.probabilities[label] >= model.threshold(label)
                                             : given.empty() && !is_other(model, scored.margins[label]);
        if (reached) given.push_back({model.labels()[label], scored.probabilities[label], scored.margins[label]});
    }
    return given;
}

double label_probability(const CommentModel& model, const Comment& comment, std::string_view label) {
    const std::size_t index = model.index_of(label);
    return model.probabilities(model.margins(comment))[index];
}

}  // namespace crm::text
