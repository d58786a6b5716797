// The lock of a job that runs over several transactions.
#pragma once
#include "bind/call.hpp"

namespace crm::bind {

/// Takes the advisory lock `key` for the session, beyond the end of the transaction; false when another session holds
/// it, or this one holds that of a job already. An error that ends the transaction, wherever it is raised, ends the
/// job: it gives the lock back, which a handler in the job itself could not see to everywhere.
bool begin_job(std::int64_t key);

/// Gives back the lock of the session's job; false when there is none.
bool end_job();

}  // namespace crm::bind
