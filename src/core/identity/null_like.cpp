#include "crm/identity/null_like.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "crm/foundation/unicode.hpp"
#include "crm/identity/plain_text.hpp"

namespace crm::identity {

namespace {

// Folded, without the signs around them. Not here, because they are values somewhere: no, nd, sd, nc (states), test.
const std::unordered_set<std::string_view>& words() {
    static const std::unordered_set<std::string_view> known{
        // programs
        "n/a", "n/a.", "n.a", "n.a.", "n a", "n\\a", "na", "n-a", "nan", "null", "nil", "nul", "undefined", "undef",
        "void", "ref!", "value!", "div/0!", "name?", "num!", "ref", "value", "div/0", "null!", "not a number",
        // English
        "none", "unknown", "unk", "unkn", "not known", "not available", "not applicable", "not provided", "not given",
        "not specified", "not set", "not stated", "unspecified", "no data", "no name", "no value", "no info",
        "no information", "nothing", "empty", "blank", "missing", "tbd", "tba", "tbc", "to be determined",
        "to be announced", "to be confirmed", "do not know", "don't know", "dont know", "anonymous", "no answer",
        // German
        "unbekannt", "k.a", "k. a", "k/a", "ka", "keine", "keiner", "kein", "keine angabe", "keine angaben",
        "nicht bekannt", "nicht vorhanden", "nicht angegeben", "nicht verfügbar", "entfällt", "leer", "ohne angabe",
        "o.a", "fehlt",
        // French
        "inconnu", "inconnue", "néant", "neant", "aucun", "aucune", "non renseigné", "non renseigne", "non renseignée",
        "non communiqué", "non connu", "non disponible", "sans objet", "s/o", "n.c", "n/c", "n.r", "vide", "pas de",
        // Spanish
        "desconocido", "desconocida", "ninguno", "ninguna", "no aplica", "sin datos", "sin dato", "s/d", "n/d", "n.d",
        "no disponible", "no informado", "no sabe", "no tiene", "vacío", "vacio", "sin información",
        // Italian
        "sconosciuto", "sconosciuta", "nessuno", "nessuna", "non disponibile", "non noto", "vuoto", "non applicabile",
        // Portuguese
        "desconhecido", "desconhecida", "nenhum", "nenhuma", "não informado", "nao informado", "não aplicável",
        "nao aplicavel", "sem informação", "sem informacao", "não disponível", "não tem", "vazio", "não sei",
        // Dutch
        "onbekend", "geen", "n.v.t", "nvt", "niet bekend", "niet van toepassing", "leeg", "n.b",
        // Indonesian, Malay
        "tidak ada", "tdk ada", "tidak diketahui", "belum ada", "kosong", "nihil", "tiada", "tidak tersedia", "gak ada",
        // Polish, Czech, Slovak
        "brak", "nieznany", "nieznana", "nieznane", "nie dotyczy", "brak danych", "neznámý", "neznámé", "neznámá",
        "neuvedeno", "neznámy", "žádný", "nezadáno",
        // Swedish, Danish, Norwegian, Finnish
        "okänd", "okänt", "saknas", "ingen", "inget", "uppgift saknas", "ukendt", "ukjent", "intet", "tuntematon",
        "ei tiedossa", "ei ole", "puuttuu", "ei tietoa",
        // Hungarian, Romanian, Turkish
        "ismeretlen", "nincs", "nincs adat", "necunoscut", "necunoscuta", "necunoscută", "nu are", "nespecificat",
        "yok", "bilinmiyor", "belirtilmemiş", "boş",
        // Greek, Russian, Ukrainian
        "άγνωστο", "άγνωστοσ", "κανένα", "δεν υπάρχει", "нет", "неизвестно", "неизвестен", "неизвестный", "нет данных",
        "отсутствует", "н/д", "н.д", "не указано", "не указан", "не известно", "пусто", "невідомо", "немає",
        "відсутній",
        // Chinese, Japanese, Korean
        "无", "無", "未知", "不详", "不詳", "没有", "沒有", "暂无", "空", "なし", "無し", "不明", "該当なし", "未定",
        "未入力", "없음", "모름", "미상", "해당없음", "해당 없음", "미정", "알수없음",
        // Arabic, Persian, Hebrew, Hindi, Thai, Vietnamese
        "لا يوجد", "غير معروف", "غير متوفر", "ندارد", "نامشخص", "אין", "לא ידוע", "अज्ञात", "कोई नहीं", "ไม่มี", "ไม่ทราบ",
        "ไม่ระบุ", "không có", "không rõ", "không biết", "chưa có"};
    return known;
}

constexpr std::size_t longest = 24;  // characters, of the words above

bool is_sign(char32_t c) { return c < 0x80 && c != U' ' && !is_letter(c) && !is_digit(c); }

}  // namespace

bool is_null_like(std::u32string_view folded) {
    std::u32string_view inner = folded;
    if (inner.size() > longest) return std::ranges::none_of(inner, [](char32_t c) { return !is_sign(c) && c != U' '; });
    while (!inner.empty() && (is_sign(inner.front()) || inner.front() == U' ')) inner.remove_prefix(1);
    while (!inner.empty() && (is_sign(inner.back()) || inner.back() == U' ')) inner.remove_suffix(1);
    if (inner.empty()) return true;
    if (inner.size() == 1 && inner.front() == U'n') return folded == U"\\n";  // how COPY writes NULL
    const bool filler = inner.size() >= 2 && (inner.front() == U'x' || inner.front() == U'z') &&
                        inner.find_first_not_of(inner.front()) == std::u32string_view::npos;
    if (filler) return inner.size() >= 3 || inner.front() == U'x';
    const std::string key = to_utf8(inner);
    // These are errors of a spreadsheet only with their sign before them.
    if (folded.front() != U'#' && (key == "ref" || key == "value" || key == "div/0")) return false;
    return words().contains(key);
}

bool is_null_like(std::string_view text) {
    const std::u32string folded = plain_folded(text);
    // Longer than any field.
    if (folded.empty()) return text.size() <= longest || text.find_first_not_of(" \t\r\n") == std::string_view::npos;
    return is_null_like(folded);
}

}  // namespace crm::identity
