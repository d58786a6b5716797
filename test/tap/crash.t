# A backend is killed while it writes or fits: the server recovers, and what was committed is there and readable.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Cluster;
use Test::More;
use Time::HiRes qw(sleep time);

my $server = Cluster->new('jit=off', 'restart_after_crash=on', 'log_min_messages=panic');
my $session = $server->database('crash');

$session->sql(<<'SQL');
CREATE TABLE customer (id int PRIMARY KEY, history crm.timeline, seen crm.rfm,
    CHECK (crm.orders(history) > 0), CHECK ((seen).age >= (seen).recency));
CREATE TABLE model (model crm.model);
CREATE VIEW fresh AS
    SELECT id, crm.timeline(day, amount) AS history, crm.rfm(day, amount, date '2026-01-01') AS seen
    FROM generate_series(1, 200000) id,
         LATERAL (SELECT date '2024-01-01' + (id * 31 + j * 7) % 600, (id % 100 + j) / 8.0
                  FROM generate_series(1, 1 + id % 9) j) AS o(day, amount)
    GROUP BY id;
INSERT INTO customer SELECT * FROM fresh WHERE id <= 20000;
INSERT INTO model SELECT crm.fit_bg_nbd(seen) FROM customer;
SQL
my $checksum = <<'SQL';
SELECT count(*), sum(crm.orders(history)), md5(string_agg(history::text || seen::text, ',' ORDER BY id)),
       (SELECT string_agg(model::text, ',') FROM model)
FROM customer
SQL
my $committed = $session->sql($checksum);

# Each is killed at work: in the middle of the time it would take.
my %work = (
    'inserting timelines' => 'INSERT INTO customer SELECT * FROM fresh WHERE id > 20000',
    'rewriting them' => 'UPDATE customer SET history = customer.history + fresh.history FROM fresh WHERE fresh.id = customer.id',
    'fitting' =>
        'INSERT INTO model SELECT crm.fit_bg_nbd(1 + i % 7, 30 + i * 1e-5, 60 + i * 3e-5) FROM generate_series(1, 1000000) i',
);
my $file = $server->scratch . '/fresh';
$session->sql("\\copy (SELECT * FROM fresh WHERE id > 20000) TO '$file' (FORMAT binary)");
$work{'copying in binary'} = "\\copy customer FROM '$file' (FORMAT binary)";

for my $what (sort keys %work) {
    $session->sql("BEGIN;\n$work{$what};\nROLLBACK");
    my $takes = $session->{took};
    for my $share (0.3, 0.7) {
        my $victim = $server->session('crash');
        $victim->send($work{$what});
        sleep $share * $takes;
        kill 'KILL', $victim->{pid};
        like $victim->answer, qr/connection/, "killed while $what";
        $victim->close;
        $session->close;

        # The postmaster ends all other sessions and recovers from its log.
        my $patience = time + 60;
        my $ready = sub { system("$Cluster::bindir/psql", '-XAtq', '-d', 'crash', '-o', '/dev/null', '-c', 'SELECT 1') == 0 };
        open(my $stderr, '>&', \*STDERR);
        open(STDERR, '>', '/dev/null');
        sleep 0.1 until $ready->() || time > $patience;
        open(STDERR, '>&', $stderr);
        $session = $server->session('crash');
        is $session->sql($checksum), $committed, 'what was committed is there, and nothing else';
    }
}
is $session->sql($work{'inserting timelines'}), '', 'the work is done the next time';
is $session->sql('SELECT count(*) FROM customer AS c JOIN fresh AS f USING (id) WHERE c.history::text = f.history::text'), 200000,
    'and right';

done_testing;
