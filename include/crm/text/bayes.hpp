// Naive Bayes for comments: no iterations, one pass, mergeable. For the formulas see doc/text.md.
//
// Margins are those of the literature less what all labels have in common, over the root of the comment's number of
// features, so that long comments are no surer than short ones. With N_fl occurrences of feature f in comments of label
// l, sums N_f, N_l and N, V features and a the smoothing, each occurrence adds
//
//   complement:   ln((a + N_f) / (a + N_f - N_fl)) + ln((aV + N - N_l) / (aV + N))
//   multinomial:  ln((a + N_fl) / (a + N_f)) - ln((aV + N_l) / (aV + N)), and the prior adds ln(comments_l / comments)
//
// A feature that was never seen takes cost_of_unknown from the margins of all labels.
#pragma once
#include <memory>
#include <optional>

#include "crm/foundation/cancellation.hpp"
#include "crm/text/bayes_formula.hpp"
#include "crm/text/comment_model.hpp"

namespace crm::text {

/// Which formula makes margins, and how they become probabilities: found on comments that were left out of the counts,
/// with all their copies, one by one. What the options leave open is what gives them the greatest likelihood.
struct BayesCalibration {
    static constexpr std::size_t least_comments = 20;

    BayesFormula formula;
    std::uint64_t comments = 0;  // it was found on; 0: the probabilities are uncalibrated
    double temperature = 1;
    std::optional<double> least_margin;

    bool operator==(const BayesCalibration&) const = default;
    void save(Writer&) const;
    static BayesCalibration load(Reader&);

    /// Throws what the cancellation throws.
    static BayesCalibration find(const BayesOptions&, const BayesCounts&, const Cancellation&);
};

class TextBayes final : public CommentModel {
public:
    static constexpr std::string_view name = "text_bayes";

    TextBayes(BayesOptions, BayesCounts, const BayesCalibration&);

    /// The same with the calibration that its own counts give.
    static std::unique_ptr<TextBayes> fitted(const BayesOptions&, BayesCounts, const Cancellation& = {});

    static std::unique_ptr<TextBayes> load(Reader&);
    static std::unique_ptr<TextBayes> from_json(const Json&);

    /// Throws: there are no parameters that a person could know.
    [[noreturn]] static std::unique_ptr<TextBayes> make(const Json&);

    const BayesOptions& options() const { return options_; }
    const BayesCounts& counts() const { return counts_; }
    const BayesCalibration& calibration() const { return calibration_; }

    const std::vector<std::string>& labels() const override { return counts_.labels; }
    std::vector<double> margins(const Comment&) const override;
    std::vector<double> probabilities(std::span<const double> margins) const override;
    std::optional<double> least_margin() const override { return calibration_.least_margin; }
    double contributions(const Comment&, std::size_t label, std::vector<Contribution>& found) const override;

    std::string_view kind() const override { return name; }

    /// False for fewer than two labels and without any feature: such a model can still be merged with others.
    bool usable() const override { return counts_.labels.size() > 1 && !counts_.features.empty(); }
    std::optional<FitReport> report() const override;
    std::vector<Coefficient> coefficients() const override { return {}; }
    void save(Writer&) const override;
    Json::Object to_json() const override;

private:
    /// Calls known(feature, begin, end) for each occurrence of a feature that was learnt; gives the number of all.
    template <class Known>
    std::size_t each_known(const Comment&, const Known& known) const;

    void index_features();
    void weigh();

    BayesOptions options_;
    BayesCounts counts_;
    BayesCalibration calibration_;

    std::vector<LabelTerms> terms_;
    std::vector<double> bases_;            // of each feature
    std::vector<double> weights_;          // of each entry of the counts
    std::vector<std::uint16_t> of_label_;  // its label
    std::vector<std::uint32_t> blocks_;    // the first feature whose hash begins with each value of the leading bits
    int block_shift_ = 63;
};

}  // namespace crm::text
