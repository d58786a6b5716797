#include "crm/foundation/bytes.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace {

using crm::Bytes;
using crm::corrupt_data;
using crm::Reader;
using crm::Writer;

std::string hex(Bytes bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const std::byte byte : bytes) {
        text += digits[std::to_integer<int>(byte) >> 4];
        text += digits[std::to_integer<int>(byte) & 15];
    }
    return text;
}

TEST(Bytes, AreTheSameOnEveryMachine) {
    Writer out;
    out.put<std::uint32_t>(0x01020304);
    out.put<std::int16_t>(-2);
    out.put(1.5);
    out.varint(300);
    out.signed_varint(-3);
    out.text("abc");
    EXPECT_EQ(hex(out.bytes()),
              "04030201"
              "feff"
              "000000000000f83f"
              "ac02"
              "05"
              "03616263");
}

TEST(Bytes, ReadBackWhatWasWritten) {
    Writer out;
    const double tiny = std::numeric_limits<double>::denorm_min();
    out.put(tiny);
    out.put(-0.0);
    out.put<std::int64_t>(std::numeric_limits<std::int64_t>::min());
    out.text(std::string("\0x", 2));
    out.text("");
    Reader in(out.bytes());
    EXPECT_EQ(in.get<double>(), tiny);
    EXPECT_TRUE(std::signbit(in.get<double>()));
    EXPECT_EQ(in.get<std::int64_t>(), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(in.text(), std::string("\0x", 2));
    EXPECT_EQ(in.text(), "");
    EXPECT_NO_THROW(in.expect_end());
}

TEST(Bytes, VarintsOfEverySizeReadBack) {
    for (int bit = 0; bit < 64; ++bit) {
        for (const std::uint64_t value :
             {std::uint64_t{1} << bit, (std::uint64_t{1} << bit) - 1, ~std::uint64_t{0} >> bit}) {
            Writer out;
            out.varint(value);
            out.signed_varint(static_cast<std::int64_t>(value));
            Reader in(out.bytes());
            EXPECT_EQ(in.varint(), value);
            EXPECT_EQ(in.signed_varint(), static_cast<std::int64_t>(value));
            in.expect_end();
        }
    }
}

void expect_malformed_varint(std::initializer_list<unsigned char> digits) {
    Writer out;
    for (const unsigned char digit : digits) out.put(digit);
    Reader in(out.bytes());
    EXPECT_THROW(in.varint(), corrupt_data) << hex(out.bytes());
}

TEST(Bytes, MalformedVarintsAreRefused) {
    expect_malformed_varint({});
    expect_malformed_varint({0x80});
    expect_malformed_varint({0x80, 0x00});  // an integer has one encoding
    expect_malformed_varint({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02});
    expect_malformed_varint({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x81, 0x01});
}

TEST(Bytes, NeverReadsPastTheEnd) {
    Writer out;
    out.put<std::uint32_t>(7);
    Reader in(out.bytes());
    EXPECT_THROW(in.get<double>(), corrupt_data);
    EXPECT_EQ(in.get<std::uint32_t>(), 7u);
    EXPECT_THROW(in.get<std::uint8_t>(), corrupt_data);
}

TEST(Bytes, CountBeyondTheRestIsRefused) {
    Writer out;
    out.varint(3);
    out.raw("12345678901234567890", 20);
    EXPECT_EQ(Reader(out.bytes()).count(6), 3u);
    EXPECT_THROW(Reader(out.bytes()).count(7), corrupt_data);
    Writer huge;
    huge.varint(~std::uint64_t{0});
    EXPECT_THROW(Reader(huge.bytes()).text(), corrupt_data);
}

TEST(Bytes, LeftoverBytesAreRefused) {
    Writer out;
    out.put<std::uint8_t>(1);
    EXPECT_THROW(Reader(out.bytes()).expect_end(), corrupt_data);
}

TEST(Bytes, VersionsOutsideWhatIsKnownAreRefused) {
    const auto read = [](std::uint8_t version) {
        Writer out;
        out.put(version);
        Reader in(out.bytes());
        return crm::read_version(in, 2, "crm.timeline");
    };
    EXPECT_EQ(read(1), 1);
    EXPECT_EQ(read(2), 2);
    EXPECT_THROW(read(0), corrupt_data);
    try {
        read(3);
        FAIL();
    } catch (const corrupt_data& refusal) {
        EXPECT_EQ(refusal.message(), "unknown format version 3 of crm.timeline");
    }
}

}  // namespace
