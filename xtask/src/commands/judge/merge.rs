//! `cargo xtask judge --merge`: joins the results of parts of a class, which several machines have judged.

use super::alone::alone_in;
use super::class::{Class, Named, folder_of};
use super::closing::close;
use super::plan::{class_in, points, roster, unnamed};
use super::record::{HAND_IN, REPORT, Record};
use super::shard::Shard;
use super::told::clean;
use super::verdict::Status;
use crate::cli::Judge;
use crate::commands::shared::{UNABLE, Usage};
use crate::report::class as results;
use anyhow::Context;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// One folder of results.
struct Part {
    dir: PathBuf,
    class: Class,
}

/// Joins the results into the first folder, which may be one of the others; it may hold results already.
///
/// # Errors
/// [`Usage`] when the folders do not belong together; then nothing has changed.
pub fn merge(args: &Judge) -> anyhow::Result<u8> {
    let into = &args.handed_in;
    let parts = parts(args)?;
    let class = class_of(args, &parts)?;
    let unnamed = args.points.as_deref().map(|file| unnamed(file, &class)).transpose()?;
    unnamed.iter().flatten().for_each(|note| eprintln!("note: {note}"));
    let chosen = chosen(&parts)?;
    fs::create_dir_all(into).with_context(|| format!("make {}", into.display()))?;
    let _alone = alone_in(into)?;
    class.write(into)?;
    for (named, dir) in &chosen {
        if !same_folder(dir, into) {
            copy(dir, into, named)?;
        }
    }
    results::write(into)?;
    let status = close(&class, into, true);
    let Some(shard) = &class.shard else { return Ok(status) };
    let missing: Vec<String> = shard.missing().iter().map(usize::to_string).collect();
    eprintln!("missing: part {} of {}; merge it into {}, too", missing.join(", "), shard.of, into.display());
    Ok(UNABLE)
}

/// Reads the folders, each once, and first the one into which they are joined.
fn parts(args: &Judge) -> anyhow::Result<Vec<Part>> {
    let into = &args.handed_in;
    let mut parts: Vec<Part> = Vec::new();
    if let Some(class) = class_in(into)? {
        parts.push(Part { dir: into.clone(), class });
    }
    for dir in std::iter::once(args.results.clone()).chain(args.lessons.iter().map(PathBuf::from)) {
        if parts.iter().any(|part| same_folder(&part.dir, &dir)) {
            continue;
        }
        let Some(class) = Class::read(&dir)? else {
            let why = format!(
                "{}: there are no results of a class in it; type --merge INTO RESULTS…",
                dir.display()
            );
            return Err(Usage(why).into());
        };
        parts.push(Part { dir, class });
    }
    Ok(parts)
}

