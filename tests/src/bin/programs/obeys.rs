//! A program that a test leads from call to call.

use std::collections::BTreeMap;
use std::io::{ErrorKind, IoSlice, Read, Write, stdin};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// A connection: its own, or that of another thread, which gets what to do with it.
enum Held {
    Here(Vec<TcpStream>),
    There { tell: Sender<Vec<String>>, done: Receiver<()>, ends: thread::JoinHandle<()> },
}

/// Does what each line of its input says, and prints `done` after each, until its input ends. Its arguments give names to
/// addresses, `wire=127.0.0.1:8888`, so that the lines are the same wherever it runs:
///
/// `listen WHERE`, `accept NAME`, `connect NAME WHERE`, `thread NAME` (another thread has this connection from now on), and
/// of a connection `write NAME TEXT`, `writev NAME TEXT…`, `read NAME COUNT`, `peek NAME COUNT`, `nodelay NAME`,
/// `copy NAME`, `shutdown NAME`, `close NAME`.
pub fn obeys(args: &[String]) -> ExitCode {
    let named = |name: &str| {
        let found = args.iter().find_map(|arg| arg.strip_prefix(name)?.strip_prefix('='));
        found.expect("the address of this name")
    };
    let mut listener = None;
    let mut held: BTreeMap<String, Held> = BTreeMap::new();
    for line in stdin().lines() {
        let words: Vec<String> = line.expect("a line").split(' ').map(String::from).collect();
        match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["listen", at] => listener = Some(TcpListener::bind(named(at)).expect("bind")),
            ["accept", name] => {
                let listener = listener.as_ref().expect("it listens");
                held.insert(name.into(), Held::Here(vec![listener.accept().expect("accept").0]));
            }
            ["connect", name, at] => match TcpStream::connect(named(at)) {
                Ok(stream) => drop(held.insert(name.into(), Held::Here(vec![stream]))),
                Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionRefused),
            },
            ["thread", name] => {
                let Some(Held::Here(streams)) = held.remove(name) else { panic!("{name}") };
                held.insert(name.into(), elsewhere(streams));
            }
            [_, name, ..] => {
                let is_over = words[0] == "close";
                match held.get_mut(name).expect(name) {
                    Held::Here(streams) => obey(streams, &words),
                    Held::There { tell, done, .. } => {
                        tell.send(words.clone()).expect("the thread");
                        done.recv().expect("the thread");
                    }
                }
                if is_over && let Some(Held::There { tell, ends, .. }) = held.remove(name) {
                    drop(tell);
                    ends.join().expect("the thread");
                }
            }
            _ => panic!("{words:?}"),
        }
        println!("done");
    }
    ExitCode::SUCCESS
}

/// Gives a connection to a new thread.
fn elsewhere(mut streams: Vec<TcpStream>) -> Held {
    let (tell, told) = channel::<Vec<String>>();
    let (did, done) = channel();
    let ends = thread::spawn(move || {
        for words in told {
            obey(&mut streams, &words);
            did.send(()).expect("the main thread");
        }
    });
    Held::There { tell, done, ends }
}

/// Makes one call; `streams` are all descriptors of one connection.
fn obey(streams: &mut Vec<TcpStream>, words: &[String]) {
    let stream = &mut streams[0];
    let buffer = |count: &String| vec![0; count.parse().expect("a count")];
    match (words[0].as_str(), &words[2..]) {
        ("write", [text]) => stream.write_all(text.as_bytes()).expect("write"),
        ("writev", texts) => {
            let parts: Vec<IoSlice<'_>> = texts.iter().map(|text| IoSlice::new(text.as_bytes())).collect();
            let all: usize = texts.iter().map(String::len).sum();
            assert_eq!(stream.write_vectored(&parts).expect("writev"), all);
        }
        ("read", [count]) => drop(stream.read(&mut buffer(count)).expect("read")),
        ("peek", [count]) => drop(stream.peek(&mut buffer(count)).expect("peek")),
        ("nodelay", []) => stream.set_nodelay(true).expect("option"),
        ("copy", []) => {
            let copy = stream.try_clone().expect("copy");
            streams.push(copy);
        }
        ("shutdown", []) => stream.shutdown(Shutdown::Write).expect("shutdown"),
        ("close", []) => streams.clear(),
        _ => panic!("{words:?}"),
    }
}
