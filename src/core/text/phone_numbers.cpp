#include <algorithm>
#include <array>
#include <string_view>

#include "crm/text/personal_data.hpp"

namespace crm::text {

namespace {

constexpr std::size_t most_digits = 15;  // E.164

/// What the word before a number says of it. Each is the beginning of a word, or, in scripts that do not part words, a
/// piece of the text.
constexpr std::u32string_view calling[] = {
    U"tel",   U"phone",   U"mobil",  U"cell", U"fax",   U"call",  U"whatsapp", U"sms",     U"dial",   U"handy",
    U"anruf", U"rufen",   U"ruf",    U"ring", U"reach", U"llam",  U"móvil",    U"celular", U"appel",  U"chiam",
    U"hp",    U"contact", U"тел",    U"звон", U"моб",   U"โทร",   U"เบอร์",     U"电话",    U"手机",   U"電話",
    U"携帯",  U"전화",    U"핸드폰", U"هاتف", U"جوال",  U"تلفون", U"फोन",      U"फ़ोन",     U"मोबाइल", U"điện thoại"};

constexpr std::u32string_view numbering[] = {
    U"order",   U"invoice",  U"ticket",   U"ref",         U"case",    U"track",   U"parcel",  U"serial",
    U"isbn",    U"ean",      U"sku",      U"article",     U"artikel", U"bestell", U"auftrag", U"rechnung",
    U"kunde",   U"sendung",  U"commande", U"facture",     U"pedido",  U"factura", U"ordine",  U"fattura",
    U"account", U"customer", U"id",       U"transaction", U"txn",     U"code",    U"заказ",   U"订单",
    U"單號",    U"单号",     U"訂單",     U"สั่งซื้อ",        U"注文"};

constexpr std::u32string_view currencies[] = {U"eur", U"usd", U"gbp", U"chf",  U"thb",    U"inr",
                                              U"jpy", U"cny", U"rs",  U"baht", U"dollar", U"pound",
                                              U"rub", U"บาท", U"元",  U"円",   U"원",     U"руб"};

bool is_letter(char32_t character) {
    return character < 0x80 ? is_ascii_letter(character) : kind_of(character) == CharacterKind::letter;
}

bool is_currency(char32_t character) {
    return character == U'$' || (character >= 0xA2 && character <= 0xA5) || character == 0xE3F ||
           (character >= 0x20A0 && character <= 0x20C0);
}

/// Reads one run of digits.
class PhoneReader {
public:
    PhoneReader(const PlainText& text, const DigitRun& run) : text_(text), run_(run) {}

    /// The number that begins with group `first`, and its last group; or nothing.
    bool read(std::size_t first);

    std::size_t begin() const { return begin_; }
    std::size_t end() const { return end_; }
    std::size_t last() const { return last_; }

    /// How many groups from `first` are a date, or an address of four small numbers.
    std::size_t other_groups(std::size_t first) const;

private:
    enum class Word { none, calls, numbers };

    std::size_t digits(std::size_t first, std::size_t last) const {
        std::size_t sum = 0;
        for (std::size_t i = first; i <= last; ++i) sum += run_[i].size();
        return sum;
    }
    int value(std::size_t group) const {
        int sum = 0;
        for (std::size_t i = run_[group].begin; i < run_[group].end && sum < 100000; ++i)
            sum = sum * 10 + static_cast<int>(text_.at(i) - U'0');
        return sum;
    }
    char32_t digit(std::size_t group, std::size_t at = 0) const { return text_.at(run_[group].begin + at); }

    /// What lies between a group and the next.
    std::u32string_view gap(std::size_t group) const {
        return text_.characters().substr(run_[group].end, run_[group + 1].begin - run_[group].end);
    }
    bool gap_has(std::size_t group, char32_t character) const { return gap(group).find(character) != gap(group).npos; }
    bool may_continue(std::size_t group) const { return !gap_has(group, U'\n') && !gap_has(group, U'_'); }

    /// The last group of as long a number as there may be with so many digits and groups of so many at least.
    std::size_t reach(std::size_t first, std::size_t most, std::size_t least_group) const;

    Word word_before(std::size_t at) const;
    bool is_amount(std::size_t first, std::size_t last) const;
    bool is_part_of_name(std::size_t first, std::size_t last, Word word) const;
    bool has_known_shape(std::size_t first);
    bool is_national(std::size_t first, Word word);
    bool is_called(std::size_t first);
    bool is_international(std::size_t first);
    bool is_bracketed(std::size_t first);
    bool accept(std::size_t first, std::size_t last, std::size_t begin);

