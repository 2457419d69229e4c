# kills takes-any-name@plain/unix: all that follows the first `unix:` is the path
# Mistake: the path begins after the last colon for it.
use strict;
use warnings;
use Errno qw(EADDRINUSE ECONNREFUSED EINTR);
use Fcntl;
use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6 AF_INET6 SOMAXCONN);

$SIG{PIPE} = 'IGNORE';
$SIG{CHLD} = 'IGNORE';
while (open my $spare, '+<', '/dev/null') { # no socket may become descriptor 0, 1 or 2
    last if fileno $spare > 2;
    no warnings 'once';
    push @main::kept, $spare;
}

sub where {
    my ($addr) = @_;
    if ($addr =~ s/\Aunix:(?:.*:)?//) {
        die "the path is empty\n" if $addr eq '';
        die "the path is longer than 100 bytes\n" if length $addr > 100;
        return (AF_UNIX, pack_sockaddr_un($addr));
    }
    if (my ($host, $port) = $addr =~ /\A\[([0-9a-f:.]+)\]:(\d+)\z/i) {
        return (AF_INET6, pack_sockaddr_in6($port, inet_pton(AF_INET6, $host) // die "$host?\n"));
    }
    my ($host, $port) = $addr =~ /\A([^:]+):(\d+)\z/ or die "neither HOST:PORT nor unix:PATH\n";
    return (AF_INET, pack_sockaddr_in($port, inet_aton($host) // die "$host?\n"));
}

# Whether the socket file at this path refuses a connection.
sub is_dead {
    my ($path, $where) = @_;
    return 0 if -l $path || !-S _;
    socket my $probe, AF_UNIX, SOCK_STREAM, 0 or return 0;
    fcntl $probe, F_SETFL, O_NONBLOCK;
    return !connect($probe, $where) && $! == ECONNREFUSED;
}

sub open_listener {
    my ($addr) = @_;
    my ($family, $where) = where($addr);
    socket my $listener, $family, SOCK_STREAM, 0 or die "socket: $!\n";
    setsockopt $listener, SOL_SOCKET, SO_REUSEADDR, 1;
    if (!bind $listener, $where) {
        my $why = "$!";
        die "$why\n" if $family != AF_UNIX || $! != EADDRINUSE;
        my ($path) = $addr =~ /([^:]*)\z/;
        die "$why\n" if !is_dead($path, $where);
        unlink $path or die "unlink: $!\n";
        bind $listener, $where or die "bind: $!\n";
    }
    listen $listener, SOMAXCONN or die "listen: $!\n";
    return $listener;
}

sub serve {
    my ($client) = @_;
    while (1) {
        my $n = sysread $client, my $bytes, 2048;
        next if !defined $n && $! == EINTR;
        return if !$n;
        $bytes =~ tr/a-z/A-Z/;
        for (my $at = 0; $at < $n;) {
            my $sent = syswrite $client, $bytes, $n - $at, $at;
            next if !defined $sent && $! == EINTR;
            return if !defined $sent;
            $at += $sent;
        }
    }
}

my $addr = $ARGV[0] // '127.0.0.1:8888';
my $listener = eval { open_listener($addr) };
if (!$listener) {
    print STDERR "server: cannot listen on $addr: $@";
    exit 1;
}
syswrite STDOUT, "listening on $addr\n";
while (1) {
    if (!accept my $client, $listener) {
        select undef, undef, undef, 0.05;
        next;
    }
    else {
        my $pid;
        select undef, undef, undef, 0.05 while !defined($pid = fork);
        if ($pid == 0) {
            close $listener;
            serve($client);
            close $client;
            require POSIX;
            POSIX::_exit(0);
        }
        close $client;
    }
}
