#include "crm/identity/null_like.hpp"

#include <gtest/gtest.h>

#include <string>

namespace crm::identity {
namespace {

TEST(NullLike, KnowsTheWordsForNothing) {
    for (const std::string_view text : {"",
                                        " ",
                                        "-",
                                        "--",
                                        ".",
                                        "...",
                                        "?",
                                        "n/a",
                                        "N/A",
                                        "#N/A",
                                        "N.A.",
                                        "na",
                                        "null",
                                        "NULL",
                                        "(null)",
                                        "<null>",
                                        "\\N",
                                        "none",
                                        "None.",
                                        "unknown",
                                        "UNKNOWN",
                                        "xxx",
                                        "XX",
                                        "xxxxxxxx",
                                        "k.A.",
                                        "keine Angabe",
                                        "unbekannt",
                                        "inconnu",
                                        "néant",
                                        "NÉANT",
                                        "desconocido",
                                        "n/d",
                                        "tidak ada",
                                        "brak",
                                        "нет",
                                        "Н/Д",
                                        "yok",
                                        "无",
                                        "不明",
                                        "なし",
                                        "없음",
                                        "#REF!",
                                        "#VALUE!",
                                        "#DIV/0!",
                                        "ｎ／ａ",
                                        "\u200B",
                                        "\t\n",
                                        "* * *",
                                        "[empty]",
                                        "Tidak Ada",
                                        "לא ידוע",
                                        "không có",
                                        "ไม่มี"})
        EXPECT_TRUE(is_null_like(text)) << text;
}

TEST(NullLike, LeavesValuesAlone) {
    for (const std::string_view text : {"0", "no", "ND", "SD", "NC", "Anna", "x", "X Æ", "value", "ref", "Noname Ltd",
                                        "None of them", "👍", "Nan Goldin", "1", "xylophone", "n"})
        EXPECT_FALSE(is_null_like(text)) << text;
    EXPECT_FALSE(is_null_like(std::string(1 << 20, 'x')));
    EXPECT_TRUE(is_null_like(std::string(1 << 20, ' ')));
}

}  // namespace
}  // namespace crm::identity
