// Aggregates whose rows all name the same model, as in crm.tracking(model, history, as_of): rows are counted without
// it, and the result is computed from the counts and the model.
//
// SQL_AGGREGATE(crm_tracking_add, [](OfOneModel<PurchaseModel, TrackingBuilder>& state,
//                                    const StoredModel<PurchaseModel>& model, const Timeline& t, Day as_of) {
//     state.rows(model).add(t, as_of);
// })
#pragma once
#include "bind/aggregate.hpp"
#include "bind/model.hpp"

namespace crm::bind {

/// A parameter for a model that is wanted as it is stored. It is decoded once a call site nevertheless, so that a wrong
/// kind is refused, and a row with a model that was not fitted is skipped.
template <class M>
struct StoredModel {
    Bytes bytes;     // valid during the call
    const M* model;  // decoded; valid during the call

    /// A number that tells models apart: the fingerprint that stored ones begin with, after their version.
    std::uint64_t edition() const {
        Reader in(bytes);
        (void)in.get<std::uint8_t>();
        return in.get<std::uint64_t>();
    }
};

template <class M>
struct Argument<StoredModel<M>> {
    static constexpr int columns = 1;
    using Memory = typename Argument<M>::Memory;
    static std::optional<StoredModel<M>> read(FunctionCallInfo fcinfo, int at, Memory& memory) {
        const auto model = Argument<M>::read(fcinfo, at, memory);
        if (!model) return {};
        return StoredModel<M>{memory.stored(), &model->get()};
    }
};

/// The state: that of a Builder whose finish() wants an M and may want a Cancellation after it, and the model's bytes.
/// A decoded model would need a destructor, which states never run.
template <class M, class Builder>
class OfOneModel {
public:
    explicit OfOneModel(std::pmr::memory_resource* memory) : model_(memory), rows_(memory) {}

    /// Throws invalid_argument when the rows before named another model.
    Builder& rows(const StoredModel<M>& model) {
        if (!is_same_edition(model.bytes)) agree(model.bytes);
        return rows_;
    }

    void merge(const OfOneModel& other, const Cancellation& cancellation) {
        if (!other.model_.empty()) agree(other.model_);
        rows_.merge(other.rows_, cancellation);
    }

    void save(Writer& out) const {
        out.varint(model_.size());
        out.raw(model_.data(), model_.size());
        rows_.save(out);
    }

    void load(Reader& in, const Cancellation& cancellation) {
        const Bytes model = in.take(in.count());
        model_.assign(model.begin(), model.end());
        rows_.load(in, cancellation);
    }

    auto finish(const Cancellation& cancellation) const {
        const auto model = decode<AnyModel>(model_);
        const auto* const wanted = dynamic_cast<const M*>(&*model);
        if (!wanted || !wanted->usable()) throw corrupt_data("aggregate state with a model that cannot be used");
        return rows_.finish(*wanted, cancellation);
    }

private:
    /// By version and fingerprint, as models are recognised elsewhere: not all the bytes are read with each row.
    bool is_same_edition(Bytes model) const {
        constexpr std::size_t mark = 1 + sizeof(std::uint64_t);
        return model.size() == model_.size() && model.size() >= mark &&
               std::memcmp(model.data(), model_.data(), mark) == 0;
    }

    void agree(Bytes model) {
        if (model_.empty()) model_.assign(model.begin(), model.end());
        if (!std::ranges::equal(model_, model))
            throw invalid_argument("model must be the same for all rows of a group", {},
                                   "Make a group of each model's rows with GROUP BY.");
    }

    std::pmr::vector<std::byte> model_;
    Builder rows_;
};

}  // namespace crm::bind
