# Values cross the wire in binary and come back the same; bytes that are no value are refused, never believed.
# PG_CRM_FUZZ multiplies the number of damaged values that are tried.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Cluster;
use Test::More;

my $server = Cluster->new('jit=off', 'max_parallel_workers_per_gather=0');
my $session = $server->database('copy');
my $file = $server->scratch . '/field';

$session->sql(<<'SQL');
CREATE TABLE stored (id int PRIMARY KEY, t crm.timeline, r crm.rfm, m crm.model, s crm.rfm_score);
INSERT INTO stored
    SELECT i, crm.timeline(d, a), crm.rfm(d, a, date '2025-01-01'), NULL, NULL
    FROM generate_series(1, 200) i,
         LATERAL (SELECT date '2000-02-29' + i * 40 + j * (1 + i % 300), (i * j % 97 - 5) * 1.1
                  FROM generate_series(1, 1 + i % 23) j) AS o(d, a)
    GROUP BY i;
INSERT INTO stored (id, t)
    SELECT -1, crm.timeline(d, a)
    FROM (VALUES (date '4713-01-01 BC', 1e-300), ('0001-01-01', 1e300), ('5874897-12-31', 0.1)) AS o(d, a);
UPDATE stored SET s = crm.rfm_score((SELECT crm.fit_rfm_score(r) FROM stored), r);
UPDATE stored SET m = (SELECT crm.fit_bg_nbd(r) FROM stored WHERE id > 0) WHERE id % 4 = 0;
UPDATE stored SET m = (SELECT crm.fit_gamma_gamma(r) FROM stored WHERE id > 0) WHERE id % 4 = 1;
UPDATE stored SET m = (SELECT crm.fit_rfm_score(r) FROM stored WHERE id > 0) WHERE id % 4 = 2;
UPDATE stored SET m = crm.make_model('bg_nbd', '{"r":0.243,"alpha":4.414,"a":0.793,"b":2.426}') WHERE id % 4 = 3;
SQL

my @types = (['timeline', 't'], ['rfm', 'r'], ['model', 'm'], ['rfm_score', 's']);

for my $format ('binary', 'text', 'csv') {
    $session->sql(<<"SQL");
CREATE TABLE back (LIKE stored);
\\copy stored TO '$file' (FORMAT $format)
\\copy back FROM '$file' (FORMAT $format)
SQL
    for (@types) {
        my ($type, $column) = @$_;
        is $session->sql(<<"SQL"), $session->sql("SELECT count($column) FROM stored"), "$type survives COPY in $format";
SELECT count(*) FROM stored JOIN back USING (id) WHERE stored.$column\::text = back.$column\::text
SQL
    }
    $session->sql('DROP TABLE back');
}

# The binary format: signature, flags, length of the header's extension; then tuples: number of fields, each with its length.
sub slurp { open(my $in, '<:raw', $file) or die "$file: $!\n"; local $/; return scalar <$in> }
sub fields {
    my $bytes = substr slurp(), 19;
    my @found;
    while (length $bytes >= 6) {
        my (undef, $length) = unpack 's> l>', $bytes;
        push @found, substr $bytes, 6, $length;
        $bytes = substr $bytes, 6 + $length;
    }
    return @found;
}
sub write_field {
    my $field = shift;
    open(my $out, '>:raw', $file) or die "$file: $!\n";
    print $out "PGCOPY\n\377\r\n\0", pack('N N', 0, 0), pack('s> l>', 1, length $field), $field, pack('s>', -1);
    close $out or die "$file: $!\n";
}

srand 20240601;
sub pick { return $_[int rand @_] }
my @extremes = (0, 1, 0x7f, 0x80, 0xfe, 0xff);
my @numbers = map { pack $_->[0], $_->[1] }
    (['d<', 'nan'], ['d<', 'inf'], ['d<', '-inf'], ['d<', 1e308], ['d<', -1], ['d<', 5e-324], ['d<', -0.0],
     ['d>', 'nan'], ['d>', 'inf'], ['d>', -1], ['d>', 1e308], ['l<', -1], ['l<', 2**31 - 1], ['l<', -2**31],
     ['l>', 2**31 - 1], ['l>', -2**31], ['q<', -1], ['q<', 2**62], ['H*', 'ffffffffffffffffff01'], ['H*', 'ffffffff0f']);

