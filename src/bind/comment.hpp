// A text argument as a Comment.
#pragma once
#include "bind/function.hpp"
#include "crm/text/features.hpp"

namespace crm::bind {

/// The text and what it consists of: valid during the call. The site keeps the memory for the next one.
struct ReadComment {
    std::string_view text;
    const text::Comment& comment;
    operator const text::Comment&() const { return comment; }
};

template <>
struct Argument<ReadComment> {
    static constexpr int columns = 1;
    using Memory = text::Comment;
    static std::optional<ReadComment> read(FunctionCallInfo fcinfo, int at, Memory& memory) {
        if (PG_ARGISNULL(at)) return {};
        const std::string_view text = text_of(PG_GETARG_DATUM(at));
        memory.assign(text);
        return ReadComment{text, memory};
    }
};

}  // namespace crm::bind
