// Names of groups and strata by number, in the order in which they came. All memory comes from the resource given.
#pragma once
#include <cstdint>
#include <map>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include "crm/foundation/bytes.hpp"

namespace crm::predict {

class GroupNames {
public:
    /// Refuses more than `most` of them, which are `what`.
    GroupNames(std::size_t most, std::string_view what, std::pmr::memory_resource* memory)
        : most_(most), what_(what), ids_(memory), last_label_(memory) {}

    /// Throws limit_exceeded, and invalid_argument for a text that is no name.
    std::uint32_t id(std::string_view label);

    std::size_t size() const { return ids_.size(); }

    /// By id.
    std::vector<std::string> names() const;

    /// The place of each id in alphabetical order of bytes.
    std::vector<std::uint32_t> ranks() const;

    /// Adds those of another; their ids here, by their ids there.
    std::vector<std::uint32_t> merge(const GroupNames& other);

    void save(Writer&) const;
    void load(Reader&);

private:
    std::size_t most_;
    std::string_view what_;
    std::pmr::map<std::pmr::string, std::uint32_t, std::less<>> ids_;
    std::pmr::string last_label_;  // rows of a group often come together
    std::uint32_t last_id_ = 0;
};

}  // namespace crm::predict
