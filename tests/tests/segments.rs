//! The segments of real connections: each test runs itself anew in a network of its own, and looks at what passes
//! loopback there.

#![cfg(target_os = "linux")]

use lab_tests::steps::disagrees;
use lab_tests::tshark::tshark;
use lab_tests::{has, not_checked, processes_with};
use socket2::{Domain, SockRef, Socket, Type};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use xtask::picture::connection::{Connection, Mark, Side, connections};
use xtask::picture::ends::Step;
use xtask::picture::pcap;
use xtask::system::address;
use xtask::system::family::Family;
use xtask::system::segments::own_network::VARIABLE;
use xtask::system::segments::{Capture, Captured, Flags, Segment, What, own_network, probe};
use xtask::system::sockets::TcpState;

/// How long a test waits for something that has to come.
const LIMIT: Duration = Duration::from_secs(30);

/// In the network of its own: returns what sees its packets. Outside: runs the test of this name inside, and returns
/// [`None`].
fn inside(name: &str) -> Option<Capture> {
    if std::env::var_os(VARIABLE).is_some() {
        return Some(Capture::inherited().expect("a packet socket").unwrap());
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([name, "--exact", "--test-threads=1", "--nocapture"]);
    match own_network::start(command) {
        Ok(mut child) => assert!(child.wait().unwrap().success(), "{name} fails inside: see above"),
        Err(refused) => not_checked(&format!("{name}: {refused}")),
    }
    None
}

/// Returns an address of each family that works here.
fn hosts() -> Vec<&'static str> {
    let mut hosts = vec!["127.0.0.1:0", "[::1]:0"];
    if let Some(lacking) = address::lacks(Family::V6) {
        not_checked(&format!("segments of IPv6: {lacking}"));
        hosts.pop();
    }
    hosts
}

/// Returns all that has passed.
fn so_far(capture: &Capture) -> Vec<Segment> {
    assert!(capture.flush());
    let Captured { segments, lost } = capture.so_far();
    assert_eq!(lost, 0);
    segments
}

#[test]
fn a_conversation_at_both_families_is_seen_once() {
    let Some(capture) = inside("a_conversation_at_both_families_is_seen_once") else { return };
    for host in [hosts(), vec!["127.31.7.9:0"]].concat() {
        let before = so_far(&capture).len();
        let listener = TcpListener::bind(host).unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        client.write_all(b"seven b").unwrap();
        server.read_exact(&mut [0; 7]).unwrap();
        drop(server);
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        let ends = (client.local_addr().unwrap(), client.peer_addr().unwrap());
        drop(client);
        let seen = &so_far(&capture)[before..];
        assert!(seen.iter().all(|one| (one.from, one.to) == ends || (one.to, one.from) == ends), "{seen:#?}");
        let has = |bits: Flags| seen.iter().filter(|one| one.tcp().unwrap().flags.has(bits)).count();
        assert_eq!((has(Flags::SYN), has(Flags::FIN)), (2, 2), "{seen:#?}");
        let data: Vec<&[u8]> =
            seen.iter().filter(|one| one.len > 0).map(|one| one.payload.as_slice()).collect();
        assert_eq!(data, [b"seven b"]);
        assert!(seen.is_sorted_by_key(|one| one.at), "{seen:#?}");
        assert!(seen[0].tcp().unwrap().options.mss.is_some() && !seen[0].header.is_empty());
    }
}

#[test]
fn datagrams_are_seen_also_those_that_find_nobody() {
    let Some(capture) = inside("datagrams_are_seen_also_those_that_find_nobody") else { return };
    for host in hosts() {
        let before = so_far(&capture).len();
        let (here, there) = (UdpSocket::bind(host).unwrap(), UdpSocket::bind(host).unwrap());
        let addr = there.local_addr().unwrap();
        here.send_to(b"seven b", addr).unwrap();
        here.send_to(b"", addr).unwrap();
        drop(there);
        here.send_to(b"lost", addr).unwrap();
        let own = here.local_addr().unwrap();
        let seen: Vec<_> = so_far(&capture)[before..]
            .iter()
            .map(|one| (one.from, one.to, one.what.clone(), one.payload.clone()))
            .collect();
        let sent = |bytes: &[u8]| (own, addr, What::Udp, bytes.to_vec());
        let refused = (addr, own, What::Unreachable, Vec::new());
        assert_eq!(seen, [sent(b"seven b"), sent(b""), sent(b"lost"), refused]);
    }
}

