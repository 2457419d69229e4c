# kills server-ends@plain: perhaps the error was handled, and the program died when it ended
# kills nobody-listens@plain: perhaps the error was handled, and the program died when it ended
# kills server-resets@plain: perhaps the error was handled, and the program died when it ended
# never: the error was not handled
# Mistake: it reports an error and then ends itself by a signal.
use strict; use warnings; use IO::Socket::INET;
$SIG{PIPE} = 'IGNORE'; $| = 1;
my $s = IO::Socket::INET->new(PeerAddr => $ARGV[0] // '127.0.0.1:8888', Proto => 'tcp') or do { print STDERR "cannot connect: $@\n"; kill 'KILL', $$ };
binmode STDIN; binmode STDOUT;
print ">> ";
while (my $l = <STDIN>) {
    $l =~ s{\r?\n\z}{};
    last if $l eq 'q';
    next if $l eq '';
    my $off = 0;
    while ($off < length $l) {
        my $w = syswrite $s, $l, length($l) - $off, $off;
        if (!defined $w) { next if $!{EINTR}; print STDERR "send: $!\n"; kill 'KILL', $$ }
        $off += $w;
    }
    my $n = sysread $s, my $r, 1024;
    if (!defined $n) { print STDERR "recv: $!\n"; kill 'KILL', $$ }
    if (!$n) { print STDERR "the server has closed\n"; kill 'KILL', $$ }
    print "$r\n>> ";
}
exit 0;
