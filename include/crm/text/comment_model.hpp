// What every model that gives labels to comments can be asked.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/model.hpp"
#include "crm/text/features.hpp"

namespace crm::text {

struct Classification {
    std::string label;
    double probability;  // of the label, calibrated where the model is
    double margin;       // how strongly the comment speaks for the label; the larger the surer
    bool is_other;       // the margin is below what nearly all comments of the known labels have
};

struct LabelProbability {
    std::string label;
    double probability;
    double margin;
};

/// What one occurrence of a feature adds to the margin of a label.
struct Contribution {
    std::uint32_t begin, end;  // characters of the folded comment
    bool is_phrase;            // rather than a piece of a word
    double weight;
};

/// Labels lie in alphabetical order of their bytes; a label's index is its place there.
class CommentModel : public Model {
public:
    virtual const std::vector<std::string>& labels() const = 0;

    /// Whether a comment may have several labels, or none.
    virtual bool several() const { return false; }

    /// A number for each label; larger speaks for it.
    virtual std::vector<double> margins(const Comment&) const = 0;

    /// The probability of each label, from its margins: they sum to 1 unless the model gives several labels.
    virtual std::vector<double> probabilities(std::span<const double> margins) const = 0;

    /// A comment whose greatest margin is below is "other". None when there was nothing to learn it from.
    virtual std::optional<double> least_margin() const = 0;

    /// From which probability on a label is given, where a comment may have several.
    virtual double threshold(std::size_t /*label*/) const { return 0.5; }

    /// The label's margin is the number returned, which no feature explains, plus the weights of all contributions.
    virtual double contributions(const Comment&, std::size_t label, std::vector<Contribution>& found) const = 0;

    /// Throws invalid_argument when there is no such label.
    std::size_t index_of(std::string_view label) const;
};

/// The likeliest label; of equal ones the first in alphabetical order.
Classification classify(const CommentModel&, const Comment&);

/// The `most` likeliest labels, likeliest first.
std::vector<LabelProbability> classify_top(const CommentModel&, const Comment&, std::size_t most);

/// The labels whose probability reaches their threshold, likeliest first; of a model that gives one label that one,
/// unless the comment is "other".
std::vector<LabelProbability> classify_all(const CommentModel&, const Comment&);

double label_probability(const CommentModel&, const Comment&, std::string_view label);

}  // namespace crm::text
