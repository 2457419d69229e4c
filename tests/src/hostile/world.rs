//! A teacher's machine in a folder: a home, a clone of the course, a class, and those who listen for calls.

use super::aftermath::Aftermath;
use super::{Around, Attack, From};
use crate::{Ran, empty_dir, root, wait_for};
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// What all attacks share.
const PRELUDE: &str = include_str!("attacks/prelude.py");
/// A build script that runs the attack beside it, and shows what that said.
const BUILD: &str = "fn main() {\n    let ran = std::process::Command::new(\"python3\").arg(\"attack.py\").output().unwrap();\n    \
                     print!(\"{}\", String::from_utf8_lossy(&ran.stdout));\n    \
                     panic!(\"{}\", String::from_utf8_lossy(&ran.stderr));\n}\n";
const LAB_TOML: &str = "server = \"python3 server.py\"\nclient = \"python3 client.py\"\n";
/// A program that runs the attack once, and repeats in all other checks what that said: some of it stands in the report.
const ONCE: &str = "mkdir once 2>/dev/null && exec python3 attack.py again\ncat said >&2\nexit 1\n";

/// The machine.
pub struct World {
    /// All of it.
    pub dir: PathBuf,
    /// A word that no other world has.
    word: String,
    /// What is secret in the runner's environment.
    pub token: String,
    pub(super) ports: Ports,
    pub(super) heard: Arc<Mutex<BTreeSet<String>>>,
    pub(super) over: Arc<AtomicBool>,
}

#[derive(Clone, Copy)]
pub(super) struct Ports {
    pub(super) tcp: u16,
    pub(super) udp: u16,
    /// One for each [`From`].
    pub(super) open: [u16; 2],
}

