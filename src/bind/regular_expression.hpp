// PostgreSQL's own regular expressions for rules: its users know their syntax.
#pragma once
#include "bind/datum.hpp"
#include "crm/text/rules_pattern.hpp"

namespace crm::bind {

/// Classes and case are those of the database's default collation.
struct ServerExpressions {
    static std::unique_ptr<text::Pattern> compile(const text::Expression& expression);
};

}  // namespace crm::bind
