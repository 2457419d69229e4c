use super::*;
use crate::workspace::scratch;

/// Makes a folder with these files: a name that ends in `Cargo.toml=NAME` is the manifest of that package.
fn handed_in(name: &str, files: &[&str]) -> PathBuf {
    let dir = scratch(name);
    for file in files {
        let (file, text) = match file.split_once('=') {
            Some((file, package)) => (file, format!("[package]\nname = \"{package}\"\n")),
            None => (*file, String::from("server = 'a'\n")),
        };
        fs::create_dir_all(dir.join(file).parent().unwrap()).unwrap();
        fs::write(dir.join(file), text).unwrap();
    }
    dir
}

fn shown(place: Place) -> String {
    match place {
        Place::Found { shown, .. } => shown,
        Place::NotFound => "not found".into(),
        Place::Ambiguous(all) => all.join(" and "),
        Place::Refused(why) => why,
    }
}

#[test]
fn a_lesson_is_found_in_every_layout() {
    let cases: &[(&str, &[&str], &str)] = &[
        (
            "clone",
            &["lessons/01-echo/Cargo.toml=lesson-01-echo", "solutions/01-echo/Cargo.toml=solution-01-echo"],
            "lessons/01-echo",
        ),
        ("one", &["01-echo/Cargo.toml=lesson-01-echo"], "01-echo"),
        ("flat", &["Cargo.toml=lesson-01-echo", "src/bin/server.rs"], "."),
        (
            "nested",
            &["Li_123_assign/li na/socket-lab-main/lessons/01-echo/Cargo.toml=lesson-01-echo"],
            "Li_123_assign/li na/socket-lab-main/lessons/01-echo",
        ),
        ("deeper", &["a/b/c/d/e/01-echo/Cargo.toml=lesson-01-echo"], "not found"),
        ("renamed-folder", &["my work/Cargo.toml=lesson-01-echo"], "my work"),
        ("renamed-package", &["lessons/01-echo/Cargo.toml=echo"], "lessons/01-echo"),
        ("no-manifest", &["01-echo/src/bin/server.rs"], "01-echo"),
        ("python", &["work/01-echo/lab.toml"], "work/01-echo"),
        ("other-words", &["Lesson 1/lab.toml"], "Lesson 1"),
        ("number", &["01/Cargo.toml=echo"], "01"),
        ("clutter", &["__MACOSX/01-echo/lab.toml", ".old/01-echo/lab.toml", "01-echo/lab.toml"], "01-echo"),
        ("solution-only", &["solutions/01-echo/Cargo.toml=solution-01-echo"], "not found"),
        ("another", &["01-echo.md", "02-uppercase/Cargo.toml=lesson-01-echo"], "not found"),
        ("two", &["a/01-echo/lab.toml", "b/01-echo/lab.toml"], "a/01-echo and b/01-echo"),
        ("two-layouts", &["01-echo/lab.toml", "copy/Cargo.toml=lesson-01-echo"], "01-echo and copy"),
        ("empty-folder", &["01-echo/notes.txt"], "not found"),
        ("nothing", &["notes.txt"], "not found"),
    ];
    for (name, files, place) in cases {
        assert_eq!(shown(find(&handed_in(name, files), "01-echo")), *place, "{name}");
    }
}

#[test]
fn the_only_lesson_may_have_no_name() {
    let cases: &[(&str, &[&str], &str)] = &[
        ("only-python", &["lab.toml", "server.py"], "."),
        ("only-rust", &["Cargo.toml=my-echo", "src/bin/server.rs"], "."),
        ("only-sources", &["work/src/bin/server.rs"], "work"),
        ("only-named", &["x/lab.toml", "lessons/01-echo/lab.toml"], "lessons/01-echo"),
        ("only-another", &["02-uppercase/lab.toml"], "not found"),
        ("only-anothers", &["Cargo.toml=lesson-02-uppercase", "src/bin/server.rs"], "not found"),
        ("only-two", &["a/lab.toml", "b/lab.toml"], "a and b"),
    ];
    for (name, files, place) in cases {
        assert_eq!(shown(find_only(&handed_in(name, files), "01-echo")), *place, "{name}");
    }
    assert_eq!(find(&handed_in("not-only", &["lab.toml"]), "01-echo"), Place::NotFound);
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_lesson_is_refused() {
    let dir = handed_in("link", &["other/lessons/02-uppercase/lab.toml"]);
    fs::create_dir(dir.join("lessons")).unwrap();
    std::os::unix::fs::symlink("../other/lessons/02-uppercase", dir.join("lessons/01-echo")).unwrap();
    assert_eq!(shown(find(&dir, "01-echo")), "lessons/01-echo is a link: hand in the folder itself");
    // A link around it is not followed.
    std::os::unix::fs::symlink(".", dir.join("round")).unwrap();
    assert_eq!(shown(find(&dir, "02-uppercase")), "other/lessons/02-uppercase");
}