fn same_folder(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Returns the class that all are parts of.
fn class_of(args: &Judge, parts: &[Part]) -> anyhow::Result<Class> {
    let first = &parts[0];
    for part in parts {
        let (own, other) = (first.class.lessons_in_words(), part.class.lessons_in_words());
        let differs = match () {
            () if first.class.seed != part.class.seed => {
                Some((format!("seed {}", first.class.seed), format!("seed {}", part.class.seed)))
            }
            () if own != other => Some((own, other)),
            () => match (&first.class.shard, &part.class.shard) {
                (Some(own), Some(other)) if own.of != other.of => {
                    Some((format!("--shard {own}"), format!("--shard {other}")))
                }
                _ => None,
            },
        };
        if let Some((own, other)) = differs {
            return Err(Usage(format!(
                "{} and {} are of different classes: {own} and {other}; judge all parts alike",
                first.dir.display(),
                part.dir.display()
            ))
            .into());
        }
    }
    let students: BTreeSet<Named> = parts.iter().flat_map(|part| part.class.students.clone()).collect();
    let most = |of: fn(&Class) -> u64| parts.iter().map(|part| of(&part.class)).max().unwrap_or_default();
    Ok(Class {
        seed: first.class.seed,
        lessons: first.class.lessons.clone(),
        limit: most(|class| class.limit),
        build_limit: most(|class| class.build_limit),
        points: agreed("--points", parts, points(args.points.as_deref())?, |class| &class.points)?,
        roster: agreed("--roster", parts, roster(args.roster.as_deref())?, |class| &class.roster)?,
        made_with: made_with(parts),
        shard: shard(parts),
        students: students.into_iter().collect(),
    })
}

/// Returns what was given now, or what the parts that have it agree on.
fn agreed(
    option: &str,
    parts: &[Part],
    given: Option<Value>,
    of: fn(&Class) -> &Value,
) -> anyhow::Result<Value> {
    if let Some(given) = given {
        return Ok(given);
    }
    let mut known = parts.iter().map(|part| of(&part.class)).filter(|value| !value.is_null());
    let first = known.next().cloned().unwrap_or_default();
    match known.all(|other| *other == first) {
        true => Ok(first),
        false => {
            Err(Usage(format!("the parts were judged with different {option}; give it again here")).into())
        }
    }
}

/// Returns with what the parts were judged; where they differ, all of it.
fn made_with(parts: &[Part]) -> Value {
    let all = |name: &str| -> BTreeSet<String> {
        let words = parts.iter().filter_map(|part| part.class.made_with[name].as_str());
        words.flat_map(|words| words.split("; ")).map(String::from).collect()
    };
    let mut value = parts[0].class.made_with.clone();
    for (name, own) in value.as_object_mut().into_iter().flatten() {
        if let Some(list) = own.as_array_mut() {
            list.extend(
                parts.iter().flat_map(|part| part.class.made_with[name].as_array()).flatten().cloned(),
            );
            list.sort_by_key(Value::to_string);
            list.dedup();
            continue;
        }
        let all = all(name);
        if all.len() > 1 {
            eprintln!("note: the {name} is not the same for all parts; each report says its own");
        }
        *own = all.into_iter().collect::<Vec<_>>().join("; ").into();
    }
    value
}

/// Returns which parts of the class these are together; `None` for all of it.
fn shard(parts: &[Part]) -> Option<Shard> {
    let shards: Option<Vec<&Shard>> = parts.iter().map(|part| part.class.shard.as_ref()).collect();
    let shards = shards?;
    let of = shards.first()?.of;
    let together = Shard { parts: shards.iter().flat_map(|shard| shard.parts.clone()).collect(), of };
    (!together.missing().is_empty()).then_some(together)
}

/// Returns for each student who has a report the folder of results that has it.
///
/// # Errors
/// [`Usage`] when two have reports of different hand-ins.
fn chosen(parts: &[Part]) -> anyhow::Result<Vec<(Named, PathBuf)>> {
    let mut chosen: BTreeMap<Named, (&Part, bool, Option<String>)> = BTreeMap::new();
    for part in parts {
        for named in &part.class.students {
            let record = Record::of(&part.dir, &named.key);
            let Some(report) = record.report() else { continue };
            let mut lessons = report["lessons"].as_array().into_iter().flatten();
            let (is_whole, digest) =
                (!lessons.any(|lesson| lesson["status"] == Status::Unable.key()), record.digest());
            match chosen.get(named) {
                Some((other, _, earlier)) if *earlier != digest => {
                    return Err(Usage(format!(
                        "{} and {} have different hand-ins of {}; leave one of them out",
                        other.dir.display(),
                        part.dir.display(),
                        clean(&named.name)
                    ))
                    .into());
                }
                // The first report of a hand-in counts, unless the runner could not judge it.
                Some((_, true, _)) => {}
                Some(_) if !is_whole => {}
                _ => drop(chosen.insert(named.clone(), (part, is_whole, digest))),
            }
        }
    }
    Ok(chosen.into_iter().map(|(named, (part, ..))| (named, part.dir.clone())).collect())
}

/// Copies the results of one student, with reports of earlier hand-ins.
fn copy(from: &Path, into: &Path, named: &Named) -> anyhow::Result<()> {
    let (from, to) = (folder_of(from, &named.key), folder_of(into, &named.key));
    let read = |file: PathBuf| -> anyhow::Result<Value> {
        let text = fs::read(&file).with_context(|| format!("read {}", file.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("read {}", file.display()))
    };
    for entry in fs::read_dir(&from).with_context(|| format!("read {}", from.display()))?.flatten() {
        let to = to.join(entry.file_name());
        if !entry.path().is_dir() || to.exists() {
            continue;
        }
        fs::create_dir_all(&to).with_context(|| format!("make {}", to.display()))?;
        for file in [REPORT, HAND_IN].map(|file| (entry.path().join(file), to.join(file))) {
            if file.0.is_file() {
                fs::copy(&file.0, &file.1).with_context(|| format!("write {}", file.1.display()))?;
            }
        }
    }
    let (report, hand_in) = (read(from.join(REPORT))?, read(from.join(HAND_IN))?);
    Record::of(into, &named.key).write(&report, &hand_in)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::LESSONS;
    use serde_json::json;

    #[test]
    fn machines_that_differ_are_all_told() {
        let part = |containment: &str, boxed: &str| Part {
            dir: PathBuf::from(boxed),
            class: Class {
                seed: 7,
                lessons: vec![&LESSONS[0]],
                limit: 420,
                build_limit: 120,
                points: Value::Null,
                roster: Value::Null,
                made_with: json!({"runner": "abc", "containment": containment, "contained": [{"box": boxed}]}),
                shard: None,
                students: Vec::new(),
            },
        };
        let same = [part("boxed and confined", "held"), part("boxed and confined", "held")];
        assert_eq!(made_with(&same), same[0].class.made_with);
        let other = part("confined, but for the box (bubblewrap is missing)", "no-bubblewrap");
        let [one, _] = same;
        let all = made_with(&[one, other]);
        assert_eq!(
            all["containment"],
            "boxed and confined; confined, but for the box (bubblewrap is missing)"
        );
        assert_eq!(all["contained"], json!([{"box": "held"}, {"box": "no-bubblewrap"}]));
        assert_eq!(all["runner"], "abc");
    }
}
