// Where a text holds what identifies or pays for a person: addresses, telephone numbers, cards, accounts.
// E-mail: dot-atoms and quoted strings of RFC 5322 with the letters of RFC 6531, at a domain with a dot or an address
// in brackets. Cards: ISO/IEC 7812, by the Luhn digit and the ranges that networks issue. IBAN: ISO 13616, by the
// length that its registry gives for the country and the remainder of ISO 7064 mod 97-10. Telephone numbers: E.164 and
// the ways in which people write national ones, told from dates, amounts and order numbers by their shape and the word
// before them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "crm/foundation/unicode.hpp"

namespace crm::text {

enum class PersonalData : std::uint8_t { email, phone, card, iban, url, ip_address };
inline constexpr std::size_t personal_data_kinds = 6;

/// Characters [begin, end) of a text.
struct Finding {
    PersonalData kind;
    std::size_t begin, end;

    std::size_t size() const { return end - begin; }
};

/// A text as these patterns read it: folded, with digits of every script as 0-9, dashes as -, spaces as ' ', and what
/// ends a line or a cell as '\n'. Marks on digits are left out.
class PlainText {
public:
    explicit PlainText(const FoldedText& text);

    std::u32string_view characters() const { return characters_; }

    /// Which character of the folded text this one is; for index = size() the end.
    std::size_t origin(std::size_t index) const { return origins_[index]; }

    /// '\0' beyond either end.
    char32_t at(std::size_t index) const { return index < characters_.size() ? characters_[index] : U'\0'; }
    std::size_t size() const { return characters_.size(); }

private:
    std::u32string characters_;
    std::vector<std::uint32_t> origins_;
};

constexpr bool is_digit(char32_t character) { return character >= U'0' && character <= U'9'; }
constexpr bool is_ascii_letter(char32_t character) { return character >= U'a' && character <= U'z'; }

/// Digits that stand together, and what parts them from the next.
struct DigitGroup {
    std::size_t begin, end;

    std::size_t size() const { return end - begin; }
};

/// Groups of digits with nothing but separators between them, as numbers for people are written.
using DigitRun = std::vector<DigitGroup>;

std::vector<DigitRun> find_digit_runs(const PlainText& text);

// Each appends what it finds, in order and without overlap of its own kind.
void find_emails(const PlainText& text, std::vector<Finding>& found);
void find_urls(const PlainText& text, std::vector<Finding>& found);
void find_ip_addresses(const PlainText& text, std::vector<Finding>& found);
void find_ibans(const PlainText& text, std::vector<Finding>& found);
void find_cards(const PlainText& text, const std::vector<DigitRun>& runs, std::vector<Finding>& found);

/// `taken` are cards and accounts, sorted: their digits are no telephone numbers.
void find_phones(const PlainText& text, const std::vector<DigitRun>& runs, const std::vector<Finding>& taken,
                 std::vector<Finding>& found);

}  // namespace crm::text
