# right: Perl, recv and send, tr for the letters
use strict;
use warnings;
use IO::Socket::IP;
use Socket qw(SOCK_DGRAM);

my $addr = $ARGV[0] // '127.0.0.1:8888';
my ($host, $port) = $addr =~ /\A\[?(.+?)\]?:(\d+)\z/ or die "server: $addr is not HOST:PORT\n";
my $sock = IO::Socket::IP->new(LocalHost => $host, LocalPort => $port, Type => SOCK_DGRAM)
    or die "server: cannot bind $addr: $@\n";
$| = 1;
print "listening on $addr\n";
while (1) {
    my $client = recv $sock, my $data, 2048, 0;
    if (!defined $client) {
        print STDERR "server: receive: $!\n";
        next;
    }
    my $n = length $data;
    next if $n < 4 || $n > 1028;
    substr($data, 4) =~ tr/a-z/A-Z/;
    defined send $sock, $data, 0, $client or print STDERR "server: send: $!\n";
}
