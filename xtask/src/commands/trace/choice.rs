//! Which check is drawn.

use super::super::run::Plan;
use super::super::shared::Usage;
use crate::cli::Trace;
use crate::course::Lesson;
use crate::finding::Half;
use crate::promises::CheckOn;
use crate::wire::Kind;

/// The check that is drawn.
pub struct Chosen {
    /// Its lesson.
    pub lesson: &'static Lesson,
    /// The check.
    pub check: CheckOn,
    /// Whether the pair talks without a wire in place of this check.
    pub without_wire: bool,
}

impl Chosen {
    /// Returns what a command line asks for: the named check; or else the pair's first one on the wire, where one is named;
    /// or else the pair without a wire. Where packets cannot be seen, a wire has to tell what passes.
    ///
    /// # Errors
    /// [`Usage`] where the pair has no check on this wire.
    pub fn of(args: &Trace, plan: &Plan, sees_packets: bool) -> anyhow::Result<Self> {
        let lesson = plan.lessons[0];
        let wanted = |check: &CheckOn| plan.wants(lesson, *check);
        if args.check.is_some() {
            let check = lesson.checks().find(wanted);
            let check = check.ok_or_else(|| Usage("no such check is judged here".into()))?;
            return Ok(Self { lesson, check, without_wire: false });
        }
        let of_pair = |check: &CheckOn| check.half == Half::Pair && wanted(check);
        let first = lesson.checks().find(of_pair);
        let check = first.ok_or_else(|| Usage(no_pair(args, plan)))?;
        let without_wire = plan.wire.is_none() && sees_packets;
        let check = if without_wire { CheckOn { wire: Kind::Plain, ..check } } else { check };
        Ok(Self { lesson, check, without_wire })
    }

    /// Returns its name in words.
    pub fn words(&self) -> String {
        match self.without_wire {
            true => "both programs talk, without a wire between them".into(),
            false => format!("the check {} on the wire {}", self.check.id, self.check.wire),
        }
    }
}

fn no_pair(args: &Trace, plan: &Plan) -> String {
    let mut wires: Vec<String> = Vec::new();
    for check in plan.lessons[0].checks().filter(|check| check.half == Half::Pair) {
        let wire = check.wire.to_string();
        if !wires.contains(&wire) {
            wires.push(wire);
        }
    }
    let wire = args.wire.as_deref().unwrap_or_default();
    format!(
        "the pair of {} has no check on the wire `{wire}`; choose {}, or name a check with --check ID",
        plan.lessons[0].id(),
        wires.join(", ")
    )
}
