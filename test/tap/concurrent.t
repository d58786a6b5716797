# Sessions that fit at the same time, in two databases and by users without rights, get what one session gets alone.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Cluster;
use Test::More;

my $server = Cluster->new('jit=off', 'max_parallel_workers_per_gather=0');
my $admin = $server->session('postgres');
$admin->sql('CREATE ROLE analyst LOGIN');

my $data = <<'SQL';
CREATE TABLE orders AS
    SELECT i % 20000 AS customer_id, date '2024-01-01' + (i * 7919 % 601)::int AS ordered_at,
           (1 + i * 104729 % 997) / 10.0::float8 AS amount
    FROM generate_series(1::int8, 60000) i;
CREATE TABLE model (kind text, model crm.model);
GRANT ALL ON orders, model TO analyst;
SQL
my @databases = ('here', 'there');
$server->database($_)->sql($data) for @databases;

my $query = <<'SQL';
WITH seen AS MATERIALIZED (
         SELECT customer_id, crm.rfm(ordered_at, amount, date '2025-10-01') AS r FROM orders
         GROUP BY customer_id ORDER BY customer_id),
     models AS MATERIALIZED (
         SELECT crm.fit_bg_nbd(r) AS buying, crm.fit_gamma_gamma(r) AS spending, crm.fit_rfm_score(r) AS scorer FROM seen)
SELECT md5(min(buying::text) || min(spending::text) || min(scorer::text)
           || string_agg(crm.clv(buying, spending, r, 365, 0.1) || (crm.rfm_score(scorer, r)).code, ',' ORDER BY customer_id))
FROM seen, models
SQL
my $alone = $server->session('here')->sql($query);
like $alone, qr/^\w{32}$/, 'one session alone';

my @sessions = map { $server->session($_, 'analyst') } (@databases) x 4;
for my $round (1 .. 3) {
    $_->send($query) for @sessions;
    is join(' ', map { $_->answer } @sessions), join(' ', ($alone) x @sessions), "eight sessions at once, round $round";
}

# Readers score with whichever model is current while a writer replaces it: never with half of one.
my $writer = $server->session('here');
sub model { return qq(crm.make_model('bg_nbd', '{"r": 1, "alpha": 10, "a": $_[0], "b": 1}')) }
$writer->sql("INSERT INTO model SELECT 'current', " . model(1));
my @scores = map { $writer->sql('SELECT crm.p_alive(' . model($_) . ', 2, 30, 100)') } 1, 3;
my @readers = map { $server->session('here', 'analyst') } 1 .. 3;
my %seen;
for my $round (1 .. 20) {
    $_->send('SELECT DISTINCT crm.p_alive(model, 2, 30, 100) FROM model, generate_series(1, 5000)') for @readers;
    $writer->sql('UPDATE model SET model = ' . model($round % 2 ? 3 : 1));
    $seen{ $_->answer }++ for @readers;
}
is join(' ', sort keys %seen), join(' ', sort grep { $seen{$_} } @scores), 'a reader sees one model or the other';

# The extension goes while others use it: they end in their answer or in an error.
$_->send("$query;\n$query") for @sessions;
my $answer = $writer->try('DROP EXTENSION pg_crm CASCADE');
unlike $answer, qr/ERROR|lost/, 'the extension is dropped under its users';
is scalar(grep { $_->answer =~ /^connection lost|FATAL|PANIC|XX000/m } @sessions), 0, 'who end in their answer or in an error';
is $_->sql('SELECT 1'), 1, 'and go on' for @sessions;

done_testing;
