#include "bind/regular_expression.hpp"

#include "crm/foundation/error.hpp"
#include "crm/foundation/unicode.hpp"

extern "C" {
#include "catalog/pg_collation.h"
#include "regex/regex.h"
}

namespace crm::bind {

namespace {

using Characters = std::vector<pg_wchar>;

/// In the server's own form; each character stays one.
Characters wide(std::u32string_view characters) {
    static_assert(sizeof(pg_wchar) == sizeof(char32_t));
    if (server_text_is_utf8()) return {characters.begin(), characters.end()};
    const std::string utf8 = to_utf8(characters);
    const std::string_view text = to_server(utf8);
    Characters converted(text.size() + 1);
    const int size = call([text, &converted] {
        return pg_mb2wchar_with_len(text.data(), converted.data(), static_cast<int>(text.size()));
    });
    converted.resize(static_cast<std::size_t>(size));
    return converted;
}

std::u32string decoded(std::string_view text) {
    std::u32string characters;
    for (std::size_t at = 0; at < text.size();) {
        const auto [character, bytes] = first_code_point(text.substr(at));
        characters.push_back(character);
        at += bytes;
    }
    return characters;
}

/// Where a compiled expression lives. Servers from 16 on keep it in the memory context that is current.
class OwnContext {
public:
    OwnContext()
        : context_(call([] {
              return AllocSetContextCreate(TopMemoryContext, "pg_crm regular expression", ALLOCSET_SMALL_SIZES);
          })) {}
    OwnContext(const OwnContext&) = delete;
    OwnContext& operator=(const OwnContext&) = delete;
    ~OwnContext() { MemoryContextDelete(context_); }

    operator MemoryContext() const { return context_; }

private:
    MemoryContext context_;
};

class ServerPattern final : public text::Pattern {
public:
    explicit ServerPattern(const text::Expression& expression) {
        const Characters body = wide(decoded(expression.body));
        int flags = REG_ADVANCED;
        if (expression.ignore_case) flags |= REG_ICASE;
        if (expression.newline) flags |= REG_NEWLINE;
        if (expression.expanded) flags |= REG_EXPANDED;
        const int status = call([this, &body, flags] {
            const MemoryContext caller = MemoryContextSwitchTo(context_);
            const int result = pg_regcomp(&compiled_, body.data(), body.size(), flags, DEFAULT_COLLATION_OID);
            MemoryContextSwitchTo(caller);
            return result;
        });
        is_compiled_ = status == REG_OKAY;
        if (is_compiled_) return;
        check_for_interrupts();
        throw invalid_argument("regular expression \"" + excerpt(expression.body) + "\" is wrong: " + reason_of(status),
                               {},
                               "Expressions are written as for the operator ~, without quotation marks between the "
                               "slashes.");
    }

    ServerPattern(const ServerPattern&) = delete;
    ServerPattern& operator=(const ServerPattern&) = delete;
    ~ServerPattern() override {
        if (is_compiled_) pg_regfree(&compiled_);
    }

    std::optional<text::CharacterSpan> find(std::u32string_view comment) override {
        Characters converted;
        const auto* characters = reinterpret_cast<const pg_wchar*>(comment.data());
        if (!server_text_is_utf8()) {
            converted = wide(comment);
            characters = converted.data();
        }
        const std::size_t size = converted.empty() ? comment.size() : converted.size();
        pg_regmatch_t match[1];
        const int status = call([this, &match, characters, size] {
            return pg_regexec(&compiled_, characters, size, 0, nullptr, 1, match, 0);
        });
        if (status == REG_NOMATCH) return {};
        if (status != REG_OKAY) {
            check_for_interrupts();
            throw error("regular expression failed: " + reason_of(status));
        }
        return text::CharacterSpan{static_cast<std::size_t>(match[0].rm_so), static_cast<std::size_t>(match[0].rm_eo)};
    }

private:
    std::string reason_of(int status) const {
        char reason[100];
        pg_regerror(status, &compiled_, reason, sizeof reason);
        return reason;
    }

    OwnContext context_;
    pg_regex_t compiled_{};
    bool is_compiled_ = false;
};

}  // namespace

std::unique_ptr<text::Pattern> ServerExpressions::compile(const text::Expression& expression) {
    return std::make_unique<ServerPattern>(expression);
}

}  // namespace crm::bind
