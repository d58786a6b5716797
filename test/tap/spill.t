# Little memory, or many workers, change how long an answer takes, not the answer.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Cluster;
use Test::More;

my $server = Cluster->new('jit=off', 'shared_buffers=256MB', 'max_parallel_workers_per_gather=0', 'max_parallel_workers=4',
    'max_worker_processes=8');
my $session = $server->database('spill');

# 300,000 customers whose orders are scattered over the table.
$session->sql(<<'SQL');
CREATE TABLE orders AS
    SELECT customer_id, customer_id / 15 AS household_id, ordered_at, amount
    FROM (SELECT (i * 7919::int8 % 300000)::int AS customer_id, date '2024-01-01' + (i * 104729::int8 % 601)::int AS ordered_at,
                 (1 + i * 15485863::int8 % 10007) / 100.0::float8 AS amount
          FROM generate_series(1, 1200000) i) AS o;
VACUUM ANALYZE orders;
SQL

my %query = (
    timeline => 'SELECT customer_id, crm.timeline(ordered_at, amount)::text AS answer FROM orders GROUP BY customer_id',
    rfm => "SELECT customer_id, crm.rfm(ordered_at, amount, date '2025-09-01')::text AS answer FROM orders GROUP BY customer_id",
);

# Numbers instead of text, for sums in another order may differ in their last bits; by customer or by household.
my %numbers = (
    timeline => <<'SQL',
SELECT key, ARRAY[crm.purchase_days(t), crm.orders(t), crm.revenue(t), crm.first_purchase(t) - date '2024-01-01',
                  crm.last_purchase(t) - date '2024-01-01']::float8[] AS answer
FROM (SELECT KEY AS key, crm.timeline(ordered_at, amount) AS t FROM orders GROUP BY KEY OFFSET 0) AS s
SQL
    rfm => <<'SQL',
SELECT key, ARRAY[(r).frequency, (r).recency, (r).age, coalesce((r).monetary, -1)]::float8[] AS answer
FROM (SELECT KEY AS key, crm.rfm(ordered_at, amount, date '2025-09-01') AS r FROM orders GROUP BY KEY OFFSET 0) AS s
SQL
);
sub numbers { my ($name, $key) = @_; return $numbers{$name} =~ s/KEY/$key/gr }

# How many answers of a query differ from those in a table.
sub differences {
    my ($query, $table) = @_;
    $session->sql("CREATE TEMP TABLE now AS $query");
    my $count = $session->sql(<<"SQL");
SELECT count(*) FROM now FULL JOIN $table AS was USING (key)
WHERE (SELECT bool_and(abs(a - b) <= 1e-9 * abs(b)) FROM unnest(now.answer, was.answer) AS u(a, b)) IS NOT true
SQL
    $session->sql('DROP TABLE now');
    return $count;
}

my %fit = (
    bg_nbd => 'crm.fit_bg_nbd(r)',
    gamma_gamma => 'crm.fit_gamma_gamma(r)',
    rfm_score => 'crm.fit_rfm_score(r)',
);

sub plan_of { return $session->sql("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) $_[0]") }

my $roomy = "SET work_mem = '256MB'; SET hash_mem_multiplier = 1";
my $tight = "SET work_mem = '1MB'; SET hash_mem_multiplier = 1";

$session->sql("$roomy; SET enable_sort = off");
for (sort keys %query) {
    my $plan = plan_of($query{$_});
    like $plan, qr/HashAggregate/, "$_: one hash table with 256 MB";
    unlike $plan, qr/Disk Usage/, "$_: which stays in memory";
    $session->sql("CREATE TABLE ${_}_text AS $query{$_}");
    $session->sql("CREATE TABLE ${_}_customers AS " . numbers($_, 'customer_id'));
    $session->sql("CREATE TABLE ${_}_households AS " . numbers($_, 'household_id'));
    is $session->sql("SELECT count(*) FROM ${_}_text"), 300000, "$_: every customer has an answer";
}
$session->sql("CREATE TABLE seen AS SELECT crm.rfm(ordered_at, amount, date '2025-09-01') AS r FROM orders GROUP BY customer_id");
$session->sql("CREATE TABLE ${_}_fit AS SELECT $fit{$_} AS m FROM seen") for sort keys %fit;

