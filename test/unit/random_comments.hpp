// Comments made up for tests: every label has a few words of its own among words that all share.
#pragma once
#include <random>
#include <string>
#include <vector>

namespace crm::test {

struct LabelledComment {
    std::string label, comment;
};

inline std::vector<LabelledComment> random_comments(std::size_t count, std::size_t labels, unsigned seed,
                                                    std::size_t words = 6) {
    std::mt19937 random(seed);
    std::vector<LabelledComment> comments;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t label = random() % labels;
        std::string comment;
        for (std::size_t word = 0; word < words; ++word) {
            if (!comment.empty()) comment += ' ';
            if (random() % 3 == 0)
                comment += "own" + std::to_string(label) + static_cast<char>('a' + random() % 4);
            else
                comment += "shared" + std::to_string(random() % 50);
        }
        comments.push_back({"label" + std::to_string(label), comment});
    }
    return comments;
}

}  // namespace crm::test
