// How many customers bought 0, 1, 2, ... times again, against how many a model expects to.
#pragma once
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <tuple>
#include <vector>

#include "crm/foundation/cancellation.hpp"
#include "crm/foundation/tally.hpp"
#include "crm/value/purchase_model.hpp"

namespace crm::value {

struct FrequencyClass {
    std::int32_t purchases;  // repeat purchases
    bool or_more;            // the last class is open
    std::int64_t actual;     // customers
    double expected;         // of as many customers of these ages, given nothing else

    friend bool operator==(const FrequencyClass&, const FrequencyClass&) = default;
};

/// What is counted of one customer.
struct AgeAndFrequency {
    double age;
    std::int32_t frequency;  // that of the last class, if it is more

    static auto tied(auto& self) { return std::tie(self.age, self.frequency); }
    bool valid() const { return age >= 0 && frequency >= 0; }
};

/// The aggregate that counts them. Equal customers are counted, so that its memory grows with the distinct ages.
class FrequencyFitBuilder {
public:
    static constexpr int to_seven_or_more = 8;

    explicit FrequencyFitBuilder(std::pmr::memory_resource* memory) : customers_(memory) {}

    /// One customer. `classes` is 2 to 1000 and must be the same in all rows; throws invalid_argument otherwise.
    void add(const Rfm&, std::int32_t classes = to_seven_or_more);
    void merge(const FrequencyFitBuilder&, const Cancellation& = {});

    void save(Writer&) const;
    void load(Reader&, const Cancellation& = {});

    /// A row a class; none without a customer.
    std::vector<FrequencyClass> finish(const PurchaseModel&, const Cancellation& = {}) const;

private:
    void agree(std::int32_t classes);

    std::optional<std::int32_t> classes_;  // of the first row
    Tally<AgeAndFrequency> customers_;
};

}  // namespace crm::value
