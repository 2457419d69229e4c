//! What this machine can do for the course. The runner tries each thing; it does not look it up.

use super::advice::System;
use super::probe::{Health, Probe};
use super::{boxed, confined};
use crate::commands::editor::{self, Editor};
use crate::commands::shared::dir_of;
use crate::course::{LESSONS, Lesson};
use crate::system::address;
use crate::system::endpoint::{Listener, Stream, listening_at};
use crate::system::family::Family;
use crate::system::portable;
use crate::system::processes;
use crate::system::processes::Activity;
use crate::system::program::{Program, Spec};
use crate::system::segments;
use crate::system::sockets;
use crate::system::sockets::Taken;
use crate::system::trace;
use crate::system::trace::tracer::WHY_NOT;
use crate::workspace::{self, lab_toml, shell};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The longest time that one try may take.
const LIMIT: Duration = Duration::from_secs(5);
/// Whose words the advice has.
const HERE: System = System::here();

/// Tries everything.
pub fn examine() -> Vec<Probe> {
    let machine = [
        rust(),
        crates(),
        folder(),
        loopback(),
        ports(),
        ipv6(),
        unix_sockets(),
        descriptors(),
        sockets_table(),
        programs(),
        calls(),
        confined::examine(),
        boxed::examine(),
        packets(),
        python(),
        editor(),
    ];
    machine.into_iter().chain(LESSONS.iter().filter_map(programs_of)).collect()
}

/// Returns the first line that a command prints, if the command succeeds.
fn first_line(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then(|| text.lines().next().unwrap_or_default().trim().to_string())
}

fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace::root());
    command
}

fn rust() -> Probe {
    const MINIMUM: &str = env!("CARGO_PKG_RUST_VERSION");
    let cost = "no lesson can be built";
    let Some(cargo) = first_line(cargo().arg("--version")) else {
        return Probe::missing("Rust", "no cargo", cost, "install Rust: https://rustup.rs");
    };
    let numbers = |text: &str| -> Vec<u32> { text.split('.').map_while(|part| part.parse().ok()).collect() };
    let version = cargo.split(' ').nth(1).unwrap_or_default();
    match numbers(version.split('-').next().unwrap_or_default()) >= numbers(MINIMUM) {
        true => Probe::works("Rust", cargo),
        false => {
            Probe::missing("Rust", format!("{cargo}; at least {MINIMUM} is needed"), cost, "rustup update")
        }
    }
}

fn crates() -> Probe {
    // Crates that only other platforms need are never here.
    let host = cargo().arg("-vV").output().map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let host = host.unwrap_or_default();
    let host = host.lines().find_map(|line| line.strip_prefix("host: "));
    let platform = host.map_or(Vec::new(), |host| vec!["--filter-platform", host]);
    let words = ["metadata", "--offline", "--locked", "--format-version", "1", "--quiet"];
    match cargo().args(words).args(platform).output() {
        Ok(output) if output.status.success() => {
            Probe::works("crates", "all are here: lessons are built without a network")
        }
        output => {
            let stderr = output.map(|output| String::from_utf8_lossy(&output.stderr).into_owned());
            let stderr = stderr.unwrap_or_default();
            // `failed to download `serde v1.0.228``
            let which = stderr.split('`').nth(1).filter(|word| word.contains(" v"));
            let seen = which.map_or("some are not here yet".to_string(), |which| {
                format!("some are not here yet: {which} is the first")
            });
            Probe::less("crates", seen, "a build that needs them needs the network", "cargo fetch --locked")
        }
    }
}

fn folder() -> Probe {
    let root = workspace::root();
    let tried = [root.join(".lab"), root.join("target")].into_iter().try_for_each(|dir| {
        std::fs::create_dir_all(&dir)?;
        let file = dir.join(format!("doctor-{}", std::process::id()));
        std::fs::write(&file, b"written by cargo xtask doctor").and_then(|()| std::fs::remove_file(&file))
    });
    let shown = root.canonicalize().unwrap_or(root).display().to_string();
    let shown = without_prefix(&shown);
    match tried {
        Ok(()) => Probe::works("this folder", format!("{shown} can be written")),
        Err(error) => Probe::missing(
            "this folder",
            format!("{shown} cannot be written ({error})"),
            "nothing can be built, and no progress is kept",
            "clone the repository into a folder of your own",
        ),
    }
}

