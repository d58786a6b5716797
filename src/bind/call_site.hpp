// What one call site of an SQL function remembers from row to row within a query: row descriptors, decoded models.
#pragma once
#include "bind/memory.hpp"

namespace crm::bind {

/// For arguments and results that remember nothing.
struct Nothing {};

/// The site's memory of type `Site`, made at its first call. A server that hands a fresh FmgrInfo to each row (as a
/// distributed executor may) loses it, which costs time and nothing else.
template <class Site>
Site& call_site(FunctionCallInfo fcinfo) {
    if constexpr (std::is_empty_v<Site>) {
        static Site none;
        return none;
    } else {
        FmgrInfo* const function = fcinfo->flinfo;
        if (!function->fn_extra) function->fn_extra = make_in<Site>(function->fn_mcxt);
        return *static_cast<Site*>(function->fn_extra);
    }
}

}  // namespace crm::bind
