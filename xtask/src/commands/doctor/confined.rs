//! What confines the programs of others here.

use super::advice::System;
use super::probe::Probe;
use crate::system::program::boxed;
use crate::system::program::confine::{self, Gap, Holds};

const WHAT: &str = "confinement";
const COST: &str = "the programs of others are less confined when you judge them";

/// Checks what a confined program is held to.
pub fn examine() -> Probe {
    let holds = confine::kernel();
    match confine::probe() {
        Ok(()) => of(holds, boxed::probe().is_ok()),
        Err(words) => Probe::less(
            WHAT,
            format!("a confined program {words}, though {} says that it may not", mechanisms(holds)),
            COST,
            mend(holds),
        ),
    }
}

/// Returns what is held where it is as the kernel says, and a box works or none does.
fn of(holds: Holds, has_box: bool) -> Probe {
    if !holds.linux {
        return Probe::less(WHAT, holds.words(), COST, System::here().use_linux());
    }
    let seen = format!("{}: {}", mechanisms(holds), words(holds, has_box));
    // What a newer kernel, or another user than root, would hold. The others no kernel holds for this runner.
    let can_be_held = |gap: &Gap| !matches!(gap, Gap::Modes | Gap::Udp | Gap::PathSockets);
    match holds.but_for().iter().any(can_be_held) {
        true => Probe::less(WHAT, seen, COST, mend(holds)),
        false => Probe::works(WHAT, seen),
    }
}

/// Returns what a program may do, in the box and without it.
fn words(holds: Holds, has_box: bool) -> String {
    if !holds.confines() || !has_box {
        return holds.words();
    }
    let (held, felt): (Vec<Gap>, Vec<Gap>) = holds.but_for().into_iter().partition(|gap| boxed::holds(*gap));
    let all = |gaps: &[Gap]| gaps.iter().map(|gap| gap.words()).collect::<Vec<_>>().join("; it ");
    let mut words = "confined".to_string();
    if !felt.is_empty() {
        words += &format!(", but a program {}", all(&felt));
    }
    if !held.is_empty() {
        words += &format!("; without the box, as in run --lessons, a program also {}", all(&held));
    }
    words
}

fn mechanisms(holds: Holds) -> String {
    let landlock = holds.landlock.map_or("no Landlock".to_string(), |abi| format!("Landlock ABI {abi}"));
    format!("{landlock}, {}", if holds.calls { "seccomp" } else { "no seccomp" })
}

fn mend(holds: Holds) -> &'static str {
    match holds {
        Holds { landlock: Some(6..), calls: true, .. } => "judge as a user who is not root",
        Holds { landlock: Some(_), .. } => "use Linux 6.12 or later",
        _ => {
            "use Linux 6.12 or later, with landlock in /sys/kernel/security/lsm; \
             a container: let its seccomp profile permit the calls of Landlock"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::probe::Health;

    #[test]
    fn an_old_kernel_and_root_are_less() {
        let best = Holds { linux: true, landlock: Some(6), calls: true, processes: true };
        for has_box in [true, false] {
            assert_eq!(of(best, has_box).health, Health::Works);
        }
        assert!(of(best, false).seen.starts_with("Landlock ABI 6, seccomp: confined, but a program may "));
        for (less, mended) in [
            (Holds { landlock: Some(5), ..best }, "6.12"),
            (Holds { landlock: None, ..best }, "lsm"),
            (Holds { processes: false, ..best }, "not root"),
            (Holds { linux: false, landlock: None, ..best }, "use Linux"),
        ] {
            let probe = of(less, true);
            assert_eq!(probe.health, Health::Less, "{less:?}");
            assert!(probe.mend.contains(mended), "{probe:?}");
        }
    }

    #[test]
    fn what_the_box_holds_is_told_of_programs_without_it() {
        let holds = Holds { linux: true, landlock: Some(5), calls: true, processes: true };
        let of = |gap: Gap| {
            words(holds, true)
                .split_once("; without the box")
                .map(|(with, without)| (with.contains(gap.words()), without.contains(gap.words())))
        };
        assert_eq!(of(Gap::Signals), Some((true, false)));
        assert_eq!(of(Gap::Udp), Some((false, true)));
        assert_eq!(words(holds, false), holds.words());
        assert_eq!(words(Holds { landlock: None, ..holds }, true), Holds { landlock: None, ..holds }.words());
    }
}
