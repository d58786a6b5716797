# Small charts as SVG text: lines, and bars in groups. The background is the page's; colours are readable on white and on black.
package Chart;
use strict;
use warnings;
use List::Util qw(max);
use POSIX qw(ceil floor);

my ($width, $height) = (696, 300);
my %margin = (left => 56, right => 32, top => 34, bottom => 46);
my ($across, $down) = ($width - $margin{left} - $margin{right}, $height - $margin{top} - $margin{bottom});
my @colours = ('#3b82f6', '#e0701a', '#1f9d63', '#a855f7');
my $ink = '#757d88';

# A coordinate: tenths of a pixel are enough, and the same on every machine.
sub at { return sprintf('%.1f', $_[0]) =~ s/\.0$//r =~ s/^-0$/0/r }

sub escaped { return $_[0] =~ s/&/&amp;/gr =~ s/</&lt;/gr =~ s/>/&gt;/gr }

sub text {
    my ($x, $y, $anchor, $words, $more) = @_;
    return sprintf qq(<text x="%s" y="%s" text-anchor="%s"%s>%s</text>\n), at($x), at($y), $anchor, $more ? " $more" : '', escaped($words);
}

sub segment {
    my ($x1, $y1, $x2, $y2, $class) = @_;
    return sprintf qq(<line class="$class" x1="%s" y1="%s" x2="%s" y2="%s"/>\n), map { at($_) } $x1, $y1, $x2, $y2;
}

# Round numbers from 0 to the largest value, some five of them.
sub round_ticks {
    my $largest = shift || 1;
    my $rough = $largest / 5;
    my $power = 10**floor(log($rough) / log(10));
    my ($step) = grep { $_ >= $rough * 0.999 } map { $_ * $power } 1, 2, 5, 10;
    return map { $_ * $step } 0 .. ceil($largest / $step - 1e-9);
}

# What all charts have: title, legend, axes. `x` and `y` place a value; ticks are pairs of value and label.
sub framed {
    my ($chart, $x_ticks, $y_ticks, $drawn) = @_;
    my $svg = qq(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 $width $height" width="$width" height="$height" role="img">\n)
        . '<title>' . escaped($chart->{title}) . "</title>\n"
        . "<style>text{font:12px sans-serif;fill:$ink}.grid{stroke:$ink;stroke-opacity:.25}.axis{stroke:$ink}"
        . ".mark{stroke:$ink;stroke-dasharray:2 3}.line{fill:none;stroke-width:2;stroke-linejoin:round}</style>\n";
    my ($left, $bottom) = ($margin{left}, $height - $margin{bottom});
    for (@$y_ticks) {
        my ($y, $label) = @$_;
        $svg .= segment($left, $y, $left + $across, $y, $y == $bottom ? 'axis' : 'grid') . text($left - 6, $y + 4, 'end', $label);
    }
    for (@$x_ticks) {
        my ($x, $label) = @$_;
        $svg .= text($x, $bottom + 16, 'middle', $label);
    }
    $svg .= text($left + $across / 2, $height - 8, 'middle', $chart->{x}) if $chart->{x};
    $svg .= text($left, 12, 'start', $chart->{y}, 'font-weight="bold"');

    my $x = $left + $across;
    for my $i (reverse 0 .. $#{ $chart->{series} }) {
        my $name = $chart->{series}[$i];
        $x -= 6.6 * length $name;
        $svg .= text($x, 12, 'start', $name);
        $x -= 16;
        $svg .= sprintf qq(<rect x="%s" y="3" width="11" height="10" fill="%s"/>\n), at($x), $colours[$i];
        $x -= 14;
    }
    return $svg . $drawn . "</svg>\n";
}

sub y_axis {
    my $chart = shift;
    my $largest = max(map { grep { length } @$_[1 .. $#$_] } @{ $chart->{rows} });
    my @ticks = round_ticks($chart->{largest} // $largest);
    my $place = sub { $height - $margin{bottom} - $_[0] / $ticks[-1] * $down };
    return ($place, [map { [$place->($_), $_] } @ticks]);
}

# Rows are a number and a value of each series, or nothing. {marks}: rows of a number, or a number and a label, for a vertical line.
# {dots}: rows of a number and a value, for a point on it. {x_ticks}: rows of a number and its label.
sub lines {
    my $chart = shift;
    my @rows = @{ $chart->{rows} };
    my ($y, $y_ticks) = y_axis($chart);
    my ($first, $last) = ($rows[0][0], $rows[-1][0]);
    my @ticks = $chart->{x_ticks} ? @{ $chart->{x_ticks} } : map { [$_, $_] } round_ticks($last);
    @ticks = grep { $first <= $_->[0] && $_->[0] <= $last } @ticks;
    my $x = sub { $margin{left} + ($_[0] - $first) / ($last - $first) * $across };

    my $drawn = '';
    for (@{ $chart->{marks} // [] }) {
        my ($value, $label) = @$_;
        $drawn .= segment($x->($value), $margin{top}, $x->($value), $height - $margin{bottom}, 'mark')
            . text($x->($value) - 5, $margin{top} + 15, 'end', $label // '');
    }
    for my $i (reverse 0 .. $#{ $chart->{series} }) {
        my @points = map { at($x->($_->[0])) . ',' . at($y->($_->[ $i + 1 ])) } grep { length $_->[ $i + 1 ] } @rows;
        $drawn .= qq(<polyline class="line" stroke="$colours[$i]" points="@points"/>\n);
    }
    $drawn .= sprintf qq(<circle cx="%s" cy="%s" r="3.5" fill="%s"/>\n), at($x->($_->[0])), at($y->($_->[1])), $colours[1]
        for @{ $chart->{dots} // [] };
    return framed($chart, [map { [$x->($_->[0]), $_->[1]] } @ticks], $y_ticks, $drawn);
}

# Rows are a label and a value of each series.
sub bars {
    my $chart = shift;
    my @rows = @{ $chart->{rows} };
    my ($y, $y_ticks) = y_axis($chart);
    my ($group, $series) = ($across / @rows, scalar @{ $chart->{series} });
    my $bar = $group * 0.7 / $series;
    my ($drawn, @ticks) = ('');
    for my $n (0 .. $#rows) {
        my ($label, @values) = @{ $rows[$n] };
        my $middle = $margin{left} + ($n + 0.5) * $group;
        push @ticks, [$middle, $label];
        for my $i (0 .. $#values) {
            my $top = $y->($values[$i]);
            $drawn .= sprintf qq(<rect x="%s" y="%s" width="%s" height="%s" fill="%s"/>\n), at($middle + ($i - $series / 2) * $bar),
                at($top), at($bar - 1), at($height - $margin{bottom} - $top), $colours[$i];
        }
    }
    return framed($chart, \@ticks, $y_ticks, $drawn);
}

1;