# One to three damages, of the kinds that a broken disk, a broken client and an attacker cause.
sub damaged {
    my ($field, @others) = @_;
    for (1 .. 1 + int rand 3) {
        my $at = int rand(1 + length $field);
        my $kind = int rand 9;
        if ($kind <= 1 && $at < length $field) { substr($field, $at, 1) ^= chr(1 << int rand 8) }
        elsif ($kind == 2 && $at < length $field) { substr($field, $at, 1) = chr pick(@extremes) }
        elsif ($kind == 3) { $field = substr $field, 0, $at }
        elsif ($kind == 4) { substr($field, $at, 0) = join '', map { chr int rand 256 } 1 .. 1 + int rand 12 }
        elsif ($kind == 5) { my $number = pick(@numbers); substr($field, $at, length $number) = $number }
        elsif ($kind == 6 && $at < length $field) { substr($field, $at, 1 + int rand 8) = '' }
        elsif ($kind == 7 && $at < length $field) { $field .= substr $field, $at }
        elsif ($kind == 8) { my $other = pick(@others); substr($field, $at) = substr $other, int rand(1 + length $other) }
    }
    return $field;
}

# A model's fingerprint (FNV-1a of what follows it) stops accidents. Whoever makes a model on purpose computes it, too.
sub with_fingerprint {
    use integer;
    my $content = shift;
    my $hash = 0xcbf29ce4 << 32 | 0x84222325;
    $hash = ($hash ^ $_) * 1099511628211 for unpack 'C*', $content;
    return pack('C q<', 1, $hash) . $content;
}

# An error is clean when its class says: bad data, too much of it, or not as declared. Internal errors and want of memory are not.
my $clean = qr/^(22...|54000|08P01|42804)$/;

# What a value that was let in is good for: each expression gives a value or a clean error.
my %uses = (
    timeline => ['crm.orders(v)', 'crm.revenue(v)', 'crm.purchase_days(v)', 'crm.first_purchase(v)', 'crm.last_purchase(v)',
        "crm.until(v, '2010-01-01')", "crm.since(v, '2010-01-01')", 'v + v', "crm.rfm(v, '2030-01-01')",
        '(SELECT count(*) FROM crm.purchases(v))',
        'v::text::crm.timeline'],
    rfm => ['crm.p_alive((SELECT m FROM stored WHERE id = 4), v)', 'crm.why((SELECT m FROM stored WHERE id = 4), v)',
        'crm.expected_spend((SELECT m FROM stored WHERE id = 1), v)', 'crm.rfm_score((SELECT m FROM stored WHERE id = 2), v)',
        'v::text::crm.rfm'],
    model => ['crm.fit_info(v)', '(SELECT count(*) FROM crm.coef(v))', 'v::jsonb', 'crm.p_alive(v, 2, 30, 40)',
        'crm.churn_probability(v, 2, 30, 40, 90)', 'crm.expected_purchases(v, 2, 30, 40, 90)',
        'crm.expected_spend(v, ROW(2, 30, 40, 20)::crm.rfm)',
        'crm.clv(v, (SELECT m FROM stored WHERE id = 1), ROW(2, 30, 40, 20)::crm.rfm, 365, 0.1)',
        'crm.clv((SELECT m FROM stored WHERE id = 4), v, ROW(2, 30, 40, 20)::crm.rfm, 365, 0.1)',
        'crm.why(v, ROW(2, 30, 40, 20)::crm.rfm)', 'crm.rfm_score(v, ROW(2, 30, 40, 20)::crm.rfm)',
        'crm.log_likelihood(v, ROW(2, 30, 40, 20)::crm.rfm)', 'v::text::crm.model'],
    rfm_score => ['crm.rfm_segment(v)', 'v::text::crm.rfm_score'],
);
$session->sql(<<'SQL');
CREATE FUNCTION outcome(expression text, v anyelement) RETURNS text LANGUAGE plpgsql AS $$
DECLARE given text;
BEGIN
    EXECUTE format('SELECT (%s)::text FROM (SELECT $1 AS v) AS s', expression) INTO given USING v;
    RETURN 'value';
