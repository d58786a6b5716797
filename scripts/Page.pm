# The SQL blocks of a documentation page; scripts/check-docs says what they look like.
package Page;
use strict;
use warnings;

# The lines of a page.
sub lines {
    my $page = shift;
    open(my $in, '<', $page) or die "$page: $!\n";
    return <$in>;
}

# The blocks to run: the line where each starts, its statements, and where its output is, if it has one.
sub blocks {
    my @lines = @_;
    my (@found, $expects);
    for (my $i = 0; $i < @lines; $i++) {
        if ($lines[$i] =~ /^<!--sql\s*(.*)$/s) {
            my ($start, $text) = ($i, $1);
            $text .= $lines[ ++$i ] while $text !~ s/-->\s*$// && $i < $#lines;
            push @found, { line => $start + 1, sql => $text };
            undef $expects;
        } elsif ($lines[$i] =~ /^(```+)\s*(.*?)\s*$/) {
            my ($fence, $mark, $start) = ($1, $2, $i + 1);
            $i++ while $i < $#lines && $lines[ $i + 1 ] !~ /^$fence\s*$/;
            my $text = join '', @lines[ $start .. $i ];
            if ($expects && $mark =~ /^(text)?$/) { $expects->{output} = [$start, $i, $text] }
            undef $expects;
            push @found, $expects = { line => $start, sql => $text } if $mark eq 'sql';
            $i++;
        } elsif ($lines[$i] =~ /\S/) {
            undef $expects;
        }
    }
    return @found;
}

1;
