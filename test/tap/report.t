# A workspace's page, from orders, names and comments that mean harm, as Chromium shows it: every chart drawn, everything readable,
# nothing run, nothing fetched.
use strict;
use warnings;
use utf8;
use FindBin;
use lib $FindBin::Bin;
use Cluster;
use Encode qw(encode_utf8);
use JSON::PP qw(decode_json);
use Test::More;

binmode Test::More->builder->$_, ':encoding(UTF-8)' for qw(output failure_output);
chdir $Cluster::top or die;

sub has { return system("command -v $_[0] >/dev/null 2>&1") == 0 }
sub skip_all { diag $_[0]; SKIP: { skip $_[0], 1 } done_testing; exit }

for my $program ('node', 'npm', 'chromium') { skip_all("there is no $program") if !has($program) }
skip_all('node is older than 18') if qx(node --version) =~ /^v(\d+)/ && $1 < 18;
if (!-e 'report/node_modules/.package-lock.json' && system('npm ping >/dev/null 2>&1') != 0) {
    skip_all('the registry of npm cannot be reached, and report/node_modules is not there');
}

# Standard output, standard error, and whether it went well.
sub run {
    my ($command) = @_;
    my $scratch = File::Temp->newdir(DIR => '/tmp');
    my $status = system("$command >$scratch/out 2>$scratch/err");
    return (content("$scratch/out"), content("$scratch/err"), $status == 0);
}

sub content {
    open(my $file, '<:raw', $_[0]) or die "$_[0]: $!\n";
    local $/;
    return <$file> // '';
}

my $server = Cluster->new('jit=off');
my $session = $server->database('report');
my @names = ('<script>alert(1)</script>', q("double" & 'single' <b>), "\x{202e}evil \x{5d0}\x{5d1}\x{5d2}", 'long' x 200, "\x{1f600} smile",
    '</text></svg><img src=x onerror=alert(2)>');
