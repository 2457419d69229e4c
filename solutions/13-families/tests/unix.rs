//! Addresses `unix:PATH`: what is replaced, and what is left untouched.

#![cfg(unix)]

use solution_13_families::Address;

use socket2::{Domain, SockAddr, Socket, Type};
use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::{Path, PathBuf};
use std::sync::{Barrier, mpsc};
use std::thread;
use std::time::Duration;

/// A new folder, which is removed in the end. Its path is short: an address has room for about a hundred bytes.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("sl13-{}-{test}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Returns what `unix:` with `path` behind it stands for.
fn parse(path: impl Into<Vec<u8>>) -> io::Result<Vec<Address>> {
    Address::parse(&OsString::from_vec([b"unix:".to_vec(), path.into()].concat()))
}

/// Listens at `path`, as a server does.
fn listen(path: &Path) -> io::Result<Socket> {
    parse(path.as_os_str().as_encoded_bytes()).unwrap()[0].listen()
}

/// Returns a new client's socket that is connected to `path`.
fn call(path: &Path) -> io::Result<Socket> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.connect(&SockAddr::unix(path)?).map(|()| socket)
}

#[test]
fn all_that_follows_is_the_path() {
    for path in ["socket", "@socket", "a:1", "unix:x", " ", "/tmp/a b", "127.0.0.1:8888"] {
        let address = &parse(path).unwrap()[0];
        assert_eq!(*address, Address::Unix(path.into()));
        assert_eq!(address.to_string(), format!("unix:{path}"));
    }
    // A path need not be UTF-8.
    assert_eq!(
        parse(b"a\xff".to_vec()).unwrap(),
        [Address::Unix(OsString::from_vec(b"a\xff".to_vec()).into())]
    );
}

#[test]
fn a_path_has_at_least_one_byte_and_no_more_than_fit() {
    assert_eq!(parse("").unwrap_err().kind(), ErrorKind::InvalidInput);
    assert!(parse("a".repeat(100)).is_ok());
    for length in [109, 110, 4096] {
        let error = parse("a".repeat(length)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(&format!("{length} bytes")), "{error}");
    }
}

#[test]
fn a_client_reaches_what_listens() {
    let folder = Folder::new("reach");
    let listener = listen(&folder.path("socket")).unwrap();
    let mut client = call(&folder.path("socket")).unwrap();
    let (mut stream, peer) = listener.accept().unwrap();
    assert!(peer.is_unnamed());
    stream.write_all(b"hello").unwrap();
    drop(stream);
    let mut got = String::new();
    client.read_to_string(&mut got).unwrap();
    assert_eq!(got, "hello");
}

#[test]
fn a_socket_file_that_nobody_listens_at_is_replaced() {
    let folder = Folder::new("stale");
    let path = folder.path("socket");
    // Left behind by a server, by one that never listened, and by one of datagrams: all refuse.
    let left: [fn(&Path); 3] = [
        |path| drop(UnixListener::bind(path).unwrap()),
        |path| {
            let socket = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
            socket.bind(&SockAddr::unix(path).unwrap()).unwrap();
        },
        |path| drop(UnixDatagram::bind(path).unwrap()),
    ];
    for leave in left {
        leave(&path);
        let listener = listen(&path).unwrap();
        let _client = call(&path).unwrap();
        listener.accept().unwrap();
        drop(listener);
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn all_else_stays_untouched() {
    let folder = Folder::new("taken");
    let path = |name| folder.path(name);
    fs::write(path("file"), "precious").unwrap();
    fs::create_dir(path("folder")).unwrap();
    let live = UnixListener::bind(path("live")).unwrap();
    let _datagrams = UnixDatagram::bind(path("datagrams")).unwrap();
    // Of a link, what it points to would be replaced, or be made.
    drop(UnixListener::bind(path("dead")).unwrap());
    symlink("dead", path("link")).unwrap();
    symlink("nothing", path("dangling")).unwrap();

    for name in ["file", "folder", "live", "datagrams", "link", "dangling"] {
        let before = fs::symlink_metadata(path(name)).unwrap();
        let error = listen(&path(name)).expect_err(name);
        assert_eq!(error.kind(), ErrorKind::AddrInUse, "{name}: {error}");
        let after = fs::symlink_metadata(path(name)).unwrap();
        assert_eq!((after.ino(), after.len()), (before.ino(), before.len()), "{name}");
    }
    assert_eq!(fs::read_to_string(path("file")).unwrap(), "precious");
    assert!(fs::symlink_metadata(path("dead")).is_ok() && fs::symlink_metadata(path("nothing")).is_err());
    // The live one was called once, to see whether it lives, and it still is.
    live.accept().unwrap();
    call(&path("live")).unwrap();
}

#[test]
fn a_live_server_whose_queue_is_full_is_not_waited_for() {
    let folder = Folder::new("full");
    let path = folder.path("socket");
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
    socket.bind(&SockAddr::unix(&path).unwrap()).unwrap();
    socket.listen(0).unwrap();
    let mut waiting = Vec::new();
    loop {
        let client = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
        client.set_nonblocking(true).unwrap();
        match client.connect(&SockAddr::unix(&path).unwrap()) {
            Ok(()) => waiting.push(client),
            // Linux says "would block", BSD and macOS refuse; so there this one looks dead, and is not tried.
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(_) => return,
        }
    }
    let (tell, told) = mpsc::channel();
    let there = path.clone();
    thread::spawn(move || tell.send(listen(&there).err().map(|error| error.kind())));
    // Nobody ever makes room in the queue, so a call that waits for it never returns.
    let refused = told.recv_timeout(Duration::from_secs(30)).expect("a socket that does not block");
    assert_eq!(refused, Some(ErrorKind::AddrInUse));
    assert!(fs::symlink_metadata(&path).is_ok());
}

#[test]
fn of_servers_that_start_at_the_same_moment_exactly_one_listens() {
    let folder = Folder::new("race");
    let path = folder.path("socket");
    for _ in 0..100 {
        drop(UnixListener::bind(&path).unwrap());
        let start = Barrier::new(8);
        let listeners: Vec<Socket> = thread::scope(|scope| {
            let server = || {
                start.wait();
                listen(&path).ok()
            };
            let servers: Vec<_> = (0..8).map(|_| scope.spawn(server)).collect();
            servers.into_iter().filter_map(|server| server.join().unwrap()).collect()
        });
        assert_eq!(listeners.len(), 1);
        call(&path).unwrap();
        drop(listeners);
        fs::remove_file(&path).unwrap();
    }
}
