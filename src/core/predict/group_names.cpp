#include "crm/predict/group_names.hpp"

#include "crm/foundation/error.hpp"
#include "crm/predict/members.hpp"

namespace crm::predict {

std::uint32_t GroupNames::id(std::string_view label) {
    if (!ids_.empty() && label == last_label_) return last_id_;
    auto found = ids_.find(label);
    if (found == ids_.end()) {
        if (const std::string wrong = defect_of_name(label); !wrong.empty())
            throw invalid_argument(std::string(what_) + ": " + wrong);
        if (ids_.size() >= most_) throw limit_exceeded("more than " + std::to_string(most_) + " " + std::string(what_));
        found = ids_.emplace(label, static_cast<std::uint32_t>(ids_.size())).first;
    }
    last_label_ = label;
    return last_id_ = found->second;
}

std::vector<std::string> GroupNames::names() const {
    std::vector<std::string> all(ids_.size());
    for (const auto& [label, id] : ids_) all[id] = label;
    return all;
}

std::vector<std::uint32_t> GroupNames::ranks() const {
    std::vector<std::uint32_t> all(ids_.size());
    std::uint32_t rank = 0;
    for (const auto& entry : ids_) all[entry.second] = rank++;
    return all;
}

std::vector<std::uint32_t> GroupNames::merge(const GroupNames& other) {
    std::vector<std::uint32_t> here;
    for (const std::string& label : other.names()) here.push_back(id(label));
    return here;
}

void GroupNames::save(Writer& out) const {
    out.varint(ids_.size());
    for (const std::string& label : names()) out.text(label);
}

void GroupNames::load(Reader& in) {
    const std::size_t count = in.count();
    for (std::size_t i = 0; i < count; ++i) {
        const std::string_view label = in.text();
        if (!defect_of_name(label).empty() || id(label) != i) throw corrupt_data("impossible names in state");
    }
}

}  // namespace crm::predict
