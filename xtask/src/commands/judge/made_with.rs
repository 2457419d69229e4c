//! With what a class is judged: which runner, on which platform.

use super::containment::Containment;
use crate::commands::shared;
use serde_json::{Value, json};

/// Returns the fields `runner`, `platform`, `containment` and `contained` of the class. The last one is a list: where parts of
/// a class were judged on machines that differ, it has an item for each kind.
pub fn made_with(containment: &Containment) -> Value {
    let mut value = shared::made_with(&containment.words());
    value["contained"] = json!([containment.value()]);
    value
}

/// Returns with what one report was made: on one machine.
pub fn of_report(class: &Value) -> Value {
    let mut value = class.clone();
    if let Some(one) = value["contained"].get(0).cloned() {
        value["contained"] = one;
    }
    value
}
