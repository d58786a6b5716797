#include "bind/boundary.hpp"

#include "bind/encoding.hpp"
#include "crm/foundation/error.hpp"

namespace crm::bind {

namespace {

/// As it is when the database's encoding cannot say it.
std::string_view in_server_encoding(std::string_view words) noexcept {
    try {
        return to_server(words);
    } catch (...) {
        return words;
    }
}

const char* keep(const std::string& message) noexcept {
    if (message.empty()) return nullptr;
    const std::string_view words = in_server_encoding(message);
    if (words.size() >= MaxAllocSize) return nullptr;
    auto* const copy =
        static_cast<char*>(MemoryContextAllocExtended(CurrentMemoryContext, words.size() + 1, MCXT_ALLOC_NO_OOM));
    if (!copy) return "out of memory";
    std::memcpy(copy, words.data(), words.size());
    copy[words.size()] = '\0';
    return copy;
}

Failure failure_of(int sqlstate, const error& thrown) noexcept {
    return {nullptr, sqlstate, keep(thrown.message()), keep(thrown.detail()), keep(thrown.hint())};
}

}  // namespace

Failure describe_current_exception() noexcept {
    try {
        throw;
    } catch (const ServerError& thrown) {
        return {thrown.error, 0, nullptr, nullptr, nullptr};
    } catch (const invalid_argument& thrown) {
        return failure_of(ERRCODE_INVALID_PARAMETER_VALUE, thrown);
    } catch (const out_of_range& thrown) {
        return failure_of(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, thrown);
    } catch (const invalid_text& thrown) {
        return failure_of(ERRCODE_INVALID_TEXT_REPRESENTATION, thrown);
    } catch (const invalid_binary& thrown) {
        return failure_of(ERRCODE_INVALID_BINARY_REPRESENTATION, thrown);
    } catch (const corrupt_data& thrown) {
        return failure_of(ERRCODE_DATA_CORRUPTED, thrown);
    } catch (const limit_exceeded& thrown) {
        return failure_of(ERRCODE_PROGRAM_LIMIT_EXCEEDED, thrown);
    } catch (const error& thrown) {
        return failure_of(ERRCODE_DATA_EXCEPTION, thrown);
    } catch (const std::bad_alloc&) {
        return {nullptr, ERRCODE_OUT_OF_MEMORY, "out of memory", nullptr, nullptr};
    } catch (const std::exception& thrown) {
        try {
            return {nullptr, ERRCODE_INTERNAL_ERROR, keep(thrown.what()), nullptr, nullptr};
        } catch (...) {
            return {nullptr, ERRCODE_OUT_OF_MEMORY, "out of memory", nullptr, nullptr};
        }
    } catch (...) {
        return {nullptr, ERRCODE_INTERNAL_ERROR, "unknown C++ exception", nullptr, nullptr};
    }
}

void raise(const Failure& failure) {
    if (failure.server) ReThrowError(failure.server);
    ereport(ERROR, (errcode(failure.sqlstate), errmsg_internal("%s", failure.message ? failure.message : "no message"),
                    failure.detail ? errdetail_internal("%s", failure.detail) : 0,
                    failure.hint ? errhint("%s", failure.hint) : 0));
    pg_unreachable();
}

}  // namespace crm::bind
