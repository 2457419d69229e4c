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
    /// Loses, doubles and delays datagrams. The others, but for `plain`, are for streams.
    Datagram(Datagram),
}

/// What a datagram wire does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Datagram {
    /// One datagram has this fate; all others pass.
    One {
        /// What happens to it.
        fate: Fate,
        /// Its number in its direction, from 1.
        nth: u64,
        /// Its direction.
        direction: Direction,
    },
    /// Each datagram has the fate that the seed decides.
    Lossy,
}

/// What a wire does with one datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It is passed on at once.
    Pass,
    /// It is dropped.
    Lose,
    /// It is passed on twice.
    Double,
    /// It is passed on only after a later one of its direction has passed.
    Late,
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
                         (the last three with :c2s or :s2c); for datagrams: plain, lossy, lose@K, double@K, late@K \
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

    /// Returns whether it is a wire for streams (TCP).
    pub fn is_for_streams(self) -> bool {
        !matches!(self, Kind::Datagram(_))
    }

    /// Returns whether it is a wire for datagrams (UDP).
    pub fn is_for_datagrams(self) -> bool {
        matches!(self, Kind::Plain | Kind::Datagram(_))
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
                out.pad(&format!("{cut}@{after}{}", way(*direction)))
            }
            Kind::Datagram(Datagram::Lossy) => out.pad("lossy"),
            Kind::Datagram(Datagram::One { fate, nth, direction }) => {
                let fate = match fate {
                    Fate::Pass => "pass",
                    Fate::Lose => "lose",
                    Fate::Double => "double",
                    Fate::Late => "late",
                };
                out.pad(&format!("{fate}@{nth}{}", way(*direction)))
            }
        }
    }
}

/// Returns the end of the name of a wire that acts on one direction.
fn way(direction: Direction) -> &'static str {
    if direction == Direction::ClientToServer { ":c2s" } else { "" }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let unknown = || format!("there is no wire `{word}`; the wires are: {NAMES}");
        let (name, number) = word.split_once('@').map_or((word, None), |(name, rest)| (name, Some(rest)));
        let one: fn(u64, Direction) -> Self = match (name, number) {
            ("plain", None) => return Ok(Kind::Plain),
            ("glue", None) => return Ok(Kind::Glue),
            ("dribble", None) => return Ok(Kind::Dribble),
            ("slice", None) => return Ok(Kind::Slice),
            ("lossy", None) => return Ok(Kind::Datagram(Datagram::Lossy)),
            ("slow", None) => return Ok(Kind::Slow(DELAY)),
            ("slow", Some(millis)) => {
                let millis = millis.strip_suffix("ms").unwrap_or(millis).parse().ok();
                let millis = millis.filter(|millis| *millis <= MAX_DELAY);
                return millis.map(Kind::Slow).ok_or_else(|| {
                    format!(
                        "`{word}`: state the delay in milliseconds, at most {MAX_DELAY}, for instance slow@50"
                    )
                });
            }
            ("fin", _) => |after, direction| Kind::Fault(Fault { cut: Cut::Fin, after, direction }),
            ("rst", _) => |after, direction| Kind::Fault(Fault { cut: Cut::Rst, after, direction }),
            ("stall", _) => |after, direction| Kind::Fault(Fault { cut: Cut::Stall, after, direction }),
            ("lose", _) => {
                |nth, direction| Kind::Datagram(Datagram::One { fate: Fate::Lose, nth, direction })
            }
            ("double", _) => {
                |nth, direction| Kind::Datagram(Datagram::One { fate: Fate::Double, nth, direction })
            }
            ("late", _) => {
                |nth, direction| Kind::Datagram(Datagram::One { fate: Fate::Late, nth, direction })
            }
            _ => return Err(unknown()),
        };
        let datagram = !one(1, Direction::ServerToClient).is_for_streams();
        let wanted = || match datagram {
            true => format!("`{word}`: state which datagram, from 1, for instance {name}@2 or {name}@2:c2s"),
            false => format!("`{word}`: state after how many bytes, for instance {name}@7 or {name}@7:c2s"),
        };
        let (count, direction) = match number.ok_or_else(wanted)?.split_once(':') {
            None => (number.unwrap_or_default(), Direction::ServerToClient),
            Some((count, "s2c")) => (count, Direction::ServerToClient),
            Some((count, "c2s")) => (count, Direction::ClientToServer),
            Some(_) => return Err(wanted()),
        };
        let count = count.parse().ok().filter(|count| *count > 0 || !datagram).ok_or_else(wanted)?;
        Ok(one(count, direction))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for name in [
            "plain",
            "glue",
            "dribble",
            "slice",
            "slow@20",
            "fin@0",
            "rst@7",
            "stall@9:c2s",
            "lossy",
            "lose@1",
            "late@2:c2s",
        ] {
            assert_eq!(name.parse::<Kind>().map(|kind| kind.to_string()).as_deref(), Ok(name));
        }
        assert_eq!("fin@3:s2c".parse(), Ok(Kind::ends(Cut::Fin, 3)));
        assert_eq!("slow@20ms".parse(), Ok(Kind::Slow(20)));
        for wrong in [
            "",
            "glue@3",
            "fin",
            "fin@",
            "fin@-1",
            "fin@3:up",
            "slow@x",
            "slow@1000000",
            "lose",
            "double@0",
            "wet",
        ] {
            let error = wrong.parse::<Kind>().unwrap_err();
            assert!(error.contains("for instance") || error.contains("the wires are"), "{wrong}: {error}");
        }
    }
}