#[test]
fn large_segments_are_whole_and_nothing_is_lost() {
    let Some(capture) = inside("large_segments_are_whole_and_nothing_is_lost") else { return };
    let bytes: Vec<u8> = (0..16 << 20).map(|n: u32| (n / 7) as u8).collect();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut server, from) = listener.accept().unwrap();
    let reader = std::thread::spawn(move || {
        let mut all = Vec::new();
        server.read_to_end(&mut all).unwrap();
        all
    });
    client.write_all(&bytes).unwrap();
    drop(client);
    let received = reader.join().unwrap();
    let seen = so_far(&capture);
    let sent: Vec<&Segment> = seen.iter().filter(|one| one.from == from && one.len > 0).collect();
    assert!(sent.iter().all(|one| !one.is_cut()), "a segment is cut");
    // A segment of the largest size does not begin anew with each page.
    assert!(sent.iter().any(|one| one.len > 32 << 10), "{} segments", sent.len());
    let mut stream: Vec<u8> = Vec::new();
    let first = seen[0].tcp().unwrap().seq.wrapping_add(1);
    for one in sent {
        let at = one.tcp().unwrap().seq.wrapping_sub(first) as usize;
        stream.truncate(at);
        stream.extend(&one.payload);
    }
    assert!(stream == bytes && received == bytes);
}

#[test]
fn a_probe_says_what_is_refused() {
    if std::env::var_os("SEGMENTS_PROBE").is_some() {
        let said = probe().map_err(|refused| format!("{refused} | {}", refused.mend()));
        return println!("{said:?}");
    }
    let exe = std::env::current_exe().unwrap();
    let limit = "echo 0 > /proc/sys/user/max_net_namespaces && exec \"$0\" \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "sh", "-c", limit]).arg(exe);
    command.args(["a_probe_says_what_is_refused", "--exact", "--nocapture"]).env("SEGMENTS_PROBE", "1");
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        return not_checked("a network that is refused: unshare(1) is not allowed here");
    }
    let expected = "the system refuses a network namespace (No space left on device (os error 28)); \
                    user.max_net_namespaces is set so | sysctl -w user.max_net_namespaces=1000";
    assert!(said.contains(expected), "{said}");
}

/// One connection as its calls and its segments go on, compared with the kernel after each step.
struct Watched<'a> {
    capture: &'a Capture,
    client: SocketAddr,
    server: SocketAddr,
    steps: Vec<Step>,
    /// The states that were seen, the client's first.
    seen: Vec<[TcpState; 2]>,
}

impl<'a> Watched<'a> {
    fn new(capture: &'a Capture, client: SocketAddr, server: SocketAddr) -> Self {
        Self { capture, client, server, steps: Vec::new(), seen: Vec::new() }
    }

    fn connection(&self) -> Option<Connection> {
        let mut found = connections(&so_far(self.capture));
        found.retain(|one| (one.client, one.server) == (self.client, self.server));
        assert!(found.len() <= 1, "{found:#?}");
        found.pop()
    }

    /// The test has made this call, or none: both ends must then be as the kernel says. What the kernel itself still does
    /// (an acknowledgement that it has kept back) may come first.
    #[track_caller]
    fn then(&mut self, call: Option<Step>) {
        let until = Instant::now() + LIMIT;
        // A close stands before the segments that it causes, a read behind those that brought its bytes.
        let (before, mut after) = match call {
            Some(Step::Taken(..)) => (None, call),
            _ => (call, None),
        };
        self.steps.extend(before);
        loop {
            let connection = self.connection().expect("a connection");
            let known = self.steps.iter().filter(|step| matches!(step, Step::Segment(_))).count();
            self.steps.extend((known..connection.passed.len()).map(Step::Segment));
            self.steps.extend(after.take());
            let told = connection.follow(&self.steps);
            let last = told.last().copied().unwrap_or(connection.begin());
            let both = [Side::Client, Side::Server];
            let wrong = both.into_iter().find_map(|side| disagrees(&connection, side, last.of(side)));
            match wrong {
                None => return self.seen.push([last.client.state, last.server.state]),
                Some(wrong) => assert!(Instant::now() < until, "{wrong}\n{:#?}\n{connection:#?}", self.steps),
            }
        }
    }

    /// Waits for these states: the kernel may keep back an acknowledgement for a while.
    #[track_caller]
    fn comes_to(&mut self, states: [TcpState; 2]) {
        let until = Instant::now() + LIMIT;
        while self.seen.last() != Some(&states) {
            assert!(Instant::now() < until, "{states:?} is expected: {:?}", self.seen);
            self.then(None);
        }
    }

