# A refresh is cancelled, killed and called twice: readers see the last complete run all the while, the next call completes it, and
# what it shows is what an undisturbed workspace shows. PG_CRM_KILLS sets how many times its process is killed.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Cluster;
use List::Util qw(sum);
use Test::More;
use Time::HiRes qw(sleep time);

my $kills = $ENV{PG_CRM_KILLS} // 10;
# What a session was told is committed must be so after a crash.
my $server = Cluster->new('jit=off', 'restart_after_crash=on', 'synchronous_commit=on', 'log_min_messages=panic',
    'max_parallel_workers_per_gather=0');
my $session = $server->database('refresh');
my $other = $server->session('refresh');
srand($ENV{PG_CRM_SEED} // 20261126);

# Orders are followed by triggers in workspace shop; workspace calm is never disturbed.
$session->sql(<<'SQL');
CREATE TABLE orders (customer int, ordered_at date, amount numeric);
INSERT INTO orders
    SELECT c, date '2024-01-01' + (c * 31 + j * (7 + c % 90)) % 700, (c * 7 + j * 13) % 97 + 0.5
    FROM generate_series(1, 6000) AS c, generate_series(1, 1 + c % 6) AS j;
SELECT crm.create_workspace('shop', 'orders', options => '{"follow": "trigger", "time_zone": "UTC"}'),
       crm.create_workspace('calm', 'orders', options => '{"time_zone": "UTC"}');
SQL
my $refused = "canceling statement due to";
my $day = 0;
sub refresh { my ($workspace, $options) = @_; return sprintf "CALL crm.refresh('%s', date '2025-12-01' + %d, '%s')", $workspace, $day, $options // '{}' }

# Of every view but those of times: what a reader may see.
my $views = q(SELECT viewname FROM pg_views WHERE schemaname = 'shop' AND viewname NOT IN ('run', 'run_step') AND viewname NOT LIKE 'source%' ORDER BY 1);
my @views = split /\n/, $session->sql($views);
cmp_ok scalar @views, '>=', 14, 'views: ' . join ', ', @views;
# Runs are counted on, but a crash may leave some numbers out.
my $row = q((to_jsonb(v) - 'run')::text);
sub shown {
    my ($reader, $workspace, @some) = @_;
    return $reader->sql('SELECT md5(concat_ws(E\'\n\', ' . join(', ', map {
        qq((SELECT coalesce(string_agg(row, E'\\n' ORDER BY row COLLATE "C"), 'nothing') FROM (SELECT $row AS row FROM $workspace.$_ AS v) AS r)) } @some ? @some : @views) . '))');
}
sub differing {
    return join ', ', grep { $session->sql("SELECT count(*) FROM (SELECT $row FROM shop.$_ AS v EXCEPT ALL SELECT $row FROM calm.$_ AS v) AS d") > 0 } @views;
}
sub state_of { return $_[0]->sql('SELECT state FROM shop.run ORDER BY run DESC LIMIT 1') }

# Waits until another session's refresh of shop is in a step; dies when it never is.
sub wait_for_step {
    my ($watcher, $step) = @_;
    my $patience = time + 20;
    until ($watcher->sql("SELECT count(*) FROM shop.run_step WHERE step = '$step' AND state = 'running' AND run = (SELECT max(run) FROM shop.run)")) {
        die "never came to step $step\n" if time > $patience;
    }
}

# Who locks the table of totals against writers holds a refresh in step scores for as long as a test needs.
my $holder = $server->session('refresh');
sub slow_down { $holder->sql('BEGIN; LOCK TABLE shop.stage_total_of_run IN SHARE MODE') }
sub speed_up { $holder->sql('ROLLBACK') }

$session->sql(refresh('shop'));
$session->sql(refresh('calm'));
is differing(), '', 'two workspaces on the same orders show the same';
$day++;

# Inside a transaction block, and beside another refresh.
like $session->try("BEGIN;\n" . refresh('shop')), qr/^ERROR:  invalid transaction termination/m, 'a transaction block is refused at once';
$session->sql('ROLLBACK');
is $session->sql('SELECT count(*) FROM shop.run'), 1, 'before a run is begun';
is $session->sql(q(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')), 0, 'and leaves no lock';

my $before = shown($session, 'shop');
$session->sql("INSERT INTO orders SELECT c, date '2025-12-01' + $day, 3 FROM generate_series(100, 900, 100) AS c;
               CREATE TABLE picked AS SELECT c AS customer FROM generate_series(100, 300, 100) AS c");
slow_down();
my $worker = $server->session('refresh');
$worker->send(refresh('shop'));
wait_for_step($other, 'scores');
like $session->try(refresh('shop')), qr/^NOTICE:  workspace "shop" is being refreshed already\n(HINT.*)?$/, 'a second call says so';
cmp_ok $session->{took}, '<', 2, 'and does not wait';
like $session->try("SELECT crm.drop_workspace('shop')"), qr/^ERROR:  workspace "shop" is being refreshed/, 'a workspace is not dropped meanwhile';
like $session->sql('SELECT state, percent, seconds > 0, estimated_end IS NOT NULL FROM shop.run ORDER BY run DESC LIMIT 1'),
    qr/^running\|[\d.]+\|t\|t$/, 'others see how far it is';
like $session->sql(q(SELECT string_agg(step || ' ' || state || ' ' || (percent > 0), ', ' ORDER BY position) FROM shop.run_step WHERE run = 2)),
    qr/^timelines complete true, models complete true, scores running true$/, 'and in which step';
cmp_ok $session->sql(q(SELECT percent FROM shop.run_step WHERE run = 2 AND state = 'running')), '<=', 99, 'which is not over before it is';
is shown($other, 'shop'), $before, 'readers see the last complete run';
for my $analyzed ('SELECT 1', 'ANALYZE picked', 'ANALYZE shop.customer_fact; ANALYZE shop.run_basis') {
    $other->sql($analyzed);
    is $other->try('SELECT count(*), count(p_alive), count(clv), count(lifecycle) FROM picked JOIN shop.customer USING (customer)'), '3|3|3|3',
        'also where they join customers to a list';
    is $other->try('SELECT count(p_alive) FROM shop.customer WHERE customer = (SELECT min(customer) FROM picked)'), 1, 'or ask for one of it';
}
$session->sql(refresh('calm'));
is $session->sql('SELECT max(as_of) FROM calm.summary'), '2025-12-02', 'another workspace is refreshed at the same time';

# Cancelled in the middle of a step.
$other->sql("SELECT pg_cancel_backend($worker->{pid})");
like $worker->answer, qr/^ERROR:  $refused user request\nDETAIL:  Step scores of run 2\./m, 'a cancel ends it';
is state_of($session), 'failed', 'and the run says so';
like $session->sql('SELECT message FROM shop.run WHERE run = 2'), qr/^step scores: canceling statement/, 'and where';
is shown($other, 'shop'), $before, 'readers see the last complete run';
is $session->sql(q(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')), 0, 'the lock is given back';
like $worker->try("SET statement_timeout = '500ms';\n" . refresh('shop')), qr/^ERROR:  $refused statement timeout/, 'the same session can call again, until a timeout';
$worker->sql('RESET statement_timeout');
is state_of($session), 'failed', 'which is noted as well';
speed_up();
is $session->sql(refresh('shop')), '', 'another session takes the run up';
is $session->sql('SELECT string_agg(concat_ws(\' \', run, state), \', \' ORDER BY run) FROM shop.run'), '1 complete, 2 complete', 'and completes it';
is differing(), '', 'and it shows what an undisturbed one shows';

# A reader who never stops looking, at all the small views in one query, sees the run before or the run after.
my @small = grep { !/^customer/ } @views;
for my $options ('{}', '{"refit": true}') {
    $day++;
    my ($earlier, $complete, %seen) = (shown($other, 'shop', @small), $other->sql(q(SELECT count(*) FROM shop.run WHERE state = 'complete')));
    $worker->send(refresh('shop', $options));
    do { $seen{ shown($other, 'shop', @small) }++ } until $other->sql(q(SELECT count(*) FROM shop.run WHERE state = 'complete')) > $complete;
    $worker->answer;
    my $later = shown($other, 'shop', @small);
    isnt $later, $earlier, 'a run shows something new';
    is scalar(grep { $_ ne $earlier && $_ ne $later } keys %seen), 0, 'a reader sees nothing in between in ' . sum(values %seen) . ' looks';
    $session->sql(refresh('calm', $options));
}

# A cancel may come at any moment, between steps and while the run is published: no lock stays.
my $takes = 0;
for (1 .. 2) { $day++; $session->sql(refresh($_)) for 'shop', 'calm'; $takes = $session->{took} }
my %ended;
for my $attempt (1 .. 40) {
    my $limit = 1 + int rand 1000 * $takes * 1.1;
    my $answer = $worker->try("SET statement_timeout = $limit;\n" . refresh('shop', '{"refit": true}'));
    $worker->sql('RESET statement_timeout');
    $ended{ $answer =~ /Step (\w+)/ ? $1 : $answer eq '' ? 'complete' : 'between steps' }++;
    my $left = $other->sql(q(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'));
    if ($left > 0 || $answer !~ /^($|ERROR:  $refused statement timeout)/) { fail "cancelled after $limit ms, $left locks are left: $answer"; last }
}
note 'ended in ', join ', ', map { "$_: $ended{$_}" } sort keys %ended;
cmp_ok scalar keys %ended, '>=', 3, 'cancelled at moments that differ, no lock stays';

# Orders that are committed while refreshes run, some by a transaction that began long before: none is lost.
$session->sql(<<'SQL');
SELECT crm.drop_workspace('shop'), crm.drop_workspace('calm');
ALTER TABLE orders ADD changed bigint GENERATED ALWAYS AS IDENTITY;
SELECT crm.create_workspace('shop', 'orders', options => '{"follow": "trigger"}'), crm.create_workspace('calm', 'orders'),
       crm.create_workspace('marked', 'orders', options => '{"follow": "watermark changed"}');
SQL
$session->sql(refresh($_)) for 'shop', 'marked', 'calm';
my $late = $server->session('refresh');
$late->sql("BEGIN; INSERT INTO orders VALUES (17, '2025-11-03', 8); UPDATE orders SET amount = amount + 2, changed = DEFAULT WHERE customer = 4");
my $script = $server->scratch . '/write.sql';
open(my $writes, '>', $script) or die "$script: $!\n";
print $writes <<'SQL';
\set c random(100, 6500)
INSERT INTO orders VALUES (:c, date '2025-12-01' - :c % 50, :c % 7);
UPDATE orders SET amount = amount + 1, changed = DEFAULT WHERE customer = :c - 50;
UPDATE orders SET customer = :c, changed = DEFAULT WHERE customer = :c + 1;
DELETE FROM orders WHERE customer = :c + 9;
SQL
close $writes;
open(my $writers, '-|', "$Cluster::bindir/pgbench", qw(-n -U postgres -c 3 -R 200 -T 5), '-f', $script, 'refresh') or die "no pgbench: $!\n";
my $until = time + 5;
my $rounds = 0;
while (time < $until) { $session->sql(refresh($_)) for 'shop', 'marked'; $rounds++ }
my $written = do { local $/; <$writers> };
close $writers or fail "pgbench: $written";
$late->sql('COMMIT');
my %said = map { my $workspace = $_; $session->sql(refresh($workspace));
    $workspace => join ' ', map { $session->sql("SELECT md5(string_agg(v::text, E'\\n' ORDER BY v::text COLLATE \"C\")) FROM $workspace.$_ AS v") }
        qw(customer segment lifecycle concentration cohort) } 'calm', 'shop', 'marked';
is $said{shop}, $said{calm}, "triggers lose nothing of what was committed during $rounds refreshes";
is $said{marked}, $said{calm}, 'nor does a watermark';
$session->sql("SELECT crm.drop_workspace('marked'); ALTER TABLE orders DROP changed CASCADE");

# Two workspaces made anew for what follows: their runs are to be the same.
$session->sql(<<'SQL');
SELECT crm.drop_workspace('shop'), crm.drop_workspace('calm');
SELECT crm.create_workspace('shop', 'orders', options => '{"follow": "trigger", "time_zone": "UTC"}'),
       crm.create_workspace('calm', 'orders', options => '{"time_zone": "UTC"}');
SQL

# Orders of the day, late ones, others, none: what a night brings.
sub change_orders {
    my ($a, $b) = (int rand 5000, 1 + int rand 30);
    $_[0]->sql("INSERT INTO orders SELECT c % 7000, date '2025-12-01' + $day - (c % $b), c % 77 + 0.25 FROM generate_series($a, $a + 40) AS c");
    $_[0]->sql("UPDATE orders SET amount = amount + 1 WHERE customer = $a; DELETE FROM orders WHERE customer BETWEEN $a + 100 AND $a + 103") if rand() < 0.5;
    $_[0]->sql("TRUNCATE orders; INSERT INTO orders SELECT c, date '2024-01-01' + c % 650, 9 FROM generate_series(1, 3000) AS c,
                generate_series(0, c % 3)") if rand() < 0.05;
}

# After a crash the postmaster ends all sessions and recovers.
sub reconnect {
    my $patience = time + 60;
    sleep 0.02 while kill(0, $session->{pid}) && time < $patience;
    open(my $stderr, '>&', \*STDERR);
    open(STDERR, '>', '/dev/null');
    sleep 0.05 until system("$Cluster::bindir/psql", '-XAtq', '-d', 'refresh', '-o', '/dev/null', '-c', 'SELECT 1') == 0 || time > $patience;
    open(STDERR, '>&', $stderr);
    $_->close for $session, $other;
    $_ = $server->session('refresh') for $session, $other;
}

# How many runs are complete: a process may die with its run published.
sub complete { return $session->sql(q(SELECT count(*) FROM shop.run WHERE state = 'complete')) }

my ($done, $wrong, $nights, %killed_in) = (0, '', 0);
$takes = 0.5;
while ($done < $kills && $wrong eq '') {
    $nights++;
    change_orders($session) if $nights > 1;
    my ($published, $seen) = (complete(), shown($session, 'shop'));
    for my $attempt (1 .. 1 + rand 4) {
        last if $done >= $kills || complete() > $published;
        my $victim = $server->session('refresh');
        my $way = $done % 4 == 3 ? 'pg_terminate_backend' : 'KILL';
        $victim->send(refresh('shop', $nights % 3 ? '{}' : '{"refit": true}'));
        sleep rand $takes;
        $way eq 'KILL' ? kill 'KILL', $victim->{pid} : $other->sql("SELECT pg_terminate_backend($victim->{pid})");
        my $said = $victim->answer;
        $victim->close;
        reconnect() if $way eq 'KILL';
        $done++ if $said =~ /connection/;
        $killed_in{ $session->sql(q(SELECT coalesce((SELECT step FROM shop.run_step WHERE state = 'interrupted' ORDER BY run DESC LIMIT 1), 'between steps'))) }++;
        my $is_complete = complete() > $published;
        $wrong .= "readers see something else after $way in night $nights\n" if !$is_complete && shown($session, 'shop') ne $seen;
        change_orders($session) if !$is_complete && $nights > 1 && rand() < 0.7;
    }
    if (complete() == $published) {
        my $said = $session->try(refresh('shop', $nights % 3 ? '{}' : '{"refit": true}'));
        $takes = $session->{took} if $said eq '';
        $wrong .= "the next call says $said\n" if $said ne '';
    }
    $wrong .= 'after night ' . $nights . ' there are ' . complete() . " complete runs\n" if complete() != $published + 1;
    $session->sql(refresh('calm', $nights % 3 ? '{}' : '{"refit": true}'));
    my $differing = differing();
    $wrong .= "night $nights: different are $differing\n" if $differing ne '';
    $day += (1, 3, 8)[rand 3];
}
is $wrong, '', "$done times killed in $nights nights: each next call completes the run, and readers never saw half of one";
note 'killed in ', join ', ', map { "$_: $killed_in{$_}" } sort keys %killed_in;
is shown($session, 'shop'), shown($session, 'calm'), 'all views are those of the undisturbed workspace, byte for byte';
cmp_ok scalar(keys %killed_in), '>=', 2, 'the moments differed' if $kills >= 5;

done_testing;
