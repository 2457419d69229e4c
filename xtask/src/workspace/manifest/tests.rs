use super::*;
use crate::workspace::{root, scratch};

fn of(name: &str, lesson: &str, change: impl Fn(String) -> String) -> anyhow::Result<Manifest> {
    let dir = scratch(name);
    fs::write(dir.join("Cargo.toml"), change(of_lab(&root(), lesson)?))?;
    Manifest::of(&root(), &dir, lesson)
}

#[test]
fn the_labs_own_manifest_stays_as_it_is() {
    let manifest = of("manifest-same", "10-command", |text| text).unwrap();
    assert_eq!(manifest.text, of_lab(&root(), "10-command").unwrap());
    assert_eq!(manifest.changed, None);
    assert_eq!(Vec::from_iter(&manifest.solutions), ["06-header", "09-lines"]);
    assert!(manifest.needs.contains("serde_json"));
}

#[test]
fn dependencies_are_added_and_named_and_the_rest_is_not_used() {
    let manifest = of("manifest-added", "10-command", |text| {
        text.replace("lesson-10-server", "mine").replace("[dependencies]\n", "[dependencies]\nrand = '0.9'\n")
            + "[workspace]\n[target.'cfg(windows)'.dependencies]\nwinapi = { version = '0.3', features = ['a'] }\n"
    });
    let manifest = manifest.unwrap();
    let changed = manifest.changed.unwrap();
    assert_eq!(
        changed,
        "added: rand = \"0.9\", winapi = { features = [\"a\"], version = \"0.3\" }; not used: [bin], [workspace]"
    );
    let tree = tree(&manifest.text).unwrap();
    assert_eq!(tree["dependencies"]["rand"], "0.9");
    let added = |name: &str| Added { name: name.into(), is_in_registry: true };
    assert_eq!(manifest.added, [added("rand"), added("winapi")]);
    assert_eq!(manifest.programs, ["src/bin/server.rs", "src/bin/client.rs"]);
    assert!(manifest.moves_programs);
    assert_eq!(tree["dependencies"]["solution-06-header"]["path"], "../../solutions/06-header");
    assert_eq!(tree["target"]["cfg(windows)"]["dependencies"]["winapi"]["version"], "0.3");
    assert_eq!(tree["bin"][0]["name"], "lesson-10-server");
    assert!(!tree.contains_key("workspace"));
}

#[test]
fn a_build_script_is_named_whatever_the_manifest_is() {
    let dir = scratch("manifest-build");
    let lab = of_lab(&root(), "01-echo").unwrap();
    let changed = || Manifest::of(&root(), &dir, "01-echo").unwrap().changed;
    assert_eq!(changed(), None);
    fs::write(dir.join("build.rs"), "fn main() {}\n").unwrap();
    assert_eq!(changed().as_deref(), Some("adds build.rs"));
    fs::write(dir.join("Cargo.toml"), &lab).unwrap();
    assert_eq!(changed().as_deref(), Some("adds build.rs"));
    let long = "x".repeat(CHARACTERS);
    for (more, said) in
        [("[workspace]\n", "not used: [workspace]"), (&*format!("[{long}]\n"), "not used: [xxx")]
    {
        fs::write(dir.join("Cargo.toml"), format!("{lab}{more}")).unwrap();
        let changed = changed().unwrap();
        assert!(changed.starts_with(&format!("adds build.rs; {said}")), "{changed}");
    }
    fs::remove_file(dir.join("build.rs")).unwrap();
    fs::create_dir(dir.join("build.rs")).unwrap();
    fs::write(dir.join("Cargo.toml"), lab).unwrap();
    assert_eq!(changed(), None);
}

#[test]
fn a_package_from_outside_is_refused_and_one_inside_is_not() {
    for path in ["../../solutions/01-echo", "/tmp/echo", "a/../../b"] {
        let add = |text: String| format!("{text}[dependencies]\nx = {{ path = \"{path}\" }}\n");
        let refused = of("manifest-outside", "01-echo", add).unwrap_err();
        assert!(refused.is::<Refused>() && refused.to_string().contains(path), "{refused}");
    }
    let inside = of("manifest-inside", "01-echo", |text| text + "[dependencies]\nx = { path = './x' }\n");
    let inside = inside.unwrap();
    assert_eq!(inside.changed.as_deref(), Some("added: x = { path = \"./x\" }"));
    assert!(inside.added.is_empty() && !inside.moves_programs);
}

#[test]
fn what_is_no_toml_is_told_with_its_line() {
    let wrong = of("manifest-wrong", "01-echo", |_| "[package]\nname = x\n".into()).unwrap_err();
    assert!(wrong.is::<Unreadable>() && wrong.to_string().starts_with("01-echo/Cargo.toml:2 "), "{wrong}");
}