    /// Checks that these states were seen, in this order. Others may stand between them: how long the kernel keeps an
    /// acknowledgement back is its own affair.
    #[track_caller]
    fn saw(self, expected: &[[TcpState; 2]]) {
        let mut rest = self.seen.iter();
        let all = expected.iter().all(|both| rest.any(|seen| seen == both));
        assert!(all, "{expected:?} is expected: {:?}", self.seen);
    }
}

/// Opens a connection.
fn open<'a>(capture: &'a Capture, host: &str) -> (TcpStream, TcpStream, Watched<'a>) {
    let listener = TcpListener::bind(host).unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, from) = listener.accept().unwrap();
    let watched = Watched::new(capture, from, server.local_addr().unwrap());
    (client, server, watched)
}

/// Writes until the other side's window is 0 and the kernel takes nothing more.
fn fill(watched: &Watched<'_>, mut stream: &TcpStream, side: Side) {
    let until = Instant::now() + LIMIT;
    stream.set_nonblocking(true).unwrap();
    loop {
        let is_full = stream.write(&[b'x'; 16 << 10]).map_or(0, |n| n) == 0;
        let is_shut = |connection: &Connection| {
            let last = connection.passed.iter().rev().find(|one| one.from == side.other());
            last.is_some_and(|one| one.window == 0)
        };
        if is_full && watched.connection().is_some_and(|connection| is_shut(&connection)) {
            break;
        }
        assert!(Instant::now() < until, "the window does not become 0");
    }
    stream.set_nonblocking(false).unwrap();
}

fn read_all(mut stream: &TcpStream) -> u64 {
    stream.read_to_end(&mut Vec::new()).unwrap() as u64
}

#[test]
fn states_and_queues_are_those_of_the_kernel() {
    let Some(capture) = inside("states_and_queues_are_those_of_the_kernel") else { return };
    for host in hosts() {
        closes_one_after_the_other(&capture, host);
        closes_with_full_queues(&capture, host);
        resets(&capture, host);
        is_refused(&capture, host);
        finds_a_full_queue(&capture, host);
    }
}

fn closes_one_after_the_other(capture: &Capture, host: &str) {
    use TcpState::{Close, CloseWait, Established, FinWait2, TimeWait};
    let (mut client, mut server, mut watched) = open(capture, host);
    watched.then(None);
    for piece in [&b"seven b"[..], b"x", &[b'y'; 40_000]] {
        client.write_all(piece).unwrap();
        watched.then(None);
    }
    for take in [4, 3, 0, 1, 30_000] {
        let n = server.read(&mut vec![0; take]).unwrap();
        watched.then(Some(Step::Taken(Side::Server, n as u64)));
    }
    server.write_all(b"answer").unwrap();
    watched.then(None);
    client.shutdown(Shutdown::Write).unwrap();
    watched.then(Some(Step::Shutdown(Side::Client)));
    let n = read_all(&server);
    watched.then(Some(Step::Taken(Side::Server, n)));
    server.write_all(b"the rest").unwrap();
    watched.then(None);
    drop(server);
    watched.then(Some(Step::Close(Side::Server)));
    let n = read_all(&client);
    watched.then(Some(Step::Taken(Side::Client, n)));
    drop(client);
    watched.then(Some(Step::Close(Side::Client)));
    watched.comes_to([TimeWait, Close]);
    watched.saw(&[[Established; 2], [FinWait2, CloseWait], [TimeWait, Close]]);
}

/// While a window is 0 the FIN cannot go out: so the kernel stays in states that else last for a moment.
fn closes_with_full_queues(capture: &Capture, host: &str) {
    use TcpState::{Closing, Established, FinWait1, FinWait2, TimeWait};
    let (client, server, mut watched) = open(capture, host);
    fill(&watched, &client, Side::Client);
    watched.then(None);
    fill(&watched, &server, Side::Server);
    watched.then(None);
    client.shutdown(Shutdown::Write).unwrap();
    watched.then(Some(Step::Shutdown(Side::Client)));
    server.shutdown(Shutdown::Write).unwrap();
    watched.then(Some(Step::Shutdown(Side::Server)));
    let n = read_all(&server);
    watched.then(Some(Step::Taken(Side::Server, n)));
    let n = read_all(&client);
    watched.then(Some(Step::Taken(Side::Client, n)));
    watched.comes_to([TimeWait; 2]);
    let passed = watched.connection().unwrap().passed;
    assert!(passed.iter().any(|one| one.marks.contains(&Mark::ZeroWindow)), "{passed:#?}");
    assert!(passed.iter().any(|one| one.marks.contains(&Mark::WindowOpens)), "{passed:#?}");
    watched.saw(&[
        [Established; 2],
        [FinWait1, Established],
        [FinWait1, FinWait1],
        [FinWait2, Closing],
        [TimeWait, TimeWait],
    ]);

    use TcpState::{Close, CloseWait, LastAck};
    let (client, server, mut watched) = open(capture, host);
    client.shutdown(Shutdown::Write).unwrap();
    watched.then(Some(Step::Shutdown(Side::Client)));
    fill(&watched, &server, Side::Server);
    watched.then(None);
    drop(server);
    watched.then(Some(Step::Close(Side::Server)));
    let n = read_all(&client);
    watched.then(Some(Step::Taken(Side::Client, n)));
    watched.comes_to([TimeWait, Close]);
    watched.saw(&[[FinWait2, CloseWait], [FinWait2, LastAck], [TimeWait, Close]]);
}