/// Returns a path without what Windows sets before a whole one (`\\?\C:\lab`): nobody types that.
fn without_prefix(path: &str) -> &str {
    path.strip_prefix(r"\\?\").filter(|rest| rest.as_bytes().get(1) == Some(&b':')).unwrap_or(path)
}

/// Makes a connection at this address, and checks that it carries a byte each way.
fn talk(addr: SocketAddr) -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind(addr)?;
    let mut client = TcpStream::connect_timeout(&listener.local_addr()?, LIMIT)?;
    let (mut server, _) = listener.accept()?;
    for stream in [&client, &server] {
        stream.set_read_timeout(Some(LIMIT))?;
    }
    client.write_all(b"?")?;
    server.read_exact(&mut [0])?;
    server.write_all(b"!")?;
    client.read_exact(&mut [0])?;
    Ok((client, server))
}

fn loopback() -> Probe {
    match talk((Ipv4Addr::LOCALHOST, 0).into()) {
        Ok(_) => Probe::works("loopback", "127.0.0.1 carries bytes both ways"),
        Err(error) => Probe::missing(
            "loopback",
            format!("127.0.0.1 does not work ({error})"),
            "no program can be judged",
            HERE.loopback(),
        ),
    }
}

fn ports() -> Probe {
    match address::free() {
        Ok(addr) => Probe::works("ports", format!("each program gets an address of its own, such as {addr}")),
        Err(error) => Probe::missing("ports", format!("{error:#}"), "no program can be judged", HERE.ports()),
    }
}

fn ipv6() -> Probe {
    match talk((Ipv6Addr::LOCALHOST, 0).into()) {
        Ok(_) => Probe::works("IPv6", "[::1] carries bytes both ways"),
        Err(error) => Probe::less(
            "IPv6",
            format!("[::1] does not work ({error})"),
            "programs at IPv6 addresses cannot be judged; lesson 13 skips these checks",
            HERE.ipv6(),
        ),
    }
}

/// Checks that the kernel tells who listens at a Unix socket, and what a reader has taken.
fn unix_sockets() -> Probe {
    let what = "Unix sockets";
    let cost = "programs at Unix sockets cannot be judged (lesson 13)";
    if let Some(why) = address::lacks(Family::Unix) {
        return Probe::less(what, why, cost, HERE.use_linux());
    }
    let tried = || -> anyhow::Result<bool> {
        let place = address::fresh(Family::Unix)?;
        let listener = Listener::bind(place.endpoint)?;
        let client = Stream::connect(place.endpoint, Some(LIMIT))?;
        let server = listener.accept()?;
        (&client).write_all(b"?")?;
        let (ends, is_found) =
            (client.ends()?, listening_at(place.endpoint).is_ok_and(|found| !found.is_empty()));
        let before = client.taken(ends, 1);
        (&server).read_exact(&mut [0])?;
        Ok(is_found && (before, client.taken(ends, 1)) == (Taken::NotAll, Taken::All))
    };
    match tried() {
        Ok(true) => Probe::works(what, "the kernel tells who listens, and what a reader has taken"),
        Ok(false) => Probe::less(
            what,
            "the kernel does not tell who listens there, or what a reader has taken",
            cost,
            if sockets::known() { "modprobe unix_diag" } else { HERE.use_linux() },
        ),
        Err(error) => {
            let mend = if sockets::known() { "modprobe unix_diag" } else { HERE.use_linux() };
            Probe::less(what, format!("they do not work here ({error:#})"), cost, mend)
        }
    }
}

/// The descriptors that the runner needs for 256 clients at once (lesson 08): two sockets each, plus 188.
const DESCRIPTORS: u64 = 700;