EXCEPTION WHEN OTHERS THEN RETURN sqlstate || ' ' || sqlerrm;
END $$;
CREATE FUNCTION same_after_text(v anyelement, OUT same bool) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SELECT ($1::text::%s)::text = $1::text', pg_typeof(v)) INTO same USING v;
EXCEPTION WHEN OTHERS THEN same := false;
END $$;
\set VERBOSITY verbose
SQL

my $rounds = $ENV{PG_CRM_FUZZ} // 1;
my %tries = (timeline => 2000, model => 2000, rfm => 400, rfm_score => 200);
my $started = $session->sql('SELECT pg_postmaster_start_time()');

sub report {
    my ($what, %seen) = @_;
    note "$what: ", join ', ', map { "$seen{$_} x $_" } sort keys %seen;
    return join '; ', grep { !/$clean/ && $_ ne 'value' } keys %seen;
}

for (@types) {
    my ($type, $column) = @$_;
    $session->sql(<<"SQL");
CREATE TABLE landed_$type (v crm.$type);
\\copy (SELECT $column FROM stored WHERE $column IS NOT NULL) TO '$file' (FORMAT binary)
SQL
    my @good = fields();
    my %seen;
    for (1 .. $rounds * $tries{$type}) {
        my $field = damaged(pick(@good), @good);
        $field = with_fingerprint(substr $field, 9) if $type eq 'model' && length $field > 9 && rand > 0.2;
        write_field($field);
        my $answer = $session->try("\\copy landed_$type FROM '$file' (FORMAT binary)");
        my ($state) = $answer =~ /^ERROR:  (\w{5}):/m;
        $seen{ $state // ($answer eq '' ? 'value' : $answer) }++;
        BAIL_OUT('the server died of ' . unpack 'H*', $field) if $session->{lost};
    }
    is report("$type, binary", %seen), '', "$type: damaged bytes are refused cleanly, or are a value";

    %seen = ();
    my @texts = split /\n/, $session->sql("SELECT $column\::text FROM stored WHERE $column IS NOT NULL");
    for (1 .. $rounds * $tries{$type} / 2) {
        my $text = damaged(pick(@texts), @texts) =~ s/([^ -~])/chr(32 + ord($1) % 95)/ger =~ s/'/''/gr;
        my $answer = $session->try("INSERT INTO landed_$type VALUES ('$text')");
        my ($state) = $answer =~ /^ERROR:  (\w{5}):/m;
        $seen{ $state // ($answer eq '' ? 'value' : $answer) }++;
        BAIL_OUT("the server died of $text") if $session->{lost};
    }
    is report("$type, text", %seen), '', "$type: damaged text is refused cleanly, or is a value";

    for my $use (@{ $uses{$type} }) {
        my $quoted = $use =~ s/'/''/gr;
        my %outcomes = map { reverse split /\|/, $_, 2 }
            split /\n/, $session->sql("SELECT count(*), left(outcome('$quoted', v), 5) FROM landed_$type GROUP BY 2");
        is report("$type: $use", %outcomes), '', "$type: $use of what was let in";
    }
    # Text that is not valid in the encoding would make a dump that cannot be restored.
    is $session->sql(<<"SQL"), 0, "$type: what was let in has a text, which reads back as itself";
SELECT count(*) FROM landed_$type
WHERE NOT same_after_text(v) OR outcome('convert_from(convert_to(v::text, ''UTF8''), ''UTF8'')', v) <> 'value'
SQL
}
is $session->sql('SELECT pg_postmaster_start_time()'), $started, 'the server was never restarted';

done_testing;
