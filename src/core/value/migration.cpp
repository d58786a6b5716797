#include "crm/value/migration.hpp"

namespace crm::value {

namespace {

std::pair<bool, std::pmr::string> segment(std::optional<std::string_view> name) {
    return {!name, std::pmr::string(name.value_or(""))};
}

std::optional<std::string> name_of(const std::pair<bool, std::pmr::string>& segment) {
    return segment.first ? std::nullopt : std::optional<std::string>(segment.second);
}

}  // namespace

void MigrationBuilder::add(std::optional<std::string_view> before, std::optional<std::string_view> after) {
    if (before || after) ++customers_[Move(segment(before), segment(after))];
}

void MigrationBuilder::merge(const MigrationBuilder& other, const Cancellation& cancellation) {
    Pace pace(cancellation);
    for (const auto& [move, customers] : other.customers_) {
        pace.step();
        customers_[move] += customers;
    }
}

void MigrationBuilder::save(Writer& out) const {
    out.varint(customers_.size());
    for (const auto& [move, customers] : customers_) {
        for (const auto& [none, name] : {move.first, move.second}) {
            out.put(static_cast<std::uint8_t>(none));
            out.text(name);
        }
        out.varint(static_cast<std::uint64_t>(customers));
    }
}

void MigrationBuilder::load(Reader& in, const Cancellation& cancellation) {
    const auto read = [&in] {
        const bool none = in.get<std::uint8_t>() != 0;
        const std::string_view name = in.text();
        return segment(none ? std::nullopt : std::optional(name));
    };
    Pace pace(cancellation);
    for (std::size_t left = in.count(5); left > 0; --left) {
        pace.step();
        Segment before = read();
        Segment after = read();
        const std::uint64_t customers = in.varint();
        constexpr std::uint64_t most = std::uint64_t{1} << 53;
        if (customers < 1 || customers > most ||
            !customers_.try_emplace(Move(std::move(before), std::move(after)), customers).second)
            throw corrupt_data("impossible migration in state");
    }
}

std::vector<Migration> MigrationBuilder::finish(const Cancellation& cancellation) const {
    std::map<std::pair<bool, std::string_view>, std::int64_t> all;
    Pace pace(cancellation);
    for (const auto& [move, customers] : customers_) {
        pace.step();
        all[{move.first.first, move.first.second}] += customers;
    }
    std::vector<Migration> moves;
    moves.reserve(customers_.size());
    for (const auto& [move, customers] : customers_) {
        pace.step();
        moves.push_back(
            {name_of(move.first), name_of(move.second), customers,
             static_cast<double>(customers) / static_cast<double>(all[{move.first.first, move.first.second}])});
    }
    return moves;
}

}  // namespace crm::value
