// kills time-limit@plain: after 10 s end the command
// Mistake: it ends a command after 120 s.
use serde_json::{Value, json};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

const LONGEST: usize = 8192;
const LIMIT: Duration = Duration::from_secs(120);
const MOST: usize = 64 << 20;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let listener = match bind(addr) {
        Ok(listener) => listener,
        Err(e) => {
            let _ = writeln!(io::stderr(), "server: cannot listen on {addr}: {e}");
            return ExitCode::FAILURE;
        }
    };
    let _ = writeln!(io::stdout(), "listening on {addr}");
    loop {
        let started = listener.accept().and_then(|(stream, peer)| {
            thread::Builder::new().spawn(move || {
                let why = serve(stream).map_or_else(|e| e.to_string(), |()| "left".to_string());
                let _ = writeln!(io::stdout(), "{peer}: {why}");
            })
        });
        if let Err(e) = started {
            let _ = writeln!(io::stderr(), "server: {e}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn bind(addr: &str) -> io::Result<TcpListener> {
    let addrs: Vec<_> = addr.to_socket_addrs()?.collect();
    if !addrs.iter().all(|addr| addr.ip().is_loopback()) {
        return Err(io::Error::new(ErrorKind::PermissionDenied, "it is no loopback address"));
    }
    TcpListener::bind(&addrs[..])
}

/// What a command came to.
#[derive(Default)]
struct Outcome {
    /// The exit status, or what went wrong.
    status: Option<i32>,
    error: &'static str,
    out: Vec<u8>,
    err: Vec<u8>,
}

impl Outcome {
    fn failed(error: &'static str) -> Self {
        Self { error, ..Self::default() }
    }
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut folder = env::current_dir()?;
    let mut line = Vec::new();
    let mut buf = [0; 2048];
    loop {
        let n = match stream.read(&mut buf) {
            Ok(0) => return Ok(()),
            Ok(n) => n,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        for &byte in &buf[..n] {
            if byte != b'\n' {
                line.push(byte);
                if line.len() > LONGEST {
                    reply(&mut stream, &Outcome::failed("line too long"))?;
                    return part(&stream);
                }
                continue;
            }
            if line.ends_with(b"\r") {
                line.pop();
            }
            if line == b"exit" {
                return part(&stream);
            }
            reply(&mut stream, &answer(&line, &mut folder))?;
            line.clear();
        }
    }
}

fn answer(line: &[u8], folder: &mut PathBuf) -> Outcome {
    if line.contains(&0) {
        return Outcome::failed("NUL in the line");
    }
    let Ok(line) = str::from_utf8(line) else { return Outcome::failed("the line is not UTF-8") };
    if line != "cd" && !line.starts_with("cd ") {
        return run(line, folder);
    }
    let name = line[2..].trim_matches([' ', '\t']);
    let there = if name.is_empty() { Ok(home(folder)) } else { enter(folder, Path::new(name)) };
    match there {
        Ok(there) => {
            *folder = there;
            Outcome { status: Some(0), ..Outcome::default() }
        }
        Err(e) => Outcome { status: Some(1), err: format!("cd: {name}: {e}\n").into(), ..Outcome::default() },
    }
}

/// The folder where chdir(2) would lead.
fn enter(folder: &Path, name: &Path) -> io::Result<PathBuf> {
    let path = folder.join(name);
    // `.` in it can be looked up only in a folder that one may enter.
    fs::metadata(path.join("."))?;
    fs::canonicalize(path)
}

fn home(folder: &Path) -> PathBuf {
    let home = env::var_os("HOME").filter(|home| !home.is_empty());
    home.and_then(|home| enter(folder, Path::new(&home)).ok()).unwrap_or_else(|| "/".into())
}

fn run(line: &str, folder: &Path) -> Outcome {
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(folder).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let until = Instant::now() + LIMIT;
    let Ok(mut child) = command.spawn() else { return Outcome::failed("sh cannot be started") };
    let mut outcome = Outcome::default();
    if let Err(why) = watch(&mut child, until, &mut outcome) {
        end_group(&child);
        outcome.error = why;
    }
    match child.wait().map(|status| status.code()) {
        Ok(None) if outcome.error.is_empty() => outcome.error = "a signal ended sh",
        Ok(code) if outcome.error.is_empty() => outcome.status = code,
        Ok(_) => {}
        Err(_) => outcome.error = "sh is lost",
    }
    outcome
}

/// Reads both streams to their ends and waits for sh; or says which limit that was over.
fn watch(child: &mut Child, until: Instant, outcome: &mut Outcome) -> Result<(), &'static str> {
    const LATE: &str = "it took over 120 seconds";
    let (sender, pieces) = sync_channel(4);
    if let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) {
        let other = sender.clone();
        thread::spawn(move || pump(out, true, &sender));
        thread::spawn(move || pump(err, false, &other));
    }
    let mut open = 2;
    while open > 0 {
        let left = until.saturating_duration_since(Instant::now());
        let (is_out, mut piece) = pieces.recv_timeout(left).map_err(|_| LATE)?;
        if piece.is_empty() {
            open -= 1;
        }
        let room = MOST - outcome.out.len() - outcome.err.len();
        let is_over = piece.len() > room;
        piece.truncate(room);
        let said = if is_out { &mut outcome.out } else { &mut outcome.err };
        said.append(&mut piece);
        if is_over {
            return Err("its output is over 64 MiB");
        }
    }
    while child.try_wait().is_ok_and(|status| status.is_none()) {
        if Instant::now() >= until {
            return Err(LATE);
        }
        thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}

/// An empty piece is the end.
fn pump(mut from: impl Read, is_out: bool, to: &SyncSender<(bool, Vec<u8>)>) {
    loop {
        let mut piece = vec![0; 1 << 16];
        let n = from.read(&mut piece).unwrap_or(0);
        piece.truncate(n);
        if to.send((is_out, piece)).is_err() || n == 0 {
            return;
        }
    }
}

fn end_group(child: &Child) {
    let group = format!("kill -9 -{}", child.id());
    let _ = Command::new("sh").args(["-c", &group]).stdin(Stdio::null()).stderr(Stdio::null()).status();
}

fn reply(stream: &mut TcpStream, outcome: &Outcome) -> io::Result<()> {
    let (out, err) = (&outcome.out, &outcome.err);
    let mut header = json!({"status": outcome.status, "stdout_size": out.len(), "stderr_size": err.len()});
    if outcome.status.is_none() {
        header["error"] = Value::from(outcome.error);
    }
    let header = header.to_string();
    let mut head = u32::try_from(header.len()).unwrap_or(u32::MAX).to_be_bytes().to_vec();
    head.extend_from_slice(header.as_bytes());
    stream.write_all(&head)?;
    stream.write_all(out)?;
    stream.write_all(err)
}

/// FIN, and a second in which what still comes is dropped: unread bytes would make an RST of the close.
fn part(mut stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    let until = Instant::now() + Duration::from_secs(1);
    let mut drain = [0; 2048];
    while let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut drain) {
            Ok(1..) => {}
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => break, // its end, or the second is over
        }
    }
    Ok(())
}
