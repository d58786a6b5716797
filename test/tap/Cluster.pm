# A private server for one test file, and psql sessions on it; core Perl only. The server is scripts/cluster's, and goes when
# the test ends, however it ends. With PG_CRM_TEST_SERVER set, the server that PGHOST names is used as it is instead.
package Cluster;
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);

our $top = abs_path(dirname(__FILE__) . '/../..');
my $config = $ENV{PG_CONFIG} // 'pg_config';
chomp(our $bindir = qx($config --bindir));

# Sessions and servers are released in END, which a signal would skip.
$SIG{$_} = sub { exit 1 } for qw(INT TERM HUP);
$SIG{PIPE} = 'IGNORE';
my @started;
END {
    my $status = $?;
    $_->remove for @started;
    $? = $status;
}

sub new {
    my ($class, @settings) = @_;
    my $self = bless {}, $class;
    if (!$ENV{PG_CRM_TEST_SERVER}) {
        make_path("$top/build/tap");
        $self->{dir} = tempdir(basename($0, '.t') . '.XXXX', DIR => "$top/build/tap");
        chmod 0755, $self->{dir};
        push @started, $self;
        $self->{settings} = \@settings;
        $self->start;
        for (qx("$top/scripts/cluster" env "$self->{dir}")) {
            $ENV{$1} = $2 while /(PG\w+)=(\S+)/g;
        }
        delete @ENV{qw(PGHOSTADDR PGSERVICE PGOPTIONS)};
    }
    return $self;
}

sub start {
    my $self = shift;
    system("$top/scripts/cluster", 'start', $self->{dir}, @{ $self->{settings} }) == 0 or die "no server\n";
}

# Ends all sessions.
sub restart {
    my $self = shift;
    system("$top/scripts/cluster", 'stop', $self->{dir});
    $self->start;
}

sub remove {
    my $self = shift;
    system("$top/scripts/cluster", 'remove', $self->{dir});
}

# A database of that name, made anew, with the extension in it, and a session there.
sub database {
    my ($self, $name) = @_;
    my $maker = $self->session('postgres');
    $maker->sql(qq(SET client_min_messages = error; DROP DATABASE IF EXISTS "$name"));
    $maker->sql(qq(CREATE DATABASE "$name"));
    my $session = $self->session($name);
    $session->sql('CREATE EXTENSION pg_crm');
    return $session;
}

sub session {
    my ($self, $database, $user) = @_;
    return Session->new($database, $user // 'postgres');
}

# Runs one of the server's client programs; returns what it prints, dies when it fails.
sub run {
    my ($self, $program, @arguments) = @_;
    open(my $output, '-|', "$bindir/$program", @arguments) or die "$program: $!\n";
    my $printed = do { local $/; <$output> };
    close $output or die "$program failed\n";
    return $printed;
}

# Where a test may put files.
sub scratch {
    my $self = shift;
    return $self->{scratch} //= File::Temp->newdir(DIR => '/tmp');
}

# A psql that is fed through a pipe. It prints bare values, and errors and notices in their order among them.
package Session;
use IPC::Open3;
use Time::HiRes qw(time);

my $end = '-- end of answer --';

sub new {
    my ($class, $database, $user, @options) = @_;
    my $self = bless {}, $class;
    @options = '-XAtq' if !@options;
    $self->{process} = open3($self->{in}, $self->{out}, undef, "$Cluster::bindir/psql", @options, '-U', $user, '-d', $database);
    $self->{in}->autoflush(1);
    ($self->{pid}) = $self->sql('SELECT pg_backend_pid()') =~ /(\d+)/;
    return $self;
}

# Starts statements; `answer` waits for their end.
sub send {
    my ($self, $statements) = @_;
    $self->{sent} = time;
    $self->{unanswered} = 1;
    print { $self->{in} } "$statements\n;\n\\echo $end\n";
}

# Everything printed since `send`, errors included.
sub answer {
    my $self = shift;
    my $printed = '';
    while (my $line = readline $self->{out}) {
        if ($line eq "$end\n") {
            $self->{took} = time - $self->{sent};
            $self->{unanswered} = 0;
            chomp $printed;
            return $printed;
        }
        $printed .= $line;
    }
    $self->{lost} = 1;
    return "connection lost\n$printed";
}

# Reads on until something like `pattern` is printed, for instance a notice in the middle of a statement.
sub wait_for {
    my ($self, $pattern) = @_;
    while (my $line = readline $self->{out}) {
        return if $line =~ $pattern;
        die "waited for $pattern, got $line" if $line =~ /^ERROR|^FATAL/ || $line eq "$end\n";
    }
    die "connection lost while waiting for $pattern\n";
}

sub try {
    my ($self, $statements) = @_;
    $self->send($statements);
    return $self->answer;
}

sub sql {
    my ($self, $statements) = @_;
    my $answer = $self->try($statements);
    die "$answer\nin: $statements\n" if $answer =~ /^(ERROR|FATAL|PANIC|connection lost|psql: error)/m;
    return $answer;
}

# A line of the backend's /proc/PID/status, such as VmRSS, in kB.
sub status {
    my ($self, $name) = @_;
    open(my $file, '<', "/proc/$self->{pid}/status") or die "no backend: $!\n";
    my ($value) = map { /^$name:\s+(\d+)/ ? $1 : () } <$file>;
    return $value;
}

# Seconds of processor time the backend has used: unlike the clock's, not at the mercy of other processes.
sub cpu {
    my $self = shift;
    open(my $file, '<', "/proc/$self->{pid}/schedstat") or die "no backend: $!\n";
    return (split ' ', <$file>)[0] / 1e9;
}

sub close {
    my $self = shift;
    return if !$self->{process};
    CORE::close $self->{in};
    waitpid delete $self->{process}, 0;
}

# What a test that died has left may wait for a lock of another session for ever.
sub DESTROY {
    my $self = shift;
    local $?;
    kill 'TERM', $self->{process} if $self->{process} && $self->{unanswered};
    $self->close;
}

1;
