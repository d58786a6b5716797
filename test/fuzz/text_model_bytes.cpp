// Bytes from outside, as a stored classifier of comments, as a partial state of its fit, or as a comment: the first
// byte chooses which.
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory_resource>
#include <span>

#include "crm/foundation/error.hpp"
#include "crm/text/bayes.hpp"
#include "crm/text/explanation.hpp"
#include "crm/text/fit_classifier.hpp"

namespace {

using namespace crm;
using namespace crm::text;

constexpr std::string_view text = "The late delivery: ไม่ดี, cafe\u0301 👍 order #12, a b a c a";

Comment read_comment(std::string_view from) {
    Comment comment;
    comment.assign(from);
    return comment;
}

void ask(const CommentModel& model) {
    if (!model.usable()) return;
    const Comment comment = read_comment(text);
    (void)classify(model, comment);
    (void)classify_all(model, comment);
    (void)explain(model, comment, text, 0);
    (void)why(model, comment, text);
}

template <class M>
void read_model(Reader& in) {
    const auto model = M::load(in);
    in.expect_end();
    ask(*model);
    (void)M::from_json(Json(model->to_json()));
}

void read_state(Reader& in) {
    std::pmr::monotonic_buffer_resource memory;
    ClassifierBuilder<true> builder(&memory);
    builder.load(in);
    in.expect_end();
    ask(*builder.finish());
}

void read_text(Reader& in) {
    const Bytes rest = in.rest();
    const std::string_view bytes{reinterpret_cast<const char*>(rest.data()), rest.size()};
    const Comment comment = read_comment(bytes);
    const auto ignore = [](std::uint64_t, std::uint32_t, std::uint32_t) {};
    for_each_phrase(comment, {}, ignore);
    for_each_piece(comment, {}, ignore);
    (void)without_marks(bytes);
}

constexpr void (*readers[])(Reader&) = {read_model<LinearClassifier>, read_model<TextBayes>, read_state, read_text};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    Reader in(std::as_bytes(std::span(data + 1, size - 1)));
    try {
        readers[data[0] % std::size(readers)](in);
    } catch (const error&) {
    }
    return 0;
}
