// What makes the library one that the server loads, and its settings.
#include "bind/memory.hpp"

extern "C" {

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init();

void _PG_init() {
    DefineCustomIntVariable("crm.max_fit_memory", "Memory that one group of an aggregate of pg_crm may take.",
                            "A fit that needs more is an error.", &crm::bind::max_fit_memory, 1024 * 1024, 1024,
                            MAX_KILOBYTES, PGC_USERSET, GUC_UNIT_KB, nullptr, nullptr, nullptr);
#if PG_VERSION_NUM >= 150000
    MarkGUCPrefixReserved("crm");
#endif
}
}
