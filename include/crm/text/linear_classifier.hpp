// A linear classifier of comments as it is stored: weights of one byte, the smallest left out.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crm/text/comment_model.hpp"
#include "crm/text/vocabulary.hpp"

namespace crm::text {

/// What a label's margin is made of: bias + sum of value * weight, where the values of a comment's phrases and of its
/// pieces, each term_weight(count) * importance, are scaled to length 1.
class LinearClassifier : public CommentModel {
public:
    static constexpr std::string_view name = "text_classifier";

    /// The weights of one feature: scale * byte for each label that has one.
    struct Feature {
        std::uint64_t hash;
        float importance, scale;
        std::vector<std::pair<std::uint16_t, std::int8_t>> weights;  // by label, ascending
    };

    struct Parts {
        FeatureOptions options;
        bool several = false;
        std::vector<std::string> labels;  // ascending
        std::vector<float> biases;
        double temperature = 1;
        std::optional<double> least_margin;
        std::vector<double> thresholds;  // one for each label when several
        std::vector<CardRow> card;
        FitReport report;
    };

    /// Features come in the order of their hashes. A classifier without labels is one that could not be fitted.
    explicit LinearClassifier(Parts parts);
    void add(const Feature& feature);

    static std::unique_ptr<LinearClassifier> load(Reader&);
    static std::unique_ptr<LinearClassifier> from_json(const Json&);
    [[noreturn]] static std::unique_ptr<LinearClassifier> make(const Json&);

    std::string_view kind() const override { return name; }
    bool usable() const override { return !parts_.labels.empty(); }
    std::optional<FitReport> report() const override { return parts_.report; }
    std::vector<Coefficient> coefficients() const override { return {}; }
    void save(Writer&) const override;
    Json::Object to_json() const override;

    const std::vector<std::string>& labels() const override { return parts_.labels; }
    bool several() const override { return parts_.several; }
    std::vector<double> margins(const Comment&) const override;
    std::vector<double> probabilities(std::span<const double> margins) const override;
    std::optional<double> least_margin() const override { return parts_.least_margin; }
    double threshold(std::size_t label) const override {
        return parts_.several ? parts_.thresholds[label] : CommentModel::threshold(label);
    }
    double contributions(const Comment&, std::size_t label, std::vector<Contribution>&) const override;

    std::vector<CardRow> card() const override { return parts_.card; }

private:
    struct Stored {
        float importance, scale;
        std::uint32_t begin, end;  // in weight_labels_ and weights_
    };

    struct Term {
        std::uint32_t feature, count;
        float value;
    };

    /// The features of a comment that the model knows, ascending.
    std::vector<Term> terms(const Comment&) const;

    Parts parts_;
    Vocabulary vocabulary_;
    std::vector<Stored> features_;
    std::vector<std::uint16_t> weight_labels_;
    std::vector<std::int8_t> weights_;
};

/// Probabilities that sum to 1: margins / temperature through the soft-max.
std::vector<double> soft_max(std::span<const double> margins, double temperature);

}  // namespace crm::text
