// The labels of a classification, numbered, so that rows are counted without their texts.
#pragma once
#include <cstdint>
#include <functional>
#include <memory_resource>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "crm/foundation/bytes.hpp"

namespace crm::predict {

/// Distinct texts with numbers from 0 in the order of their coming. All memory comes from the resource given.
class Labels {
public:
    static constexpr std::size_t most = 65536;                       // labels
    static constexpr std::size_t most_bytes = std::size_t{1} << 26;  // of all of them

    explicit Labels(std::pmr::memory_resource* memory) : numbers_(memory), texts_(memory) {}

    /// The number of this label, a new one for one that is new. Throws limit_exceeded for too many.
    std::int32_t number(std::string_view label);

    std::size_t size() const { return texts_.size(); }
    std::string_view text(std::int32_t number) const { return *texts_[static_cast<std::size_t>(number)]; }
    bool holds(std::int32_t number) const { return number >= 0 && static_cast<std::size_t>(number) < size(); }

    /// All numbers by the bytes of their texts.
    std::vector<std::int32_t> sorted() const;

    /// The numbers that the labels of `other` have here.
    std::vector<std::int32_t> adopt(const Labels& other);

    void save(Writer&) const;

    /// Into an empty one.
    void load(Reader&);

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };

    std::pmr::unordered_map<std::pmr::string, std::int32_t, Hash, std::equal_to<>> numbers_;
    std::pmr::vector<const std::pmr::string*> texts_;  // its keys, which never move
    std::size_t bytes_ = 0;
};

}  // namespace crm::predict
