#include "crm/identity/letter_case.hpp"

#include <array>

namespace crm::identity {

namespace {

/// The small letters first, first + stride ... last have their capitals `delta` away.
struct CaseRun {
    char32_t first, last;
    char32_t stride;
    int delta;
};

constexpr CaseRun runs[] = {
    {U'a', U'z', 1, -32},    {0xE0, 0xF6, 1, -32},    {0xF8, 0xFE, 1, -32},    {0xFF, 0xFF, 1, 121},
    {0x101, 0x12F, 2, -1},   {0x133, 0x137, 2, -1},   {0x13A, 0x148, 2, -1},   {0x14B, 0x177, 2, -1},
    {0x17A, 0x17E, 2, -1},   {0x180, 0x180, 1, 195},  {0x183, 0x185, 2, -1},   {0x188, 0x188, 1, -1},
    {0x18C, 0x18C, 1, -1},   {0x192, 0x192, 1, -1},   {0x199, 0x199, 1, -1},   {0x19A, 0x19A, 1, 163},
    {0x1A1, 0x1A5, 2, -1},   {0x1A8, 0x1A8, 1, -1},   {0x1AD, 0x1AD, 1, -1},   {0x1B0, 0x1B0, 1, -1},
    {0x1B4, 0x1B6, 2, -1},   {0x1B9, 0x1B9, 1, -1},   {0x1BD, 0x1BD, 1, -1},   {0x1CE, 0x1DC, 2, -1},
    {0x1DD, 0x1DD, 1, -79},  {0x1DF, 0x1EF, 2, -1},   {0x1F5, 0x1F5, 1, -1},   {0x1F9, 0x21F, 2, -1},
    {0x223, 0x233, 2, -1},   {0x253, 0x253, 1, -210}, {0x254, 0x254, 1, -206}, {0x256, 0x257, 1, -205},
    {0x259, 0x259, 1, -202}, {0x25B, 0x25B, 1, -203}, {0x263, 0x263, 1, -207}, {0x268, 0x268, 1, -209},
    {0x272, 0x272, 1, -213}, {0x289, 0x289, 1, -69},  {0x371, 0x373, 2, -1},   {0x3AC, 0x3AC, 1, -38},
    {0x3AD, 0x3AF, 1, -37},  {0x3B1, 0x3C1, 1, -32},  {0x3C3, 0x3CB, 1, -32},  {0x3CC, 0x3CC, 1, -64},
    {0x3CD, 0x3CE, 1, -63},  {0x430, 0x44F, 1, -32},  {0x450, 0x45F, 1, -80},  {0x461, 0x481, 2, -1},
    {0x48B, 0x4BF, 2, -1},   {0x4C2, 0x4CE, 2, -1},   {0x4CF, 0x4CF, 1, -15},  {0x4D1, 0x52F, 2, -1},
    {0x561, 0x586, 1, -48},  {0x1E01, 0x1E95, 2, -1}, {0x1EA1, 0x1EFF, 2, -1}, {0x1F00, 0x1F07, 1, 8},
    {0x1F10, 0x1F15, 1, 8},  {0x1F20, 0x1F27, 1, 8},  {0x1F30, 0x1F37, 1, 8},  {0x1F40, 0x1F45, 1, 8}};

constexpr char32_t dotless_i = 0x131, dotted_capital_i = 0x130, final_sigma = 0x3C2, capital_sharp_s = 0x1E9E;

struct Cases {
    static constexpr char32_t size = 0x2000;
    std::array<char32_t, size> upper, lower;

    Cases() {
        for (char32_t c = 0; c < size; ++c) upper[c] = lower[c] = c;
        for (const CaseRun& run : runs)
            for (char32_t small = run.first; small <= run.last; small += run.stride) {
                const auto capital = static_cast<char32_t>(static_cast<int>(small) + run.delta);
                upper[small] = capital;
                lower[capital] = small;
            }
        upper[dotless_i] = U'I';
        lower[dotted_capital_i] = U'i';
        upper[final_sigma] = 0x3A3;
        lower[capital_sharp_s] = 0xDF;
    }
};

const Cases& cases() {
    static const Cases made;
    return made;
}

}  // namespace

char32_t upper(char32_t letter) { return letter < Cases::size ? cases().upper[letter] : letter; }
char32_t lower(char32_t letter) { return letter < Cases::size ? cases().lower[letter] : letter; }

}  // namespace crm::identity
