// The SQL face of a workspace, as far as it is not SQL itself.
#include "bind/function.hpp"
#include "bind/job_lock.hpp"

namespace crm::bind {

SQL_FUNCTION(crm_begin_job, [](std::int64_t key) { return begin_job(key); });
SQL_FUNCTION(crm_end_job, [] { return end_job(); });

}  // namespace crm::bind
