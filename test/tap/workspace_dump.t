# A workspace is dumped and restored into another database: it shows the same, and goes on where it was.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Cluster;
use Test::More;

my $server = Cluster->new('jit=off', 'max_parallel_workers_per_gather=0');
my $here = $server->database('here');
my $workspace = q("the shop's");
my $name = q('the shop''s');
$here->sql(<<"SQL");
CREATE TABLE clients (id uuid PRIMARY KEY, name text);
CREATE TABLE orders (client uuid, ordered_at timestamptz, amount numeric, changed bigint GENERATED ALWAYS AS IDENTITY);
CREATE TABLE comments (customer uuid, at date, comment text);
INSERT INTO clients SELECT md5(c::text)::uuid, 'name ' || c FROM generate_series(1, 500) AS c;
INSERT INTO orders
    SELECT md5(c::text)::uuid, timestamptz '2024-01-01 22:30 UTC' + (c * 31 + j * (7 + c % 90)) % 700 * interval '1 day', (c * 7 + j * 13) % 97 + 1
    FROM generate_series(1, 500) AS c, generate_series(1, 1 + c % 6) AS j;
INSERT INTO comments SELECT md5(c::text)::uuid, '2025-06-01', 'the parcel came late ' || c FROM generate_series(1, 50) AS c;
SELECT crm.create_workspace($name, 'orders', comments => 'comments', customers => 'SELECT id AS customer, name FROM clients',
    options => '{"columns": {"orders": {"customer": "client"}}, "follow": "trigger", "time_zone": "Europe/Berlin", "settings": {"horizon_days": 90}}'),
       crm.create_workspace('marked', 'orders',
    options => '{"columns": {"orders": {"customer": "client"}}, "follow": "watermark changed", "time_zone": "UTC"}');
UPDATE $workspace.lifecycle_rule SET meaning = 'gone' WHERE stage = 'lapsed';
SQL
sub refresh { my ($session, $day, $options) = @_; return map { $session->sql("CALL crm.refresh($_, '$day', '" . ($options // '{}') . "')") } $name, q('marked') }
refresh($here, '2026-01-01');
refresh($here, '2026-01-02');
# A run that was interrupted, and orders that no run has seen yet.
$here->sql("SET statement_timeout = '1ms'; SET client_min_messages = error");
$here->try("CALL crm.refresh($name, '2026-01-03')");
$here->sql("RESET statement_timeout; UPDATE orders SET amount = amount + 5 WHERE client = md5('7')::uuid");

# What may be seen, and also the tables under it.
sub shown {
    my ($session, $kinds) = @_;
    my $relations = qq(SELECT relnamespace::regnamespace || '.' || quote_ident(relname) FROM pg_class WHERE relkind IN ($kinds)
        AND relnamespace::regnamespace::text IN ('marked', '"the shop''s"') AND relname NOT IN ('run', 'run_step') ORDER BY 1);
    return join "\n", map { "$_ " . $session->sql(qq(SELECT count(*), md5(string_agg(v::text, E'\\n' ORDER BY v::text COLLATE "C")) FROM $_ AS v)) }
        split /\n/, $session->sql($relations);
}

my $everything = q('v', 'r');
my $before = shown($here, $everything);
cmp_ok scalar(() = $before =~ /\n/g), '>=', 60, 'tables and views of two workspaces';
for my $format ('custom', 'plain') {
    my $file = $server->scratch . "/$format";
    $server->run('pg_dump', '-U', 'postgres', "--format=$format", "--file=$file", 'here');
    $here->sql("CREATE DATABASE there_$format");
    $format eq 'plain'
        ? $server->run('psql', '-U', 'postgres', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', "there_$format", '-f', $file)
        : $server->run('pg_restore', '-U', 'postgres', '--exit-on-error', '-d', "there_$format", $file);
    is shown($server->session("there_$format"), $everything), $before, "restored from format $format, everything is there";
}

# Both go on by night, one as if nothing had happened.
my @both = ($here, $server->session('there_custom'));
for my $day ('2026-01-03', '2026-01-04', '2026-01-20') {
    for my $session (@both) {
        $session->sql("INSERT INTO orders (client, ordered_at, amount)
                           SELECT md5((c * 7)::text)::uuid, timestamptz '$day 12:00 UTC', c FROM generate_series(1, 20) AS c;
                       UPDATE orders SET amount = amount + 1, changed = DEFAULT WHERE client = md5('3')::uuid;
                       DELETE FROM orders WHERE client = md5(substr('$day', 9))::uuid");
        refresh($session, $day);
    }
    is shown($both[1], q('v')), shown($both[0], q('v')), "refreshed as of $day, both show the same";
}
my @counts = map { $_->sql("SELECT string_agg(concat_ws(' ', run, state, changed_customers), ', ' ORDER BY run) FROM $workspace.run") } @both;
is $counts[1], $counts[0], "runs count on: $counts[0]";
unlike $counts[1], qr/[345] complete 500/, 'and read what changed, not everything';
is $both[1]->sql("SELECT count(*) FROM $workspace.changed_order"), 0, 'of which the triggers took note';
is $both[1]->sql("SELECT crm.drop_workspace($name), crm.drop_workspace('marked')"), '|', 'a restored workspace can be dropped';
is $both[1]->sql("SELECT count(*) FROM pg_trigger WHERE tgrelid = 'orders'::regclass"), 0, 'with its triggers';
done_testing;
