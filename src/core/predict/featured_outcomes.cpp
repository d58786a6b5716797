#include "crm/predict/featured_outcomes.hpp"

#include <cmath>

#include "crm/foundation/error.hpp"
#include "crm/foundation/json.hpp"

namespace crm::predict {

void TruthColumn::save(Writer& out) const {
    out.varint(truths_.size());
    out.raw(truths_.data(), truths_.size());
}

void TruthColumn::load(Reader& in) {
    const Bytes truths = in.take(in.count());
    truths_.reserve(truths.size());
    for (const std::byte truth : truths) {
        if (truth > std::byte{1}) throw corrupt_data("impossible outcome in state");
        truths_.push_back(static_cast<std::uint8_t>(truth));
    }
}

std::uint32_t LabelColumn::place_of(std::string_view label) {
    if (const auto known = names_.find(label)) return *known;
    if (names_.size() >= most_labels)
        throw limit_exceeded("more than " + std::to_string(most_labels) + " different outcomes", {},
                             "An outcome is one of a few labels, such as the product bought.");
    return names_.add(label);
}

void LabelColumn::merge(const LabelColumn& other) {
    std::vector<std::uint32_t> own;
    for (std::size_t i = 0; i < other.names_.size(); ++i) own.push_back(place_of(other.names_[i]));
    places_.reserve(places_.size() + other.places_.size());
    for (const std::uint32_t place : other.places_) places_.push_back(own[place]);
}

void LabelColumn::save(Writer& out) const {
    out.varint(names_.size());
    for (std::size_t i = 0; i < names_.size(); ++i) out.text(names_[i]);
    out.varint(places_.size());
    for (const std::uint32_t place : places_) out.varint(place);
}

void LabelColumn::load(Reader& in) {
    const std::size_t names = in.count();
    for (std::size_t i = 0; i < names; ++i)
        if (place_of(in.text()) != i) throw corrupt_data("impossible outcome in state");
    places_.resize(in.count());
    for (std::uint32_t& place : places_) {
        const std::uint64_t read = in.varint();
        if (read >= names) throw corrupt_data("impossible outcome in state");
        place = static_cast<std::uint32_t>(read);
    }
}

bool is_counted(double weight) {
    if (!(weight >= 0) || !std::isfinite(weight))
        throw invalid_argument("weight must be a finite number, 0 or more, not " + shortest(weight));
    return weight > 0;
}

void refuse_different_options() { throw invalid_argument("options of a fit must be the same in every row"); }

}  // namespace crm::predict