fn resets(capture: &Capture, host: &str) {
    use TcpState::{Close, CloseWait, Established, FinWait2};
    // Unread bytes.
    let (mut client, server, mut watched) = open(capture, host);
    client.write_all(b"seven b").unwrap();
    watched.then(None);
    drop(server);
    watched.then(Some(Step::Close(Side::Server)));
    watched.saw(&[[Established; 2], [Close; 2]]);
    // SO_LINGER of 0.
    let (client, _server, mut watched) = open(capture, host);
    watched.then(None);
    SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
    drop(client);
    watched.then(Some(Step::Close(Side::Client)));
    watched.saw(&[[Established; 2], [Close; 2]]);
    // Bytes for an end that was closed.
    let (client, mut server, mut watched) = open(capture, host);
    watched.then(None);
    drop(client);
    watched.then(Some(Step::Close(Side::Client)));
    watched.comes_to([FinWait2, CloseWait]);
    server.write_all(b"late").unwrap();
    watched.comes_to([Close; 2]);
    watched.saw(&[[Established; 2], [FinWait2, CloseWait], [Close; 2]]);
}

fn is_refused(capture: &Capture, host: &str) {
    let addr = TcpListener::bind(host).unwrap().local_addr().unwrap();
    let before = so_far(capture).len();
    TcpStream::connect(addr).unwrap_err();
    let client = so_far(capture)[before].from;
    let mut watched = Watched::new(capture, client, addr);
    watched.then(None);
    watched.saw(&[[TcpState::Close; 2]]);
}

/// A listener's queue is full: the kernel drops each SYN.
fn finds_a_full_queue(capture: &Capture, host: &str) {
    use TcpState::{Established, Listen, SynSent};
    let addr: SocketAddr = host.parse().unwrap();
    let new = || Socket::new(Domain::for_address(addr), Type::STREAM, None).unwrap();
    let listener = new();
    listener.bind(&addr.into()).unwrap();
    listener.listen(0).unwrap();
    let addr = listener.local_addr().unwrap();
    // The queue holds one more than its length.
    let first = TcpStream::connect(addr.as_socket().unwrap()).unwrap();
    let second = new();
    second.set_nonblocking(true).unwrap();
    second.connect(&addr).unwrap_err();
    let own = second.local_addr().unwrap().as_socket().unwrap();
    let mut watched = Watched::new(capture, own, addr.as_socket().unwrap());
    watched.then(None);
    listener.accept().unwrap();
    // The client asks again after a second.
    let until = Instant::now() + LIMIT;
    while watched.connection().unwrap().passed.len() < 4 {
        assert!(Instant::now() < until, "{:#?}", watched.connection());
        std::thread::sleep(Duration::from_millis(10)); // Only the interval at which to look again.
    }
    watched.then(None);
    watched.saw(&[[SynSent, Listen], [Established; 2]]);
    drop(first);
}

