//! Small programs of which a test knows each call that they make.

use std::io::{IoSlice, IoSliceMut, Read, Write, stdin, stdout};
use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

/// One connection, both ends in one thread; then datagrams, a Unix socket, and the standard streams.
pub fn streams(_: &[String]) -> ExitCode {
    let mut buffer = [0; 64];
    let listener = TcpListener::bind("127.0.0.1:0").expect("bind");
    let mut client = TcpStream::connect(listener.local_addr().expect("address")).expect("connect");
    let (mut server, _) = listener.accept().expect("accept");
    client.write_all(b"hello").expect("write");
    assert_eq!(server.peek(&mut buffer[..2]).expect("peek"), 2);
    assert_eq!(server.read(&mut buffer).expect("read"), 5);
    let parts = [IoSlice::new(b"ab"), IoSlice::new(b""), IoSlice::new(b"cdef")];
    assert_eq!(server.write_vectored(&parts).expect("writev"), 6);
    let (one, rest) = buffer.split_at_mut(1);
    let parts = &mut [IoSliceMut::new(one), IoSliceMut::new(rest)];
    assert_eq!(client.read_vectored(parts).expect("readv"), 6);
    client.set_nodelay(true).expect("option");
    client.shutdown(Shutdown::Write).expect("shutdown");
    assert_eq!(server.read(&mut buffer).expect("read"), 0);
    drop(server);
    drop(client);
    drop(listener);

    let (one, other) =
        (UdpSocket::bind("127.0.0.1:0").expect("bind"), UdpSocket::bind("127.0.0.1:0").expect("bind"));
    one.send_to(b"datagram", other.local_addr().expect("address")).expect("send");
    assert_eq!(other.recv_from(&mut buffer).expect("receive").0, 8);
    drop((one, other));

    let (mut one, mut other) = UnixStream::pair().expect("pair");
    one.write_all(b"unix").expect("write");
    other.set_nonblocking(true).expect("option");
    assert_eq!(other.read(&mut buffer).expect("read"), 4);
    assert!(other.read(&mut buffer).is_err());
    drop((one, other));

    // A file that is neither: no call on it is shown.
    let _ = std::fs::read("/proc/self/stat").expect("a file");
    assert_eq!(stdin().read(&mut buffer).expect("input"), 3);
    stdout().write_all(b"out\n").expect("output");
    thread::sleep(Duration::from_millis(1));
    ExitCode::from(7)
}

/// Several messages in one call, with vectors.
pub fn messages(_: &[String]) -> ExitCode {
    let (one, other) =
        (UdpSocket::bind("127.0.0.1:0").expect("bind"), UdpSocket::bind("127.0.0.1:0").expect("bind"));
    one.connect(other.local_addr().expect("address")).expect("connect");
    let mut texts: [&mut [u8]; 3] = [&mut b"one".to_owned(), &mut b"tw".to_owned(), &mut b"o".to_owned()];
    let mut parts = texts.each_mut().map(|text| part(text));
    // SAFETY: each header is all zeros or points to `parts`, which live longer than the calls.
    unsafe {
        let mut all: [libc::mmsghdr; 2] = std::mem::zeroed();
        (all[0].msg_hdr.msg_iov, all[0].msg_hdr.msg_iovlen) = (&raw mut parts[0], 1);
        (all[1].msg_hdr.msg_iov, all[1].msg_hdr.msg_iovlen) = (&raw mut parts[1], 2);
        assert_eq!(libc::sendmmsg(one.as_raw_fd(), all.as_mut_ptr(), 2, 0), 2);
    }
    let (mut a, mut b) = ([0; 8], [0; 8]);
    let mut parts = [part(&mut a), part(&mut b)];
    // SAFETY: as above.
    unsafe {
        let mut all: [libc::mmsghdr; 2] = std::mem::zeroed();
        (all[0].msg_hdr.msg_iov, all[0].msg_hdr.msg_iovlen) = (&raw mut parts[0], 1);
        (all[1].msg_hdr.msg_iov, all[1].msg_hdr.msg_iovlen) = (&raw mut parts[1], 1);
        assert_eq!(libc::recvmmsg(other.as_raw_fd(), all.as_mut_ptr(), 2, 0, std::ptr::null_mut()), 2);
    }
    let (left, right) = UnixStream::pair().expect("pair");
    let mut parts = [part(&mut a[..3]), part(&mut b[..2])];
    // SAFETY: as above.
    unsafe {
        let mut message: libc::msghdr = std::mem::zeroed();
        (message.msg_iov, message.msg_iovlen) = (parts.as_mut_ptr(), 2);
        assert_eq!(libc::sendmsg(left.as_raw_fd(), &message, 0), 5);
        assert_eq!(libc::recvmsg(right.as_raw_fd(), &mut message, 0), 5);
        let copy = libc::dup(left.as_raw_fd());
        assert_eq!(libc::close(copy), 0);
    }
    ExitCode::SUCCESS
}

fn part(bytes: &mut [u8]) -> libc::iovec {
    libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() }
}