impl World {
    /// Makes one below this folder for temporary files; `runner` is the runner's executable.
    ///
    /// # Panics
    /// When something cannot be made.
    pub fn new(tmp: &str, name: &str, runner: &str) -> Self {
        let dir = empty_dir(tmp, &format!("hostile-{name}")).canonicalize().expect("a folder");
        static WORLDS: AtomicUsize = AtomicUsize::new(0);
        // Short: reports cut long lines.
        let word = format!("{}n{}", std::process::id(), WORLDS.fetch_add(1, Ordering::SeqCst));
        let (heard, over) = (Arc::default(), Arc::default());
        let ports = Ports { tcp: 0, udp: 0, open: [0; 2] };
        let mut world = Self { token: format!("token-{word}"), dir, word, ports, heard, over };
        for folder in ["home", "in", "lab/lessons", "lab/xtask", "lab/target/debug", "lab/.cargo"] {
            fs::create_dir_all(world.path(folder)).expect("a folder");
        }
        for file in ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "xtask/Cargo.toml"] {
            fs::copy(root().join(file), world.path("lab").join(file)).expect("a file of the course");
        }
        let copied =
            Command::new("cp").arg("-r").arg(root().join("solutions")).arg(world.path("lab")).status();
        assert!(copied.expect("cp").success());
        fs::copy(runner, world.runner()).expect("the runner");
        fs::write(world.path("lab/lessons/removed"), "").expect("a file");
        for (file, secret) in world.secrets() {
            if file.starts_with(&world.dir) && !file.starts_with(world.path("in")) {
                let text = fs::read_to_string(&file).unwrap_or_default();
                // A comment changes no solution.
                fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
                fs::write(&file, format!("// {secret}\n{text}")).expect("a secret");
            }
        }
        fs::write(world.modes(), "").expect("a file");
        for file in [world.path("home/secret.txt"), world.modes()] {
            fs::set_permissions(file, fs::Permissions::from_mode(0o600)).expect("a mode");
        }
        world.listen();
        world
    }

    /// Returns a path in it.
    pub fn path(&self, inner: &str) -> PathBuf {
        self.dir.join(inner)
    }

    /// The runner's executable, where cargo would have built it.
    pub(super) fn runner(&self) -> PathBuf {
        self.path("lab/target/debug/xtask")
    }

    /// The file whose mode an attack changes.
    pub(super) fn modes(&self) -> PathBuf {
        self.path("home/modes.txt")
    }

    /// Returns the word that everything from this student has.
    pub fn mark(&self, student: &str) -> String {
        format!("mark-{student}-{}", self.word)
    }

    /// Returns what no student may read, and what stands in it.
    pub fn secrets(&self) -> Vec<(PathBuf, String)> {
        let secret = |file: &str, name: &str| (self.path(file), format!("secret-{name}-{}", self.word));
        vec![
            secret("home/secret.txt", "home"),
            secret("in/a-right/notes.txt", "classmate"),
            secret("graded/students/earlier/report.json", "results"),
            secret("lab/solutions/01-echo/src/bin/server.rs", "solution"),
            // The first user of every system, with or without a password.
            ("/etc/shadow".into(), "root:".into()),
        ]
    }

    /// Hands in right programs, as this student, in Python or in Rust.
    ///
    /// # Panics
    /// When they cannot be written.
    pub fn right(&self, student: &str, is_rust: bool) {
        let own = self.path("in").join(student);
        let lesson = own.join("lessons/01-echo");
        fs::create_dir_all(&lesson).expect("a folder");
        let (_, secret) = self.secrets().swap_remove(1);
        fs::write(own.join("notes.txt"), format!("{secret}\n")).expect("a file");
        if is_rust {
            let from = root().join("solutions/01-echo");
            fs::create_dir_all(lesson.join("src/bin")).expect("a folder");
            for file in ["Cargo.toml", "src/bin/server.rs", "src/bin/client.rs"] {
                let text = fs::read_to_string(from.join(file)).expect("the solution");
                fs::write(lesson.join(file), text.replace("solution-01", "lesson-01")).expect("a file");
            }
            return;
        }
        let right = root().join("tests/src/bin/programs/right");
        for (file, from) in [("server.py", "s01_server_selectors.py"), ("client.py", "s01_client_diary.py")] {
            fs::copy(right.join(from), lesson.join(file)).expect("a program");
        }
        fs::write(lesson.join("lab.toml"), LAB_TOML).expect("a file");
    }

    /// Hands in an attack.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn attack(&self, attack: &Attack, from: From) {
        let student = attack.student(from);
        let lesson = self.path("in").join(&student).join("lessons/01-echo");
        if attack.name == "link" {
            fs::create_dir_all(lesson.parent().expect("a folder")).expect("a folder");
            std::os::unix::fs::symlink(self.path("in/a-right/lessons/01-echo"), &lesson).expect("a link");
            return;
        }
        fs::create_dir_all(lesson.join("src/bin")).expect("a folder");
        let file = |name: &str, text: &str| fs::write(lesson.join(name), text).expect("a file");
        let script = format!("{PRELUDE}\n\n{}\nsys.stdout.flush()\nsys.exit(1)\n", attack.script);
        match from {
            From::Program => {
                file("lab.toml", "server = \"sh once.sh\"\nclient = \"sh once.sh\"\n");
                let each = "exec python3 attack.py\n";
                file("once.sh", if attack.name == "bind" { each } else { ONCE });
                file("attack.py", &script);
            }
            From::Build => {
                file(
                    "Cargo.toml",
                    "[package]\nname = \"lesson-01-echo\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
                );
                file("src/bin/server.rs", "fn main() {}\n");
                file("src/bin/client.rs", "fn main() {}\n");
                file("build.rs", BUILD);
                file("attack.py", &script);
            }
        }
        let secrets: Vec<PathBuf> = self.secrets().into_iter().map(|(file, _)| file).collect();
        let world = json!({
            "name": student, "mark": self.mark(&student), "dir": self.dir, "home": self.path("home"),
            "lab": self.path("lab"), "results": self.path("results"), "secrets": secrets, "token": self.token,
            "tcp": self.ports.tcp, "udp": self.ports.udp, "open": self.ports.open[from as usize], "agent": self.path("home/agent"),
            "modes": self.modes(), "stop": self.path("home/stop"),
        });
        file("world.json", &world.to_string());
        if attack.name == "inside" {
            let link = std::os::unix::fs::symlink(self.path("home/secret.txt"), lesson.join("notes.txt"));
            link.expect("a link");
            nix::unistd::mkfifo(&lesson.join("pipe"), nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
            fs::create_dir(lesson.join(".cargo")).expect("a folder");
            let text = format!("[build]\nrustc-wrapper = {:?}\n", self.path("home/secret.txt"));
            fs::write(lesson.join(".cargo/config.toml"), text).expect("a file");
        }
    }

    /// Judges the class with this around each student, and with this limit of each build, in seconds.
    ///
    /// # Panics
    /// When the runner cannot be started.
    pub fn judge(self, around: Around, build_limit: u32) -> Aftermath {
        let mut command = Command::new(self.runner());
        command.args(["judge", &self.path("in").to_string_lossy(), &self.path("results").to_string_lossy()]);
        command.args([
            "01",
            "--seed",
            "7",
            "--jobs",
            "4",
            "--limit",
            "1000",
            "--build-limit",
            &build_limit.to_string(),
        ]);
        // Rust is installed in another home than this teacher's.
        for (name, usual) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            let own = std::env::var_os(name).map(PathBuf::from);
            command.env(name, own.or_else(|| Some(std::env::home_dir()?.join(usual))).expect("a home"));
        }
        command.env("HOME", self.path("home")).env("TEACHERS_TOKEN", &self.token);
        command.env("CARGO_MANIFEST_DIR", self.path("lab/xtask")).env("SOCKET_LAB_HOME", self.path("home"));
        match around {
            Around::All => &mut command,
            Around::NoBox => command.env("SOCKET_LAB_NO_BOX", "1"),
            Around::Nothing => command.arg("--no-confine"),
        };
        command.current_dir(self.path("home")).stdin(Stdio::null());
        let (out, err) = (self.path("out.txt"), self.path("err.txt"));
        command
            .stdout(fs::File::create(&out).expect("a file"))
            .stderr(fs::File::create(&err).expect("a file"));
        let mut child = command.spawn().expect("the runner");
        let (status, was_stopped) = wait(&mut child);
        let text = |file| String::from_utf8_lossy(&fs::read(file).unwrap_or_default()).into_owned();
        let ran = Ran { status: status.unwrap_or(-1), stdout: text(&out), stderr: text(&err) };
        Aftermath { world: self, ran, was_stopped }
    }
}

/// Waits for the end of the runner. If somebody has stopped it, ends it. Returns its status, and whether it was stopped.
fn wait(child: &mut Child) -> (Option<i32>, bool) {
    let pid = child.id();
    let is_stopped = || {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('T'))
    };
    let mut was_stopped = false;
    let mut status = None;
    wait_for("the class is judged", || {
        if let Some(ended) = child.try_wait().expect("its status") {
            status = Some(ended);
        } else if !was_stopped && is_stopped() {
            was_stopped = true;
            let _ = child.kill();
        }
        status.is_some()
    });
    (status.and_then(|status| status.code()), was_stopped)
}

impl Drop for World {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // Ends those who have survived.
        let _ = fs::write(self.path("home/stop"), "");
    }
}
