# The extension is installed by a database's owner who is no superuser, dumped and restored with its values, used by anybody,
# and dropped without a trace.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Cluster;
use Test::More;

my $server = Cluster->new('jit=off');
my $admin = $server->session('postgres');
$admin->sql('CREATE ROLE shopkeeper LOGIN; CREATE ROLE clerk LOGIN');
$admin->sql("CREATE DATABASE $_ OWNER shopkeeper") for 'shop', 'copy_plain', 'copy_custom';
my $owner = $server->session('shop', 'shopkeeper');

# Counts of everything that can belong to an extension.
my @catalogs = qw(pg_class pg_type pg_proc pg_aggregate pg_operator pg_cast pg_opclass pg_opfamily pg_amop pg_amproc pg_namespace
    pg_constraint pg_description pg_init_privs pg_depend pg_shdepend pg_extension pg_event_trigger pg_rewrite pg_trigger);
my $inventory = 'SELECT ' . join(" || ' ' || ", map {
    my $here = $_ eq 'pg_shdepend' ? 'WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())' : '';
    "'$_ ' || (SELECT count(*) FROM $_ $here)"
} @catalogs);
my $before = $owner->sql($inventory);

is $owner->try('CREATE EXTENSION pg_crm'), '', "a database's owner installs it without being superuser";
isnt $owner->sql($inventory), $before, 'the inventory sees it';
is $owner->sql("SELECT count(*) FROM pg_depend d JOIN pg_extension e ON d.refobjid = e.oid AND e.extname = 'pg_crm'
                LEFT JOIN pg_description c ON c.objoid = d.objid AND c.classoid = d.classid AND c.objsubid = 0
                WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass AND c.description IS NULL
                  AND d.classid IN ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass, 'pg_namespace'::regclass)
                  AND NOT (d.classid = 'pg_type'::regclass AND (SELECT typcategory = 'A' FROM pg_type WHERE oid = d.objid))"), 0,
    'every function, type and operator has a comment';
is $owner->sql("SELECT count(*) FROM pg_proc WHERE pronamespace = 'crm'::regnamespace AND prosecdef"), 0,
    'no function runs with rights that are not the caller\'s';

$owner->sql(<<'SQL');
CREATE TABLE customer (id int PRIMARY KEY, history crm.timeline, seen crm.rfm, score crm.rfm_score);
CREATE TABLE model (name text PRIMARY KEY, model crm.model NOT NULL);
INSERT INTO customer (id, history)
    SELECT i, crm.timeline(date '2024-01-01' + (i * j * 17) % 300, (i * j % 100) / 7.0)
    FROM generate_series(1, 500) i, generate_series(1, 9) j WHERE j <= 1 + i % 9 GROUP BY i;
INSERT INTO customer VALUES (0, NULL, NULL, NULL);
UPDATE customer SET seen = crm.rfm(history, '2025-01-01');
INSERT INTO model SELECT 'buying', crm.fit_bg_nbd(seen) FROM customer;
INSERT INTO model SELECT 'spending', crm.fit_gamma_gamma(seen) FROM customer;
INSERT INTO model SELECT 'scorer', crm.fit_rfm_score(seen) FROM customer;
UPDATE customer SET score = crm.rfm_score((SELECT model FROM model WHERE name = 'scorer'), seen);
CREATE VIEW outlook AS
    SELECT id, crm.rfm_segment(score) AS segment, crm.p_alive(m.model, seen) AS p_alive,
           crm.clv(m.model, s.model, seen, interval '1 year', 0.1) AS clv
    FROM customer, model m, model s WHERE m.name = 'buying' AND s.name = 'spending';
CREATE INDEX ON customer ((crm.revenue(history)));
CREATE MATERIALIZED VIEW revenue AS SELECT crm.rfm_segment(score) AS segment, sum(crm.revenue(history)) FROM customer GROUP BY 1;
SQL
my %content = (
    customer => 'SELECT * FROM customer ORDER BY id',
    model => 'SELECT * FROM model ORDER BY name',
    outlook => 'SELECT * FROM outlook ORDER BY id',
    revenue => 'SELECT * FROM revenue ORDER BY segment',
);
my %original = map { $_ => $owner->sql($content{$_}) } keys %content;
cmp_ok length $original{outlook}, '>', 10000, 'the view gives values';

my $dump = $server->scratch . '/dump';
$server->run('pg_dump', '-U', 'shopkeeper', '-f', $dump, 'shop');
$server->run('psql', '-XAtq', '-U', 'shopkeeper', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-f', $dump, 'copy_plain');
$server->run('pg_dump', '-U', 'shopkeeper', '-Fc', '-f', $dump, 'shop');
$server->run('pg_restore', '-U', 'shopkeeper', '--exit-on-error', '-j', '2', '-d', 'copy_custom', $dump);
for my $copy ('copy_plain', 'copy_custom') {
    my $restored = $server->session($copy, 'shopkeeper');
    ok $restored->sql($content{$_}) eq $original{$_}, "$copy: $_ is the same after dump and restore" for sort keys %content;
    is $restored->sql(<<'SQL'), 't', "$copy: a fit gives the dumped model";
SELECT crm.fit_bg_nbd(seen)::text = (SELECT model::text FROM model WHERE name = 'buying')
FROM (SELECT seen FROM customer ORDER BY id) AS s
SQL
}

my $clerk = $server->session('shop', 'clerk');
is $clerk->sql(<<'SQL'), '', 'anybody may call every function';
SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = 'crm' AND NOT (has_schema_privilege('crm', 'usage') AND has_function_privilege(p.oid, 'execute'))
SQL
is $clerk->sql(<<'SQL'), 't', 'and does';
WITH seen AS (SELECT crm.rfm(d, 10 + i % 7, date '2025-01-01') AS r
              FROM (SELECT i, date '2024-01-01' + (i * j * 29) % 300 AS d
                    FROM generate_series(1, 400) i, generate_series(1, 6) j WHERE j <= 1 + i % 6) AS o GROUP BY i),
     models AS (SELECT crm.fit_bg_nbd(r) AS m, crm.fit_gamma_gamma(r) AS s, crm.fit_rfm_score(r) AS q FROM seen)
SELECT bool_and(crm.clv(m, s, r, interval '1 year', 0.1) > 0 AND crm.rfm_segment(crm.rfm_score(q, r)) <> '') FROM seen, models
SQL
like $clerk->try('DROP EXTENSION pg_crm'), qr/must be owner/, 'but only its owner drops it';
$clerk->close;

like $owner->try('DROP EXTENSION pg_crm'), qr/cannot drop extension pg_crm because other objects depend on it/,
    'it is not dropped under its values';
$owner->sql('DROP VIEW outlook; DROP MATERIALIZED VIEW revenue; DROP TABLE customer, model');
is $owner->try('DROP EXTENSION pg_crm'), '', 'it is dropped when nothing uses it';
is $owner->sql($inventory), $before, 'and leaves nothing behind';
is $owner->sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'crm'"), 0, 'not even its schema';
is $owner->try('CREATE EXTENSION pg_crm'), '', 'it can be installed again';

done_testing;
