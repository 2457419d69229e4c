//! Whether each student of a class can have a box.

use super::probe::Probe;
use crate::system::program::boxed::{self, NoBox};

const WHAT: &str = "the box";

/// Tries a box.
pub fn examine() -> Probe {
    of(boxed::probe())
}

fn of(tried: Result<(), NoBox>) -> Probe {
    match tried {
        Ok(()) => Probe::works(
            WHAT,
            "each student of cargo xtask judge has processes, network and files of its own",
        ),
        Err(why) => Probe::less(
            WHAT,
            format!("none: {why}"),
            "cargo xtask judge confines students less, and says so in each report",
            why.mend(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::probe::Health;

    #[test]
    fn without_a_box_all_can_be_judged() {
        assert_eq!(of(Ok(())).health, Health::Works);
        let probe = of(Err(NoBox::NoBubblewrap));
        assert_eq!((probe.health, probe.mend.as_str()), (Health::Less, "apt-get install bubblewrap"));
    }
}
