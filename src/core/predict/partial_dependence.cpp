#include "crm/predict/partial_dependence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "crm/foundation/error.hpp"

namespace crm::predict {

namespace {

constexpr int most_points = 1000;
constexpr std::size_t numbers_of_chunk = std::size_t{1} << 17;  // a megabyte

std::size_t place_of(const PredictiveModel& model, std::string_view feature) {
    if (const auto found = model.encoder().find(feature)) return *found;
    std::string known;
    constexpr std::size_t most = 20;
    const auto& features = model.encoder().features();
    for (std::size_t i = 0; i < std::min(most, features.size()); ++i)
        known += (i == 0 ? "" : ", ") + excerpt(features[i].name);
    if (features.size() > most) known += ", ...";
    throw invalid_argument("model has no feature \"" + excerpt(feature) + "\"", {}, "Its features are " + known + ".");
}

/// Of sorted numbers: all distinct ones, or as many quantiles from the least to the greatest.
std::vector<double> grid_of(const std::vector<double>& sorted, int points) {
    std::vector<double> distinct(sorted);
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    if (distinct.size() <= static_cast<std::size_t>(points)) return distinct;
    std::vector<double> grid;
    for (int k = 0; k < points; ++k) {
        const double at = static_cast<double>(k) / (points - 1) * static_cast<double>(sorted.size() - 1);
        grid.push_back(sorted[static_cast<std::size_t>(std::llround(at))]);
    }
    grid.erase(std::unique(grid.begin(), grid.end()), grid.end());
    return grid;
}

/// Shares of sorted numbers by the nearest of the grid, the lower of two as near.
std::vector<double> shares_of(const std::vector<double>& sorted, const std::vector<double>& grid, std::size_t rows) {
    std::vector<double> shares;
    auto from = sorted.begin();
    for (std::size_t i = 0; i < grid.size(); ++i) {
        const auto to =
            i + 1 == grid.size() ? sorted.end() : std::upper_bound(from, sorted.end(), grid[i] / 2 + grid[i + 1] / 2);
        shares.push_back(static_cast<double>(to - from) / static_cast<double>(rows));
        from = to;
    }
    return shares;
}

/// The smallest value that at least this share of all does not exceed; reorders them.
double quantile(std::vector<double>& values, double share) {
    const double rank = std::ceil(share * static_cast<double>(values.size()));
    const auto at = values.begin() + std::max<std::ptrdiff_t>(std::llround(rank) - 1, 0);
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

bool is_code(const Feature& feature, double code) {
    if (std::isnan(code)) return true;
    if (feature.is_numeric()) return std::isfinite(code);
    return code >= 0 && code < static_cast<double>(feature.levels.size()) && code == std::floor(code);
}

struct GridPoint {
    double code, share;
};

}  // namespace

PartialDependenceOptions PartialDependenceOptions::from_json(const Json& json) {
    json.expect_keys({"points"}, "options of a partial dependence");
    PartialDependenceOptions options;
    if (const Json* points = json.find("points"))
        options.points = static_cast<int>(points->integer("points", 2, most_points));
    return options;
}

void PartialDependenceRows::agree(std::string_view feature, int points) {
    if (points_ == 0) {
        feature_ = feature;
        points_ = points;
    } else if (feature_ != feature || points_ != points) {
        throw invalid_argument("feature and points must be the same for all rows of a group", {},
                               "Make a group of each feature with GROUP BY.");
    }
}

void PartialDependenceRows::append(std::span<const double> codes) {
    if (chunks_.empty() || chunks_.back().size() + codes.size() > std::max(numbers_of_chunk, codes.size()))
        chunks_.emplace_back();
    chunks_.back().insert(chunks_.back().end(), codes.begin(), codes.end());
    ++rows_;
}

void PartialDependenceRows::add(const PredictiveModel& model, std::span<const double> codes, std::string_view feature,
                                const PartialDependenceOptions& options) {
    if (points_ == 0) {
        (void)place_of(model, feature);
        width_ = codes.size();
    }
    agree(feature, options.points);
    append(codes);
}

void PartialDependenceRows::merge(const PartialDependenceRows& other, const Cancellation& cancellation) {
    if (other.points_ == 0) return;
    agree(other.feature_, other.points_);
    if (rows_ == 0) width_ = other.width_;
    if (width_ != other.width_) throw corrupt_data("rows of another model in state");
    for (const auto& chunk : other.chunks_) {
        cancellation.poll();
        for (std::size_t at = 0; at < chunk.size(); at += width_) append(std::span(chunk).subspan(at, width_));
    }
}

void PartialDependenceRows::save(Writer& out) const {
    out.varint(static_cast<std::uint64_t>(points_));
    if (points_ == 0) return;
    out.text(feature_);
    out.varint(width_);
    out.varint(rows_);
    for (const auto& chunk : chunks_)
        for (const double code : chunk) out.put(code);
}

void PartialDependenceRows::load(Reader& in, const Cancellation& cancellation) {
    const std::uint64_t points = in.varint();
    if (points == 0) return;
    if (points > most_points) throw corrupt_data("impossible options in state");
    agree(in.text(), static_cast<int>(points));
    const std::uint64_t width = in.varint(), rows = in.varint();
    if (width == 0 || width > most_features || rows > in.rest().size() / (width * sizeof(double)))
        throw corrupt_data("impossible rows in state");
    width_ = static_cast<std::size_t>(width);
    std::vector<double> codes(width_);
    Pace pace(cancellation);
    for (std::uint64_t left = rows; left > 0; --left) {
        pace.step();
        for (double& code : codes) code = in.get<double>();
        append(codes);
    }
}

std::vector<PartialDependence> PartialDependenceRows::finish(const PredictiveModel& model,
                                                             const Cancellation& cancellation) const {
    const auto& features = model.encoder().features();
    const auto place = model.encoder().find(feature_);
    if (width_ != features.size() || !place) throw corrupt_data("rows of another model in state");
    const Feature& feature = features[*place];

    std::vector<double> known;
    for (const auto& chunk : chunks_) {
        cancellation.poll();
        for (std::size_t at = 0; at < chunk.size(); ++at) {
            const std::size_t f = at % width_;
            if (!is_code(features[f], chunk[at])) throw corrupt_data("rows of another model in state");
            if (f == *place && !std::isnan(chunk[at])) known.push_back(chunk[at] + 0);
        }
    }
    std::ranges::sort(known);
    cancellation.poll();

    std::vector<GridPoint> grid;
    if (feature.is_numeric()) {
        const std::vector<double> values = grid_of(known, points_), shares = shares_of(known, values, rows_);
        for (std::size_t i = 0; i < values.size(); ++i) grid.push_back({values[i], shares[i]});
    } else {
        std::vector<double> counts(feature.levels.size());
        for (const double code : known) ++counts[static_cast<std::size_t>(code)];
        for (std::size_t i = 0; i < counts.size(); ++i)
            grid.push_back({static_cast<double>(i), counts[i] / static_cast<double>(rows_)});
    }
    if (known.size() < rows_)
        grid.push_back({std::numeric_limits<double>::quiet_NaN(),
                        static_cast<double>(rows_ - known.size()) / static_cast<double>(rows_)});

    std::vector<PartialDependence> all;
    std::vector<double> codes(width_), predictions;
    for (const GridPoint& point : grid) {
        predictions.clear();
        double sum = 0;
        for (const auto& chunk : chunks_) {
            for (std::size_t at = 0; at < chunk.size(); at += width_) {
                if (predictions.size() % 1024 == 0) cancellation.poll();
                std::copy_n(chunk.begin() + static_cast<std::ptrdiff_t>(at), width_, codes.begin());
                codes[*place] = point.code;
                predictions.push_back(model.predict(codes));
                sum += predictions.back();
            }
        }
        PartialDependence& one = all.emplace_back();
        one.value = feature.text_of(point.code);
        if (feature.is_numeric() && !std::isnan(point.code)) one.number = point.code;
        one.prediction = sum / static_cast<double>(rows_);
        one.lower = quantile(predictions, 0.05);
        one.upper = quantile(predictions, 0.95);
        one.share = point.share;
    }
    return all;
}

}  // namespace crm::predict
