//! Sockets.

use super::{Place, can_try, is_root, try_all};
use lab_tests::not_checked;
use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use xtask::system::program::confine::{Confinement, Gap, Ports};

/// Two listeners, and their ports: the program may call only the first.
fn listeners() -> [(TcpListener, u16); 2] {
    [(); 2].map(|()| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, port)
    })
}

fn ports(ports: &[u16]) -> Ports {
    ports.iter().copied().collect()
}

#[test]
fn only_the_named_ports_can_be_bound() {
    if !can_try("ports to bind", &[Gap::Ports]) {
        return;
    }
    let [(first, named), (second, other)] = listeners();
    drop((first, second));
    let attempts = format!(
        "s = lambda: (lambda it: (it.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1), it)[1])(socket.socket())\n\
         attempt(lambda: s().bind(('127.0.0.1', {named})))\n\
         attempt(lambda: s().bind(('127.0.0.1', {other})))\n\
         attempt(lambda: s().bind(('127.0.0.1', 0)))\n\
         attempt(lambda: socket.socket(socket.AF_INET6).bind(('::', {other})))"
    );
    let confinement = |bind| Confinement { bind, ..Place::new("bind").confinement() };
    try_all(&confinement(ports(&[named])), &attempts, "ok EACCES EACCES EACCES", "ok ok ok ok");
    try_all(&confinement(ports(&[named, 0])), &attempts, "ok EACCES ok EACCES", "ok ok ok ok");
    try_all(&confinement(Ports::Any), &attempts, "ok ok ok ok", "ok ok ok ok");
}

#[test]
fn only_the_named_ports_can_be_called() {
    if !can_try("ports to call", &[Gap::Ports]) {
        return;
    }
    let [(_first, named), (_second, other)] = listeners();
    let [(nobody, silent), _] = listeners();
    drop(nobody);
    let attempts: String = [named, other, silent]
        .map(|port| format!("attempt(lambda: socket.socket().connect(('127.0.0.1', {port})))\n"))
        .concat();
    let confinement = |connect| Confinement { connect, ..Place::new("connect").confinement() };
    try_all(&confinement(ports(&[named])), &attempts, "ok EACCES EACCES", "ok ok ECONNREFUSED");
    try_all(&confinement(ports(&[named, silent])), &attempts, "ok EACCES ECONNREFUSED", "ok ok ECONNREFUSED");
    try_all(&confinement(Ports::Any), &attempts, "ok ok ECONNREFUSED", "ok ok ECONNREFUSED");
}

/// Checks that each of these attempts, which goes around a rule of ports or knows none, ends with its error.
fn refused(name: &str, attempts: &[(&str, &str)]) {
    if !can_try(name, &[Gap::Calls, Gap::Ports]) {
        return;
    }
    let [(_listener, port), _] = listeners();
    for (attempt, error) in attempts {
        let attempt = format!("PORT = ('127.0.0.1', {port})\nattempt(lambda: {attempt})");
        try_all(&Place::new(name).confinement(), &attempt, error, "ok");
    }
}

/// Returns whether an attempt works on this machine where nothing confines it. If not, prints what is not checked.
fn works(attempt: &str, what: &str) -> bool {
    let script = format!("{}\nattempt(lambda: {attempt})", super::ATTEMPT);
    let free = super::end(None, false, &[super::PYTHON, "-c", &script]);
    let works = matches!(&free, super::End::Status(0, word, _) if word == "ok");
    if !works {
        not_checked(&format!("confined programs, {what}: it does not work here without, too"));
    }
    works
}

#[test]
fn multipath_tcp_is_refused() {
    let attempt = "socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)";
    if works(attempt, "MPTCP") {
        refused("mptcp", &[(attempt, "EPROTONOSUPPORT")]);
    }
}

#[test]
fn fast_open_is_refused() {
    // Python's name for EOPNOTSUPP, which has the same number, is ENOTSUP.
    let message = "ctypes.create_string_buffer(struct.pack('=QIIQQQQQQ', ctypes.addressof(name), 16, 0, \
                   ctypes.addressof(part), 1, 0, 0, 0, 0))";
    let named = "(lambda name, data: (lambda part: (lambda message: CALL)(MESSAGE))(ctypes.create_string_buffer(\
                 struct.pack('=QQ', ctypes.addressof(data), 1))))(ctypes.create_string_buffer(struct.pack('=H', 2) + \
                 struct.pack('!H', PORT[1]) + socket.inet_aton(PORT[0]) + bytes(8)), ctypes.create_string_buffer(b'x'))"
        .replace("MESSAGE", message);
    let number = match std::env::consts::ARCH {
        "x86_64" => 307,
        _ => 269,
    };
    let several =
        named.replace("CALL", &format!("call({number}, socket.socket().fileno(), message, 1, 0x20000000)"));
    let several =
        several.replace("socket.socket().fileno()", "(globals().setdefault('s', socket.socket())).fileno()");
    refused(
        "fast-open",
        &[
            ("socket.socket().sendto(b'x', 0x20000000, PORT)", "ENOTSUP"),
            ("socket.socket().sendmsg([b'x'], [], 0x20000000, PORT)", "ENOTSUP"),
            (&several, "ENOTSUP"),
            ("socket.socket().setsockopt(socket.IPPROTO_TCP, 30, 1)", "ENOPROTOOPT"),
        ],
    );
}

#[test]
fn other_families_are_refused() {
    let netlink = ("socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)", "EAFNOSUPPORT");
    let vsock = ("socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)", "EAFNOSUPPORT");
    let packet = ("socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)", "EAFNOSUPPORT");
    let raw = ("socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)", "EPERM");
    let old = ("socket.socket(socket.AF_INET, 10, 0x300)", "ESOCKTNOSUPPORT");
    refused("netlink", &[netlink]);
    for (one, what) in [(vsock, "vsock"), (packet, "packets"), (raw, "raw sockets"), (old, "old packets")] {
        if works(one.0, what) {
            refused("families", &[one]);
        }
    }
    assert!(!is_root() || works(raw.0, "raw sockets") || std::env::var_os("container").is_some());
}

#[test]
fn what_programs_of_the_course_use_works() {
    if !can_try("kinds of sockets", &[]) {
        return;
    }
    let attempts = "for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):\n    \
                    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):\n        \
                    attempt(lambda: socket.socket(family, kind | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC))\n\
                    attempt(lambda: (socket.socket(proto=6), socket.socket(type=socket.SOCK_DGRAM, proto=17)))\n\
                    attempt(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))\n\
                    attempt(lambda: socket.socketpair())\n\
                    s = socket.socket()\n\
                    attempt(lambda: s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1))\n\
                    attempt(lambda: s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 30))\n\
                    a = socket.socket(type=socket.SOCK_DGRAM); b = socket.socket(type=socket.SOCK_DGRAM)\n\
                    attempt(lambda: (a.bind(('127.0.0.1', 0)), b.sendto(b'x', a.getsockname()), a.recv(1)))\n\
                    attempt(lambda: socket.getaddrinfo('localhost', 80))";
    let all = ["ok"; 13].join(" ");
    try_all(&Place::new("kinds").confinement(), attempts, &all, &all);
}

#[test]
fn a_socket_with_an_abstract_name_of_another_process_is_closed() {
    if !can_try("sockets with abstract names", &[Gap::Signals]) {
        return;
    }
    let name = format!("socket-lab-confine-{}", std::process::id());
    let _listener = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    let attempts = format!("attempt(lambda: socket.socket(socket.AF_UNIX).connect(b'\\0{name}'))");
    try_all(&Place::new("abstract").confinement(), &attempts, "EPERM", "ok");
}