#[test]
fn tshark_finds_nothing_malformed_and_reads_the_comments() {
    let name = "tshark_finds_nothing_malformed_and_reads_the_comments";
    let Some(capture) = inside(name) else { return };
    let mut comments: Vec<Vec<String>> = Vec::new();
    for host in hosts() {
        let (mut client, mut server, _) = open(&capture, host);
        for len in [1, 7, 1000, 100_001] {
            let sent = vec![b'z'; len];
            std::thread::scope(|scope| {
                scope.spawn(|| client.write_all(&sent).unwrap());
                server.read_exact(&mut vec![0; len]).unwrap();
            });
        }
        drop((client, server));
        let (here, there) = (UdpSocket::bind(host).unwrap(), UdpSocket::bind(host).unwrap());
        let addr = there.local_addr().unwrap();
        for len in [0, 1, 1028, 60_001] {
            here.send_to(&vec![b'u'; len], addr).unwrap();
        }
        drop(there);
        here.send_to(b"lost", addr).unwrap();
    }
    let seen = so_far(&capture);
    comments.extend(seen.iter().map(|one| match one.len {
        0 => Vec::new(),
        7 => vec!["write(4, \"…\") = 7".to_string(), "and a second comment".to_string()],
        len => vec![format!("write(4, …, {len}) = {len}")],
    }));
    let mut file = Vec::new();
    pcap::write(&mut file, seen.iter().zip(comments.iter().map(Vec::as_slice))).unwrap();
    if !has("tshark", name) {
        return;
    }
    let told = tshark(&file, &["frame.time_epoch", "frame.comment", "_ws.malformed", "_ws.expert.message"]);
    assert_eq!(told.len(), seen.len());
    for ((fields, one), comments) in told.iter().zip(&seen).zip(&comments) {
        let [at, comment, malformed, messages] = &fields[..] else { panic!("{fields:?}") };
        let expected = format!("{}.{:09}", one.at.0 / 1_000_000_000, one.at.0 % 1_000_000_000);
        assert_eq!((at, malformed.as_str()), (&expected, ""), "{one:#?}");
        assert_eq!(*comment, comments.join("|"), "{one:#?}");
        assert!(!messages.contains("hecksum"), "{messages}: {one:#?}");
    }
    // 1 is "Good", 2 is "not checked".
    let sums =
        ["ip.checksum.status", "tcp.checksum.status", "udp.checksum.status", "ip.version", "icmp.type"];
    for (fields, one) in tshark(&file, &sums).iter().zip(&seen) {
        let [ip, tcp, udp, version, icmp] = &fields[..] else { panic!("{fields:?}") };
        let right = match (&one.what, version.as_str()) {
            (What::Unreachable, _) => continue, // It holds another packet, with fields of its own.
            (What::Tcp(_), "4") => ["1", "1", ""],
            (What::Tcp(_), _) => ["", "1", ""],
            (What::Udp, "4") => ["1", "", "1"],
            (What::Udp, _) => ["", "", "1"],
        };
        assert_eq!([ip, tcp, udp], right, "{one:#?} {icmp}");
    }
    // Its own numbers, counted from 0, and what it finds odd, are ours.
    let numbers = tshark(&file, &["tcp.stream", "tcp.seq", "tcp.ack", "tcp.window_size"]);
    for connection in connections(&seen) {
        for one in &connection.passed {
            let [_, seq, ack, window] = &numbers[one.segment][..] else { panic!("{numbers:?}") };
            let own = [one.seq.to_string(), one.ack.unwrap_or(0).to_string(), one.window.to_string()];
            assert_eq!([seq, ack, window], [&own[0], &own[1], &own[2]], "{one:#?}");
        }
    }
}

/// The outer process is killed: the one inside ends, too.
#[test]
fn nothing_is_left_when_the_one_that_started_it_is_killed() {
    let name = "nothing_is_left_when_the_one_that_started_it_is_killed";
    let token = format!("left-{}", std::process::id());
    match std::env::var("SEGMENTS_LEFT") {
        // The outer process, which is killed.
        Ok(token) => {
            let mut command = Command::new("sh");
            // It says that it runs, and waits for ever: nobody writes into its input.
            command.args(["-c", "echo runs; read x", &token]).env_remove("SEGMENTS_LEFT");
            match own_network::start(command) {
                Ok(mut child) => drop(child.wait()),
                Err(refused) => println!("refused: {refused}"),
            }
        }
        Err(_) => {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args([name, "--exact", "--test-threads=1", "--nocapture"]).env("SEGMENTS_LEFT", &token);
            let mut outer = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            let mut lines = BufReader::new(outer.stdout.take().unwrap()).lines().map_while(Result::ok);
            let told = lines.find(|line| line.ends_with("runs") || line.contains("refused")).unwrap();
            assert!(!processes_with(&token, 0).is_empty() || told.contains("refused"));
            outer.kill().unwrap();
            outer.wait().unwrap();
            if told.contains("refused") {
                return not_checked(&told);
            }
            let until = Instant::now() + LIMIT;
            while !processes_with(&token, 0).is_empty() {
                assert!(Instant::now() < until, "{:?}", processes_with(&token, 0));
                std::thread::sleep(Duration::from_millis(5)); // Only the interval at which to look again.
            }
        }
    }
}
