# examples/roles.sql as it stands: who may do what in a workspace, and who may not.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Cluster;
use Test::More;

my $server = Cluster->new('jit=off', 'max_parallel_workers_per_gather=0');
my $owner = $server->database('roles');
$owner->sql(<<'SQL');
CREATE TABLE customers (customer int, name text);
CREATE TABLE orders (customer int, ordered_at date, amount numeric);
INSERT INTO customers SELECT c, 'name ' || c FROM generate_series(1, 300) AS c;
INSERT INTO orders SELECT c, date '2024-01-01' + (c * 31 + j * (7 + c % 90)) % 700, (c * 7 + j * 13) % 97 + 1
    FROM generate_series(1, 300) AS c, generate_series(1, 1 + c % 6) AS j;
REVOKE ALL ON customers, orders FROM PUBLIC;
CREATE ROLE clerk LOGIN;
GRANT INSERT ON orders TO clerk;
SQL
$owner->sql("\\i $Cluster::top/examples/roles.sql");
$owner->sql('CREATE ROLE ann LOGIN; GRANT analyst TO ann; CREATE ROLE rob LOGIN; GRANT reader TO rob; CREATE ROLE olga LOGIN; GRANT operator TO olga;
             CREATE ROLE bot LOGIN; GRANT operator TO bot; ALTER ROLE bot SET role = shop_owner; CREATE ROLE stranger LOGIN');
my %of = map { $_ => $server->session('roles', $_) } qw(ann rob olga bot stranger clerk);

is $of{olga}->sql("CALL crm.refresh('shop', '2026-01-01')"), '', 'an operator refreshes';
is $of{bot}->sql("CALL crm.refresh('shop', '2026-01-02')"), '', 'so does one who is the owner at once';
$of{clerk}->sql("INSERT INTO orders VALUES (1, '2026-01-02', 10), (1000, '2026-01-03', 5)");
is $of{olga}->sql("CALL crm.refresh('shop', '2026-01-03')"), '', 'an operator refreshes what others changed';
is $owner->sql('SELECT changed_customers FROM shop.run ORDER BY run DESC LIMIT 1'), 2, 'of which the triggers took note';
is $owner->sql(q(SELECT string_agg(DISTINCT pg_get_userbyid(relowner), ', ') FROM pg_class WHERE relnamespace = 'shop'::regnamespace)), 'shop_owner',
    'everything belongs to the owner';

# What each may read: all views but those of the sources, or everything.
my @relations = split /\n/, $owner->sql(q(SELECT relname FROM pg_class WHERE relnamespace = 'shop'::regnamespace AND relkind IN ('r', 'v') ORDER BY 1));
my %is_view = map { $_ => 1 } split /\n/, $owner->sql(q(SELECT viewname FROM pg_views WHERE schemaname = 'shop' AND viewname NOT LIKE 'source\_%'));
my %read;
for my $who (qw(ann rob stranger clerk)) {
    for my $relation (@relations) { push @{ $read{$who} }, $relation if $of{$who}->try("SELECT * FROM shop.$relation") !~ /^ERROR/ }
}
is join(' ', @{ $read{rob} }), join(' ', sort keys %is_view), 'a reader reads every view, and no source and no table';
is join(' ', @{ $read{ann} }), join(' ', @relations), 'an analyst reads everything';
is scalar @{ $read{$_} // [] }, 0, "a $_ reads nothing" for 'stranger', 'clerk';
like $of{ann}->sql('SELECT crm.p_alive(model, 3, 100, 120) FROM shop.fitted_model WHERE name = \'buying\' AND kept ORDER BY run LIMIT 1'), qr/^0\.\d+$/,
    'and uses the models';

for my $who (qw(ann rob stranger clerk)) {
    like $of{$who}->try('SELECT * FROM public.orders'), qr/^ERROR:  permission denied for table orders/m, "$who does not read the orders";
    like $of{$who}->try("CALL crm.refresh('shop', '2026-01-04')"), qr/^ERROR:  permission denied/m, "$who does not refresh";
    like $of{$who}->try('DELETE FROM shop.changed_order'), qr/^ERROR:  permission denied/m, "$who does not write";
    like $of{$who}->try("SELECT crm.drop_workspace('shop')"), qr/^ERROR:  (permission denied|must be owner)/m, "$who does not drop the workspace";
}
is $owner->sql(q(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')), 0, 'whoever was refused left no lock';
is $owner->sql('SELECT string_agg(DISTINCT state, \', \'), count(*) FROM shop.run'), 'complete|3', 'and no run';

# As the end of the example says.
$owner->sql('REVOKE USAGE ON SCHEMA crm FROM PUBLIC; GRANT USAGE ON SCHEMA crm TO shop_owner, analyst');
my @unreadable = grep { $of{rob}->try("SELECT * FROM shop.$_") =~ /^ERROR/m } sort keys %is_view;
is "@unreadable", '', 'views need no right on schema crm';
like $of{rob}->try('SELECT crm.p_alive(NULL, 1, 2, 3)'), qr/^ERROR:  permission denied for schema crm/m, 'whose functions a reader cannot run then';
is $of{olga}->sql("CALL crm.refresh('shop', '2026-01-04')"), '', 'an operator still can';
done_testing;
