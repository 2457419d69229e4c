# right: Perl, 4-argument select and Time::HiRes; unconnected, compares the packed address
use strict;
use warnings;
use Socket qw(:DEFAULT getaddrinfo);
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

sub show {
    my ($bytes) = @_;
    while (length $bytes) {
        my $n = syswrite STDOUT, $bytes or die "own output: $!\n";
        substr($bytes, 0, $n) = '';
    }
}

sub ask {
    my ($sock, $server, $number, $text) = @_;
    for my $try (1 .. 5) {
        defined send $sock, pack('N', $number) . $text, 0, $server or die "send: $!\n";
        my $until = clock_gettime(CLOCK_MONOTONIC) + 0.2;
        while ((my $left = $until - clock_gettime(CLOCK_MONOTONIC)) > 0) {
            my $ready = '';
            vec($ready, fileno $sock, 1) = 1;
            next if select($ready, undef, undef, $left) <= 0;
            my $from = recv $sock, my $reply, 4096, 0;
            next if !defined $from || $from ne $server || length $reply < 4;
            return substr $reply, 4 if unpack('N', $reply) == $number;
        }
    }
    die "no reply to number $number\n";
}

sub talk {
    my ($addr) = @_;
    my ($host, $port) = $addr =~ /\A\[?(.+?)\]?:(\d+)\z/ or die "$addr is not HOST:PORT\n";
    my ($why, $found) = getaddrinfo $host, $port, { socktype => SOCK_DGRAM };
    die "$host: $why\n" if $why;
    socket my $sock, $found->{family}, SOCK_DGRAM, 0 or die "socket: $!\n";
    binmode STDIN;
    my $number = 0;
    while (defined(my $line = <STDIN>)) {
        $line =~ s/\r?\n\z//;
        last if $line eq 'q';
        next if $line eq '';
        die "a line of " . length($line) . " bytes\n" if length $line > 1024;
        show('>> ' . ask($sock, $found->{addr}, ++$number, $line) . "\n");
    }
}

exit 0 if eval { talk($ARGV[0] // '127.0.0.1:8888'); 1 };
print STDERR "client: $@";
exit 1;
