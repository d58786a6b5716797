#include "crm/value/frequency_fit.hpp"

#include <algorithm>
#include <string>

#include "crm/foundation/error.hpp"

namespace crm::value {

namespace {

constexpr std::int32_t least_classes = 2, most_classes = 1000;

/// Probabilities of 0, 1, 2, ... purchases up to an age, at least `wanted` of them unless the others are nothing. Asked
/// for no more of a long distribution than it takes.
std::vector<double> first_probabilities(const PurchaseModel& model, double age, std::size_t wanted) {
    std::vector<double> found;
    for (double beyond = 0.1; found.size() < wanted && beyond > 1e-16; beyond *= 1e-3)
        found = model.purchase_distribution(new_customer(), age, beyond);
    return found;
}

}  // namespace

void FrequencyFitBuilder::agree(std::int32_t classes) {
    if (classes < least_classes || classes > most_classes)
        throw invalid_argument("classes must be between " + std::to_string(least_classes) + " and " +
                               std::to_string(most_classes) + ", not " + std::to_string(classes));
    if (!classes_) classes_ = classes;
    if (*classes_ != classes)
        throw invalid_argument("classes must be the same for all rows of a group",
                               "It is both " + std::to_string(*classes_) + " and " + std::to_string(classes) + ".");
}

void FrequencyFitBuilder::add(const Rfm& seen, std::int32_t classes) {
    agree(classes);
    customers_.add({seen.age(), std::min(seen.frequency(), classes - 1)});
}

void FrequencyFitBuilder::merge(const FrequencyFitBuilder& other, const Cancellation& cancellation) {
    if (other.classes_) agree(*other.classes_);
    customers_.merge(other.customers_, cancellation);
}

void FrequencyFitBuilder::save(Writer& out) const {
    out.varint(static_cast<std::uint64_t>(classes_.value_or(0)));
    if (classes_) customers_.save(out);
}

void FrequencyFitBuilder::load(Reader& in, const Cancellation& cancellation) {
    const std::uint64_t classes = in.varint();
    if (classes == 0) return;
    if (classes < least_classes || classes > most_classes)
        throw corrupt_data("impossible number of classes in the state of a frequency fit");
    classes_ = static_cast<std::int32_t>(classes);
    customers_.load(in, cancellation);
}

std::vector<FrequencyClass> FrequencyFitBuilder::finish(const PurchaseModel& model,
                                                        const Cancellation& cancellation) const {
    const auto customers = customers_.sorted(cancellation);
    std::vector<FrequencyClass> rows;
    if (customers.empty()) return rows;
    const auto classes = static_cast<std::size_t>(*classes_);
    std::vector<double> actual(classes), expected(classes);
    for (auto at = customers.begin(); at != customers.end();) {
        cancellation.poll();
        const double age = at->key.age;
        double of_this_age = 0;
        for (; at != customers.end() && at->key.age == age; ++at) {
            if (at->key.frequency >= *classes_)
                throw corrupt_data("impossible customer in the state of a frequency fit");
            actual[static_cast<std::size_t>(at->key.frequency)] += at->weight;
            of_this_age += at->weight;
        }
        auto probabilities = first_probabilities(model, age, classes - 1);
        probabilities.resize(classes - 1);
        double left = 1;
        for (std::size_t n = 0; n < classes - 1; ++n) {
            expected[n] += of_this_age * probabilities[n];
            left -= probabilities[n];
        }
        expected.back() += of_this_age * std::max(left, 0.0);
    }
    for (std::size_t n = 0; n < classes; ++n)
        rows.push_back({static_cast<std::int32_t>(n), n == classes - 1, count_of(actual[n]), expected[n]});
    return rows;
}

}  // namespace crm::value
