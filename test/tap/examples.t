# Every query that the examples give to other tools runs on a workspace and finds something.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Cluster;
use JSON::PP qw(decode_json);
use Test::More;

chdir $Cluster::top or die;
my $server = Cluster->new('jit=off');
my $session = $server->database('examples');
$session->sql(<<'SQL');
SET client_min_messages = warning;
CREATE TABLE orders AS
SELECT 'C' || c AS customer, date '2024-07-01' + start + gap * k AS ordered_at, 10 + (c * 13) % 90 + (c * k * 31) % 17 AS amount
  FROM (SELECT c, (c * 37) % 720 AS start, 7 + (c * 29) % 110 AS gap, CASE WHEN c % 3 = 0 THEN 0 ELSE 2 + (c * 11) % 20 END AS orders
          FROM generate_series(1, 600) AS c) AS s, generate_series(0, orders) AS k
 WHERE start + gap * k < 730;
CREATE TABLE comments AS
SELECT 'C' || 1 + n * 7 % 600 AS customer, date '2025-01-01' + n * 13 % 540 AS at,
       (ARRAY['the parcel came late again', 'the price is too high', 'very good quality'])[1 + n % 3] || ' ' || n AS comment,
       CASE WHEN n % 2 = 0 THEN (ARRAY['delivery', 'price', 'quality'])[1 + n % 3] END AS topic
  FROM generate_series(1, 300) AS n;
SELECT crm.create_workspace('shop', 'orders', 'comments');
SQL
$session->sql("CALL crm.refresh('shop', '2026-05-31')");
$session->sql("CALL crm.refresh('shop', '2026-06-30')");
my %view = map { $_ => 1 } split /\n/, $session->sql(q(SELECT relname FROM pg_class WHERE relnamespace = 'shop'::regnamespace AND relkind = 'v'));

sub content {
    open(my $file, '<', $_[0]) or die "$_[0]: $!\n";
    local $/;
    return <$file>;
}

# A workspace may be without alerts, but not without the view.
sub finds {
    my ($query, $name) = @_;
    my $rows = $session->try("SELECT count(*) FROM ($query) AS found");
    $query =~ /\bshop\.alert\b/ ? like $rows, qr/^\d+$/, $name : like $rows, qr/^[1-9]\d*$/, $name;
}

# A question is a comment and the statement after it.
my @questions = content('examples/bi_questions.sql') =~ /^-- ([^\n]+)\n(?=SELECT)(.*?);$/msg;
is scalar(@questions), 2 * 16, 'there are questions for any tool';
while (my ($question, $query) = splice @questions, 0, 2) { finds($query, $question) }

for my $file (glob 'examples/grafana/*.json') {
    my $dashboard = decode_json(content($file));
    my @panels = @{ $dashboard->{panels} };
    my %seen;
    is_deeply [grep { $seen{ $_->{id} }++ } @panels], [], "$file: panels have ids of their own";
    is_deeply [grep { $_->{gridPos}{x} + $_->{gridPos}{w} > 24 } @panels], [], "$file: panels are on the grid";
    my @variables = map { $_->{name} } @{ $dashboard->{templating}{list} };
    is_deeply \@variables, ['datasource', 'workspace'], "$file: source and workspace are chosen";
    is $session->sql($dashboard->{templating}{list}[1]{query}), 'shop', "$file: workspaces are found";
    for my $panel (@panels) {
        for my $target (@{ $panel->{targets} }) {
            finds($target->{rawSql} =~ s/\$workspace\b/shop/gr, "$file: $panel->{title}");
            next if $target->{format} ne 'time_series';
            is $session->sql("SELECT pg_typeof(time) FROM ($target->{rawSql}) AS found LIMIT 1" =~ s/\$workspace\b/shop/gr),
                'timestamp without time zone', "$file: $panel->{title} has times";
        }
    }
}

# dbt itself is used where it is; its templates are simple enough to be read here too.
for my $file (glob 'examples/dbt/models/*.sql') {
    my ($model) = $file =~ m{([^/]+)\.sql$};
    (my $query = content($file)) =~ s/\{\{ source\('workspace', '(\w+)'\) \}\}/shop.$1/g;
    unlike $query, qr/\{[{%]/, "$file is plain but for its sources";
    finds($query, $file);
    my $columns = $session->sql("CREATE VIEW public.$model AS $query; SELECT string_agg(attname, ' ') FROM pg_attribute WHERE attrelid = '$model'::regclass");
    (my $described = content("examples/dbt/models/$model.yml")) =~ s/.*\n    columns:\n//s;
    for my $column ($described =~ /- name: (\w+)/g) {
        like $columns, qr/\b$column\b/, "$model.$column is there";
        is $session->sql("SELECT count(*) - count(DISTINCT $column) FROM $model"), 0, "$model.$column is unique, and never NULL";
    }
}
my @sources = content('examples/dbt/models/sources.yml') =~ /^      - name: (\w+)/mg;
is_deeply [grep { !$view{$_} } @sources], [], 'the sources of dbt are views of the workspace';
cmp_ok @sources, '>', 1, 'some';

SKIP: {
    skip 'there is no dbt', 1 if system('command -v dbt >/dev/null 2>&1') != 0;
    my $profiles = $server->scratch . '';
    open(my $profile, '>', "$profiles/profiles.yml") or die;
    print $profile <<"YAML";
pg_crm:
  target: test
  outputs:
    test: {type: postgres, host: "$ENV{PGHOST}", port: $ENV{PGPORT}, user: postgres, password: '', dbname: examples, schema: reports, threads: 1}
YAML
    close $profile;
    my $said = qx(dbt --no-use-colors build --project-dir examples/dbt --profiles-dir $profiles --target-path $profiles/target --log-path $profiles/logs 2>&1);
    is $?, 0, 'dbt builds and tests it' or diag $said;
}

done_testing;
