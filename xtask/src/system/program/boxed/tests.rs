use super::*;
use crate::system::folder::Folder;
use std::fs;
use std::process::{Command, Output};

/// Runs a line of a shell in the box; `None` where none works here.
fn sh(boxed: &Boxed, line: &str) -> Option<Output> {
    if let Err(why) = probe() {
        eprintln!("NOT CHECKED: the box: {why}");
        return None;
    }
    let words = boxed.words();
    let output = Command::new(&words[0]).args(&words[1..]).args(["/bin/sh", "-c", line]).output();
    Some(output.expect("bwrap"))
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn only_what_was_named_is_there() {
    let place = Folder::new().unwrap();
    let at = |name: &str| place.path().join(name);
    for folder in ["named", "other", "work", "tmp"] {
        fs::create_dir(at(folder)).unwrap();
        fs::write(at(folder).join("file"), format!("it is {folder}\n")).unwrap();
    }
    let boxed = Boxed {
        read: vec![at("named"), at("missing")],
        write: vec![at("work")],
        links: vec![(at("link"), "/elsewhere".into())],
        tmp: at("tmp"),
    };
    let line = format!(
        "cd {}; cat named/file; cat other/file; readlink link; cat /tmp/file; echo more >> work/file; \
         echo more >> named/file; echo more > new; echo more > /tmp/new; echo more > /usr/new; ls /home /root /run",
        place.path().display()
    );
    let Some(output) = sh(&boxed, &line) else { return };
    let said = said(&output);
    assert!(said.contains("it is named\n/elsewhere\nit is tmp\n"), "{said}");
    assert!(!said.contains("it is other"), "{said}");
    let text = |path: PathBuf| fs::read_to_string(path).unwrap_or_default();
    assert_eq!(text(at("work/file")), "it is work\nmore\n");
    assert_eq!(text(at("named/file")), "it is named\n");
    assert_eq!(text(at("tmp/new")), "more\n");
    assert!(!at("new").exists() && !Path::new("/usr/new").exists());
    for gone in ["/home", "/root", "/run"] {
        assert!(said.contains(&format!("'{gone}': No such file")), "{gone}: {said}");
    }
}

#[test]
fn it_has_a_network_and_processes_of_its_own() {
    let place = Folder::new().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let boxed = Boxed { tmp: place.path().into(), ..Boxed::default() };
    let own = std::process::id();
    // A shell of its own for the connection: bash ends with its error.
    let line = format!(
        "bash -c ': < /dev/tcp/127.0.0.1/{port}' 2>&1; cat /proc/net/dev; kill -0 {own} || echo not seen; \
         grep -c . /proc/self/uid_map; grep CapEff /proc/self/status; ls -d /proc/[0-9]*"
    );
    let Some(output) = sh(&boxed, &line) else { return };
    let said = said(&output);
    assert!(said.contains("refused") && said.contains("lo:") && said.contains("not seen"), "{said}");
    assert!(said.contains("CapEff:\t0000000000000000"), "{said}");
    assert!(said.lines().filter(|line| line.starts_with("/proc/")).count() < 8, "{said}");
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err());
}

#[test]
fn each_reason_for_no_box_says_what_to_do() {
    let all = [
        NoBox::NotLinux,
        NoBox::NoBubblewrap,
        NoBox::Refused("why".into()),
        NoBox::SwitchedOff,
        NoBox::Unwanted,
    ];
    for one in &all {
        assert!(!one.to_string().is_empty() && !one.mend().is_empty() && !one.key().contains(' '));
    }
    assert_eq!(NoBox::SwitchedOff.mend(), format!("unset {VARIABLE}"));
}
