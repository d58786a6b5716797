// What the core throws. The binding layer turns each class into one SQLSTATE.
#pragma once
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace crm {

/// Words for a person: `message` in lower case without a full stop and with the offending value in it;
/// `detail` and `hint` are sentences, or empty.
class error : public std::exception {
public:
    explicit error(std::string message, std::string detail = {}, std::string hint = {})
        : message_(std::move(message)), detail_(std::move(detail)), hint_(std::move(hint)) {}

    const char* what() const noexcept override { return message_.c_str(); }
    const std::string& message() const noexcept { return message_; }
    const std::string& detail() const noexcept { return detail_; }
    const std::string& hint() const noexcept { return hint_; }

private:
    std::string message_, detail_, hint_;
};

/// An argument that cannot be: negative age, NaN, a model of the wrong kind.
struct invalid_argument : error {
    using error::error;
};

/// A number or date outside the range that can be represented.
struct out_of_range : error {
    using error::error;
};

/// Bytes or text that are no value of the type they claim to be.
struct corrupt_data : error {
    using error::error;
};

/// The same of a value that is just coming in, as text or in binary form, rather than found damaged in storage.
struct invalid_text : error {
    using error::error;
};
struct invalid_binary : error {
    using error::error;
};

/// More than a stated limit allows (too many days, too large a value).
struct limit_exceeded : error {
    using error::error;
};

/// As much of a text as a message can bear; cut at a character of UTF-8.
std::string excerpt(std::string_view text);

}  // namespace crm
