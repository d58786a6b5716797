#include "crm/identity/person_name.hpp"

#include <gtest/gtest.h>

namespace crm::identity {
namespace {

using Found = std::optional<std::string>;

TEST(PersonName, IsWrittenAsOneWritesIt) {
    const struct {
        std::string_view text, name;
    } cases[] = {{"VAN DER BERG, ANNA", "Anna van der Berg"},
                 {"o'neil mcdonald", "O'Neil McDonald"},
                 {"  anna   BERG ", "Anna Berg"},
                 {"Mr. John Smith Jr.", "John Smith"},
                 {"Smith, John, Jr.", "John Smith"},
                 {"SMITH, JOHN PHD, MBA", "John Smith"},
                 {"Prof. Dr. Dr. h.c. Anna Berg", "Anna Berg"},
                 {"Mr. & Mrs. Smith", "Smith"},
                 {"Tom & Anna Berg", "Tom & Anna Berg"},
                 {"TOM AND ANNA BERG", "Tom & Anna Berg"},
                 {"St. John, Olivia", "Olivia St John"},
                 {"Univ.-Prof. Dr. med. Anna Berg", "Anna Berg"},
                 {"ANNA-LENA MÜLLER-LÜDENSCHEIDT", "Anna-Lena Müller-Lüdenscheidt"},
                 {"J.R.R. Tolkien", "J R R Tolkien"},
                 {"J. R. R. TOLKIEN", "J R R Tolkien"},
                 {"Robert \"Bob\" Smith", "Robert Smith"},
                 {"Anna Berg (geb. Müller)", "Anna Berg"},
                 {"\"Anna Berg\"", "Anna Berg"},
                 {"LUDWIG VAN BEETHOVEN", "Ludwig van Beethoven"},
                 {"Vincent Van Gogh", "Vincent Van Gogh"},
                 {"de la cruz", "De la Cruz"},
                 {"MARÍA DE LOS ÁNGELES GARCÍA Y VEGA", "María de los Ángeles García y Vega"},
                 {"NGUYEN VAN ANH", "Nguyen Van Anh"},
                 {"иванов, иван", "Иван Иванов"},
                 {"ΓΙΩΡΓΟΣ ΠΑΠΑΔΟΠΟΥΛΟΣ", "Γιωργος Παπαδοπουλος"},
                 {"山田　太郎", "山田 太郎"},
                 {"محمد بن سلمان", "محمد بن سلمان"},
                 {"Jose\u0301 Garci\u0301a", "José García"},
                 {"anna_berg", "Anna Berg"},
                 {"aNNA bERG", "Anna Berg"},
                 {"Ronald DeVito", "Ronald DeVito"},
                 {"RONALD MACDONALD", "Ronald MacDonald"},
                 {"MACHADO", "Machado"},
                 {"JP Morgan", "JP Morgan"},
                 {"D’ANGELO, MARIO", "Mario D'Angelo"},
                 {"yo-yo ma", "Yo-Yo Ma"},
                 {"Budi Santoso, S.E., M.M.", "Budi Santoso"},
                 {"ahmad al-sayed", "Ahmad al-Sayed"},
                 {"Anna Strauß", "Anna Strauß"},
                 {"Miss", "Miss"},
                 {"JUAN CARLOS II", "Juan Carlos"}};
    for (const auto& one : cases) EXPECT_EQ(normalize_name(one.text), one.name) << one.text;
}

TEST(PersonName, IsNoneWithoutLetters) {
    for (const std::string_view text :
         {"", " ", "n/a", "-", "12345", "anna@example.com", "https://example.com", "unbekannt", "Mr. N/A", "&"})
        EXPECT_EQ(normalize_name(text), Found()) << text;
    EXPECT_EQ(normalize_name(std::string(2000, 'a')), Found());
}

}  // namespace
}  // namespace crm::identity
