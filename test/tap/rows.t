# Scoring, reading and writing values takes no more memory for many rows than for a few.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Cluster;
use Test::More;

my $server = Cluster->new('jit=off', 'shared_buffers=256MB', 'max_parallel_workers_per_gather=0', 'work_mem=4MB');
my $session = $server->database('rows');

$session->sql(<<'SQL');
CREATE TABLE customer AS
    SELECT id, crm.timeline(day, amount) AS t, crm.rfm(day, amount, date '2026-01-01') AS r, NULL::crm.rfm_score AS s
    FROM (SELECT id, date '2024-01-01' + (id * 31 + j * 7) % 601 AS day, (id % 100 + j) / 8.0 AS amount
          FROM generate_series(1, 200000) id, generate_series(1, 5) j WHERE j <= 1 + id % 5) AS o
    GROUP BY id;
CREATE TABLE model AS
    SELECT crm.fit_bg_nbd(r) AS buying, crm.fit_gamma_gamma(r) AS spending, crm.fit_rfm_score(r) AS scorer FROM customer;
UPDATE customer SET s = crm.rfm_score(scorer, r) FROM model;
VACUUM FULL customer;
SQL

my @expressions = (
    'crm.p_alive(buying, r)', 'crm.p_alive(buying, 1, 20 + id * 1e-6, 40)', 'crm.churn_probability(buying, r, 90)',
    'crm.churn_probability(buying, r, interval \'90 days\')', 'crm.expected_purchases(buying, r, 90)',
    'crm.expected_spend(spending, r)', 'crm.clv(buying, spending, r, 365, 0.1)', 'crm.log_likelihood(buying, r)',
    'crm.why(buying, r)', 'crm.rfm_score(scorer, r)', 'crm.rfm_segment(s)',
    'crm.orders(t)', 'crm.revenue(t)', 'crm.first_purchase(t)', "crm.until(t, '2024-09-01')", "crm.since(t, '2024-09-01')",
    "crm.rfm(t, '2026-01-01')", 't + t', 't = t', 't::text', 't::jsonb', 't::text::crm.timeline', 'crm.timeline_send(t)',
    '(SELECT sum(amount) FROM crm.purchases(t))', 'crm.purchases(t)', 'crm.coef(buying)', 'buying::text', 'buying::jsonb',
    'crm.fit_info(buying)', 'buying::text::crm.model', 'crm.model_send(buying)', 'crm.days(id * interval \'1 hour\')',
    'crm.make_model(\'bg_nbd\', jsonb_build_object(\'r\', id, \'alpha\', 4, \'a\', 1, \'b\', 2))',
);

for my $expression (@expressions) {
    # A new process for each, because its high-water mark only rises. The pages of the table count as its own and are read first.
    my $fresh = $server->session('rows');
    $fresh->sql("SELECT count(v) FROM (SELECT $expression AS v FROM customer, model WHERE id < 100 OFFSET 0) AS s");
    $fresh->sql('SELECT max((r).age), max(length(t::text)), max((s).recency) FROM customer');
    my $before = $fresh->status('VmHWM');
    my $rows = $fresh->sql(<<"SQL");
SELECT count(*) FROM (SELECT $expression AS v FROM customer, model OFFSET 0) AS s WHERE v IS DISTINCT FROM NULL
SQL
    cmp_ok $rows, '>', 100000, "$expression: many rows";
    cmp_ok $fresh->status('VmHWM') - $before, '<', 3 * 1024, "$expression: little memory (kB)";
}

done_testing;
