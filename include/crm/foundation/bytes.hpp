// The one byte format of the project: stored values, wire values and aggregate states are all written by Writer
// and read by Reader. Integers and doubles are little-endian whatever the machine; `varint` is LEB128.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "crm/foundation/error.hpp"

namespace crm {

using Bytes = std::span<const std::byte>;

template <class T>
concept Scalar = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;

namespace detail {

/// Reverses the bytes of a scalar on a big-endian machine; nothing elsewhere.
template <Scalar T>
constexpr T little_endian(T value) {
    if constexpr (std::endian::native == std::endian::little || sizeof(T) == 1) return value;
    auto bytes = std::bit_cast<std::array<std::byte, sizeof(T)>>(value);
    std::ranges::reverse(bytes);
    return std::bit_cast<T>(bytes);
}

}  // namespace detail

class Writer {
public:
    explicit Writer(std::pmr::memory_resource* memory = std::pmr::get_default_resource()) : bytes_(memory) {}

    void reserve(std::size_t size) { bytes_.reserve(size); }

    template <Scalar T>
    void put(T value) {
        value = detail::little_endian(value);
        raw(&value, sizeof value);
    }

    void varint(std::uint64_t value);

    /// Zigzag: small magnitudes of either sign stay short.
    void signed_varint(std::int64_t value) {
        varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
    }

    /// Length, then the bytes.
    void text(std::string_view value) {
        varint(value.size());
        raw(value.data(), value.size());
    }

    void raw(const void* data, std::size_t size) {
        if (size == 0) return;
        const std::size_t at = bytes_.size();
        bytes_.resize(at + size);
        std::memcpy(bytes_.data() + at, data, size);
    }

    Bytes bytes() const { return bytes_; }

private:
    std::pmr::vector<std::byte> bytes_;
};

/// Throws corrupt_data rather than read past the end; never trusts a length it has not checked.
class Reader {
public:
    explicit Reader(Bytes bytes) : rest_(bytes) {}

    template <Scalar T>
    T get() {
        T value;
        std::memcpy(&value, take(sizeof value).data(), sizeof value);
        return detail::little_endian(value);
    }

    std::uint64_t varint() {
        if (rest_.empty() || rest_.front() >= std::byte{0x80}) return long_varint();
        const auto value = std::to_integer<std::uint64_t>(rest_.front());
        rest_ = rest_.subspan(1);
        return value;
    }

    std::int64_t signed_varint() {
        const std::uint64_t folded = varint();
        return static_cast<std::int64_t>(folded >> 1) ^ -static_cast<std::int64_t>(folded & 1);
    }

    /// Number of elements that follow, each of at least `least` bytes: refused when the rest cannot hold them, so
    /// that a hostile count never causes a huge allocation.
    std::size_t count(std::size_t least = 1);

    std::string_view text() {
        const std::size_t size = count();
        return {reinterpret_cast<const char*>(take(size).data()), size};
    }

    Bytes take(std::size_t size) {
        if (size > rest_.size()) throw corrupt_data("value ends too early");
        const Bytes taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }

    Bytes rest() const { return rest_; }

    /// Throws when bytes are left over: a value has one encoding.
    void expect_end() const {
        if (!rest_.empty()) throw corrupt_data("value has unexpected bytes at its end");
    }

private:
    std::uint64_t long_varint();

    Bytes rest_;
};

/// Reads the format version that starts every stored value; throws when it is not in [1, newest].
int read_version(Reader& in, int newest, std::string_view type);

}  // namespace crm
