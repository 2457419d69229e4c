//! The kinds of wire, and their names.

use super::Direction;
use std::fmt;
use std::str::FromStr;

/// The kinds of wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Passes on what comes when it comes.
    Plain,
    /// Joins what one side says in its turn into one write.
    Glue,
    /// Passes one byte, and the next only when the reader has taken it.
    Dribble,
    /// Cuts each turn at places that the seed decides.
    Slice,
    /// Delays each direction by this many milliseconds.
    Slow(u32),
    /// Ends one direction after some bytes.
    Fault(Fault),
}

/// How a fault wire ends a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    /// What ends it.
    pub cut: Cut,
    /// How many bytes of that direction must pass and be taken before.
    pub after: u64,
    /// The direction that ends.
    pub direction: Direction,
}

/// What ends a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cut {
    /// End of stream: FIN.
    Fin,
    /// A reset of the connection: RST.
    Rst,
    /// Silence: nothing more comes, and no end either.
    Stall,
}

/// The names on the command line, for help and errors.
pub const NAMES: &str = "plain, glue, dribble, slice, slow@MILLISECONDS, fin@BYTES, rst@BYTES, stall@BYTES \
                         (the last three with :c2s or :s2c)";
/// The delay of `slow` without a number, in milliseconds.
const DELAY: u32 = 50;
/// The longest delay, in milliseconds.
const MAX_DELAY: u32 = 60_000;

impl Kind {
    /// Returns a wire that ends the server's direction after `after` bytes.
    pub const fn ends(cut: Cut, after: u64) -> Self {
        Kind::Fault(Fault { cut, after, direction: Direction::ServerToClient })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Plain => out.pad("plain"),
            Kind::Glue => out.pad("glue"),
            Kind::Dribble => out.pad("dribble"),
            Kind::Slice => out.pad("slice"),
            Kind::Slow(millis) => out.pad(&format!("slow@{millis}")),
            Kind::Fault(Fault { cut, after, direction }) => {
                let cut = match cut {
                    Cut::Fin => "fin",
                    Cut::Rst => "rst",
                    Cut::Stall => "stall",
                };
                let way = if *direction == Direction::ClientToServer { ":c2s" } else { "" };
                out.pad(&format!("{cut}@{after}{way}"))
            }
        }
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let unknown = || format!("there is no wire `{word}`; the wires are: {NAMES}");
        let (name, number) = word.split_once('@').map_or((word, None), |(name, rest)| (name, Some(rest)));
        let cut = match (name, number) {
            ("plain", None) => return Ok(Kind::Plain),
            ("glue", None) => return Ok(Kind::Glue),
            ("dribble", None) => return Ok(Kind::Dribble),
            ("slice", None) => return Ok(Kind::Slice),
            ("slow", None) => return Ok(Kind::Slow(DELAY)),
            ("slow", Some(millis)) => {
                let millis = millis.strip_suffix("ms").unwrap_or(millis).parse().ok();
                let millis = millis.filter(|millis| *millis <= MAX_DELAY);
                return millis.map(Kind::Slow).ok_or_else(|| {
                    format!(
                        "`{word}`: say the delay in milliseconds, at most {MAX_DELAY}, for instance slow@50"
                    )
                });
            }
            ("fin", _) => Cut::Fin,
            ("rst", _) => Cut::Rst,
            ("stall", _) => Cut::Stall,
            _ => return Err(unknown()),
        };
        let wanted = || format!("`{word}`: say after how many bytes, for instance {name}@7 or {name}@7:c2s");
        let (bytes, direction) = match number.ok_or_else(wanted)?.split_once(':') {
            None => (number.unwrap_or_default(), Direction::ServerToClient),
            Some((bytes, "s2c")) => (bytes, Direction::ServerToClient),
            Some((bytes, "c2s")) => (bytes, Direction::ClientToServer),
            Some(_) => return Err(wanted()),
        };
        let after = bytes.parse().map_err(|_| wanted())?;
        Ok(Kind::Fault(Fault { cut, after, direction }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for name in ["plain", "glue", "dribble", "slice", "slow@20", "fin@0", "rst@7", "stall@9:c2s"] {
            assert_eq!(name.parse::<Kind>().map(|kind| kind.to_string()).as_deref(), Ok(name));
        }
        assert_eq!("fin@3:s2c".parse(), Ok(Kind::ends(Cut::Fin, 3)));
        assert_eq!("slow@20ms".parse(), Ok(Kind::Slow(20)));
        for wrong in ["", "glue@3", "fin", "fin@", "fin@-1", "fin@3:up", "slow@x", "slow@1000000", "wet"] {
            let error = wrong.parse::<Kind>().unwrap_err();
            assert!(error.contains("for instance") || error.contains("the wires are"), "{wrong}: {error}");
        }
    }
}
