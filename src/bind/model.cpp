#include "bind/model.hpp"

namespace crm::bind {

namespace {

constexpr int newest_version = 1;

const ModelKind*& first_kind() {
    static const ModelKind* first = nullptr;
    return first;
}

/// FNV-1a: recognises damage and tells models apart, nothing more.
std::uint64_t fingerprint(Bytes bytes) {
    std::uint64_t hash = 14695981039346656037u;
    for (const std::byte byte : bytes) hash = (hash ^ static_cast<std::uint64_t>(byte)) * 1099511628211u;
    return hash;
}

}  // namespace

void make_known(ModelKind& kind) {
    kind.next = first_kind();
    first_kind() = &kind;
}

const ModelKind* ModelKind::find(std::string_view name) {
    for (const ModelKind* kind = first_kind(); kind; kind = kind->next)
        if (kind->name == name) return kind;
    return nullptr;
}

const ModelKind& ModelKind::named(std::string_view name) {
    if (const ModelKind* const kind = find(name)) return *kind;
    std::vector<std::string> known;
    for (const ModelKind* kind = first_kind(); kind; kind = kind->next) known.emplace_back(kind->name);
    std::ranges::sort(known);
    std::string list;
    for (const std::string& one : known) list += (list.empty() ? "" : ", ") + one;
    throw invalid_argument("unknown kind of model \"" + excerpt(name) + "\"", {}, "Known kinds: " + list + ".");
}

void save_model(const Model& model, Writer& out) {
    Writer content;
    content.text(model.kind());
    model.save(content);
    out.put(static_cast<std::uint8_t>(newest_version));
    out.put(fingerprint(content.bytes()));
    out.raw(content.bytes().data(), content.bytes().size());
}

void AnyModel::save(Writer& out) const { save_model(*model_, out); }

AnyModel AnyModel::load(Reader& in) {
    read_version(in, newest_version, "model");
    if (in.get<std::uint64_t>() != fingerprint(in.rest())) throw corrupt_data("model is damaged");
    const ModelKind* const kind = ModelKind::find(in.text());
    if (!kind) throw corrupt_data("model of an unknown kind", {}, "It was written by a newer pg_crm, or is damaged.");
    return AnyModel(kind->load(in));
}

Json AnyModel::to_json() const {
    Json::Object members{{"kind", model_->kind()}, {"version", newest_version}};
    for (auto& member : model_->to_json()) members.push_back(std::move(member));
    return members;
}

AnyModel AnyModel::from_json(const Json& json) {
    const ModelKind& kind = ModelKind::named(json.at("kind", "model").string("kind"));
    json.at("version", "model").integer("version", 1, newest_version);
    Json::Object own;
    for (const auto& member : json.object("model"))
        if (member.first != "kind" && member.first != "version") own.push_back(member);
    return AnyModel(kind.from_json(own));
}

AnyModel AnyModel::make(std::string_view kind, const Json& parameters) {
    return AnyModel(ModelKind::named(kind).make(parameters));
}

const Model& ModelMemory::decode_anew(Datum datum) {
    mark_.clear();
    model_.reset();
    const Bytes stored = varlena_bytes(datum);
    model_ = decode<AnyModel>(stored);
    stored_.assign(stored.begin(), stored.end());
    return **model_;
}

std::vector<AnyModel> read_models(Datum datum) {
    struct Elements {
        Datum* values;
        bool* nulls;
        int count;
    };
    const Elements elements = call([datum] {
        ArrayType* const array = DatumGetArrayTypeP(datum);
        Elements all;
        deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT, &all.values, &all.nulls, &all.count);
        return all;
    });
    std::vector<AnyModel> models;
    for (int i = 0; i < elements.count; ++i) {
        check_for_interrupts();
        if (elements.nulls[i]) throw invalid_argument("model number " + std::to_string(i + 1) + " is NULL");
        models.push_back(decode<AnyModel>(varlena_bytes(elements.values[i])));
    }
    return models;
}

void refuse_kind(const Model& model) {
    throw invalid_argument("function does not apply to a model of kind " + std::string(model.kind()), {},
                           "Pass a model of a kind that answers this question; crm.fit_info(model) tells the kind.");
}

void warn_of_failed_fit(const Model& model) {
    const std::string kind(model.kind());
    const auto report = model.report();
    const std::string reason = report ? report->message : "";
    call([&kind, &reason] {
        ereport(WARNING, (errmsg("model of kind %s could not be fitted: %s", kind.c_str(), reason.c_str()),
                          errhint("Its scores are NULL; crm.fit_info(model) says why for each model.")));
    });
}

}  // namespace crm::bind
