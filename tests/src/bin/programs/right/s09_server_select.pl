# right: IO::Select, buffers by descriptor
use strict; use warnings; use IO::Socket::INET; use IO::Select; use Errno qw(EAGAIN EINTR); use Time::HiRes qw(time);
$SIG{PIPE} = 'IGNORE'; $| = 1;
my $addr = shift // '127.0.0.1:8888';
my $l = IO::Socket::INET->new(LocalAddr => $addr, Listen => 128, ReuseAddr => 1, Blocking => 0) or do { warn "cannot listen: $@\n"; exit 1 };
my ($r, $w, %c) = (IO::Select->new($l), IO::Select->new);
sub gone { my $s = shift; $r->remove($s); $w->remove($s); delete $c{fileno $s}; close $s }
sub settle {   # what may be read and written next
    my $s = shift; my $c = $c{fileno $s} or return;
    if (length $c->{out}) { $w->add($s); $r->remove($s) unless $c->{until}; return }
    $w->remove($s);
    if ($c->{over}) {
        return gone($s) if $c->{eof};
        unless ($c->{until}) { shutdown $s, 1; $c->{until} = time + 1 }
    }
    $r->add($s);
}
sub answer {
    my ($c) = @_;
    while (!$c->{over}) {
        my $i = index $c->{in}, "\n";
        if ($i < 0 || $i > 8192) {
            if (length $c->{in} > 8192) { $c->{out} .= "line too long\n"; $c->{over} = 1; $c->{in} = ''; last }
            last unless $c->{eof};
            $c->{over} = 1; last if $c->{in} eq '';
            $c->{out} .= $c->{in} eq 'exit' ? "Byebye!\n" : ($c->{in} =~ tr/a-z/A-Z/r) . "\n";
            last;
        }
        my $line = substr $c->{in}, 0, $i + 1, '';
        chop $line; $line =~ s/\r\z//;
        if ($line eq 'exit') { $c->{out} .= "Byebye!\n"; $c->{over} = 1; last }
        $c->{out} .= ($line =~ tr/a-z/A-Z/r) . "\n";
    }
}
while (1) {
    my ($wait) = sort { $a <=> $b } map { $_->{until} - time } grep { $_->{until} } values %c;
    $wait = 0 if defined $wait && $wait < 0;
    my ($rd, $wr) = IO::Select->select($r, $w, undef, $wait);
    for my $s (@{ $wr // [] }) {
        my $c = $c{fileno($s) // next} or next;
        my $n = syswrite $s, $c->{out};
        if (!defined $n) { gone($s) unless $!{EAGAIN} || $!{EINTR}; next }
        substr $c->{out}, 0, $n, ''; settle($s);
    }
    for my $s (@{ $rd // [] }) {
        if ($s == $l) {
            my $n = $l->accept;
            if (!$n) { next if $!{EAGAIN}; warn "accept: $!\n"; select undef, undef, undef, 0.1; next }
            $n->blocking(0); $c{fileno $n} = { in => '', out => '', s => $n }; $r->add($n); next;
        }
        my $c = $c{fileno($s) // next} or next;
        my $n = sysread $s, my $b, 1088;
        if (!defined $n) { gone($s) unless $!{EAGAIN} || $!{EINTR}; next }
        if ($c->{until}) { gone($s) if !$n; next }
        if ($n) { $c->{in} .= $b } else { $c->{eof} = 1 }
        answer($c); settle($s);
    }
    for my $c (grep { $_->{until} && $_->{until} <= time } values %c) { gone($c->{s}) }
}
