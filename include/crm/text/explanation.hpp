// Which words of a comment speak for a label, and which against it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "crm/text/comment_model.hpp"

namespace crm::text {

struct Evidence {
    std::string term;     // as it is written in the comment, where it stands first
    std::string kind;     // word, phrase; or bias: what the label has without any word
    double contribution;  // to the label's margin
    double share;         // of the contributions' absolute values, from -1 to 1
};

/// Words and phrases by the size of their contributions, largest first, and at last the bias; together they are the
/// margin. What pieces of words contribute is given to the words they come from, by characters. Equal words, whatever
/// their case, count as one.
std::vector<Evidence> explain(const CommentModel&, const Comment&, std::string_view comment, std::size_t label);

/// One sentence: the label, its probability, the terms that spoke loudest for it and the loudest against it.
std::string why(const CommentModel&, const Comment&, std::string_view comment);

}  // namespace crm::text
