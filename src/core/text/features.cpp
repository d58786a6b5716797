#include "crm/text/features.hpp"

#include <cmath>

namespace crm::text {

float term_weight(std::uint32_t count) { return count == 1 ? 1.0F : 1 + std::log(static_cast<float>(count)); }

void FeatureOptions::save(Writer& out) const {
    out.put(words);
    out.put(from_pieces);
    out.put(to_pieces);
}

FeatureOptions FeatureOptions::load(Reader& in) {
    FeatureOptions options;
    options.words = in.get<std::uint8_t>();
    options.from_pieces = in.get<std::uint8_t>();
    options.to_pieces = in.get<std::uint8_t>();
    const bool no_pieces = options.from_pieces == 0 && options.to_pieces == 0;
    const bool pieces =
        options.from_pieces >= 1 && options.from_pieces <= options.to_pieces && options.to_pieces <= longest_piece;
    if (options.words > most_words || !(pieces || no_pieces) || (options.words == 0 && no_pieces))
        throw corrupt_data("impossible features");
    return options;
}

}  // namespace crm::text
