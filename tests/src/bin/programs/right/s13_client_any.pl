# right: IO::Socket::IP and IO::Socket::UNIX, sysread until the reply is whole
use strict; use warnings; use IO::Socket::IP; use IO::Socket::UNIX; use Socket;
$SIG{PIPE} = 'IGNORE'; $| = 1; binmode STDIN; binmode STDOUT;
my $a = shift // '127.0.0.1:8888';
sub bad { print STDERR "error: @_\n"; exit 1 }
my $s;
if ($a =~ /^unix:(.*)\z/s) { my $p = $1; bad('an empty path') if $p eq ''; bad('the path is too long') if length $p > 107; $s = IO::Socket::UNIX->new(Peer => $p, Type => SOCK_STREAM) or bad("$a: $!") }
else { my ($h, $p) = $a =~ /^(.*):(\d+)\z/ or bad('HOST:PORT'); $h =~ tr/[]//d; $s = IO::Socket::IP->new(PeerHost => $h, PeerPort => $p, Type => SOCK_STREAM) or bad("$a: $@") }
while (defined(my $l = <STDIN>)) {
    $l =~ s/\r?\n\z//;
    last if $l eq 'q'; next if $l eq '';
    my ($o, $r) = (0, '');
    while ($o < length $l) { my $w = syswrite $s, $l, length($l) - $o, $o; bad("send: $!") unless defined $w; $o += $w }
    while (length $r < length $l) { my $n = sysread $s, $r, length($l) - length $r, length $r; next if !defined $n && $!{EINTR}; bad("recv: $!") unless defined $n; bad('the server ended') unless $n }
    print "$r\n";
}
exit 0;