#[cfg(unix)]
fn descriptors() -> Probe {
    use nix::sys::resource::{Resource, getrlimit};
    let (limit, _) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or((0, 0));
    match limit >= DESCRIPTORS {
        true => Probe::works("descriptors", format!("{limit} files and sockets may be open at once")),
        false => Probe::less(
            "descriptors",
            format!("only {limit} files and sockets may be open at once"),
            "lesson 08 asks for 256 clients at once, and cannot be judged",
            "ulimit -n 4096",
        ),
    }
}

#[cfg(not(unix))]
fn descriptors() -> Probe {
    Probe::works("descriptors", format!("this system has no limit below {DESCRIPTORS}"))
}

/// Checks that the kernel tells how many bytes a reader has taken; the wires need this.
fn sockets_table() -> Probe {
    let what = "the wires";
    let cost = "a wire only waits, and does not know when the reader is ready; reports state it";
    if !sockets::known() {
        return Probe::less(
            what,
            "this system does not tell what a reader has taken",
            cost,
            HERE.use_linux(),
        );
    }
    let asked = talk((Ipv4Addr::LOCALHOST, 0).into()).and_then(|(mut client, server)| {
        let (reader, sender) = (server.local_addr()?, client.local_addr()?);
        client.write_all(b"x")?;
        let until = Instant::now() + LIMIT;
        // When the byte has arrived, it counts as unread.
        let arrived = || {
            sockets::between(reader, sender).is_ok_and(|entry| entry.is_some_and(|entry| entry.unread == 1))
        };
        while !arrived() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1)); // Only the interval at which to ask again.
        }
        let before = sockets::taken(reader, sender, 2);
        (&server).read_exact(&mut [0])?;
        Ok((before, sockets::taken(reader, sender, 2), sockets::between(reader, sender)?))
    });
    match asked {
        Ok((Taken::NotAll, Taken::All, Some(entry))) if entry.received.is_some() => {
            Probe::works(what, "the kernel tells what a reader has taken (NETLINK_SOCK_DIAG)")
        }
        Ok((Taken::NotAll, Taken::All, _)) => Probe::less(
            what,
            "the kernel tells what a reader has taken, but only in /proc/net/tcp",
            "wires that cut the stream are slower, by a millisecond a byte",
            "allow NETLINK_SOCK_DIAG (a container's seccomp profile, or modprobe tcp_diag inet_diag)",
        ),
        _ => Probe::less(
            what,
            "the kernel does not tell what a reader has taken",
            cost,
            "make /proc readable, or allow NETLINK_SOCK_DIAG",
        ),
    }
}

/// Checks that programs can be started, watched, and ended together with all that they start.
fn programs() -> Probe {
    let what = "programs";
    let cost = "no program can be judged";
    let argv = vec!["sh".into(), "-c".into(), "read x".into()];
    let spec = Spec { argv, ..Spec::default() };
    if !portable::asks_kernel() {
        let (seen, cost) = HERE.ends();
        return Probe::less(what, seen, cost, HERE.use_linux());
    }
    let mut program = match Program::start(&spec, &[], &[]) {
        Ok(program) => program,
        Err(error) => {
            return Probe::missing(what, format!("{error:#}"), cost, "allow prctl(2) and a readable /proc");
        }
    };
    let until = Instant::now() + LIMIT;
    let sleeps = || matches!(program.activity(), Activity::Asleep(_));
    while !sleeps() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(1)); // Only the interval at which to ask again.
    }
    let seen = sleeps();
    let root = program.root();
    program.end();
    if !processes::descendants(root).is_empty() {
        return Probe::missing(
            what,
            "the runner could not end a program",
            cost,
            "allow kill(2) in this container",
        );
    }
    match seen {
        true => Probe::works(
            what,
            "the kernel tells what they wait for; the runner ends them with all they start",
        ),
        false => Probe::less(
            what,
            "the kernel does not tell what a program waits for (/proc/PID/syscall)",
            "the runner waits longer for a program that hangs, and can report less about why",
            "allow ptrace (a container: --cap-add SYS_PTRACE)",
        ),
    }
}

