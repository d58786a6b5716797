#include "crm/text/redact.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "crm/foundation/error.hpp"

namespace crm::text {

namespace {

using Kind = PersonalData;

constexpr std::array<std::string_view, personal_data_kinds> names{"email", "phone", "card", "iban", "url", "ip"};
constexpr std::array<std::string_view, personal_data_kinds> usual{"[email]", "[phone]", "[card]",
                                                                  "[iban]",  "[url]",   "[ip]"};

std::string label_of(std::string_view name, const std::string& label) {
    constexpr std::size_t longest = 100;
    const std::string what = "label of " + std::string(name);
    if (label.size() > longest)
        throw invalid_argument(what + " must not be longer than " + std::to_string(longest) + " bytes");
    FoldedText folded(label);
    const PlainText plain(folded);
    for (const char32_t character : plain.characters())
        if (is_digit(character) || std::u32string_view(U"@:/.").find(character) != std::u32string_view::npos)
            throw invalid_argument(what + " must not contain digits or @ : / . : " + excerpt(label), {},
                                   "A label like [" + std::string(name) + "] cannot be taken for data.");
    return label;
}

/// Whether there is nothing to look for, as in most comments.
bool is_plain(std::string_view text, const RedactOptions& options) {
    if (options.label(Kind::url) || options.label(Kind::ip_address)) return false;
    return std::ranges::none_of(text, [](char byte) {
        return (byte >= '0' && byte <= '9') || byte == '@' || static_cast<unsigned char>(byte) >= 0x80;
    });
}

void find_all(const PlainText& text, const RedactOptions& options, std::vector<Finding>& found) {
    const std::u32string_view characters = text.characters();
    const bool numbers = std::ranges::any_of(characters, is_digit);
    if (options.label(Kind::email)) find_emails(text, found);
    if (options.label(Kind::url)) find_urls(text, found);
    if (options.label(Kind::ip_address)) find_ip_addresses(text, found);
    if (!numbers) return;
    std::vector<Finding> accounts;
    const std::vector<DigitRun> runs = find_digit_runs(text);
    const std::size_t digits = static_cast<std::size_t>(std::ranges::count_if(characters, is_digit));
    if (digits >= 2 && options.label(Kind::iban)) find_ibans(text, accounts);
    if (digits >= 12 && options.label(Kind::card)) find_cards(text, runs, accounts);
    std::ranges::sort(accounts, {}, &Finding::begin);
    found.insert(found.end(), accounts.begin(), accounts.end());
    if (digits >= 7 && options.label(Kind::phone)) find_phones(text, runs, accounts, found);
}

/// Replaces what is found once; false when there was nothing.
bool replace(Redacted& result, const RedactOptions& options) {
    const FoldedText folded(result.text);
    const PlainText plain(folded);
    std::vector<Finding> found;
    find_all(plain, options, found);
    if (found.empty()) return false;
    // By where they begin, the longer first: what lies inside another comes right after it.
    std::ranges::sort(found, [](const Finding& a, const Finding& b) {
        return std::tuple(a.begin, b.end, a.kind) < std::tuple(b.begin, a.end, b.kind);
    });
    const auto origin = [&](std::size_t index) { return folded.origin(plain.origin(index)); };
    std::string out;
    std::size_t copied = 0, covered = 0;  // bytes of the text; characters
    for (const Finding& one : found) {
        if (one.end <= covered) continue;
        covered = one.end;
        // A character that folds into several is replaced whole.
        std::size_t end = plain.origin(one.end);
        while (end < folded.size() && folded.origin(end) == folded.origin(end - 1)) ++end;
        const std::size_t begin = origin(one.begin);
        if (begin > copied) out.append(result.text, copied, begin - copied);
        out += *options.label(one.kind);
        copied = std::max(copied, folded.origin(end));
        ++result.counts[static_cast<std::size_t>(one.kind)];
    }
    out.append(result.text, copied);
    result.text = std::move(out);
    return true;
}

}  // namespace

RedactOptions RedactOptions::from_json(const Json& json) {
    json.expect_keys({"email", "phone", "card", "iban", "url", "ip"}, "options of redact");
    RedactOptions options;
    for (const auto& [key, value] : json.object("options of redact")) {
        const auto kind = static_cast<std::size_t>(std::ranges::find(names, key) - names.begin());
        auto& label = options.labels[kind];
        const std::string written = value.text();
        if (written == "true")
            label = usual[kind];
        else if (written == "false")
            label.reset();
        else
            label = label_of(key, value.string("label of " + key));
    }
    return options;
}

std::int32_t Redacted::total() const { return std::accumulate(counts.begin(), counts.end(), 0); }

Redacted redact(std::string_view text, const RedactOptions& options, const Cancellation& cancellation) {
    Redacted result{std::string(text), {}};
    if (is_plain(text, options)) return result;
    // What is taken out may leave neighbours that are found by themselves. Each round takes a digit, an @ or a dot
    // away.
    while (replace(result, options) && !is_plain(result.text, options)) cancellation.poll();
    return result;
}

}  // namespace crm::text
