#include "crm/identity/company_name.hpp"

#include <gtest/gtest.h>

namespace crm::identity {
namespace {

std::optional<std::string> company(std::string_view text, std::string_view country = {}) {
    return normalize_company(text, find_country(country));
}

TEST(CompanyName, IsTheSameInEachWayOfWriting) {
    const struct {
        std::string_view name;
        std::vector<std::string_view> texts;
    } cases[] = {
        {"acme",
         {"ACME Ltd.",
          "Acme Limited",
          "ACME, Inc.",
          "Acme Corp",
          "acme llc",
          "ACME GmbH & Co. KG",
          "Acme S.A.",
          "ACME S. A.",
          "Acme B.V.",
          "The Acme Company",
          "Acme Co., Ltd.",
          "Acme Pty Ltd",
          "ACME (Pty) Ltd",
          "Acme Pte. Ltd.",
          "Acme Sdn. Bhd.",
          "PT Acme Tbk",
          "PT. ACME (Persero) Tbk.",
          "Acme K.K.",
          "Acme A/S",
          "ACME AB (publ)",
          "Acme Oy",
          "Acme S.p.A.",
          "Acme s.r.o.",
          "Acme Sp. z o.o.",
          "Acme spółka z ograniczoną odpowiedzialnością",
          "Acme S.A. de C.V.",
          "Acme, S. de R.L. de C.V.",
          "Acme d.o.o.",
          "Acme Kft.",
          "ООО «Acme»",
          "Acme Pvt. Ltd.",
          "Acme A.Ş.",
          "ACME UG (haftungsbeschränkt)",
          "株式会社Acme",
          "Acme株式会社",
          "Acme 株式会社",
          "㈱Acme",
          "Acme有限公司",
          "ＡＣＭＥ",
          "Acme Ltd Sti",
          "Acme Private Limited",
          "Acme & Co.",
          "Acme and Company"}},
        {"müller & söhne", {"Müller & Söhne GmbH", "MÜLLER UND SÖHNE GMBH", "Müller + Söhne", "Müller and Söhne"}},
        {"mcdonalds", {"McDonald's Corporation", "MCDONALD’S"}},
        {"jp morgan", {"J.P. Morgan", "J. P. Morgan & Co."}},
        {"coca cola", {"The Coca-Cola Company", "COCA COLA CO"}},
        {"トヨタ自動車", {"トヨタ自動車株式会社", "ﾄﾖﾀ自動車株式会社", "トヨタ自動車（株）"}},
        {"삼성전자", {"삼성전자 주식회사", "삼성전자(주)", "㈜삼성전자"}},
        {"ромашка", {"ООО \"Ромашка\"", "Ромашка, ООО"}},
        {"grosshandel maier", {"Großhandel Maier e.K.", "GROSSHANDEL MAIER"}}};
    for (const auto& one : cases)
        for (const std::string_view text : one.texts)
            EXPECT_EQ(company(text, one.name == "grosshandel maier" ? "DE" : ""), one.name) << text;
}

TEST(CompanyName, IsNeverDroppedAltogether) {
    EXPECT_EQ(company("SA"), "sa");
    EXPECT_EQ(company("BT", "HU"), "bt");
    EXPECT_EQ(company("The Company"), "company");
    EXPECT_EQ(company("Ltd."), "ltd");
    EXPECT_EQ(company("n/a"), std::nullopt);
    EXPECT_EQ(company("..."), std::nullopt);
    EXPECT_EQ(company(""), std::nullopt);
}

TEST(CompanyName, AsksTheCountryWhatElseIsAForm) {
    EXPECT_EQ(company("Padaria Sol ME", "BR"), "padaria sol");
    EXPECT_EQ(company("Touch Me"), "touch me");
    EXPECT_EQ(company("CV Maju Jaya", "ID"), "maju jaya");
    EXPECT_EQ(company("Pérez y Hijos SL", "ES"), "pérez & hijos");
    EXPECT_EQ(company("Canal+"), "canal");
}

}  // namespace
}  // namespace crm::identity
