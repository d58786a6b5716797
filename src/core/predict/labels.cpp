#include "crm/predict/labels.hpp"

#include <algorithm>
#include <numeric>

namespace crm::predict {

std::int32_t Labels::number(std::string_view label) {
    if (const auto known = numbers_.find(label); known != numbers_.end()) return known->second;
    constexpr const char* hint =
        "Labels are a few categories that repeat: check that the columns are no free text or identifiers, or map rare "
        "labels to one.";
    if (size() == most) throw limit_exceeded("more than " + std::to_string(most) + " distinct labels", {}, hint);
    if (label.size() > most_bytes - bytes_)
        throw limit_exceeded("labels of more than " + std::to_string(most_bytes >> 20) + " MB", {}, hint);
    const auto number = static_cast<std::int32_t>(size());
    texts_.push_back(nullptr);  // first what may fail without the label being known
    try {
        texts_.back() = &numbers_.emplace(label, number).first->first;
    } catch (...) {
        texts_.pop_back();
        throw;
    }
    bytes_ += label.size();
    return number;
}

std::vector<std::int32_t> Labels::sorted() const {
    std::vector<std::int32_t> order(size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, {}, [this](std::int32_t number) { return text(number); });
    return order;
}

std::vector<std::int32_t> Labels::adopt(const Labels& other) {
    std::vector<std::int32_t> here;
    here.reserve(other.size());
    for (const auto* const text : other.texts_) here.push_back(number(*text));
    return here;
}

void Labels::save(Writer& out) const {
    out.varint(size());
    for (const auto* const text : texts_) out.text(*text);
}

void Labels::load(Reader& in) {
    for (std::size_t left = in.count(); left > 0; --left)
        if (const std::size_t before = size(); static_cast<std::size_t>(number(in.text())) != before)
            throw corrupt_data("label occurs twice in state");
}

}  // namespace crm::predict
