//! With what a class is judged: which runner, on which platform.

use crate::workspace::{self, commit};
use serde_json::{Value, json};

/// Returns the fields `runner`, `platform` and `containment` of the class and of each report.
pub fn made_with() -> Value {
    json!({
        "runner": commit::runner(&workspace::root()),
        "platform": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        "containment": "none",
    })
}
