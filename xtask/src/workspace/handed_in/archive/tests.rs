use super::*;
use crate::workspace::handed_in::walk::walk;
use crate::workspace::scratch;

/// Makes archives in the folder that is its argument.
const MAKE: &str = include_str!("make.py");

/// Makes the archives; `None`, said aloud, where there is no Python to make them.
fn archives(name: &str) -> Option<PathBuf> {
    let dir = scratch(name);
    match Command::new("python3").arg("-c").arg(MAKE).arg(&dir).status() {
        Ok(status) => assert!(status.success(), "the archives are not made"),
        Err(error) => {
            eprintln!("NOT CHECKED: archives, because python3 does not start: {error}");
            return None;
        }
    }
    Some(dir)
}

fn opened(dir: &Path, file: &str) -> anyhow::Result<PathBuf> {
    open(&HandIn { name: "li".into(), path: dir.join(file) }, &dir.join("opened"))
}

fn names(dir: &Path) -> Vec<String> {
    walk(dir).unwrap().iter().map(|entry| entry.path.to_string_lossy().replace('\\', "/")).collect()
}

#[test]
fn archives_are_unpacked_without_clutter() {
    let Some(dir) = archives("archives-good") else { return };
    for file in ["good.tar", "good.TGZ", "good.zip", "windows.zip"] {
        let opened = opened(&dir, file).unwrap();
        let right =
            ["clone/lessons/01-echo/run.sh", "clone/lessons/01-echo/src/bin/server.rs", "王 芳/notes.txt"];
        assert_eq!(names(&opened), right, "{file}");
        assert_eq!(fs::read(opened.join("王 芳/notes.txt")).unwrap().len(), 100_000, "{file}");
        assert!(!opened.join("clone/.git").exists() && !opened.join("clone/target").exists(), "{file}");
        #[cfg(unix)]
        if file != "windows.zip" {
            use std::os::unix::fs::PermissionsExt;
            let mode =
                fs::metadata(opened.join("clone/lessons/01-echo/run.sh")).unwrap().permissions().mode();
            assert!(mode & 0o100 != 0, "{file}: {mode:o}");
        }
    }
}

#[test]
fn nothing_leaves_the_folder_and_no_link_is_made() {
    let Some(dir) = archives("archives-hostile") else { return };
    for file in ["links.tar.gz", "links.zip"] {
        let opened = opened(&dir, file).unwrap();
        assert_eq!(fs::read(opened.join("x/passwd")).unwrap(), b"mine", "{file}");
        #[cfg(unix)]
        for link in ["a", "b"] {
            assert_eq!(
                fs::read_link(opened.join(link)).unwrap(),
                Path::new(crate::workspace::handed_in::walk::LEFT_OUT),
                "{file}"
            );
        }
        assert_eq!(find_regular(&opened), ["x/passwd"], "{file}");
    }
    // What lies below a link shows that the link is meant to be a folder: it is named.
    for file in ["through.tar", "through.zip"] {
        let error = opened(&dir, file).unwrap_err();
        assert!(
            error.is::<Refused>() && error.to_string().contains("w/01-echo is a link in it, and "),
            "{error:#}"
        );
    }
    let around = names(&dir).len();
    for end in ["tar", "zip"] {
        for n in 0..9 {
            let error = opened(&dir, &format!("out{n}.{end}")).unwrap_err();
            assert!(error.is::<Refused>(), "out{n}.{end}: {error:#}");
            assert_eq!(names(&dir.join("opened")), Vec::<String>::new(), "out{n}.{end}");
        }
    }
    assert!(names(&dir).len() <= around && !dir.parent().unwrap().join("evil").exists());
}

fn find_regular(dir: &Path) -> Vec<String> {
    names(dir).into_iter().filter(|name| fs::symlink_metadata(dir.join(name)).unwrap().is_file()).collect()
}

#[test]
fn what_cannot_be_opened_is_refused_with_the_reason() {
    let Some(dir) = archives("archives-refused") else { return };
    fs::create_dir(dir.join("folder")).unwrap();
    for (file, said) in [
        ("cut.zip", "cut.zip is damaged, or no .zip: hand it in again"),
        ("cut.tgz", "cut.tgz is damaged, or no .tgz: hand it in again"),
        ("no.zip", "no.zip is damaged, or no .zip"),
        ("empty.zip", "with files in it"),
        ("work.rar", "hand in one of these"),
        ("both.tar", "a file and a folder of the same name"),
    ] {
        let error = opened(&dir, file).unwrap_err();
        assert!(error.is::<Refused>() && error.to_string().contains(said), "{file}: {error:#}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("folder", dir.join("classmate")).unwrap();
        let error = opened(&dir, "classmate").unwrap_err();
        assert!(error.is::<Refused>() && error.to_string().contains("is a link"), "{error:#}");
    }
    assert!(opened(&dir, "folder").is_ok());
    // An archive that is alone in a folder is opened; a second one beside it says nothing.
    fs::copy(dir.join("good.zip"), dir.join("folder/homework.zip")).unwrap();
    fs::write(dir.join("folder/.DS_Store"), "x").unwrap();
    let moodle = opened(&dir, "folder").unwrap();
    assert!(moodle.join("clone/lessons/01-echo/run.sh").is_file() && !moodle.join("homework.zip").exists());
    fs::copy(dir.join("work.rar"), dir.join("folder/work.rar")).unwrap();
    assert!(opened(&dir, "folder").unwrap().join("homework.zip").is_file());
    fs::remove_file(dir.join("folder/homework.zip")).unwrap();
    let error = opened(&dir, "folder").unwrap_err();
    assert!(error.is::<Refused>() && error.to_string().contains("work.rar is no .tar.gz"), "{error:#}");
}

#[test]
fn an_archive_has_limits() {
    let Some(dir) = archives("archives-limits") else { return };
    let unpack = |file: &str| {
        let into = dir.join(format!("{file}-opened"));
        fs::create_dir(&into).unwrap();
        let limits = ["10", "1000", "900", "8"];
        let output =
            Command::new(unpacker().unwrap()).args([dir.join(file), into.clone()]).args(limits).output();
        let output = output.unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap(), names(&into))
    };
    let (status, said, _) = unpack("many.zip");
    assert_eq!((status, said.trim()), (Some(REFUSED), "it has more than 10 files"));
    let (status, said, _) = unpack("bomb.zip");
    assert!(status == Some(REFUSED) && said.starts_with("it has more than"), "{said}");
    // One large file is no part of a lesson: it alone is left out.
    assert_eq!(unpack("large.zip"), (Some(0), String::new(), vec!["small".into()]));
}
