# kills refuses-bad-headers@plain: perhaps the JSON reader of your language turns 3.0 and 3e0 into 3
# never: everything else is an error that the client names
# Mistake: it looks at the number that JSON::PP returns, and not at how it was written: 3.0 and 3e0 are 3 there.
use strict; use warnings; use IO::Socket::INET; use JSON::PP;
binmode STDOUT;
sub bad { print STDERR "error: @_\n"; exit 1 }
my $s = IO::Socket::INET->new(PeerAddr => $ARGV[0] // '127.0.0.1:8888') or bad("cannot connect: $@");
binmode $s;
sub exact { my ($n, $what) = @_; return '' unless $n; my $b; my $g = read $s, $b, $n; bad("read: $!") unless defined $g; return undef if !$g && $what eq 'length'; bad("end inside a $what") if $g < $n; $b }
my $k = 0;
while (1) {
    my $l = exact(4, 'length');
    last unless defined $l;
    my $n = unpack 'N', $l;
    bad("a header of $n bytes") if $n > 65536;
    my $text = exact($n, 'header');
    my $h = eval { JSON::PP->new->utf8->decode($text) };
    bad('bad JSON') unless ref $h eq 'HASH';
    my $size = $h->{data_size};
    bad('no data_size') unless defined $size && !ref $size;
    # A JSON string is not a number: look at how JSON::PP would write it again.
    my $again = JSON::PP->new->allow_nonref->encode($size);
    bad('no data_size') unless $again =~ /^(0|[1-9][0-9]*)$/;
    bad("a body of $size bytes") if length $again > 8 || $size > 64 * 1024 * 1024;
    print 'message ', ++$k, ': ', exact($size, 'body'), "\n";
}
