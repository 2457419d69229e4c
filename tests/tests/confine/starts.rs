//! Starts that containment refuses, and starts that fail for another reason.

use super::{Place, can_try, end};
use lab_tests::confined::{End, command, end_of};
use lab_tests::has;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use xtask::system::program::confine::Confinement;

fn program(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Checks that this program starts only where it is not confined, because of this file.
fn is_refused(confinement: &Confinement, argv: &[&str], file: &Path) {
    assert_eq!(end(None, false, argv), End::Status(0, String::new(), String::new()), "{argv:?}");
    for traced in [false, true] {
        assert_eq!(end(Some(confinement), traced, argv), End::Refused(file.into()), "{argv:?}");
    }
}

#[test]
fn a_program_outside_is_refused_by_name() {
    if !can_try("refused starts", &[]) {
        return;
    }
    let place = Place::new("refused");
    let outside = place.outside.join("a program\n");
    program(&outside, "#!/bin/sh\n");
    is_refused(&place.confinement(), &[outside.to_str().unwrap()], &outside.with_file_name("a program"));
}

#[test]
fn an_interpreter_outside_is_refused_by_name() {
    if !can_try("refused interpreters", &[]) {
        return;
    }
    let place = Place::new("interpreter");
    let interpreter = place.outside.join("interpreter");
    fs::copy("/bin/true", &interpreter).unwrap();
    let script = place.own.join("script");
    program(&script, &format!("#!{}\n", interpreter.display()));
    let argv = [script.to_str().unwrap()];
    is_refused(&place.confinement(), &argv, &interpreter);
    let with = Confinement { read: vec![interpreter], ..place.confinement() };
    assert_eq!(end(Some(&with), false, &argv), End::Status(0, String::new(), String::new()));
}

#[test]
fn what_env_looks_for_outside_is_refused_by_name() {
    if !can_try("refused programs of env", &[]) {
        return;
    }
    let place = Place::new("env");
    fs::copy("/bin/true", place.outside.join("socket-lab-true")).unwrap();
    let script = place.own.join("script");
    program(&script, "#!/usr/bin/env socket-lab-true\n");
    let path = format!("{}:{}", place.outside.display(), std::env::var("PATH").unwrap());
    let confinement = place.confinement();
    for (argv, which) in [(script.to_str().unwrap(), "of a script"), ("socket-lab-true", "of PATH")] {
        let ended =
            |confinement| end_of(command(super::RUNNER, confinement, false, &[argv]).env("PATH", &path));
        assert_eq!(ended(None), End::Status(0, String::new(), String::new()), "{which}");
        assert_eq!(ended(Some(&confinement)), End::Refused(place.outside.join("socket-lab-true")), "{which}");
    }
}

#[test]
fn what_the_words_name_outside_is_refused_by_name() {
    if !can_try("refused words", &[]) {
        return;
    }
    let place = Place::new("words");
    let [server, link, script] =
        [place.outside.join("server.sh"), place.own.join("link"), place.own.join("a")];
    fs::write(&server, "").unwrap();
    symlink(&server, &link).unwrap();
    program(&script, &format!("#!/bin/sh {}\n", server.display()));
    let [outside, server, link, script] =
        [&place.outside, &server, &link, &script].map(|path| path.to_str().unwrap());
    let in_shell = format!(". {server}");
    for (argv, file) in [
        (&["/bin/sh", server][..], server),
        (&["/bin/sh", link], link),
        (&[script], server),
        (&["/bin/sh", "-c", &in_shell], server),
        (&["/usr/bin/env", &format!("A=no-such-file:{server}"), "true"], server),
        (&["/bin/true", &format!("-I{outside}")], outside),
    ] {
        is_refused(&place.confinement(), argv, Path::new(file));
    }
    let with = Confinement { read: vec![place.outside.clone()], ..place.confinement() };
    assert_eq!(end(Some(&with), false, &["/bin/sh", server]), End::Status(0, String::new(), String::new()));
}

#[test]
fn a_loader_outside_is_refused_with_its_program() {
    if !can_try("refused loaders", &[]) || !has("cc", "confined programs with a loader outside") {
        return;
    }
    let place = Place::new("loader");
    let loaders = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"].map(PathBuf::from);
    let Some(loader) = loaders.iter().find(|loader| loader.exists()) else {
        return lab_tests::not_checked("confined programs with a loader outside: this system has another");
    };
    let (copy, source, program) =
        (place.outside.join("loader"), place.outside.join("a.c"), place.own.join("a"));
    fs::copy(loader, &copy).unwrap();
    fs::write(&source, "int main(void) { return 0; }\n").unwrap();
    let option = format!("-Wl,--dynamic-linker={}", copy.display());
    let built = Command::new("cc").arg(option).arg(&source).arg("-o").arg(&program).status().unwrap();
    assert!(built.success());
    is_refused(&place.confinement(), &[program.to_str().unwrap()], &program);
}

#[test]
fn what_cannot_start_anyway_is_not_refused() {
    if !can_try("starts that fail", &[]) {
        return;
    }
    let place = Place::new("fails");
    let no_program = place.own.join("no-program");
    fs::write(&no_program, "text").unwrap();
    let missing = place.own.join("missing");
    for path in [&no_program, &missing, &place.secret] {
        for confinement in [None, Some(&place.confinement())] {
            let ended = end(confinement, false, &[path.to_str().unwrap()]);
            assert!(matches!(ended, End::Status(101, ..)), "{}: {ended:?}", path.display());
        }
    }
}
