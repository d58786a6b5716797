// Bytes from outside are damaged in every way; reading them either succeeds or throws an error of the project.
#pragma once
#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <span>
#include <vector>

#include "crm/foundation/bytes.hpp"
#include "crm/foundation/error.hpp"

namespace crm::test {

/// Valid bytes with a few of them changed, lost, repeated or invented.
inline std::vector<std::byte> damaged(std::vector<std::byte> bytes, std::mt19937& random) {
    const auto any = [&random](std::size_t below) { return below == 0 ? 0 : random() % below; };
    const auto at = [&](std::size_t place) { return bytes.begin() + static_cast<std::ptrdiff_t>(place); };
    for (std::size_t wounds = 1 + any(4); wounds > 0; --wounds) {
        switch (any(6)) {
            case 0:
                if (!bytes.empty()) bytes[any(bytes.size())] ^= std::byte(1u << any(8));
                break;
            case 1:
                if (!bytes.empty()) bytes[any(bytes.size())] = std::byte(any(256));
                break;
            case 2: bytes.resize(any(bytes.size() + 1)); break;
            case 3: bytes.insert(at(any(bytes.size() + 1)), 1 + any(9), std::byte(any(256))); break;
            case 4:
                if (bytes.size() >= 8) std::fill_n(at(any(bytes.size() - 7)), 8, std::byte(any(2) ? 0xff : 0x7f));
                break;
            default:
                if (!bytes.empty()) bytes.erase(at(any(bytes.size())));
        }
    }
    return bytes;
}

/// `read(Reader&)` decodes and uses what it decoded.
template <class Read>
void expect_survives_damage(const std::vector<std::byte>& valid, Read read, int trials = 2000) {
    std::mt19937 random(1);
    int refused = 0;
    for (int trial = 0; trial < trials; ++trial) {
        const auto bytes = damaged(valid, random);
        try {
            Reader in(bytes);
            read(in);
        } catch (const error&) {
            ++refused;
        }
    }
    EXPECT_GT(refused, trials / 10);
    for (std::size_t size = 0; size < valid.size(); ++size) {
        Reader in(Bytes(valid).first(size));
        EXPECT_THROW(read(in), corrupt_data) << "cut to " << size << " of " << valid.size();
    }
}

}  // namespace crm::test
