# right: Perl, a process a client; select over both pipes; the time limit is an alarm.
use strict;
use warnings;
use Cwd ();
use Errno qw(EINTR);
use IO::Select;
use POSIX ();
use Socket qw(:DEFAULT :addrinfo TCP_NODELAY IPPROTO_TCP);

use constant { LONGEST => 8192, SECONDS => 10, MOST => 64 << 20 };
$| = 1;

sub give {
    my ($conn, $bytes) = @_;
    my $at = 0;
    while ($at < length $bytes) {
        my $n = syswrite $conn, $bytes, 1 << 16, $at;
        next if !defined $n && $! == EINTR;
        POSIX::_exit(0) if !defined $n;
        $at += $n;
    }
}

sub reply {
    my ($conn, $status, $error, $out, $err) = @_;
    my $what = defined $error ? qq("error": "$error", "status": null) : qq("status": $status);
    my $header = sprintf '{"stdout_size": %d, "stderr_size": %d, %s}', length $out, length $err, $what;
    give($conn, pack('N/a*', $header) . $out . $err);
}

# FIN; then what still comes is dropped, for a second at most.
sub part {
    my ($conn) = @_;
    shutdown $conn, 1;
    $SIG{ALRM} = 'DEFAULT';
    alarm 1;
    1 while sysread $conn, my $drop, 4096;
    POSIX::_exit(0);
}

sub run {
    my ($line) = @_;
    my %said = (out => '', err => '');
    pipe my $out, my $to_out or return undef, 'no pipe', '', '';
    pipe my $err, my $to_err or return undef, 'no pipe', '', '';
    my $pid = fork // return undef, 'no process', '', '';
    if ($pid == 0) {
        setpgrp;
        $SIG{$_} = 'DEFAULT' for grep { !/^(KILL|STOP|NUM3[23])$/ } keys %SIG;
        open my $null, '<', '/dev/null';
        POSIX::dup2(fileno $null, 0);
        POSIX::dup2(fileno $to_out, 1);
        POSIX::dup2(fileno $to_err, 2);
        exec { 'sh' } 'sh', '-c', $line or POSIX::_exit(127);
    }
    setpgrp $pid, $pid;
    close $to_out;
    close $to_err;
    my ($room, $error, $late) = (MOST, undef, 0);
    # Without SA_RESTART, so that it ends the waits.
    POSIX::sigaction(&POSIX::SIGALRM, POSIX::SigAction->new(sub { $late = 1 }));
    alarm SECONDS;
    my $open = IO::Select->new($out, $err);
    while (!$error && $open->count) {
        for my $pipe ($open->can_read) {
            my $n = sysread $pipe, my $data, 65536;
            if (!$n) {
                $open->remove($pipe) if defined $n;
                next;
            }
            $error = 'the output is over 64 MiB' if $n > $room;
            $data = substr $data, 0, $room;
            $room -= length $data;
            $said{$pipe == $out ? 'out' : 'err'} .= $data;
        }
        $error //= 'it took over 10 seconds' if $late;
    }
    # Perl itself goes on with an interrupted waitpid.
    until ($error || waitpid($pid, POSIX::WNOHANG) == $pid) {
        select undef, undef, undef, 0.002;
        $error = 'it took over 10 seconds' if $late;
    }
    my $how = $?;
    alarm 0;
    if ($error) {
        kill 'KILL', -$pid;
        waitpid $pid, 0;
    } elsif ($how & 127) {
        $error = 'sh was ended by signal ' . ($how & 127);
    }
    return $how >> 8, $error, $said{out}, $said{err};
}

sub enter {
    my ($name) = @_;
    $name =~ s/^[ \t]+|[ \t]+$//g;
    if ($name eq '') {
        my $home = $ENV{HOME} // '';
        return '' if ($home ne '' && chdir $home) || chdir '/';
    }
    return chdir($name) ? '' : "cd: $name: $!\n";
}

sub serve {
    my ($conn) = @_;
    my $held = '';
    while (1) {
        my $at = index $held, "\n";
        if (($at < 0 ? length $held : $at) > LONGEST) {
            reply($conn, undef, 'the line is too long', '', '');
            part($conn);
        }
        if ($at < 0) {
            my $n = sysread $conn, $held, 4096, length $held;
            POSIX::_exit(0) if !$n && !($! == EINTR && !defined $n);
            next;
        }
        my $line = substr $held, 0, $at + 1, '';
        $line =~ s/\r?\n\z//;
        if ($line =~ /\0/) {
            reply($conn, undef, 'there is a NUL', '', '');
        } elsif ($line eq 'exit') {
            part($conn);
        } elsif ($line =~ /\Acd(?: (.*))?\z/s) {
            my $wrong = enter($1 // '');
            reply($conn, $wrong ne '' ? 1 : 0, undef, '', $wrong);
        } else {
            reply($conn, run($line));
        }
    }
}

my $addr = $ARGV[0] // '127.0.0.1:8888';
my $die = sub { print STDERR "cannot listen on $addr: $_[0]\n"; exit 1 };
my ($host, $port) = $addr =~ /\A\[?(.+?)\]?:(\d+)\z/ or $die->('not HOST:PORT');
my ($wrong, $info) = getaddrinfo($host, $port, { socktype => SOCK_STREAM });
$die->($wrong) if $wrong;
my (undef, $where) = getnameinfo($info->{addr}, NI_NUMERICHOST, NIx_NOSERV);
$die->('it is no loopback address') if $where !~ /\A(?:127\.|::1\z)/;
socket my $listener, $info->{family}, SOCK_STREAM, 0 or $die->($!);
setsockopt $listener, SOL_SOCKET, SO_REUSEADDR, 1;
bind $listener, $info->{addr} or $die->($!);
listen $listener, 512 or $die->($!);
print "listening on $addr\n";
$SIG{CHLD} = 'IGNORE';    # nobody waits for the processes of the clients
while (1) {
    if (!accept my $conn, $listener) {
        select undef, undef, undef, 0.05;
    } else {
        my $pid = fork;
        if (defined $pid && $pid == 0) {
            close $listener;
            $SIG{CHLD} = 'DEFAULT';
            $SIG{PIPE} = 'IGNORE';
            setsockopt $conn, IPPROTO_TCP, TCP_NODELAY, 1;
            serve($conn);
        }
    }
}