$session->sql($tight);
for (sort keys %query) {
    like plan_of($query{$_}), qr/Batches: (?!1 )\d+ .*Disk Usage/, "$_: 1 MB is not enough";
    is $session->sql("SELECT count(*) FROM ($query{$_}) AS now JOIN ${_}_text AS was USING (customer_id, answer)"), 300000,
        "$_: the answer is the same from disk";
}
$session->sql('SET enable_hashagg = off; SET enable_sort = on');
for (sort keys %query) {
    like plan_of($query{$_}), qr/GroupAggregate.*external/s, "$_: the same through an external sort";
    is differences(numbers($_, 'customer_id'), "${_}_customers"), 0, "$_: the answer is the same but for the order of sums";
}

# Partial aggregates pay only when a group has many rows.
$session->sql(<<"SQL");
RESET ALL; $roomy; SET max_parallel_workers_per_gather = 3; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0; SET parallel_leader_participation = off; ALTER TABLE orders SET (parallel_workers = 3);
SQL
for (sort keys %query) {
    my $households = numbers($_, 'household_id');
    like plan_of($households), qr/Finalize.*Workers Launched: [1-9].*Partial/s, "$_: a parallel plan";
    is differences($households, "${_}_households"), 0, "$_: workers give the same answer";
}
for (sort keys %fit) {
    like plan_of("SELECT $fit{$_} FROM seen"), qr/Finalize.*Workers Launched: [1-9].*Partial/s, "fit_$_: a parallel plan";
}

# The parameters of a model as rows; a cut point of rfm_score is a parameter, too.
$session->sql(<<'SQL');
CREATE FUNCTION numbers_in(document jsonb) RETURNS TABLE (path text, value float8) LANGUAGE sql AS $$
    WITH RECURSIVE part(path, value) AS (
        SELECT '', document
        UNION ALL
        SELECT part.path || '.' || next.key, next.value
        FROM part, LATERAL (
            SELECT e.key, e.value FROM jsonb_each(CASE jsonb_typeof(part.value) WHEN 'object' THEN part.value END) AS e
            UNION ALL
            SELECT e.at::text, e.value FROM jsonb_array_elements(CASE jsonb_typeof(part.value) WHEN 'array' THEN part.value END)
                WITH ORDINALITY AS e(value, at)) AS next)
    SELECT path, value::float8 FROM part WHERE jsonb_typeof(value) = 'number' AND path !~ 'iterations' $$;
SQL
for (sort keys %fit) {
    my $answer = $session->sql(<<"SQL");
SELECT count(*), count(*) FILTER (WHERE (abs(now.value - was.value) <= 1e-9 * abs(was.value)) IS NOT true)
FROM (SELECT n.* FROM (SELECT $fit{$_} AS m FROM seen) AS f, numbers_in(f.m::jsonb) AS n) AS now
FULL JOIN (SELECT n.* FROM ${_}_fit, numbers_in(m::jsonb) AS n) AS was USING (path)
SQL
    like $answer, qr/^[1-9]\d*\|0$/, "fit_$_: workers give the same model, to 1e-9 (numbers | different: $answer)";
}

# Every function that says it may run in a worker does.
my $force = $session->sql("SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')");
$session->sql("SET $force = on");
is $session->sql(<<'SQL'), 't', 'scores are the same in a worker';
SELECT bool_and(crm.p_alive(m, r) BETWEEN 0 AND 1 AND crm.expected_purchases(m, r, 30) >= 0 AND crm.why(m, r) IS NOT NULL)
FROM bg_nbd_fit, seen
SQL

done_testing;
