# A hundred thousand small groups in one query: no memory stays behind, and each group costs what it costs among few.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Cluster;
use Test::More;

my $server = Cluster->new('jit=off', 'shared_buffers=256MB', 'max_parallel_workers_per_gather=0', 'work_mem=1GB',
    'client_min_messages=error');
my $session = $server->database('groups');

$session->sql(<<'SQL');
CREATE TABLE seen AS
    SELECT i % 100000 AS segment, date '2024-01-01' + i % 365 AS ordered_at,
           ROW(x, CASE WHEN x > 0 THEN 20 + i % 31 ELSE 0 END, 90 + i % 7, CASE WHEN x > 0 THEN 10 + i % 13 END)::crm.rfm AS r
    FROM (SELECT i, (i / 100000) % 4 AS x FROM generate_series(0, 999999) i) AS s;
VACUUM ANALYZE seen;
SQL

my %aggregate = (
    fit_bg_nbd => '(crm.fit_info(crm.fit_bg_nbd(r))).observations',
    fit_gamma_gamma => '(crm.fit_info(crm.fit_gamma_gamma(r))).observations',
    fit_rfm_score => '(crm.fit_info(crm.fit_rfm_score(r))).observations',
    timeline => 'crm.orders(crm.timeline(ordered_at, (r).age))',
    rfm => "(crm.rfm(ordered_at, (r).age, date '2025-01-01')).age",
);

# Seconds of processor time for one group among so many, hashed or sorted.
sub cost {
    my ($aggregate, $groups) = @_;
    my $before = $session->cpu;
    my $answer = $session->sql(<<"SQL");
SELECT count(*) FROM (SELECT $aggregate AS v FROM seen WHERE segment < $groups GROUP BY segment) AS s WHERE v > 0
SQL
    is $answer, $groups, "$groups groups have their answers";
    return ($session->cpu - $before) / $groups;
}

# Hashing keeps all states until the end, sorting one at a time. What holds for one fit there holds for the others.
for my $strategy ('hash', 'sort') {
    $session->sql($strategy eq 'hash' ? 'SET enable_sort = off' : 'RESET enable_sort; SET enable_hashagg = off');
    for my $name (grep { $strategy eq 'hash' || !/gamma/ } sort keys %aggregate) {
        # The scan of the whole table is part of neither.
        my $scan = -$session->cpu;
        $session->sql('SELECT count(*) FROM seen WHERE segment < 0');
        $scan += $session->cpu;
        my $few = cost($aggregate{$name}, 10000) - $scan / 10000;
        my $many = cost($aggregate{$name}, 100000) - $scan / 100000;
        note sprintf '%s, %s: %.1f us a group among 10,000, %.1f us among 100,000', $name, $strategy, 1e6 * $few, 1e6 * $many;
        cmp_ok $many, '<', 3 * $few + 5e-6, "$name, $strategy: ten times the groups cost ten times the work";
        # What the allocator has once had to ask for it may keep, and need not again: a leak grows with every run.
        cost($aggregate{$name}, 100000);
        my $kept = $session->status('RssAnon');
        cost($aggregate{$name}, 100000);
        cmp_ok $session->status('RssAnon'), '<', $kept + 8 * 1024, "$name, $strategy: another run needs no more memory (kB)";
    }
}

my ($largest) = $session->sql('SELECT max(total_bytes) FROM pg_backend_memory_contexts WHERE level > 0') =~ /(\d+)/;
cmp_ok $largest, '<', 16 * 1024 * 1024, 'no memory context is left large';

done_testing;
