#include "crm/value/migration.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "aggregate_laws.hpp"
#include "crm/foundation/error.hpp"
#include "hostile_bytes.hpp"
#include "random_customers.hpp"

namespace {

using crm::value::Migration;
using crm::value::MigrationBuilder;
using Name = std::optional<std::string>;

struct Move {
    Name before, after;
};

std::vector<Move> random_moves(unsigned seed, int count) {
    const std::vector<Name> names{std::nullopt, "Champions", "", "a segment whose name is long enough for the heap"};
    crm::test::Chance chance(seed);
    std::vector<Move> moves;
    const auto any = [&] { return names[static_cast<std::size_t>(chance.whole(0, 3))]; };
    for (int i = 0; i < count; ++i) moves.push_back({any(), any()});
    return moves;
}

std::vector<Migration> migration_of(const std::vector<Move>& moves) {
    crm::test::Dropped<MigrationBuilder> builder;
    for (const auto& [before, after] : moves) builder->add(before, after);
    return builder->finish();
}

TEST(Migration, CountsMoves) {
    const auto rows = migration_of({{"B", "A"}, {"A", "A"}, {"A", "B"}, {"A", "A"}, {{}, "A"}, {"A", {}}, {{}, {}}});
    const std::vector<Migration> expected{
        {"A", "A", 2, 0.5}, {"A", "B", 1, 0.25}, {"A", {}, 1, 0.25}, {"B", "A", 1, 1}, {{}, "A", 1, 1}};
    EXPECT_EQ(rows, expected);
    EXPECT_TRUE(migration_of({}).empty());
    EXPECT_TRUE(migration_of({{{}, {}}}).empty());
}

TEST(Migration, AgreesWithBruteForce) {
    for (unsigned seed = 0; seed < 50; ++seed) {
        const auto moves = random_moves(seed, static_cast<int>(seed));
        std::size_t customers = 0;
        for (const Migration& row : migration_of(moves)) {
            const auto same = std::ranges::count_if(
                moves, [&row](const Move& move) { return move.before == row.before && move.after == row.after; });
            const auto were = std::ranges::count_if(
                moves, [&row](const Move& move) { return move.before == row.before && (move.before || move.after); });
            EXPECT_EQ(row.customers, same);
            EXPECT_EQ(row.share, static_cast<double>(same) / static_cast<double>(were));
            customers += static_cast<std::size_t>(row.customers);
        }
        EXPECT_EQ(customers, std::ranges::count_if(moves, [](const Move& m) { return m.before || m.after; }));
    }
}

TEST(Migration, ObeysTheLawsOfAggregates) {
    for (const int count : {0, 1, 100})
        crm::test::expect_aggregate_laws<MigrationBuilder>(
            random_moves(7, count),
            [](MigrationBuilder& state, const Move& move) { state.add(move.before, move.after); },
            [](const MigrationBuilder& state) { return state.finish(); });
}

TEST(Migration, SurvivesDamagedBytes) {
    crm::test::Dropped<MigrationBuilder> builder;
    for (const auto& [before, after] : random_moves(8, 30)) builder->add(before, after);
    crm::test::expect_survives_damage(crm::test::saved(*builder), [](crm::Reader& in) {
        crm::test::Dropped<MigrationBuilder> read;
        read->load(in);
        in.expect_end();
        (void)read->finish();
    });
}

}  // namespace
