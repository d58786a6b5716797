// Rows that several kinds of predictive models give.
#pragma once
#include "bind/row.hpp"
#include "crm/predict/predictive_model.hpp"

namespace crm::bind {

using predict::FeatureContribution;

template <>
struct Row<FeatureContribution> {
    using Text = std::optional<std::string>;
    using Columns = std::tuple<std::string, Text, double, std::optional<double>, Text>;
    static Columns columns(const FeatureContribution& one) {
        return {one.feature, one.value, one.contribution, one.share, one.direction};
    }
};

}  // namespace crm::bind
