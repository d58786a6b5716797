#include "phone_signs.hpp"

#include <algorithm>

#include "crm/identity/plain_text.hpp"

namespace crm::identity {

namespace {

using View = std::u32string_view;

constexpr std::size_t longest_field = 100, longest_extension = 7, most_digits = 20;

// Folded. Those of several words first: the longest that fits is taken.
constexpr View extension_marks[] = {U"extension", U"durchwahl", U"interno", U"ramal", U"anexo", U"poste", U"extn",
                                    U"ext",       U"доб",       U"вн",      U"内线",  U"內線",  U"分机",  U"内線",
                                    U"내선",      U"int",       U"app",     U"dw",    U"ex",    U"x",     U"#"};

constexpr View labels[] = {U"telephone", U"telephon",    U"telefonnummer",
                           U"telefone",  U"telefono",    U"teléfono",
                           U"telefon",   U"telepon",     U"telp",
                           U"tel",       U"tél",         U"téléphone",
                           U"tlf",       U"tlp",         U"phone",
                           U"phn",       U"ph",          U"p",
                           U"t",         U"m",           U"f",
                           U"o",         U"h",           U"w",
                           U"mobile",    U"mobil",       U"mob",
                           U"móvil",     U"movil",       U"celular",
                           U"cel",       U"cellulare",   U"cellular",
                           U"cell",      U"handynummer", U"handy",
                           U"hp",        U"fax",         U"faks",
                           U"whatsapp",  U"wa",          U"viber",
                           U"sms",       U"call",        U"office",
                           U"home",      U"work",        U"gsm",
                           U"portable",  U"fixe",        U"no",
                           U"nr",        U"number",      U"тел",
                           U"телефон",   U"моб",         U"мобильный",
                           U"факс",      U"电话",        U"電話",
                           U"手机",      U"전화",        U"携帯"};

bool ends_with_word(View text, View word) {
    if (!text.ends_with(word)) return false;
    const std::size_t before = text.size() - word.size();
    return before == 0 || !is_letter(word.front()) || !is_letter(text[before - 1]);
}

View trimmed_right(View text, View signs) {
    const auto last = text.find_last_not_of(signs);
    return last == View::npos ? View{} : text.substr(0, last + 1);
}

/// Takes the extension off the end.
void take_extension(View& text, std::string& extension) {
    const View rest = trimmed_right(text, U" ).;]");
    std::size_t begin = rest.size();
    while (begin > 0 && is_digit(rest[begin - 1])) --begin;
    const std::size_t size = rest.size() - begin;
    if (size == 0 || size > longest_extension) return;
    const View before = trimmed_right(rest.substr(0, begin), U" .:=-");
    for (const View mark : extension_marks) {
        if (!ends_with_word(before, mark)) continue;
        for (const char32_t c : rest.substr(begin)) extension.push_back(static_cast<char>(c));
        text = trimmed_right(before.substr(0, before.size() - mark.size()), U" ,;(.-/[");
        return;
    }
}

/// A word in front that says what the number is.
void drop_label(View& text) {
    if (text.starts_with(U"tel:")) text.remove_prefix(4);
    std::size_t end = 0;
    while (end < text.size() && is_letter(text[end])) ++end;
    if (end == 0 || std::ranges::find(labels, text.substr(0, end)) == std::end(labels)) return;
    const auto next = text.find_first_not_of(U" .:#-", end);
    text.remove_prefix(next == View::npos ? text.size() : next);
}

/// Notes in brackets: (home), (privat).
std::u32string without_notes(View text) {
    std::u32string kept;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto close = text[at] == U'(' ? text.find(U')', at) : View::npos;
        if (close != View::npos) {
            const View inner = text.substr(at + 1, close - at - 1);
            if (std::ranges::any_of(inner, is_letter) && std::ranges::none_of(inner, is_digit)) {
                at = close;
                continue;
            }
        }
        kept.push_back(text[at]);
    }
    return kept;
}

/// The key with a letter on a telephone, ITU-T E.161.
char key_of(char32_t letter) {
    constexpr std::string_view keys = "22233344455566677778889999";
    return keys[letter - U'a'];
}

}  // namespace

PhoneSigns read_phone_signs(std::string_view text) {
    PhoneSigns signs;
    if (text.size() > longest_field * 4) return signs;
    const std::u32string plain = without_notes(plain_folded(text, longest_field));
    View rest = plain;
    take_extension(rest, signs.extension);
    drop_label(rest);
    bool has_optional = false;
    for (std::size_t at = 0; at < rest.size(); ++at) {
        const char32_t c = rest[at];
        if (is_digit(c)) {
            signs.digits.push_back(static_cast<char>(c));
            signs.optional_zero.push_back(static_cast<char>(c));
        } else if (c == U'+' && signs.digits.empty() && !signs.plus) {
            signs.plus = true;
        } else if (rest.substr(at, 3) == U"(0)" && !signs.digits.empty()) {
            has_optional = true;
            signs.optional_zero.push_back('0');
            at += 2;
        } else if (c - U'a' < 26 && !signs.digits.empty()) {
            signs.lettered = true;
            signs.digits.push_back(key_of(c));
            signs.optional_zero.push_back(key_of(c));
        } else if (View(U" ()-./,~[]\u00B7\u2022\u30FC").find(c) == View::npos) {
            return signs;
        }
        if (signs.digits.size() > most_digits) return signs;
    }
    if (!has_optional) signs.optional_zero.clear();
    signs.readable = !signs.digits.empty();
    return signs;
}

}  // namespace crm::identity
