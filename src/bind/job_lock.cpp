#include "bind/job_lock.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/fmgrprotos.h"
}

namespace crm::bind {

namespace {

std::optional<std::int64_t> held;

/// Raises nothing: the lock is held.
bool release() {
    const Datum key = Int64GetDatum(*held);
    held.reset();
    return DatumGetBool(DirectFunctionCall1(pg_advisory_unlock_int8, key));
}

void on_transaction_event(XactEvent event, void*) {
    if (event == XACT_EVENT_ABORT && held) release();
}

}  // namespace

bool begin_job(std::int64_t key) {
    static bool listening = false;
    if (held) return false;
    if (!listening) call([] { RegisterXactCallback(on_transaction_event, nullptr); });
    listening = true;
    const auto take = [key] {
        return DatumGetBool(DirectFunctionCall1(pg_try_advisory_lock_int8, Int64GetDatum(key)));
    };
    if (!call(take)) return false;
    held = key;
    return true;
}

bool end_job() {
    return held && call([] { return release(); });
}

}  // namespace crm::bind