    const PlainText& text_;
    const DigitRun& run_;
    std::size_t begin_ = 0, end_ = 0, last_ = 0;
};

std::size_t PhoneReader::other_groups(std::size_t first) const {
    if (first + 3 < run_.size() && gap(first) == U"." && gap(first + 1) == U"." && gap(first + 2) == U".") {
        bool small = true, short_groups = true;
        for (std::size_t i = first; i < first + 4; ++i) {
            small = small && run_[i].size() <= 3 && value(i) <= 255 && (run_[i].size() == 1 || digit(i) != U'0');
            short_groups = short_groups && run_[i].size() <= 2;
        }
        if (small && !short_groups) return 4;
    }
    if (first + 2 >= run_.size() || gap(first) != gap(first + 1)) return 0;
    const std::u32string_view between = gap(first);
    if (between != U"." && between != U"-" && between != U"/" && between != U" ") return 0;
    const auto is_year = [this](std::size_t i) { return run_[i].size() == 4 && value(i) >= 1900 && value(i) < 2100; };
    const auto is_part = [this](std::size_t i) { return run_[i].size() <= 2 && value(i) >= 1 && value(i) <= 31; };
    const auto are_day_and_month = [&](std::size_t i, std::size_t j) {
        return is_part(i) && is_part(j) && (value(i) <= 12 || value(j) <= 12);
    };
    if (is_year(first) && are_day_and_month(first + 1, first + 2)) return 3;
    if (!are_day_and_month(first, first + 1)) return 0;
    if (is_year(first + 2)) return 3;
    const bool goes_on = first + 3 < run_.size() && gap(first + 2) == between;
    return run_[first + 2].size() == 2 && between != U" " && !goes_on ? 3 : 0;
}

std::size_t PhoneReader::reach(std::size_t first, std::size_t most, std::size_t least_group) const {
    std::size_t last = first, sum = run_[first].size();
    while (last + 1 < run_.size()) {
        const std::size_t next = last + 1;
        if (!may_continue(last) || run_[next].size() < least_group || sum + run_[next].size() > most) break;
        if (text_.at(run_[next].begin - 1) == U'+' || other_groups(next) == 3) break;
        // Long enough, and what follows begins as numbers do: the next one.
        const bool bracketed = gap_has(last, U'(');
        if (sum >= 9 && ((digit(next) == U'0' && run_[next].size() >= 2 && gap(last) == U" ") || bracketed)) break;
        sum += run_[next].size();
        last = next;
    }
    return last;
}

PhoneReader::Word PhoneReader::word_before(std::size_t at) const {
    constexpr std::size_t window = 32, short_word = 4;
    constexpr int most_between = 2;
    const std::u32string_view before = text_.characters().substr(0, at);
    const auto begins_with = [](std::u32string_view rest) {
        return [rest](std::u32string_view word) { return rest.starts_with(word); };
    };
    // Short words that number things begin too many others: refund, identity.
    const auto numbers_with = [](std::u32string_view rest) {
        return [rest](std::u32string_view word) {
            if (!rest.starts_with(word)) return false;
            return word.size() > short_word || rest.size() == word.size() || !is_letter(rest[word.size()]);
        };
    };
    int between = 0;  // words
    bool same_sentence = true;
    for (std::size_t back = 1; back <= std::min(window, at); ++back) {
        const std::size_t from = at - back;
        const char32_t character = before[from];
        if (character == U'?' || character == U'!' || character == U'\n') same_sentence = false;
        const bool segmented = is_letter(character);
        if (!segmented && (character < 0x80 || kind_of(character) != CharacterKind::unsegmented)) continue;
        if (segmented && from > 0 && is_letter(before[from - 1])) continue;
        const std::u32string_view rest = before.substr(from);
        if (std::ranges::any_of(calling, begins_with(rest))) return Word::calls;
        if (same_sentence && between <= most_between && std::ranges::any_of(numbering, numbers_with(rest)))
            return Word::numbers;
        between += static_cast<int>(segmented);
    }
    return Word::none;
}

bool PhoneReader::is_amount(std::size_t first, std::size_t last) const {
    const std::size_t begin = run_[first].begin, end = run_[last].end;
    const auto before = [&](std::size_t back) { return begin >= back ? text_.at(begin - back) : U' '; };
    if (is_currency(before(1)) || (before(1) == U' ' && is_currency(before(2)))) return true;
    if (before(1) == U',' && is_digit(before(2)) && run_[first].size() <= 3) return true;
    const std::size_t next = text_.at(end) == U' ' ? end + 1 : end;
    if (is_currency(text_.at(next)) || text_.at(next) == U'%') return true;
    if (text_.at(end) == U',' && is_digit(text_.at(end + 1))) {
        std::size_t decimals = end + 1;
        while (is_digit(text_.at(decimals))) ++decimals;
        if (decimals - end <= 3) return true;
    }
    return std::ranges::any_of(currencies, [&](std::u32string_view name) {
        return text_.characters().substr(std::min(next, text_.size())).starts_with(name) &&
               (kind_of(name[0]) == CharacterKind::unsegmented || !is_letter(text_.at(next + name.size())) ||
                name.size() > 3);
    });
}

/// AB-0301234567, path/0301234567, 0301234567abc.
bool PhoneReader::is_part_of_name(std::size_t first, std::size_t last, Word word) const {
    const std::size_t begin = run_[first].begin;
    if (begin > 0) {
        const char32_t before = text_.at(begin - 1);
        if (is_letter(before) && word != Word::calls) return true;
        if (std::u32string_view(U"#=_&?/@").find(before) != std::u32string_view::npos && first == 0) return true;
        if (before == U'-' && begin > 1 && is_letter(text_.at(begin - 2))) return true;
    }
    const char32_t after = text_.at(run_[last].end);
    const bool extension = after == U'x' && is_digit(text_.at(run_[last].end + 1));
    return after == U'_' ||
           (after < 0x250 && is_letter(after) && !extension && text_.characters().substr(run_[last].end, 3) != U"ext");
}

bool PhoneReader::accept(std::size_t first, std::size_t last, std::size_t begin) {
    if (is_amount(first, last)) return false;
    begin_ = begin;
    last_ = last;
    end_ = run_[last].end;
    // An extension belongs to the number.
    std::size_t at = end_ + (text_.at(end_) == U' ' ? 1 : 0);
    const std::u32string_view rest = text_.characters().substr(std::min(at, text_.size()));
    const std::size_t word = rest.starts_with(U"extension") ? 9
                             : rest.starts_with(U"ext.")    ? 4
                             : rest.starts_with(U"ext")     ? 3
                             : rest.starts_with(U"x")       ? 1
                                                            : 0;
    if (word == 0) return true;
    at += word;
    if (text_.at(at) == U' ') ++at;
    const std::size_t number = at;
    while (is_digit(text_.at(at))) ++at;
    if (at > number && at - number <= 6) {
        end_ = at;
        while (last_ + 1 < run_.size() && run_[last_ + 1].begin < end_) ++last_;
    }
    return true;
}

/// + and the country's code.
bool PhoneReader::is_international(std::size_t first) {
    std::size_t plus = run_[first].begin;
    for (int back = 0; back < 2 && plus > 0 && (text_.at(plus - 1) == U' ' || text_.at(plus - 1) == U'('); ++back)
        --plus;
    if (plus == 0 || text_.at(plus - 1) != U'+' || digit(first) == U'0') return false;
    const std::size_t last = reach(first, most_digits, 1);
    if (digits(first, last) < 7 || digits(first, last) > most_digits) return false;
    std::size_t begin = plus - 1;
    if (begin > 0 && text_.at(begin - 1) == U'(') --begin;
    return accept(first, last, begin);
}

/// (030) 1234567, (555) 123-4567, 1 (555) 123-4567.
bool PhoneReader::is_bracketed(std::size_t first) {
    std::size_t area = first;
    if (run_[first].size() == 1 && first + 1 < run_.size() && gap_has(first, U'(')) ++area;
    const std::size_t open = run_[area].begin;
    if (open == 0 || text_.at(open - 1) != U'(' || text_.at(run_[area].end) != U')' || area + 1 >= run_.size())
        return false;
    const bool trunk = digit(area) == U'0';
    if (run_[area].size() < 2 || run_[area].size() > 6) return false;
    const std::size_t last = reach(area, trunk ? 12 : 11, 2), sum = digits(area, last);
    if (last == area || sum < (trunk ? 7u : 9u)) return false;
    return accept(first, last, area == first ? open - 1 : run_[first].begin);
}

/// 0 and the area's code, or 00 and the country's.
bool PhoneReader::is_national(std::size_t first, Word word) {
    if (digit(first) != U'0' || run_[first].size() < 2) return false;
    const std::size_t alone = run_[first].size();
    if (digit(first, 1) == U'0') {
        const std::size_t last = reach(first, most_digits + 2, 1), sum = digits(first, last);
        const char32_t country = alone > 2 ? digit(first, 2) : last > first ? digit(first + 1) : U'0';
        if (country == U'0' || sum < (last > first ? 11u : 12u) || sum > most_digits + 2) return false;
        return accept(first, last, run_[first].begin);
    }
    const std::size_t last = alone <= 6 ? reach(first, 12, 2) : first;
    const std::size_t sum = digits(first, last), least = last > first || word == Word::calls ? 9 : 10;
    if (sum < least || sum > 12 || last - first > 5) return false;
    return accept(first, last, run_[first].begin);
}

/// National numbers without a trunk prefix that are known by their grouping.
bool PhoneReader::has_known_shape(std::size_t first) {
    struct Shape {
        std::array<std::uint8_t, 5> sizes;  // 0 ends
        char32_t least, most;               // of the first digit
        bool dash;                          // before the last group
    };
    static constexpr Shape shapes[] = {
        {{3, 3, 4}, U'2', U'9', false},    {{1, 3, 3, 4}, U'1', U'1', false},    // North America
        {{5, 5}, U'6', U'9', false},       {{3, 4, 4}, U'1', U'1', false},       // India, China
        {{2, 5, 4}, U'1', U'9', true},                                           // Brazil
        {{3, 3, 2, 2}, U'3', U'9', true},  {{1, 3, 3, 2, 2}, U'7', U'8', true},  // Russia
        {{3, 2, 2, 2}, U'6', U'9', false}, {{2, 3, 2, 2}, U'9', U'9', false},    // Spain
    };
    for (const Shape& shape : shapes) {
        std::size_t groups = 0;
        while (groups < shape.sizes.size() && shape.sizes[groups] != 0) ++groups;
        if (first + groups > run_.size() || digit(first) < shape.least || digit(first) > shape.most) continue;
        const std::size_t last = first + groups - 1;
        bool fits = true;
        for (std::size_t i = 0; fits && i < groups; ++i)
            fits = run_[first + i].size() == shape.sizes[i] && (first + i == last || may_continue(first + i));
        if (!fits || (shape.dash && !gap_has(last - 1, U'-'))) continue;
        // Not a piece of something longer.
        const auto tied = [this](std::size_t i) {
            return gap(i).find_first_of(U"-./") != std::u32string_view::npos && gap(i).size() == 1;
        };
        if ((last + 1 < run_.size() && tied(last)) || (first > 0 && tied(first - 1))) continue;
        return accept(first, last, run_[first].begin);
    }
    return false;
}

/// Any number that a word says is one to call.
bool PhoneReader::is_called(std::size_t first) {
    std::size_t last = reach(first, most_digits, 2);
    const std::size_t sum = digits(first, last);
    if (sum < 7 || sum > most_digits || run_[first].size() > most_digits) return false;
    bool long_group = false, spaces = true;
    for (std::size_t i = first; i <= last; ++i) {
        long_group = long_group || run_[i].size() >= 3;
        spaces = spaces && (i == last || gap(i) == U" ");
    }
    if (!long_group && !(spaces && last - first >= 3)) return false;
    return accept(first, last, run_[first].begin);
}

bool PhoneReader::read(std::size_t first) {
    if (is_international(first)) return true;
    const Word word = word_before(run_[first].begin);
    if (word == Word::numbers || is_part_of_name(first, first, word)) return false;
    const bool found = is_bracketed(first) || is_national(first, word) || has_known_shape(first) ||
                       (word == Word::calls && is_called(first));
    return found && !is_part_of_name(first, last_, word);
}

}  // namespace

void find_phones(const PlainText& text, const std::vector<DigitRun>& runs, const std::vector<Finding>& taken,
                 std::vector<Finding>& found) {
    auto next_taken = taken.begin();
    DigitRun free;
    for (const DigitRun& run : runs) {
        const auto read = [&] {
            PhoneReader reader(text, free);
            for (std::size_t first = 0; first < free.size(); ++first) {
                if (const std::size_t others = reader.other_groups(first); others > 0) {
                    first += others - 1;
                } else if (reader.read(first)) {
                    found.push_back({PersonalData::phone, reader.begin(), reader.end()});
                    first = reader.last();
                }
            }
            free.clear();
        };
        for (const DigitGroup& group : run) {
            while (next_taken != taken.end() && next_taken->end <= group.begin) ++next_taken;
            if (next_taken != taken.end() && next_taken->begin < group.end)
                read();
            else
                free.push_back(group);
        }
        read();
    }
}

}  // namespace crm::text
