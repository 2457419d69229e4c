//! Files.

use super::{Place, can_try, is_root, try_all};
use lab_tests::not_checked;
use xtask::system::program::confine::{Confinement, Gap};

#[test]
fn contents_outside_are_closed() {
    if !can_try("files", &[Gap::Truncate]) {
        return;
    }
    let place = Place::new("outside");
    std::os::unix::fs::symlink(&place.secret, place.own.join("link")).unwrap();
    ["1", "2", "3"].iter().for_each(|name| std::fs::write(place.outside.join(name), "").unwrap());
    let (own, outside) = (place.own.display(), place.outside.display());
    for attempt in [
        format!("open('{outside}/secret')"),
        format!("open('{own}/link')"),
        format!("write('{outside}/secret', 'a')"),
        format!("os.truncate('{outside}/secret', 3)"),
        format!("write('{outside}/new')"),
        format!("os.mkdir(f'{outside}/{{keeper}}')"),
        format!("os.listdir('{outside}')"),
        format!(
            "[os.rename('{outside}/' + a, '{outside}/' + b) for a, b in (('secret', 'x'), ('x', 'secret'))]"
        ),
        // One for each time.
        format!(
            "os.remove(next(x for x in ('{outside}/1', '{outside}/2', '{outside}/3') if os.path.exists(x)))"
        ),
    ] {
        try_all(&place.confinement(), &format!("attempt(lambda: {attempt})"), "EACCES", "ok");
        std::fs::write(&place.secret, "secret").unwrap();
    }
}

#[test]
fn a_name_in_its_own_folder_opens_no_file_outside() {
    if !can_try("links", &[]) {
        return;
    }
    let place = Place::new("hard-link");
    let (own, secret) = (place.own.display(), place.secret.display());
    let attempts = format!(
        "try:\n    os.link('{secret}', '{own}/mine'); print(open('{own}/mine').read())\n\
         except OSError:\n    print('refused')"
    );
    try_all(&place.confinement(), &attempts, "refused", "secret");
}

#[test]
fn its_own_folder_is_its_own() {
    if !can_try("its own folder", &[]) {
        return;
    }
    let place = Place::new("own");
    let attempts = format!(
        "os.chdir('{}')\n\
         attempt(lambda: (os.mkdir('a'), os.mkdir('b'), write('a/file'), os.chmod('a/file', 0o600)))\n\
         attempt(lambda: (os.rename('a/file', 'b/moved'), os.link('b/moved', 'a/linked')))\n\
         attempt(lambda: (os.symlink('b/moved', 'soft'), open('soft').read(), os.truncate('soft', 2)))\n\
         attempt(lambda: (os.mkfifo('pipe'), os.remove('pipe')))\n\
         server = socket.socket(socket.AF_UNIX)\n\
         client = socket.socket(socket.AF_UNIX)\n\
         attempt(lambda: (server.bind('sock'), server.listen(), client.connect('sock')))\n\
         write('run'); write('run', 'w'); os.chmod('run', 0o700)\n\
         open('run', 'w').write('#!/bin/sh\\nexit 7\\n')\n\
         print(subprocess.call(['./run']))\n\
         attempt(lambda: [os.remove(name) for name in ('a/linked', 'b/moved', 'soft', 'sock', 'run')])\n\
         attempt(lambda: (os.rmdir('a'), os.rmdir('b')))\n",
        place.own.display()
    );
    let all = "ok ok ok ok ok 7 ok ok";
    try_all(&place.confinement(), &attempts, all, all);
}

#[test]
fn what_it_may_read_it_may_not_write() {
    if !can_try("what it may read", &[]) {
        return;
    }
    let place = Place::new("read");
    // What is not there grants nothing, and harms nothing.
    let missing = place.outside.join("is not there");
    let with = Confinement { read: vec![missing, place.outside.clone()], ..place.confinement() };
    let outside = place.outside.display();
    let attempts = format!(
        "attempt(lambda: (open('{outside}/secret').read(), os.listdir('{outside}')))\n\
         attempt(lambda: write('{outside}/secret', 'a'))"
    );
    try_all(&with, &attempts, "ok EACCES", "ok ok");
    let file = Confinement { read: vec![place.secret.clone()], ..place.confinement() };
    let attempts =
        format!("attempt(lambda: open('{outside}/secret'))\nattempt(lambda: os.listdir('{outside}'))");
    try_all(&file, &attempts, "ok EACCES", "ok ok");
    let file = Confinement { write: vec![place.secret.clone()], ..place.confinement() };
    let attempts =
        format!("attempt(lambda: write('{outside}/secret'))\nattempt(lambda: write('{outside}/beside'))");
    try_all(&file, &attempts, "ok EACCES", "ok ok");
}

#[test]
fn the_systems_devices_work() {
    if !can_try("devices", &[]) {
        return;
    }
    let attempts = "for name in ('null', 'zero', 'urandom', 'full'):\n    attempt(lambda: open('/dev/' + name, 'rb').read(1))\n\
                    attempt(lambda: write('/dev/null'))\n\
                    attempt(lambda: write('/dev/full'))\n\
                    attempt(lambda: open('/dev/stdin').read())\n\
                    attempt(lambda: write('/dev/stderr'))";
    let all = "ok ok ok ok ok ENOSPC ok ok";
    try_all(&Place::new("devices").confinement(), attempts, all, all);
}

#[test]
fn root_makes_no_device() {
    if !is_root() {
        return not_checked("confined programs, devices that root makes: this is not root");
    }
    if !can_try("devices that root makes", &[]) {
        return;
    }
    let place = Place::new("device");
    let device = place.own.join("zero");
    // The same as /dev/zero. Where root may not make it either (a container), only that it is not there counts.
    let attempts = format!(
        "attempt(lambda: os.mknod('{}' + str(keeper), 0o600 | 0o020000, os.makedev(1, 5)))",
        device.display()
    );
    let may =
        std::process::Command::new("mknod").arg(place.outside.join("try")).args(["c", "1", "5"]).status();
    if may.is_ok_and(|status| status.success()) {
        try_all(&place.confinement(), &attempts, "EACCES", "ok");
    } else {
        not_checked("confined programs, devices that root makes: root may not make them here either");
    }
}
