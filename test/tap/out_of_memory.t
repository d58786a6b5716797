# Running out of memory is an error of one statement: the session and the server survive it.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Cluster;
use Test::More;

my $server = Cluster->new('jit=off', 'max_parallel_workers_per_gather=0');
my $session = $server->database('memory');
my $started = $session->sql('SELECT pg_postmaster_start_time()');

$session->sql(<<'SQL');
CREATE TABLE seen AS
    SELECT 1 + i % 7 AS frequency, 30 + i * 1e-5 AS recency, 60 + i * 3e-5 AS age FROM generate_series(1, 500000) i;
SQL
my %statement = (
    'fit_bg_nbd' => 'SELECT length(crm.fit_bg_nbd(frequency, recency, age)::text) FROM seen',
    'fit_gamma_gamma' => 'SELECT length(crm.fit_gamma_gamma(frequency, age)::text) FROM seen',
    'fit_rfm_score' => 'SELECT length(crm.fit_rfm_score(ROW(frequency, recency, age, age)::crm.rfm)::text) FROM seen',
    'timeline' => "SELECT crm.orders(crm.timeline(date '2000-01-01' + i, i)) FROM generate_series(-500000, 500000) i",
    'rollup' => <<'SQL',
SELECT crm.orders(crm.rollup(t))
FROM (SELECT crm.timeline(date '2000-01-01' + i, i) AS t FROM generate_series(-500000, 500000) i GROUP BY i % 20) AS parts
SQL
);

# Only the soft limit moves, so that it can be lifted again. Root in a container may not do this to another user's process.
sub limit_address_space {
    my ($limited, $bytes) = @_;
    my @prlimit = ('prlimit', '--pid', $limited->{pid}, "--as=$bytes:");
    system("$Cluster::top/scripts/cluster", 'as', @prlimit) == 0 or die "prlimit failed\n";
}

for my $name (sort keys %statement) {
    my %seen;
    my $unlimited = $session->sql($statement{$name});
    # A new process, which has kept no memory from earlier statements.
    my $limited = $server->session('memory');
    $limited->sql("SELECT crm.days('1 day')");    # has the library loaded, which takes more than the least limit
    # From nearly nothing to nearly enough, so that another allocation fails each time.
    for my $megabytes (map { int(1.5**$_) } 0 .. 15) {
        limit_address_space($limited, 1024 * $limited->status('VmSize') + $megabytes * 1024 * 1024);
        my $answer = $limited->try($statement{$name});
        limit_address_space($limited, 'unlimited');
        $seen{ $answer eq $unlimited ? 'right answer' : $answer =~ /^ERROR:  (out of memory)$/m ? $1 : $answer }++;
        last if $limited->{lost} || $answer eq $unlimited;
    }
    note "$name: ", join ', ', map { "$seen{$_} x $_" } sort keys %seen;
    ok $seen{'out of memory'}, "$name: a limit on memory is felt";
    is join(', ', grep { !/^(out of memory|right answer)$/ } keys %seen), '', "$name: memory fails as an error, or not at all";
    is $limited->try($statement{$name}), $unlimited, "$name: the session works with its memory back";
}
is $session->try('SELECT pg_postmaster_start_time()'), $started, 'the server was not restarted';

done_testing;
