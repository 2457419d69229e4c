//! Hand-ins that attack: what each tries, and what contains it. The page of the book about strangers' programs prints this table,
//! and `tests/tests/hostile.rs` tries each line of it.

pub mod aftermath;
mod listeners;
mod table;
pub mod world;

pub use table::{ATTACKS, markdown};

use aftermath::Aftermath;
use xtask::system::program::confine::Gap;

/// What keeps an attack from doing harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// The box around each student's own process, which bubblewrap makes: namespaces of its own.
    Box,
    /// Landlock around each program and each build; with a gap, only where the kernel has no such gap.
    Landlock(Option<Gap>),
    /// The filter of calls around each program and each build.
    Calls,
    /// Limits of the kernel around each program and each build.
    Limits,
    /// How the runner judges a class, also without any of these.
    Design,
}

/// Where the attack comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// A program under test.
    Program,
    /// The build of a lesson: a build script.
    Build,
}

/// What an attack does to those beside it where nothing contains it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// Nothing: others can be judged in the same class.
    Nothing,
    /// It ends the class: it is tried alone.
    EndsClass,
    /// Nothing, but it takes all the time that it gets: it is tried alone, and gets little.
    NeverEnds,
}

/// One attack.
pub struct Attack {
    /// Its name, and that of its program in `attacks/`.
    pub name: &'static str,
    /// What it tries, as people read it.
    pub what: &'static str,
    /// From where.
    pub from: &'static [From],
    /// What contains it, each alone.
    pub by: &'static [Means],
    /// What it does to those beside it.
    pub beside: Beside,
    /// Its program, without what all share.
    pub script: &'static str,
    /// Whether it came through, by what it did.
    pub came_through: fn(&Aftermath, &str) -> bool,
}

/// What stands around the students of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    /// Box, Landlock, filter, limits.
    All,
    /// Everything but the box.
    NoBox,
    /// Only how the runner judges a class.
    Nothing,
}

impl Attack {
    /// Returns whether it is contained there, on this machine. `gaps` are those of the kernel.
    pub fn is_contained(&self, around: Around, gaps: &[Gap]) -> bool {
        let contains = |means: &Means| match means {
            Means::Box => around == Around::All,
            Means::Landlock(gap) => {
                around != Around::Nothing
                    && !gaps.contains(&Gap::NoLandlock)
                    && gap.is_none_or(|gap| !gaps.contains(&gap))
            }
            Means::Calls => around != Around::Nothing && !gaps.contains(&Gap::Calls),
            Means::Limits => around != Around::Nothing,
            Means::Design => true,
        };
        self.by.iter().any(contains)
    }

    /// Returns the student who hands it in: `build-read`.
    pub fn student(&self, from: From) -> String {
        match from {
            From::Program => format!("program-{}", self.name),
            From::Build => format!("build-{}", self.name),
        }
    }
}
