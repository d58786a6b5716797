#include "crm/identity/address.hpp"

#include <gtest/gtest.h>

namespace crm::identity {
namespace {

std::optional<std::string> address(std::string_view text, std::string_view country = {}) {
    return normalize_address(text, find_country(country));
}

TEST(Address, IsTheSameInEachWayOfWriting) {
    const struct {
        std::string_view country, address;
        std::vector<std::string_view> texts;
    } cases[] = {
        {"US",
         "12 main street unit 4",
         {"12 Main St., Apt #4", "12 MAIN STREET UNIT 4", "12 Main St #4", "12 main st, apartment 4",
          "12 Main St Flat 4"}},
        {"US", "100 north 5th avenue suite 20", {"100 N. Fifth Ave., Ste. 20", "100 North 5th Avenue Suite #20"}},
        {"US", "saint james street", {"St. James St.", "St James Street"}},
        {"US", "12 saint james street", {"12 St James St", "12 Saint James Street"}},
        {"US", "12 main street springfield", {"12 Main St Springfield", "12 Main St., Springfield"}},
        {"US", "upper saint james road", {"Upper St. James Rd"}},
        {"US", "doctor martin luther king drive", {"Dr. Martin Luther King Dr."}},
        {"US", "1 north doctor mlk junior boulevard", {"1 N. Dr. M.L.K. Junior Blvd"}},
        {"US", "po box 12", {"P.O. Box 12", "PO BOX 12", "Post Office Box 12", "P O Box 12"}},
        {"US", "5th street saint paul", {"5th St, St Paul"}},
        {"DE", "hauptstrasse 5", {"Hauptstr. 5", "Hauptstraße 5", "HAUPTSTRASSE 5", "Hauptstr. Nr. 5"}},
        {"DE", "berliner strasse 12 a", {"Berliner Str. 12 a", "Berliner Straße 12 A"}},
        {"FR", "12 rue de la paix", {"12, rue de la Paix", "12 R. de la Paix"}},
        {"FR", "3 boulevard saint michel", {"3 bd St Michel", "3, Boulevard Saint Michel"}},
        {"ES",
         "calle mayor 5 3o izquierda",
         {"C/ Mayor, 5, 3º izq.", "Calle Mayor nº 5 3º Izquierda", "c. Mayor 5 3o izda"}},
        {"IT", "viale monza 12", {"V.le Monza, 12", "Viale Monza n. 12"}},
        {"BR",
         "avenida paulista 1000 apartamento 12",
         {"Av. Paulista, 1000 - Apto 12", "Avenida Paulista nº 1000 ap. 12"}},
        {"ID", "jalan sudirman 12 rt 01 rw 02", {"Jl. Sudirman No. 12 RT 01/RW 02", "JLN SUDIRMAN NO 12, RT.01 RW.02"}},
        {"NL", "kalverstraat 92", {"Kalverstr. 92", "Kalverstraat 92"}},
        {"PL", "długa 5", {"ul. Długa 5", "Długa 5"}},
        {"RU", "улица ленина дом 5 квартира 12", {"ул. Ленина, д. 5, кв. 12", "Улица Ленина дом 5 квартира 12"}},
        {"", "jalan sudirman 5", {"Jl Sudirman 5"}},
        {"", "hauptstrasse 5", {"Hauptstr. 5"}},
        {"JP", "東京都千代田区1-2-3", {"東京都千代田区１－２－３"}}};
    for (const auto& one : cases)
        for (const std::string_view text : one.texts) EXPECT_EQ(address(text, one.country), one.address) << text;
}

TEST(Address, IsNoneWithoutWords) {
    for (const std::string_view text : {"", "n/a", ",,,", "- -", "unknown"})
        EXPECT_EQ(address(text, "US"), std::nullopt) << text;
    EXPECT_EQ(address(std::string(2000, 'a')), std::nullopt);
}

}  // namespace
}  // namespace crm::identity
