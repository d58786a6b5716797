# Random histories of a workspace: whatever happens to orders, days and options between the runs, and wherever a run is
# interrupted, a workspace that reads what changed shows what one shows that reads everything anew, and both what plain SQL says.
# PG_CRM_FUZZ multiplies the number of histories, PG_CRM_SEED picks others.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Cluster;
use Test::More;

my $server = Cluster->new('jit=off', 'max_parallel_workers_per_gather=0', 'log_min_messages=panic');
my $session = $server->database('random');
my $other = $server->session('random');
my $seed = $ENV{PG_CRM_SEED} // 20261126;
srand $seed;

sub pick { return $_[int rand @_] }
sub chance { return rand() < $_[0] }
sub quote { return join '.', map { '"' . s/"/""/gr . '"' } @_ }
sub literal { return "'" . $_[0] =~ s/'/''/gr . "'" }

# How each type writes customer number n, and what the columns are called.
my %customers = (
    int => sub { $_[0] }, bigint => sub { 9e15 + $_[0] }, numeric => sub { "$_[0].50" }, date => sub { "date '2000-01-01' + $_[0]" },
    text => sub { literal(pick(('', ' ', q('), '"', '\\', 'é', ',')[$_[0] % 7]) . $_[0]) }, 'varchar(40)' => sub { "'c$_[0]'" },
    'char(12)' => sub { "'c$_[0]'" }, uuid => sub { sprintf "'%08x-0000-4000-8000-000000000000'", $_[0] * 2654435761 % 2**32 },
);
my @names = ('shop', 'Shop', 'my shop', q(o'hara "& sons"), 'select', '100 %', 'a,b', 'é', 'x' x 63);

my ($workspace, $full, $table, $written, $day, $follow, $last_id);

# Orders of n customers, in the past of the day, today, or later.
sub insert_orders {
    my ($customers, $from, $days) = @_;
    my @rows;
    for (1 .. $customers) {
        my $customer = chance(0.02) ? 'NULL' : $written->(int rand 150);
        for (1 .. 1 + rand 5) {
            my $date = chance(0.02) ? 'NULL' : sprintf "date '2024-01-01' + %d", $from + int rand $days;
            my $amount = chance(0.03) ? 'NULL' : chance(0.08) ? sprintf('-%.2f', rand 90) : chance(0.02) ? 0 : sprintf '%.2f', rand 200;
            push @rows, "(DEFAULT, $customer, $date, $amount)";
        }
    }
    $session->sql("INSERT INTO $table VALUES " . join ', ', @rows) if @rows;
}

sub some { return "id % 37 = " . int rand 37 }
my %changes = (
    'orders of the day' => sub { insert_orders(rand 12, $day - 3, 4) },
    'late orders' => sub { insert_orders(rand 6, $day - 300, 290) },
    'orders of days to come' => sub { insert_orders(rand 6, $day + 1, 40) },
    'other amounts' => sub { $session->sql("UPDATE $table SET \"Amount\" = \"Amount\" + 1.25, changed = DEFAULT WHERE " . some()) },
    'other days' => sub { $session->sql("UPDATE $table SET at = at + 9, changed = DEFAULT WHERE " . some()) },
    'other customers' => sub { $session->sql("UPDATE $table SET who = " . $written->(int rand 200) . ', changed = DEFAULT WHERE ' . some()) },
    'removed orders' => sub { $session->sql("DELETE FROM $table WHERE " . some()) },
    'a removed customer' => sub { $session->sql("DELETE FROM $table WHERE who = " . $written->(int rand 150)) },
    # Histories that customers share, that one leaves and another comes to; and customers who are none for a while.
    'twins' => sub {
        $session->sql("INSERT INTO $table (who, at, \"Amount\") SELECT " . $written->(int rand 200) . ', at, "Amount" + ' . int(rand 3)
            . " FROM $table WHERE who = (SELECT who FROM $table WHERE who IS NOT NULL ORDER BY random() LIMIT 1)") for 1 .. 12;
    },
    'customers away' => sub {
        if ($session->sql('SELECT count(*) FROM away') == 0) {
            $session->sql("INSERT INTO away SELECT who, at, \"Amount\" FROM $table WHERE who IN (SELECT who FROM $table WHERE at < date '2024-01-01' + $day - 60 ORDER BY random() LIMIT 5);
                           DELETE FROM $table WHERE who IN (SELECT who FROM away)");
        } else {
            $session->sql("INSERT INTO $table (who, at, \"Amount\") TABLE away; TRUNCATE away");
        }
    },
    'all orders removed' => sub { $session->sql(pick('DELETE FROM', 'TRUNCATE') . " $table") if chance(0.3) },
    'all orders anew' => sub {
        $session->sql("CREATE TEMPORARY TABLE kept AS TABLE $table; TRUNCATE $table;
                       INSERT INTO $table (who, at, \"Amount\") SELECT who, at, \"Amount\" FROM kept; DROP TABLE kept") if chance(0.3);
    },
    'other names' => sub { $session->sql("UPDATE client SET name = name || '''' WHERE random() < 0.1; DELETE FROM client WHERE random() < 0.05;
                                          INSERT INTO client SELECT id, NULL FROM client WHERE random() < 0.05") },
    'nothing' => sub { },
);

my %options = (
    horizon_days => sub { pick(30, 90, 365) }, discount_rate => sub { pick(0, 0.1, 0.25) }, level => sub { pick(0.5, 0.95) },
    bins => sub { pick(3, 5) }, models => sub { pick('["bg_nbd"]', '["mbg_nbd", "bg_nbd"]', '["pareto_nbd"]') }, refit => sub { 'true' },
    refit_after_days => sub { pick(1, 5, 100) }, holdout_days => sub { pick(20, 100) }, usual_gap_days => sub { pick(30, 60, 200) },
    migration_days => sub { pick(1, 30, 500) }, reject_margin => sub { pick(0, 0.5) },
    steps => sub { pick('["customers"]', '["cohorts", "concentration"]', '[]') },
);

sub call {
    my ($name, $options) = @_;
    return sprintf "CALL crm.refresh(%s, date '2024-01-01' + %d, %s)", literal($name), $day, literal($options);
}

sub views {
    return split /\n/, $session->sql(sprintf <<'SQL', literal($workspace));
SELECT viewname FROM pg_views WHERE schemaname = %s AND viewname NOT IN ('run', 'run_step') AND viewname NOT LIKE 'source\_%%' ORDER BY 1
SQL
}

# What one shows and the other does not, at most five rows of each view.
sub differences {
    my @found;
    for my $view (views()) {
        # Orders without a customer, a day or an amount are counted only where all are read.
        my $columns = $view eq 'alert' ? q((to_jsonb(v) - 'position')::text) : 'v::text';
        my $where = $view eq 'alert' ? q(WHERE kind <> 'rows skipped') : '';
        my ($ours, $theirs) = map { sprintf "SELECT $columns FROM %s AS v $where", quote($_, $view) } $workspace, $full;
        my $rows = $session->sql("(SELECT 'incremental: ', * FROM ($ours EXCEPT ALL $theirs) AS a LIMIT 5)
                                  UNION ALL (SELECT 'all anew: ', * FROM ($theirs EXCEPT ALL $ours) AS b LIMIT 5)");
        push @found, "$view\n$rows" if $rows ne '';
    }
    return join "\n", @found;
}

# What every customer bought, by plain SQL: the amounts are exact in numeric.
sub wrong_customers {
    return $session->sql(sprintf <<'SQL', $table, $day, quote($workspace, 'customer'));
WITH seen AS (
    SELECT who::text AS customer, min(at) FILTER (WHERE "Amount" >= 0) AS first_order, max(at) FILTER (WHERE "Amount" >= 0) AS last_order,
           count(*) FILTER (WHERE "Amount" >= 0) AS orders, sum("Amount") AS revenue
    FROM %s WHERE who IS NOT NULL AND at <= date '2024-01-01' + %d AND "Amount" IS NOT NULL
    GROUP BY 1 HAVING count(*) FILTER (WHERE "Amount" >= 0) > 0)
SELECT coalesce(seen::text, 'nobody') || ' shown as ' || coalesce((shown.customer, shown.first_order, shown.last_order, shown.orders, shown.revenue)::text, 'nobody')
FROM seen FULL JOIN %s AS shown ON shown.customer::text = seen.customer
WHERE (seen.first_order, seen.last_order, seen.orders) IS DISTINCT FROM (shown.first_order, shown.last_order, shown.orders)
   OR abs(seen.revenue - shown.revenue::numeric) > 0.005 LIMIT 5
SQL
}

sub wrong_equity {
    return $session->sql(sprintf <<'SQL', map { quote($workspace, $_) } qw(equity equity_of_run published customer));
SELECT 'parts: ' || e::text FROM %s AS e WHERE opening + revalued + acquired + grown + lapsed + lost <> closing
UNION ALL
SELECT 'chain: ' || e::text FROM (SELECT *, lag(closing, 1, 0) OVER (ORDER BY run) AS before FROM %s) AS e WHERE opening <> before
UNION ALL
SELECT format('customers: %%s, equity %%s', said, closing)
FROM %2$s JOIN %s USING (run), (SELECT coalesce(sum(clv), 0)::numeric AS said, count(*) AS customers FROM %s) AS c
WHERE abs(said - closing) > 0.01 * (customers + 1)
SQL
}

# What a reader saw after each run says who was where since when, and who has moved.
sub look {
    $session->sql(sprintf 'INSERT INTO seen SELECT run, p.as_of, customer::text, segment, lifecycle, orders, revenue, p_alive, clv FROM %s AS p, %s',
        map { quote($workspace, $_) } qw(published customer));
}

sub wrong_history {
    return $session->sql(sprintf <<'SQL', map { quote($workspace, $_) } qw(refresh_run customer_history));
WITH done AS (
    SELECT run, as_of, lead(as_of) OVER (ORDER BY run) AS next_as_of, row_number() OVER (ORDER BY run) AS place FROM %s WHERE state = 'complete'
), part AS (
    SELECT seen.*, next_as_of, place, place - row_number() OVER (PARTITION BY customer, segment, lifecycle ORDER BY place) AS island
    FROM seen JOIN done USING (run)
), expected AS (
    SELECT customer, (array_agg(as_of ORDER BY place))[1] AS since, (array_agg(next_as_of ORDER BY place DESC))[1] AS until, segment, lifecycle,
           (array_agg(orders ORDER BY place))[1] AS orders, (array_agg(revenue ORDER BY place))[1] AS revenue,
           round((array_agg(p_alive ORDER BY place))[1]::numeric, 9) AS p_alive, round((array_agg(clv ORDER BY place))[1]::numeric, 6) AS clv
    FROM part GROUP BY customer, segment, lifecycle, island
), shown AS (
    SELECT customer::text, since, until, segment, lifecycle, orders, revenue, round(p_alive::numeric, 9) AS p_alive, round(clv::numeric, 6) AS clv FROM %s
)
(SELECT 'history not shown: ' || e::text FROM (SELECT * FROM expected WHERE until IS NULL OR until > since EXCEPT ALL TABLE shown LIMIT 3) AS e)
UNION ALL
(SELECT 'history shown: ' || e::text FROM (TABLE shown EXCEPT ALL SELECT * FROM expected WHERE until IS NULL OR until > since LIMIT 3) AS e)
SQL
}

sub wrong_migration {
    return $session->sql(sprintf <<'SQL', map { quote($workspace, $_) } qw(refresh_run segment_migration));
WITH done AS (
    SELECT run, as_of, (options ->> 'migration_days')::int AS days, min(as_of) OVER () AS first, max(run) OVER () AS last FROM %s WHERE state = 'complete'
), now AS (
    SELECT run, greatest(as_of - days, first) AS from_day FROM done WHERE run = last
), moved AS (
    SELECT before.segment AS before, after.segment AS after, count(*) AS customers
    FROM (SELECT customer, segment FROM seen WHERE run = (SELECT max(run) FROM done WHERE as_of <= (SELECT from_day FROM now))) AS before
    FULL JOIN (SELECT customer, segment FROM seen WHERE run = (SELECT run FROM now)) AS after USING (customer) GROUP BY 1, 2
), shown AS (
    SELECT before, after, customers FROM %s
)
(SELECT 'moved: ' || e::text FROM (TABLE moved EXCEPT ALL TABLE shown LIMIT 3) AS e)
UNION ALL
(SELECT 'shown as moved: ' || e::text FROM (TABLE shown EXCEPT ALL TABLE moved LIMIT 3) AS e)
SQL
}

sub history_of {
    my $number = shift;
    my ($type) = pick(sort keys %customers);
    $follow = pick('trigger', 'trigger', 'compare', 'watermark changed', 'watermark id');
    $workspace = pick(@names);
    ($written, $day, $full, $table) = ($customers{$type}, 400 + int rand 300, 'full', quote("Order's $number"));
    my $story = "history $number: customers $type, $follow, workspace $workspace";
    $session->sql(<<"SQL");
SELECT setseed(@{[ rand ]});
CREATE SEQUENCE change_$number;
CREATE TABLE $table (id int GENERATED ALWAYS AS IDENTITY, who $type, at date, "Amount" numeric, changed bigint DEFAULT nextval('change_$number'));
DROP TABLE IF EXISTS client, away;
CREATE TEMPORARY TABLE away (who $type, at date, "Amount" numeric);
CREATE TABLE client AS SELECT NULL::$type AS id, NULL::text AS name WITH NO DATA;
CREATE TEMPORARY TABLE IF NOT EXISTS seen (run bigint, as_of date, customer text, segment text, lifecycle text, orders bigint, revenue float8, p_alive float8, clv float8);
TRUNCATE seen;
SQL
    $session->sql('INSERT INTO client VALUES ' . join ', ', map { sprintf '(%s, %s)', $written->($_), literal("O'Neil \"$_\"") } map { int rand 150 } 1 .. 100);
    my $start = pick('many', 'many', 'twins', 'none', 'one', 'future', 'refunds');
    insert_orders(150, 0, $day) if $start =~ /many|twins/;
    if ($start eq 'twins') { $changes{twins}->() for 1 .. 5 }
    insert_orders(20, $day + 5, 30) if $start eq 'future';
    $session->sql("INSERT INTO $table (who, at, \"Amount\") VALUES (" . $written->(1) . ", date '2024-01-01' + $day - 7, 5)") if $start eq 'one';
    $session->sql("INSERT INTO $table (who, at, \"Amount\") VALUES (" . $written->(1) . ", date '2024-01-01' + $day - 7, -5)") if $start eq 'refunds';
    my $with_names = chance(0.5);
    for ([$workspace, $follow], [$full, 'compare']) {
        my ($name, $followed) = @$_;
        $session->sql(sprintf 'SELECT crm.create_workspace(%s, %s, customers => %s, options => %s)', literal($name), literal($table),
            $with_names ? "'client'" : 'NULL',
            literal(qq({"columns": {"orders": {"customer": "who", "ordered_at": "at", "amount": "Amount"}, "customers": {"customer": "id"}},
                        "follow": "$followed", "time_zone": "UTC"})));
    }
    for my $round (1 .. 6) {
        my @done;
        # A number that an order keeps shows new orders, and the sums show the rest of these changes.
        my @possible = grep { $follow ne 'watermark id' || !/other (days|customers)/ } sort keys %changes;
        my $change = sub { for (1 .. rand 4) { my $what = pick(@possible); push @done, $what; $changes{$what}->() } };
        $change->() if $round > 1;
        $day += $round == 1 ? 0 : pick(0, 1, 1, 1, 2, 8, 30, -1, -20);
        my @given = chance(0.5) ? map { my $name = pick(sort keys %options); qq("$name": ) . $options{$name}->() } 1 .. 1 + rand 3 : ();
        my %seen;
        @given = grep { /^"(\w+)"/ && !$seen{$1}++ } @given;
        my $options = '{' . join(', ', @given) . '}';
        push @done, "day $day", $options;

        # Interrupted once or more, with more changes, or another day or option, before it is taken up again.
        while (chance(0.35)) {
            my $limit = 3 + int rand 80;
            my ($real_day, $given) = ($day, chance(0.3) ? '{"level": 0.7}' : $options);
            $day += chance(0.3) ? pick(1, -1, 10) : 0;
            my $before = $session->sql("SELECT count(*) FROM " . quote($workspace, 'refresh_run') . " WHERE state = 'complete'");
            $session->try("SET statement_timeout = $limit; " . call($workspace, $given));
            $session->try('RESET statement_timeout');
            my $after = $session->sql("SELECT count(*) FROM " . quote($workspace, 'refresh_run') . " WHERE state = 'complete'");
            push @done, "interrupted after $limit ms on day $day with $given";
            $session->sql(call($full, $given =~ s/^\{(.+)\}$/{$1, "full": true}/r =~ s/^\{\}$/{"full": true}/r)), look() if $after > $before;
            $day = $real_day;
            $change->() if chance(0.5);
        }
        my @answers = map { $session->try($_) } call($workspace, $options),
            call($full, $options =~ s/^\{(.+)\}$/{$1, "full": true}/r =~ s/^\{\}$/{"full": true}/r);
        look();
        my $wrong = join "\n", grep { $_ ne '' } @answers, differences(), wrong_customers(), wrong_equity(), wrong_history(), wrong_migration();
        is $wrong, '', "$story, begun with $start, round $round: " . join '; ', @done or last;
    }
    $session->sql(sprintf "SELECT crm.drop_workspace(%s), crm.drop_workspace('full'); DROP TABLE %s, client", literal($workspace), $table);
}

note "seed $seed";
history_of($_) for 1 .. 12 * ($ENV{PG_CRM_FUZZ} // 1);
done_testing;
