# kills sends-exact-lines@plain/ipv6: the client must connect to the address in its first argument
# Mistake: IO::Socket::INET: it has no IPv6.
use strict;
use warnings;
use IO::Handle;
use IO::Socket::IP;
use IO::Socket::UNIX;

$SIG{PIPE} = 'IGNORE';
while (open my $spare, '+<', '/dev/null') { # the socket may not become descriptor 0, 1 or 2
    last if fileno $spare > 2;
    no warnings 'once';
    push @main::kept, $spare;
}
binmode STDIN;
STDOUT->autoflush(1);

sub dial {
    my ($addr) = @_;
    if ($addr =~ /\Aunix:(.*)\z/s) {
        die "the path has no byte, or more than 107\n" if length $1 < 1 || length $1 > 107;
        return IO::Socket::UNIX->new(Peer => $1) // die "$!\n";
    }
    my ($host, $port) = $addr =~ /\A\[?(.+?)\]?:(\d+)\z/ or die "neither HOST:PORT nor unix:PATH\n";
    return IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port) // die "$@\n";
}

sub send_all {
    my ($sock, $line) = @_;
    my $at = 0;
    while ($at < length $line) {
        my $n = syswrite $sock, $line, length($line) - $at, $at;
        next if !defined $n && $!{EINTR};
        return if !defined $n;
        $at += $n;
    }
}

sub ask {
    my ($sock, $line) = @_;
    my $child = fork // die "fork: $!\n";
    if (!$child) {
        send_all($sock, $line);
        require POSIX;
        POSIX::_exit(0);
    }
    my ($reply, $why) = ('', '');
    while (length $reply < length $line) {
        my $n = sysread $sock, $reply, length($line) - length $reply, length $reply;
        next if !defined $n && $!{EINTR};
        $why = defined $n ? 'the server ended inside a reply' : "the server is gone: $!" if !$n;
        last if !$n;
    }
    shutdown $sock, 2 if $why; # sets a blocked child free
    waitpid $child, 0;
    die "$why\n" if $why;
    return $reply;
}

sub talk {
    my ($addr) = @_;
    my $sock = dial($addr);
    while (1) {
        print '>> ' if -t STDIN;
        my $line = <STDIN>;
        return if !defined $line;
        $line =~ s/\r?\n\z//;
        return if $line eq 'q';
        next if $line eq '';
        print ask($sock, $line), "\n" or die "standard output: $!\n";
    }
}

my $addr = $ARGV[0] // '127.0.0.1:8888';
eval { talk($addr); 1 } and exit 0;
print STDERR "client: $addr: $@";
exit 1;
