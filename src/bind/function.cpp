#include "bind/function.hpp"

namespace crm::bind::detail {

ReturnSetInfo* set_wanted(FunctionCallInfo fcinfo) {
    auto* const wanted = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    if (!wanted || !IsA(wanted, ReturnSetInfo) || (wanted->allowedModes & SFRM_ValuePerCall) == 0)
        call([] {
            ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                            errmsg("set-valued function called in context that cannot accept a set")));
        });
    return wanted;
}

}  // namespace crm::bind::detail
