// kills output-limit@plain: send the beginning of each stream
// Mistake: at the output limit it sends the ends of the streams.
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::net::{Shutdown, TcpListener, TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

const LONGEST: usize = 8192;
const LIMIT: Duration = Duration::from_secs(10);
const MOST: u64 = 64 << 20;

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
    let (Ok(mut out), Ok(mut err)) = (unnamed(), unnamed()) else {
        return Outcome::failed("no temporary file");
    };
    let until = Instant::now() + LIMIT;
    let mut command = Command::new("setsid");
    command.args(["sh", "-c", line]).current_dir(folder).stdin(Stdio::null());
    let (Ok(to_out), Ok(to_err)) = (out.try_clone(), err.try_clone()) else {
        return Outcome::failed("out of descriptors");
    };
    let Ok(mut child) = command.stdout(to_out).stderr(to_err).spawn() else {
        return Outcome::failed("sh cannot be started");
    };
    let size = |file: &File| file.metadata().map_or(0, |facts| facts.len());
    let mut error = "";
    let status = loop {
        let ended = child.try_wait();
        if size(&out) + size(&err) > MOST {
            error = "over 64 MiB of output";
        } else if let Ok(Some(status)) = ended {
            break Some(status);
        } else if Instant::now() >= until {
            error = "over 10 seconds";
        }
        if !error.is_empty() {
            end_group(&child);
            break child.wait().ok();
        }
        thread::sleep(Duration::from_millis(3));
    };
    let mut outcome = Outcome::failed(error);
    if error.is_empty() {
        outcome.status = status.and_then(|status| status.code());
        outcome.error = "a signal ended sh";
    }
    let read = |file: &mut File, most: u64| {
        let mut bytes = Vec::new();
        let from = file.metadata().map_or(0, |facts| facts.len()).saturating_sub(most);
        let _ = file.seek(io::SeekFrom::Start(from)).and_then(|_| file.take(most).read_to_end(&mut bytes));
        bytes
    };
    outcome.out = read(&mut out, MOST);
    outcome.err = read(&mut err, MOST - outcome.out.len() as u64);
    outcome
}

/// A temporary file that has lost its name already.
fn unnamed() -> io::Result<File> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = env::temp_dir().join(format!("command-{}-{number}", std::process::id()));
    let file = File::options().read(true).append(true).create_new(true).open(&path)?;
    fs::remove_file(path)?;
    Ok(file)
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
