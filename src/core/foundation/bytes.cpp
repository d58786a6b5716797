#include "crm/foundation/bytes.hpp"

#include <string>

namespace crm {

void Writer::varint(std::uint64_t value) {
    std::array<std::uint8_t, 10> digits;
    std::size_t size = 0;
    while (value >= 0x80) {
        digits[size++] = static_cast<std::uint8_t>(value | 0x80);
        value >>= 7;
    }
    digits[size++] = static_cast<std::uint8_t>(value);
    raw(digits.data(), size);
}

std::uint64_t Reader::long_varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        const auto digit = get<std::uint8_t>();
        if (shift == 63 && digit > 1) break;
        value |= static_cast<std::uint64_t>(digit & 0x7f) << shift;
        if (digit < 0x80) {
            if (digit == 0 && shift > 0) break;
            return value;
        }
    }
    throw corrupt_data("malformed integer in value");
}

std::size_t Reader::count(std::size_t least) {
    const std::uint64_t announced = varint();
    if (announced > rest_.size() / least) throw corrupt_data("value announces more elements than it holds");
    return static_cast<std::size_t>(announced);
}

int read_version(Reader& in, int newest, std::string_view type) {
    const int version = in.get<std::uint8_t>();
    if (version < 1 || version > newest)
        throw corrupt_data("unknown format version " + std::to_string(version) + " of " + std::string(type), {},
                           "The value was written by a newer pg_crm, or is damaged; this one reads versions 1 to " +
                               std::to_string(newest) + ".");
    return version;
}

}  // namespace crm