my $list = join ', ', map { my $name = $_ =~ s/'/''/gr; "'$name'" } @names;
my $made = $session->try(encode_utf8(<<"SQL"));
SET client_min_messages = warning;
CREATE TABLE orders AS
SELECT 'C' || c AS customer, timestamp '2024-07-01' + make_interval(days => start + gap * k + (c * k * 7) % (1 + gap / 3)) AS ordered_at,
       10 + (c * 13) % 90 + (c * k * 31) % 17 AS amount
  FROM (SELECT c, (c * 37) % 700 AS start, 7 + (c * 29) % 110 AS gap, CASE WHEN c % 3 = 0 THEN 0 ELSE 2 + (c * 11) % 20 END AS orders
          FROM generate_series(1, 900) AS c) AS s, generate_series(0, orders) AS k
 WHERE start + gap * k + (c * k * 7) % (1 + gap / 3) < 730;
CREATE TABLE customers AS SELECT 'C' || c AS customer, 'nobody' AS name FROM generate_series(1, 900) AS c;
CREATE TABLE comments AS
SELECT 'C' || 1 + n * 7 % 900 AS customer, timestamp '2025-01-01' + make_interval(days => n * 13 % 540) AS at,
       (ARRAY['the parcel came late again', 'the price is too high for <script>alert(3)</script>', 'very good quality, thank you',
              'I want to return the shoes', 'the site does not load on my phone'])[1 + n % 5] || ' ' || n AS comment,
       CASE WHEN n % 2 = 0 THEN (ARRAY['delivery', '<i>price</i> & "cost"', repeat('quality ', 30), 'returns', 'website'])[1 + n % 5] END AS topic
  FROM generate_series(1, 600) AS n;
CREATE TABLE features AS
SELECT 'C' || c AS customer, date '2024-07-01' AS at,
       jsonb_build_object('plan', (ARRAY['<b>free</b>', 'plus', 'gold & "more"'])[1 + c % 3], 'calls', c * 7 % 11) AS features
  FROM generate_series(1, 900) AS c;
SELECT crm.create_workspace('Shop & <b>Co</b>', 'orders', 'comments', 'customers', features => 'features');
SQL
is $made, '', 'a workspace is made';
my $workspace = q('Shop & <b>Co</b>');
my $environment = 'PGUSER=postgres PGDATABASE=report';

# Before the first run there is nothing to show, and that is no error.
my ($empty, $complaint, $well) = run("$environment scripts/report $workspace");
ok $well, 'a workspace that was never refreshed has a page' or diag $complaint;
is $complaint, '', 'without a complaint';
unlike $empty, qr/<svg/, 'and without charts';

# Those whom the page will name are called the worst: a rehearsal says who they are.
$session->sql("SELECT crm.create_workspace('rehearsal', 'orders')");
$session->sql("CALL crm.refresh('rehearsal', '2026-06-30')");
$session->sql(encode_utf8(<<"SQL"));
UPDATE customers AS c SET name = (ARRAY[$list])[place]
  FROM (SELECT customer, row_number() OVER (ORDER BY clv DESC, customer) AS place FROM rehearsal.customer WHERE lifecycle = 'at risk') AS r
 WHERE r.customer = c.customer;
SELECT crm.drop_workspace('rehearsal');
SQL
$session->sql(q(CALL crm.refresh('Shop & <b>Co</b>', '2026-05-31')));
$session->sql(q(CALL crm.refresh('Shop & <b>Co</b>', '2026-06-30')));
$session->sql(<<'SQL');
CREATE ROLE reader LOGIN;
GRANT USAGE ON SCHEMA "Shop & <b>Co</b>" TO reader;
GRANT SELECT ON ALL TABLES IN SCHEMA "Shop & <b>Co</b>" TO reader;
ALTER ROLE reader SET default_transaction_read_only = on;
SQL

(my $page, $complaint, $well) = run("$environment scripts/report $workspace");
ok $well, 'a page is written' or diag $complaint;
is $complaint, '', 'and Vega has nothing to remark';
my ($again) = run("PGUSER=reader PGDATABASE=report TZ=Asia/Tokyo LANG=de_DE.UTF-8 scripts/report $workspace");
ok $again eq $page, 'a reader elsewhere gets the same page';
cmp_ok length $page, '<', 1_000_000, 'it is no larger than a picture';

my $file = $server->scratch . '/report.html';
open(my $out, '>:raw', $file) or die;
print $out $page;
close $out;
my ($json, $failure, $ended) = run("node report/test/inspect.js $file");
ok $ended, 'Chromium shows it' or BAIL_OUT($failure);
my $seen = decode_json($json);
my @charts = split /\n/, $session->sql(qq(SELECT chart FROM crm.charts('Shop & <b>Co</b>')));
cmp_ok @charts, '>=', 9, 'the workspace has charts';
my $alert = $session->sql('SELECT message FROM "Shop & <b>Co</b>".alert ORDER BY run DESC, position LIMIT 1');
utf8::decode($alert);
cmp_ok length $alert, '>', 0, 'and alerts';

for my $reader (sort keys %$seen) {
    my $view = $seen->{$reader};
    is_deeply $view->{said}, [], "$reader: nothing is complained of";
    is_deeply $view->{fetched}, [], "$reader: nothing is fetched";
    is $view->{scripts}, 0, "$reader: no script";
    is $view->{frames}, 0, "$reader: nothing embedded";
    ok !$view->{wider_than_screen}, "$reader: no wider than the screen";
    is_deeply [grep { $view->{charts}{"chart-$_"}{drawings} != 1 } @charts], [], "$reader: every chart is drawn once";
    is_deeply [grep { $view->{charts}{"chart-$_"}{marks} < 2 } @charts], [], "$reader: with marks in it";
    is_deeply $view->{cut_off}, [], "$reader: no word of a chart is cut off";
    cmp_ok $view->{least_contrast}, '>=', 4.5, "$reader: words of charts stand out";
    cmp_ok $view->{smallest_words}, '>=', 8, "$reader: and are large enough";
    is scalar(grep { length } @{ $view->{images} }), scalar @charts, "$reader: a screen reader is told what each chart shows";
    is scalar(grep { !length } @{ $view->{tables} }), 0, "$reader: and what each table holds";
    like $view->{text}, qr/^Customers of Shop & <b>Co<\/b>$/m, "$reader: the workspace's name is text";
    (my $plain = $view->{text}) =~ s/\n//g;
    for my $name (@names, $alert) {
        my $start = substr $name, 0, 60;
        cmp_ok index($plain, $start), '>=', 0, "$reader: so is $start";
    }
}

my $picture = $server->scratch . '/report.png';
($json, $failure, $ended) = run("$environment scripts/report $workspace --screenshot $picture --width 390 --height 700 --dark");
ok $ended, 'a picture is taken' or diag $failure;
is_deeply [unpack 'x16 N N', content($picture)], [390, 700], 'of the size that was asked for';

my ($said, $why, $went_well) = run("$environment scripts/report nowhere");
ok !$went_well && $said eq '', 'without a workspace there is no page';
is $why, qq(report: there is no workspace "nowhere" in this database\n), 'and it is said why';

($said, $why, $went_well) = run('node --test report/test/*.test.js');
ok $went_well, 'the tests of the page pass' or diag $said, $why;

done_testing;
