# right: Perl, unbuffered reads, JSON::PP; the outputs are written when the reply is whole.
use strict;
use warnings;
use IO::Socket::IP;
use JSON::PP ();
use B ();

use constant { HEADER => 64 << 10, MOST => 64 << 20 };
$SIG{PIPE} = 'IGNORE';
binmode STDIN;

sub fill {
    my ($sock, $size) = @_;
    my $bytes = '';
    while (length $bytes < $size) {
        my $n = sysread $sock, $bytes, $size - length $bytes, length $bytes;
        next if !defined $n && $!{EINTR};
        die "the server is gone: $!\n" if !defined $n;
        die "the server ended inside a reply\n" if $n == 0;
    }
    return $bytes;
}

sub show {
    my ($to, $bytes) = @_;
    my $at = 0;
    while ($at < length $bytes) {
        my $n = syswrite $to, $bytes, length($bytes) - $at, $at;
        next if !defined $n && $!{EINTR};
        die "own output: $!\n" if !defined $n;
        $at += $n;
    }
}

# A JSON number that is a non-negative integer.
sub is_integer {
    my ($value) = @_;
    return 0 if !defined $value || ref $value;
    my $flags = B::svref_2object(\$value)->FLAGS;
    return !($flags & B::SVf_POK) && $value =~ /\A[0-9]{1,15}\z/;
}

sub reply {
    my ($sock) = @_;
    my $length = unpack 'N', fill($sock, 4);
    die "a header of $length bytes\n" if $length > HEADER;
    my $json = fill($sock, $length);
    my $header = eval { JSON::PP->new->utf8->decode($json) };
    die "the header is no JSON object\n" if ref $header ne 'HASH';
    my ($out, $err) = @$header{qw(stdout_size stderr_size)};
    die "a size is none\n" if grep { !is_integer($_) } $out, $err;
    die "more than 64 MiB\n" if $out + $err > MOST;
    die "no status\n" if !exists $header->{status};
    my ($status, $words) = ($header->{status}, '');
    if (defined $status) {
        die "the status is none\n" if !is_integer($status) || $status > 255;
        $words = "status $status\n" if $status;
    } else {
        my $error = $header->{error};
        die "neither a status nor an error\n"
            if !defined $error || ref $error || !(B::svref_2object(\$error)->FLAGS & B::SVf_POK);
        $error =~ s/[^\x20-\x7e]/?/g;
        $words = "$error\n";
    }
    my ($said, $complained) = (fill($sock, $out), fill($sock, $err));
    show(*STDOUT, $said);
    show(*STDERR, $complained);
    show(*STDERR, $words);
}

sub talk {
    my ($addr) = @_;
    my ($host, $port) = $addr =~ /\A\[?(.+?)\]?:(\d+)\z/ or die "$addr is not HOST:PORT\n";
    my $sock = IO::Socket::IP->new(PeerHost => $host, PeerPort => $port) or die "cannot connect to $addr: $@\n";
    while (1) {
        show(*STDOUT, '>> ') if -t STDIN;
        my $line = <STDIN>;
        return if !defined $line;
        $line =~ s/\r?\n\z//;
        return if $line eq 'q';
        next if $line eq '';
        show($sock, "$line\n");
        if ($line eq 'exit') {
            1 while sysread $sock, my $drop, 4096;
            return;
        }
        reply($sock);
    }
}

eval { talk($ARGV[0] // '127.0.0.1:8888'); 1 } and exit 0;
print STDERR "client: $@";
exit 1;
