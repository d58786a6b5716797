# A cancel or a statement timeout ends a fit at once, in whatever phase it is, and the session goes on working.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Cluster;
use List::Util qw(max);
use Test::More;
use Time::HiRes qw(sleep time);

my $limit = 0.1;    # seconds from the request to the session's error
my $server = Cluster->new('jit=off', 'shared_buffers=256MB', 'max_parallel_workers_per_gather=0');
my $session = $server->database('cancel');
my $other = $server->session('cancel');

# All observations are different, so that a fit takes seconds. The last one speaks up: what follows is the final function.
$session->sql(<<'SQL');
CREATE TABLE seen AS
    SELECT 1 + i % 7 AS frequency, 30 + i * 1e-5 AS recency, 60 + i * 3e-5 AS age FROM generate_series(1, 700000) i;
CREATE FUNCTION announce(age float8) RETURNS float8 LANGUAGE plpgsql AS $$
    BEGIN RAISE NOTICE 'all rows are in'; RETURN age; END $$;
VACUUM ANALYZE seen;
SQL
my $fit = <<'SQL';
SELECT length(crm.fit_bg_nbd(frequency, recency, CASE WHEN age = last THEN announce(age) ELSE age END)::text)
FROM seen, (SELECT max(age) AS last FROM seen) AS s
SQL

$session->send($fit);
$session->wait_for(qr/all rows are in/);
my $transition = time - $session->{sent};
like $session->answer, qr/^\d+$/, 'an undisturbed fit ends';
my $final = $session->{took} - $transition;
note sprintf 'transition phase %.2f s, final function %.2f s', $transition, $final;
cmp_ok $final, '>', 0.3, 'the fit is long enough to be cancelled';

# Cancels once `into` seconds of the phase have gone; returns the seconds it took.
sub cancel_after {
    my ($phase, $into) = @_;
    $session->send($fit);
    $session->wait_for(qr/all rows are in/) if $phase eq 'final function';
    sleep $into;
    my $asked = time;
    $other->sql("SELECT pg_cancel_backend($session->{pid})");
    my $answer = $session->answer;
    my $took = time - $asked;
    like $answer, qr/^ERROR:  canceling statement due to user request$/m, sprintf '%s, cancelled after %.2f s', $phase, $into;
    return $took;
}

for (['transition phase', $transition], ['final function', $final]) {
    my ($phase, $length) = @$_;
    my @took = map { cancel_after($phase, $_ * $length) } 0.05, 0.2, 0.4, 0.6, 0.8;
    note "$phase: ", join ', ', map { sprintf '%.0f ms', 1000 * $_ } @took;
    # The second longest: another process may hold the processor once.
    cmp_ok((sort { $b <=> $a } @took)[1], '<', $limit, "$phase: a cancel takes less than 100 ms");
}

for my $into (0.5 * $transition, $transition + 0.5 * $final) {
    my $late;
    for (1 .. 3) {
        my $answer = $session->try(sprintf "SET statement_timeout = %d;\n%s", 1000 * $into, $fit);
        $late = $session->{took} - $into;
        $session->sql('RESET statement_timeout');
        like $answer, qr/^ERROR:  canceling statement due to statement timeout$/m, sprintf 'timeout after %.2f s', $into;
        last if $late < $limit;    # another process may hold the processor once
    }
    cmp_ok $late, '<', $limit, 'a timeout is late by less than 100 ms';
}

# Several processes, each somewhere else in its work: partial states are built, sent, read and merged.
$session->sql(<<'SQL');
INSERT INTO seen SELECT frequency, recency + 10, age + 30 FROM seen;
VACUUM ANALYZE seen;
SET max_parallel_workers_per_gather = 2; SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
SQL
my $parallel = 'SELECT length(crm.fit_bg_nbd(frequency, recency, age)::text) FROM seen';
like $session->sql("EXPLAIN $parallel"), qr/Partial Aggregate/, 'the parallel fit is planned as one';
$session->sql($parallel);
my $whole = $session->{took};
my @took;
for my $share (map { 0.05 * $_ } 2 .. 11) {
    $session->send($parallel);
    sleep $share * $whole;
    my $asked = time;
    $other->sql("SELECT pg_cancel_backend($session->{pid})");
    push @took, $session->answer =~ /canceling statement/ ? time - $asked : ();
}
note 'parallel: ', join ', ', map { sprintf '%.0f ms', 1000 * $_ } @took;
cmp_ok scalar @took, '>=', 3, 'parallel fits were cancelled';
cmp_ok((sort { $b <=> $a } @took)[1], '<', $limit, 'parallel: a cancel takes less than 100 ms');

# What one cancelled fit left behind, eight would show; what malloc keeps for the next one is there after the first few.
$session->sql('RESET ALL');
cancel_after('final function', $_ * $final) for 0.5, 1, 1.5;
my $before = $session->status('RssAnon');
cancel_after('final function', $_ * $final) for (0.5, 1, 1.5, 2) x 2;
cmp_ok $session->status('RssAnon') - $before, '<', 16 * 1024, 'cancelled fits leave no memory behind (kB)';
is $session->sql(<<'SQL'), 't', 'the session goes on working';
SELECT crm.p_alive(crm.fit_bg_nbd(frequency, recency, age), 2, 30, 40) BETWEEN 0 AND 1
FROM seen TABLESAMPLE SYSTEM (1) REPEATABLE (1)
SQL

done_testing;
