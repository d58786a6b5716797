// The SQL type crm.model: any fitted model as a value.
//
// Stored as: version (1), 8 bytes of fingerprint of all that follows, the kind's name, the kind's own bytes.
// SQL_MODEL(BgNbdModel) makes a kind known; a `const PurchaseModel&` parameter then accepts every kind derived from it.
// A model is decoded once a call site, not once a row. One that was not fitted scores to NULL.
#pragma once
#include "bind/type.hpp"
#include "crm/foundation/model.hpp"

namespace crm::bind {

/// What the binding knows of one kind of model. All kinds are linked at load time.
struct ModelKind {
    std::string_view name;
    std::unique_ptr<Model> (*load)(Reader&);
    std::unique_ptr<Model> (*from_json)(const Json&);
    std::unique_ptr<Model> (*make)(const Json&);
    const ModelKind* next = nullptr;

    /// Null when there is none of that name.
    static const ModelKind* find(std::string_view name);
    /// Throws invalid_argument, naming the kinds there are.
    static const ModelKind& named(std::string_view name);
};

void make_known(ModelKind& kind);

template <class M>
struct KnownModel {
    ModelKind kind{M::name, [](Reader& in) -> std::unique_ptr<Model> { return M::load(in); },
                   [](const Json& json) -> std::unique_ptr<Model> { return M::from_json(json); },
                   [](const Json& parameters) -> std::unique_ptr<Model> { return M::make(parameters); }};

    KnownModel() { make_known(kind); }
};

/// A model as the value of an SQL type.
class AnyModel {
public:
    explicit AnyModel(std::unique_ptr<Model> model) : model_(std::move(model)) {}

    const Model& operator*() const { return *model_; }
    const Model* operator->() const { return model_.get(); }

    /// From known parameters, by the kind's name.
    static AnyModel make(std::string_view kind, const Json& parameters);

    void save(Writer&) const;
    static AnyModel load(Reader&);
    Json to_json() const;
    static AnyModel from_json(const Json&);

private:
    std::unique_ptr<Model> model_;
};

template <>
inline constexpr bool is_stored<AnyModel> = true;

/// The last model that a call site saw, decoded.
class ModelMemory {
public:
    bool recognises(Datum datum) const {
        const Bytes mark = mark_of(datum);
        return !mark.empty() && VARSIZE_ANY(DatumGetPointer(datum)) == size_ && mark.size() == mark_.size() &&
               std::memcmp(mark.data(), mark_.data(), mark.size()) == 0;
    }

    /// Forgets what it recognised. Once the model is found to be of use, `remember` makes the datum recognised.
    const Model& decode_anew(Datum datum);
    void remember(Datum datum) {
        const Bytes mark = mark_of(datum);
        mark_.assign(mark.begin(), mark.end());
        size_ = VARSIZE_ANY(DatumGetPointer(datum));
    }

    /// The bytes of the model that was decoded last.
    Bytes stored() const { return stored_; }

private:
    /// What a stored model is recognised by without decoding it: the pointer to one kept out of line, so that it is not
    /// even fetched again; the bytes of a compressed one; of any other its size, version and fingerprint.
    static Bytes mark_of(Datum datum);

    std::vector<std::byte> mark_;
    std::size_t size_ = 0;
    std::vector<std::byte> stored_;
    std::optional<AnyModel> model_;
};

inline Bytes ModelMemory::mark_of(Datum datum) {
    constexpr std::size_t version_and_fingerprint = 1 + sizeof(std::uint64_t);
    const auto* const value = reinterpret_cast<const struct varlena*>(DatumGetPointer(datum));
    const auto* const raw = reinterpret_cast<const std::byte*>(value);
    if (VARATT_IS_EXTERNAL_ONDISK(value) || VARATT_IS_COMPRESSED(value)) return {raw, VARSIZE_ANY(value)};
    if (VARATT_IS_EXTERNAL(value)) return {};
    return {reinterpret_cast<const std::byte*>(VARDATA_ANY(value)),
            std::min<std::size_t>(VARSIZE_ANY_EXHDR(value), version_and_fingerprint)};
}

void save_model(const Model&, Writer&);

[[noreturn]] void refuse_kind(const Model&);

/// Says that a fit failed and why.
void warn_of_failed_fit(const Model&);

template <class M>
requires std::derived_from<M, Model>
struct Argument<M> {
    static constexpr int columns = 1;
    struct Memory : ModelMemory {
        const M* usable = nullptr;
    };
    static std::optional<std::reference_wrapper<const M>> read(FunctionCallInfo fcinfo, int at, Memory& memory) {
        if (PG_ARGISNULL(at)) return {};
        if (const Datum datum = PG_GETARG_DATUM(at); !memory.recognises(datum)) {
            const Model& model = memory.decode_anew(datum);
            const auto* const wanted = dynamic_cast<const M*>(&model);
            if (!wanted) refuse_kind(model);
            memory.usable = wanted->usable() ? wanted : nullptr;
            memory.remember(datum);
        }
        if (!memory.usable) return {};
        return *memory.usable;
    }
};

/// crm.model[]; throws when an element is NULL.
std::vector<AnyModel> read_models(Datum array);

template <>
struct Argument<std::vector<AnyModel>> {
    static constexpr int columns = 1;
    using Memory = Nothing;
    static std::optional<std::vector<AnyModel>> read(FunctionCallInfo fcinfo, int at, Memory&) {
        if (PG_ARGISNULL(at)) return {};
        return read_models(PG_GETARG_DATUM(at));
    }
};

/// A fitted model as a result; one that could not be fitted warns, once a query.
template <class M>
requires std::derived_from<M, Model>
struct Result<std::unique_ptr<M>> {
    struct Memory {
        bool warned = false;
    };
    static Datum make(FunctionCallInfo fcinfo, Memory& memory, const std::unique_ptr<M>& model) {
        if (!model) {
            fcinfo->isnull = true;
            return Datum{0};
        }
        if (!model->usable() && !std::exchange(memory.warned, true)) warn_of_failed_fit(*model);
        Writer out;
        save_model(*model, out);
        return make_varlena(out.bytes());
    }
};

}  // namespace crm::bind

#define SQL_MODEL(...) static ::crm::bind::KnownModel<__VA_ARGS__> known_##__VA_ARGS__
