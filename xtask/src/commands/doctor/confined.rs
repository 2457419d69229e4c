//! What confines the programs of others here.

use super::advice::System;
use super::probe::Probe;
use crate::system::program::confine::{self, Gap, Holds};

const WHAT: &str = "confinement";
const COST: &str = "the programs of others are less confined when you judge them";

/// Checks what a confined program is held to.
pub fn examine() -> Probe {
    let holds = confine::kernel();
    match confine::probe() {
        Ok(()) => of(holds),
        Err(words) => Probe::less(
            WHAT,
            format!("a confined program {words}, though {} says that it may not", mechanisms(holds)),
            COST,
            mend(holds),
        ),
    }
}

/// Returns what is held where it is as the kernel says.
fn of(holds: Holds) -> Probe {
    if !holds.linux {
        return Probe::less(WHAT, holds.words(), COST, System::here().use_linux());
    }
    let seen = format!("{}: {}", mechanisms(holds), holds.words());
    // What a newer kernel, or another user than root, would hold. The others no kernel holds for this runner.
    let can_be_held = |gap: &Gap| !matches!(gap, Gap::Modes | Gap::Udp | Gap::PathSockets);
    match holds.but_for().iter().any(can_be_held) {
        true => Probe::less(WHAT, seen, COST, mend(holds)),
        false => Probe::works(WHAT, seen),
    }
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
        assert_eq!(of(best).health, Health::Works);
        assert!(of(best).seen.starts_with("Landlock ABI 6, seccomp: confined, but a program may "));
        for (less, mended) in [
            (Holds { landlock: Some(5), ..best }, "6.12"),
            (Holds { landlock: None, ..best }, "lsm"),
            (Holds { processes: false, ..best }, "not root"),
            (Holds { linux: false, landlock: None, ..best }, "use Linux"),
        ] {
            let probe = of(less);
            assert_eq!(probe.health, Health::Less, "{less:?}");
            assert!(probe.mend.contains(mended), "{probe:?}");
        }
    }
}
