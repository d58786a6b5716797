# examples/pg_cron.sql as it stands, and its job run by pg_cron. A job that is due at the server's start need not be waited for.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Cluster;
use Test::More;
use Time::HiRes qw(sleep time);

chomp(my $libraries = qx(@{[ $ENV{PG_CONFIG} // 'pg_config' ]} --pkglibdir));
plan skip_all => "there is no pg_cron in $libraries: scripts/install-deps installs it for Debian's servers" if !-e "$libraries/pg_cron.so";
plan skip_all => 'the server in use is not started here' if $ENV{PG_CRM_TEST_SERVER};

my $server = Cluster->new('jit=off', 'shared_preload_libraries=pg_cron', 'cron.database_name=cron', 'cron.use_background_workers=on');
my $session = $server->database('cron');
$session->sql(<<'SQL');
CREATE TABLE orders (customer int, ordered_at date, amount numeric);
INSERT INTO orders SELECT c, current_date - (c * 31 + j * (7 + c % 90)) % 700 - 1, (c * 7 + j * 13) % 97 + 1
    FROM generate_series(1, 300) AS c, generate_series(1, 1 + c % 6) AS j;
SELECT crm.create_workspace('shop', 'orders');
SQL
$session->sql("\\i $Cluster::top/examples/pg_cron.sql");
is $session->sql('SELECT jobname, schedule, command, active FROM cron.job'),
    q(refresh shop|30 2 * * *|CALL crm.refresh('shop', current_date - 1)|t), 'the example schedules a job';

# Due at each start instead. It may be run at once as well, and end with the server: then the next run takes up what it began.
is $session->sql(q(SELECT count(cron.schedule('refresh shop', '@reboot', command)) FROM cron.job)), 1, 'its time can be changed';
$session->close;
for my $start (1, 2) {
    $server->restart;
    my $watcher = $server->session('cron');
    my $patience = time + 30;
    my $succeeded = q(SELECT count(*) FROM cron.job_run_details WHERE status = 'succeeded' AND start_time > pg_postmaster_start_time());
    sleep 0.2 until $watcher->sql($succeeded) > 0 || time > $patience;
    is $watcher->sql('SELECT status, return_message FROM cron.job_run_details ORDER BY runid DESC LIMIT 1'), 'succeeded|CALL',
        "pg_cron runs it, start $start";
    is $watcher->sql('SELECT string_agg(DISTINCT concat_ws(\' \', state, started_at::date - as_of), \', \') FROM shop.run'), 'complete 1',
        'each run is complete, as of the day before';
    is $watcher->sql('SELECT count(*) FROM shop.customer'), 300, 'and customers are there';
    $watcher->close;
}
done_testing;