/// The other end of the socket from which [`signals`] reads.
static SENDS: std::sync::atomic::AtomicI32 = std::sync::atomic::AtomicI32::new(-1);

/// Calls that signals interrupt: one ends with EINTR, the others go on.
pub fn signals(_: &[String]) -> ExitCode {
    let (here, there) = UnixStream::pair().expect("pair");
    SENDS.store(there.as_raw_fd(), std::sync::atomic::Ordering::SeqCst);
    let receive = || {
        let mut buffer = [0_u8; 8];
        // SAFETY: the kernel writes at most 8 bytes to `buffer`, which has 8.
        unsafe { libc::recv(here.as_raw_fd(), buffer.as_mut_ptr().cast(), 8, 0) }
    };
    handle(0);
    let child = poke(&[Poke::Signal(libc::SIGUSR1)]);
    assert_eq!(receive(), -1);
    end(child);
    handle(libc::SA_RESTART);
    let child = poke(&[Poke::Signal(libc::SIGUSR1)]);
    assert_eq!(receive(), 1, "what the handler has sent");
    end(child);
    let child = poke(&[Poke::StopAndGoOn, Poke::Send(there.as_raw_fd())]);
    assert_eq!(receive(), 1);
    end(child);
    let child = poke(&[Poke::StopAndGoOn, Poke::Send(there.as_raw_fd())]);
    let mut file = libc::pollfd { fd: here.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: there is one file.
    assert_eq!(unsafe { libc::poll(&mut file, 1, 600_000) }, 1);
    end(child);
    ExitCode::SUCCESS
}

/// Handles SIGUSR1 with these flags; with SA_RESTART the handler also sends one byte.
fn handle(flags: libc::c_int) {
    extern "C" fn nothing(_: libc::c_int) {}
    extern "C" fn sends(_: libc::c_int) {
        let to = SENDS.load(std::sync::atomic::Ordering::SeqCst);
        // SAFETY: the kernel reads one byte.
        unsafe { libc::send(to, c"!".as_ptr().cast(), 1, 0) };
    }
    let handler = if flags == 0 { nothing } else { sends } as extern "C" fn(libc::c_int);
    // SAFETY: all zeros is a valid action, and the handlers only make a call that is async-signal-safe.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as usize;
        action.sa_flags = flags;
        assert_eq!(libc::sigaction(libc::SIGUSR1, &action, std::ptr::null_mut()), 0);
    }
}

enum Poke {
    Signal(libc::c_int),
    StopAndGoOn,
    Send(RawFd),
}

/// Starts a child that does these things to its parent, each when that sleeps.
fn poke(pokes: &[Poke]) -> libc::pid_t {
    let parent = std::process::id();
    // SAFETY: this process has no other thread.
    match unsafe { libc::fork() } {
        0 => {}
        child => return child,
    }
    let kill = |signal| {
        // SAFETY: this only sends a signal.
        unsafe { libc::kill(parent as libc::pid_t, signal) };
    };
    for poke in pokes {
        look(parent, &["S"]);
        match poke {
            Poke::Signal(signal) => kill(*signal),
            Poke::StopAndGoOn => {
                kill(libc::SIGSTOP);
                look(parent, &["T", "t"]);
                kill(libc::SIGCONT);
            }
            Poke::Send(to) => {
                // SAFETY: the kernel reads one byte.
                unsafe { libc::send(*to, c"?".as_ptr().cast(), 1, 0) };
            }
        }
    }
    // SAFETY: this ends the process at once.
    unsafe { libc::_exit(0) }
}

fn end(child: libc::pid_t) {
    // SAFETY: the place for the status is null.
    unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) };
}

/// Waits until the process was in one of these states many times in a row.
fn look(pid: u32, states: &[&str]) {
    let mut seen = 0;
    while seen < 50 {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("the parent");
        let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').next());
        seen = if states.contains(&state.unwrap_or_default()) { seen + 1 } else { 0 };
        thread::sleep(Duration::from_micros(200)); // Only the interval at which to look again.
    }
}

/// Writes more often than anybody keeps.
pub fn many(_: &[String]) -> ExitCode {
    let null = std::fs::File::options().write(true).open("/dev/null").expect("null");
    nix::unistd::dup2_stdout(&null).expect("dup2");
    for _ in 0..10_100 {
        let _ = nix::unistd::write(stdout(), b"x");
    }
    ExitCode::from(4)
}

/// Starts threads and children that are still there when it kills itself.
pub fn killed(_: &[String]) -> ExitCode {
    let (one, mut other) = UnixStream::pair().expect("pair");
    thread::spawn(move || other.read(&mut [0]));
    let own = std::env::current_exe().expect("own path");
    let mut child = std::process::Command::new(own).arg("worst-detached").spawn().expect("spawn");
    look(std::process::id(), &["S", "R"]);
    let _ = nix::sys::signal::kill(nix::unistd::Pid::this(), nix::sys::signal::Signal::SIGKILL);
    let _ = child.wait();
    drop(one);
    ExitCode::SUCCESS
}
