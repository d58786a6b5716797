#include "crm/text/words.hpp"

namespace crm::text {

namespace {

/// What a character does to the word before it.
enum class Role : std::uint8_t { parts, continues, alone, joins };

Role role_of(CharacterKind kind) {
    switch (kind) {
        case CharacterKind::letter:
        case CharacterKind::digit: return Role::continues;
        case CharacterKind::mark: return Role::joins;
        case CharacterKind::unsegmented:
        case CharacterKind::symbol: return Role::alone;
        default: return Role::parts;
    }
}

}  // namespace

void find_words(const FoldedText& text, std::vector<Word>& found) {
    found.clear();
    const std::u32string_view characters = text.characters();
    bool open = false;   // the last word found ends here and may go on
    bool grows = false;  // ... with letters, not with marks only
    for (std::uint32_t at = 0; at < characters.size(); ++at) {
        const char32_t character = characters[at];
        Role role = role_of(kind_of(character));
        if (character == U'\'' && grows && at + 1 < characters.size() &&
            kind_of(characters[at + 1]) == CharacterKind::letter)
            role = Role::continues;
        if (role == Role::parts) {
            open = grows = false;
            continue;
        }
        const bool goes_on = open && (role == Role::joins || (role == Role::continues && grows));
        if (goes_on) {
            found.back().end = at + 1;
            continue;
        }
        found.push_back({at, at + 1});
        open = true;
        grows = role != Role::alone;
    }
}

}  // namespace crm::text
