#include "crm/identity/date_text.hpp"

#include <array>
#include <string>

#include "crm/foundation/unicode.hpp"
#include "crm/identity/plain_text.hpp"
#include "month_names.hpp"

namespace crm::identity {

namespace {

using View = std::u32string_view;

constexpr std::size_t longest = 60;
constexpr int pivot = 50, buddhist_era = 543;

struct Number {
    int value;
    std::size_t digits;
};

/// What of a date a text names, in the order in which it does.
struct Parts {
    std::array<Number, 3> numbers{};
    std::size_t count = 0;
    int month = 0;             // by name
    std::size_t month_at = 0;  // how many numbers stand before it
};

bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_in(int year, int month) {
    constexpr std::array days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[static_cast<std::size_t>(month - 1)];
}

/// A time of day, and its time zone: nothing but digits and the signs of one.
bool is_time(View text) {
    if (text.empty()) return true;
    if (!is_digit(text.front()) || text.find(U':') == View::npos) return false;
    for (const char32_t c : text)
        if (!is_digit(c) && View(U":.,+- zapmutcgh").find(c) == View::npos) return false;
    return true;
}

/// Without the time after it.
View date_in(View text) {
    const auto colon = text.find(U':');
    if (colon == View::npos) return text;
    auto begin = colon;
    while (begin > 0 && is_digit(text[begin - 1])) --begin;
    if (begin == 0 || begin == colon || !is_time(text.substr(begin))) return {};
    const auto before = text.substr(0, begin).find_last_not_of(U" ,");
    if (before == View::npos) return {};
    View date = text.substr(0, before + 1);
    // The T of ISO 8601.
    if (before + 1 == begin && date.back() == U't') date.remove_suffix(1);
    return date;
}

/// 年 and its like: what the number before it is.
bool is_unit_of_date(char32_t c) { return View(U"年月日号년월일").find(c) != View::npos; }

std::optional<Parts> parts_of(View text) {
    Parts parts;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        if (is_digit(text[at])) {
            while (at < text.size() && is_digit(text[at])) ++at;
            if (parts.count == 3 || at - begin > 8) return {};
            int value = 0;
            for (std::size_t i = begin; i < at; ++i) value = value * 10 + static_cast<int>(text[i] - U'0');
            parts.numbers[parts.count++] = {value, at - begin};
        } else if (is_unit_of_date(text[at])) {
            ++at;
        } else if (is_letter(text[at])) {
            while (at < text.size() && is_letter(text[at]) && !is_unit_of_date(text[at])) ++at;
            const View word = text.substr(begin, at - begin);
            if (is_date_filler(word)) continue;
            const int month = month_named(word);
            if (month == 0 || parts.month != 0) {
                if (month == 0) return {};
                return {};
            }
            parts.month = month;
            parts.month_at = parts.count;
        } else if (View(U" .,/-'_").find(text[at]) != View::npos) {
            ++at;
        } else {
            return {};
        }
    }
    return parts;
}

class DateReader {
public:
    explicit DateReader(const Country* country) : country_(country) {}

    std::optional<Day> read(const Parts& parts) const {
        if (parts.month) return parts.count == 2 ? with_name(parts) : std::nullopt;
        if (parts.count == 1) return compact(parts.numbers[0]);
        return parts.count == 3 ? by_order(parts.numbers) : std::nullopt;
    }

private:
    DateOrder order() const { return country_ ? country_->dates : DateOrder::mixed; }

    std::optional<Day> make(Number year, int month, Number day) const {
        int y = year.value;
        if (year.digits == 2)
            y += y < pivot ? 2000 : 1900;
        else if (year.digits != 4)
            return {};
        if (country_ && country_->code == "TH" && y >= 2400) y -= buddhist_era;
        if (day.digits > 2 || y < 1 || month < 1 || month > 12 || day.value < 1 || day.value > days_in(y, month))
            return {};
        return Day{static_cast<std::int32_t>(number_of({y, month, day.value}))};
    }

    std::optional<Day> with_name(const Parts& parts) const {
        const auto& [first, second, none] = parts.numbers;
        if (first.digits == 4) return make(first, parts.month, second);
        if (second.digits == 4) return make(second, parts.month, first);
        if (parts.month_at == 2) return {};
        // 24 Mar 05: the year comes first where it always does.
        const bool year_first = parts.month_at == 1 && order() == DateOrder::year_month_day;
        return year_first ? make(first, parts.month, second) : make(second, parts.month, first);
    }

    /// 20240305.
    std::optional<Day> compact(Number number) const {
        if (number.digits != 8) return {};
        const int value = number.value;
        const auto two = [value](int from) { return Number{value / from % 100, 2}; };
        if (const int year = value / 10000; year >= 1900 && year <= 2100)
            return make({year, 4}, two(100).value, two(1));
        const Number year{value % 10000, 4};
        return by_order({two(1000000), two(10000), year});
    }

    std::optional<Day> read_as(DateOrder order, const std::array<Number, 3>& n) const {
        const auto month = [](Number one) { return one.digits <= 2 ? one.value : 0; };
        switch (order) {
            case DateOrder::day_month_year: return make(n[2], month(n[1]), n[0]);
            case DateOrder::month_day_year: return make(n[2], month(n[0]), n[1]);
            case DateOrder::year_month_day: return make(n[0], month(n[1]), n[2]);
            case DateOrder::mixed: break;
        }
        return {};
    }

    std::optional<Day> by_order(const std::array<Number, 3>& numbers) const {
        if (numbers[0].digits == 4) return read_as(DateOrder::year_month_day, numbers);
        // The country's order where it gives a date; else the only one that does.
        if (auto day = read_as(order(), numbers)) return day;
        std::optional<Day> found;
        for (const DateOrder other :
             {DateOrder::day_month_year, DateOrder::month_day_year, DateOrder::year_month_day}) {
            const auto day = read_as(other, numbers);
            if (!day) continue;
            if (found && *found != *day) return {};
            found = day;
        }
        return found;
    }

    const Country* country_;
};

}  // namespace

std::optional<Day> normalize_date(std::string_view text, const Country* country) {
    // Names of months are told without their marks.
    if (text.size() > longest * 4) return {};
    const std::u32string plain = plain_folded(without_marks(text), longest);
    const View date = date_in(plain);
    if (date.empty()) return {};
    const auto parts = parts_of(date);
    if (!parts) return {};
    return DateReader(country).read(*parts);
}

}  // namespace crm::identity
