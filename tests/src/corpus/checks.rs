//! The checks of the course, as the runner reports them.

use crate::run;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// One check of a lesson.
#[derive(Clone, Debug)]
pub struct Check {
    /// The lesson, two digits.
    pub lesson: String,
    /// Its id.
    pub id: String,
    /// The wire that it runs on, and the family of addresses where the lesson has several: `glue/unix`.
    pub place: String,
    /// The promise that it tries. Lessons that share a promise share this name.
    pub promise: String,
}

impl Check {
    /// Returns every check of the course, lesson by lesson.
    ///
    /// # Panics
    /// When this runner reports none, or one without a promise.
    pub fn all(runner: &Path) -> Vec<Self> {
        let words = ["run", "--all", "--solution", "--format", "json"];
        let report = run(&runner.to_string_lossy(), &words).json();
        let mut all = Vec::new();
        for lesson in report["lessons"].as_array().into_iter().flatten() {
            let number = text(&lesson["lesson"])[..2].to_string();
            for check in lesson["checks"].as_array().into_iter().flatten() {
                let (id, place) = (text(&check["id"]), place(check));
                let promise = text(&check["promise"]);
                assert!(!promise.is_empty(), "the report does not name the promise of {id}");
                all.push(Self { lesson: number.clone(), id, place, promise });
            }
        }
        assert!(!all.is_empty(), "the runner reports no checks");
        all
    }

    /// Returns `check@wire`, or `check@wire/family`.
    pub fn name(&self) -> String {
        format!("{}@{}", self.id, self.place)
    }

    /// Returns the promises that these checks try, as `promise@wire`, each with its checks. Lessons may share a
    /// promise: a wrong program must break it in one of them, on each wire on which the promise is tried, over
    /// any family.
    pub fn promises(checks: &[Self]) -> BTreeMap<String, Vec<&Self>> {
        let mut promises: BTreeMap<String, Vec<&Self>> = BTreeMap::new();
        for check in checks {
            let wire = check.place.split('/').next().unwrap_or_default();
            promises.entry(format!("{}@{wire}", check.promise)).or_default().push(check);
        }
        promises
    }
}

/// Returns the place at which a JSON report says that a check was judged: its wire, and its family where there is one.
pub fn place(check: &Value) -> String {
    let wire = text(&check["wire"]);
    check["family"].as_str().map_or(wire.clone(), |family| format!("{wire}/{family}"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}
