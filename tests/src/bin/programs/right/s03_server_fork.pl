# right: one process a client
use strict; use warnings; use IO::Socket::INET;
$SIG{PIPE} = 'IGNORE'; $SIG{CHLD} = 'IGNORE'; $| = 1;
my $addr = shift // '127.0.0.1:8888';
my @m = @ARGV ? @ARGV : ('first message', 'second message', 'third message');
my $srv = IO::Socket::INET->new(LocalAddr => $addr, Listen => 20, ReuseAddr => 1) or do { warn "cannot listen: $@\n"; exit 1 };
while (1) {
    my $c = $srv->accept;
    unless ($c) { next if $!{EINTR}; warn "accept: $!\n"; sleep 1; next }
    my $pid = fork;
    if (!defined $pid) { warn "fork: $!\n"; close $c; next }
    if ($pid) { close $c; next }
    close $srv;
    for my $m (@m) {
        my $o = 0;
        while ($o < length $m) { my $w = syswrite $c, $m, length($m) - $o, $o; exit 0 unless defined $w; $o += $w }
    }
    exit 0;
}
