//! Programs in several languages start and run with what every program may use.

use super::{PROGRAMS, PYTHON, Place, end};
use lab_tests::confined::End;
use lab_tests::{has, not_checked};
use std::path::Path;
use std::process::Command;
use xtask::system::program::confine::Confinement;

/// Runs a program confined, traced and not, and not confined: each time it prints this.
fn prints(confinement: &Confinement, argv: &[&str], wanted: &str) {
    for (how, confinement, traced) in
        [("free", None, false), ("confined", Some(confinement), false), ("traced", Some(confinement), true)]
    {
        match end(confinement, traced, argv) {
            End::Status(0, stdout, stderr) => {
                assert_eq!((stdout.as_str(), stderr.as_str()), (wanted, ""), "{how}: {argv:?}");
            }
            other => panic!("{how}: {argv:?}: {other:?}"),
        }
    }
}

/// Returns the system's own program of this name, where there is one.
fn own(name: &str) -> Option<String> {
    let path = format!("/usr/bin/{name}");
    let found = Path::new(&path).exists();
    if !found {
        not_checked(&format!("confined programs in their language: {path} is missing"));
    }
    found.then_some(path)
}

#[test]
fn a_rust_program_runs() {
    let place = Place::new("rust");
    let with = Confinement { read: vec![PROGRAMS.into()], ..place.confinement() };
    let ended = end(Some(&with), false, &[PROGRAMS, "no-such-program"]);
    assert_eq!(ended, end(None, false, &[PROGRAMS, "no-such-program"]));
    assert!(matches!(ended, End::Status(..)), "{ended:?}");
}

#[test]
fn a_c_program_runs() {
    if !has("cc", "confined programs in C") {
        return;
    }
    let place = Place::new("c");
    let source = place.outside.join("a.c");
    let text = "#include <stdio.h>\n#include <netdb.h>\nint main(void) { struct addrinfo *a;\n\
                printf(\"%d\\n\", getaddrinfo(\"localhost\", \"80\", 0, &a)); return 0; }\n";
    std::fs::write(&source, text).unwrap();
    let program = place.outside.join("a");
    assert!(Command::new("cc").arg(&source).arg("-o").arg(&program).status().unwrap().success());
    let with = Confinement { read: vec![program.clone()], ..place.confinement() };
    prints(&with, &[program.to_str().unwrap()], "0");
}

#[test]
fn python_node_java_perl_and_shells_run() {
    let place = Place::new("languages");
    let with = place.confinement();
    for (name, words) in [
        ("python3", &["-c", "import ssl, json, asyncio, socket, tempfile; print(1)"][..]),
        ("node", &["-e", "require('net').createServer().close(); require('crypto'); console.log(1)"]),
        ("perl", &["-MIO::Socket", "-MPOSIX", "-e", "print 1"]),
        ("bash", &["-c", "echo $(echo 1 | cat)"]),
        ("env", &["sh", "-c", "echo 1"]),
    ] {
        if let Some(program) = own(name) {
            prints(&with, &[&[program.as_str()], words].concat(), "1");
        }
    }
}

#[test]
fn java_runs() {
    let Some(java) = own("java") else { return };
    let place = Place::new("java");
    let source = place.outside.join("Main.java");
    let text = "public class Main { public static void main(String[] a) throws Exception {\n\
                new java.net.ServerSocket().close(); Thread t = new Thread(() -> System.out.println(1));\n\
                t.start(); t.join(); } }\n";
    std::fs::write(&source, text).unwrap();
    let built = Command::new("javac").arg("-d").arg(&place.own).arg(&source).status();
    if !built.is_ok_and(|status| status.success()) {
        return not_checked("confined programs in Java: no javac");
    }
    prints(&place.confinement(), &[&java, "-cp", place.own.to_str().unwrap(), "Main"], "1");
}

#[test]
fn python_has_its_threads_and_processes() {
    let place = Place::new("multiprocessing");
    let script = "import multiprocessing, threading\n\
                  def add(lock, queue):\n    with lock:\n        queue.put(1)\n\
                  lock, queue = multiprocessing.Lock(), multiprocessing.Queue()\n\
                  several = [multiprocessing.Process(target=add, args=(lock, queue)) for _ in range(2)]\n\
                  several.append(threading.Thread(target=add, args=(lock, queue)))\n\
                  for one in several: one.start()\n\
                  for one in several: one.join()\n\
                  print(sum(queue.get() for _ in several))\n";
    if let Some(python) = own("python3") {
        assert_eq!(python, PYTHON);
        prints(&place.confinement(), &[PYTHON, "-c", script], "3");
    }
}
