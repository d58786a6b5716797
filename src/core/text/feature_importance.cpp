#include "crm/text/feature_importance.hpp"

#include <algorithm>
#include <cmath>

namespace crm::text {

std::pmr::vector<float> feature_importance(const TrainingSet& set, std::span<const std::uint32_t> comments,
                                           std::uint32_t least_comments, std::pmr::memory_resource* memory,
                                           const Cancellation& cancellation) {
    const std::size_t labels = set.label_names.size();
    std::pmr::vector<std::uint32_t> with(set.width() * labels, 0, memory), anywhere(set.width(), 0, memory),
        comments_of(labels, 0, memory);
    Pace pace(cancellation);
    for (const std::uint32_t comment : comments) {
        const auto features = set.entries(comment).features;
        for (const std::uint32_t feature : features) ++anywhere[feature];
        for (const std::uint16_t label : set.labels(comment)) {
            ++comments_of[label];
            for (const std::uint32_t feature : features) {
                ++with[feature * labels + label];
                pace.step();
            }
        }
    }

    constexpr double half = 0.5;  // of a comment, added to every count
    // Where there is one label alone, that some comments have, it is told from "none", which then counts as another.
    const double others = labels > 1 ? static_cast<double>(labels - 1) : 1;
    const auto total = static_cast<double>(comments.size());
    std::pmr::vector<float> importance(set.width(), 0.0F, memory);
    for (std::size_t feature = 0; feature < set.width(); ++feature) {
        if (anywhere[feature] < least_comments) continue;
        double lowest = INFINITY, highest = 0;  // ratio of frequencies
        for (std::size_t label = 0; label < labels; ++label) {
            pace.step();
            const double inside = with[feature * labels + label] + half;
            const double outside = anywhere[feature] - with[feature * labels + label] + half * others;
            const double ratio = inside / (comments_of[label] + 1) / (outside / (total - comments_of[label] + 1));
            lowest = std::min(lowest, ratio);
            highest = std::max(highest, ratio);
        }
        const double idf = 1 + std::log((1 + total) / (1 + anywhere[feature]));
        importance[feature] =
            static_cast<float>(idf * std::sqrt(std::max(std::abs(std::log(lowest)), std::abs(std::log(highest)))));
    }
    return importance;
}

}  // namespace crm::text