/// Checks that the calls of a program can be seen.
fn calls() -> Probe {
    let what = "calls";
    let mend = match WHY_NOT {
        Some(_) if cfg!(target_os = "linux") => "use x86-64 or aarch64",
        _ if !portable::asks_kernel() => HERE.use_linux(),
        _ => "allow ptrace (sysctl -w kernel.yama.ptrace_scope=1; a container: --cap-add SYS_PTRACE)",
    };
    match trace::probe() {
        Ok(()) => Probe::works(what, "the kernel tells which calls a program makes"),
        Err(why) => Probe::less(what, why, "pictures of a run have no calls", mend),
    }
}

/// Checks that a program can be started where its packets can be seen.
fn packets() -> Probe {
    let what = "packets";
    match segments::probe() {
        Ok(()) => Probe::works(what, "a network namespace of its own shows what a program sends"),
        Err(refused) => {
            Probe::less(what, refused.to_string(), "pictures of a run have no segments", refused.mend())
        }
    }
}

fn python() -> Probe {
    match first_line(Command::new(HERE.python_name()).arg("--version")) {
        Some(version) => Probe::works("python3", version),
        None => Probe::less(
            "python3",
            "not found",
            "only programs in Python, and the repository's own tests of them, need it",
            HERE.python(),
        ),
    }
}

fn editor() -> Probe {
    let cost = "`e` in cargo xtask watch opens nothing";
    let here = HERE.editors().iter().copied().find(|name| editor::on_path(name).is_some());
    let mend = HERE.set_editor(here.unwrap_or(HERE.editors()[0]));
    match Editor::find() {
        Some(editor) if editor.is_there() => Probe::works("editor", editor.command()),
        Some(editor) => Probe::less("editor", format!("`{}` is not found", editor.command()), cost, mend),
        None => Probe::less("editor", "VISUAL and EDITOR name none, and `code` is not here", cost, mend),
    }
}

/// Examines the `lab.toml` of a lesson, where there is one: whether it can be read, and its programs started.
fn programs_of(lesson: &Lesson) -> Option<Probe> {
    const COST: &str = "this lesson cannot be judged";
    let (file, dir) = (format!("lessons/{}/{}", lesson.dir(), lab_toml::NAME), dir_of(lesson));
    let found = match lab_toml::read(&dir) {
        Ok(found) => found?,
        Err(wrong) => return Some(Probe::less("lab.toml", wrong.to_string(), COST, format!("edit {file}"))),
    };
    let commands: Vec<&String> = found.server.iter().chain(&found.client).collect();
    let program = |command: &&String| shell::split(command).and_then(|words| words.into_iter().next());
    let is_there = |name: &String| editor::on_path(name).is_some() || dir.join(name).is_file();
    let missing = commands.iter().filter_map(program).find(|name| !is_there(name));
    Some(match missing {
        Some(name) => {
            Probe::less("lab.toml", format!("{file}: `{name}` is not found"), COST, format!("edit {file}"))
        }
        None => {
            let commands: Vec<&str> = commands.iter().map(|command| command.as_str()).collect();
            Probe::works("lab.toml", format!("{file}: {}", commands.join(" and ")))
        }
    })
}

/// Returns whether the machine can judge: nothing is missing.
pub fn is_fit(findings: &[Probe]) -> bool {
    findings.iter().all(|finding| finding.health != Health::Missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_shown_as_it_is_typed() {
        for (path, shown) in [
            (r"\\?\Z:\work\lab", r"Z:\work\lab"),
            (r"\\?\UNC\a\b", r"\\?\UNC\a\b"),
            ("/work/lab", "/work/lab"),
        ] {
            assert_eq!(without_prefix(path), shown);
        }
    }

    #[test]
    fn what_does_not_work_says_what_it_costs_and_what_mends_it() {
        for finding in examine() {
            let works = finding.health == Health::Works;
            assert!(!finding.seen.is_empty(), "{finding:?}");
            assert_eq!(works, finding.cost.is_empty() && finding.mend.is_empty(), "{finding:?}");
        }
    }
}
