//! What a chapter says of its figure, as facts that a run has or has not.

use std::fmt::Debug;
use xtask::picture::model::{Cause, Made, Party, Picture, Sent, What};
use xtask::system::segments::Flags;
use xtask::wire::Fate;

/// A claim about a figure.
#[derive(Clone, Copy, Debug)]
pub enum Claim {
    /// The calls of this name that the programs of one side make return this, one after the other; a negative number is
    /// that of an error.
    Returns(Party, &'static str, &'static [i64]),
    /// Whether each of these calls waits, until something comes for it or for ever.
    Waits(Party, &'static str, &'static [bool]),
    /// The call of this name with this number, from 0, returns before the other one begins.
    Before((Party, &'static str, usize), (Party, &'static str, usize)),
    /// The segments and datagrams with bytes that one side sends carry so many, one after the other.
    Carries(Party, &'static [u32]),
    /// These segments pass in this order, each from this side and with these flags; others may pass between them.
    Passes(&'static [(Party, &'static str)]),
    /// From the first FIN or RST on these segments pass, and no others.
    Ends(&'static [(Party, &'static str)]),
    /// The segments with bytes, FIN or RST that one side sends are sent by these calls, one after the other.
    SentBy(Party, &'static [&'static str]),
    /// The sockets of one side have these states, one after the other.
    Becomes(Party, &'static [&'static str]),
    /// So many bytes are to read at one side after each segment that brings it some.
    Fills(Party, &'static [u64]),
    /// Whether the wire loses each datagram that one side sends to it.
    Loses(Party, &'static [bool]),
    /// Between the segments with bytes of one side with this number, from 0, and with the one before it, at least so many
    /// milliseconds pass. Only a renewal looks at it: then the times are the run's own.
    Pauses(Party, usize, u64),
}

impl Claim {
    /// Checks the claim; `is_fresh`: the times are those of a run that was just made.
    ///
    /// # Errors
    /// What is so instead.
    pub fn check(&self, picture: &Picture, is_fresh: bool) -> Result<(), String> {
        match *self {
            Claim::Returns(party, name, all) => {
                let results: Vec<i64> =
                    calls(picture, party, name).filter_map(|(_, one)| one.call.result).collect();
                same(&results, all)
            }
            Claim::Waits(party, name, all) => {
                let waits = |n| picture.rows.iter().any(|row| row.what == What::Starts(n));
                same(&calls(picture, party, name).map(|(n, _)| waits(n)).collect::<Vec<_>>(), all)
            }
            Claim::Before(one, other) => {
                let find =
                    |(party, name, nth)| calls(picture, party, name).nth(nth).ok_or("there is no such call");
                let ((_, one), (_, other)) = (find(one)?, find(other)?);
                let is_so = one.call.end.is_some_and(|end| end < other.call.start);
                if is_so { Ok(()) } else { Err("it returns later, or not at all".into()) }
            }
            Claim::Carries(party, all) => {
                same(&carrying(picture, party).map(|one| one.segment.len).collect::<Vec<_>>(), all)
            }
            Claim::Passes(all) => {
                let passed = passed(picture);
                let mut rest = passed.iter();
                match all.iter().all(|one| rest.any(|other| is_it(other, *one))) {
                    true => Ok(()),
                    false => Err(format!("{passed:?}")),
                }
            }
            Claim::Ends(all) => {
                let passed = passed(picture);
                let from =
                    passed.iter().position(|(_, flags)| flags.has(Flags::FIN) || flags.has(Flags::RST));
                let end = &passed[from.unwrap_or(passed.len())..];
                let is_so =
                    end.len() == all.len() && end.iter().zip(all).all(|(one, other)| is_it(one, *other));
                if is_so { Ok(()) } else { Err(format!("{end:?}")) }
            }
            Claim::SentBy(party, all) => {
                let ends = |one: &&Sent| {
                    let passed = one.passed.as_ref();
                    one.segment.len > 0
                        || passed.is_some_and(|one| one.flags.has(Flags::FIN) || one.flags.has(Flags::RST))
                };
                let by = |one: &Sent| match one.cause {
                    Cause::Call(n) => picture.calls[n].call.name,
                    Cause::Kernel => "the kernel",
                    Cause::Unknown => "nobody knows",
                };
                let own = picture.segments.iter().filter(|one| one.from == party);
                same(&own.filter(ends).map(by).collect::<Vec<_>>(), all)
            }
            Claim::Becomes(party, all) => {
                let changes = picture.rows.iter().flat_map(|row| &row.changes);
                let own = changes.filter(|change| change.party == party);
                same(&own.map(|change| change.state.name()).collect::<Vec<_>>(), all)
            }
            Claim::Fills(party, all) => {
                let to = |one: &&Sent| one.to == party && one.segment.len > 0;
                let unread = |one: &Sent| {
                    let link = &picture.links[one.link];
                    one.ends.map(|ends| ends.of(link.side(party)).unread)
                };
                same(&picture.segments.iter().filter(to).filter_map(unread).collect::<Vec<_>>(), all)
            }
            Claim::Loses(party, all) => {
                let lost = |one: &Sent| one.fate == Some(Fate::Lose);
                same(&carrying(picture, party).map(lost).collect::<Vec<_>>(), all)
            }
            Claim::Pauses(party, nth, least) => {
                let times: Vec<u64> = carrying(picture, party).map(|one| one.segment.at.0).collect();
                let (Some(before), Some(now)) = (times.get(nth - 1), times.get(nth)) else {
                    return Err("there is no such segment".into());
                };
                let took = (now - before) / 1_000_000;
                if !is_fresh || took >= least { Ok(()) } else { Err(format!("{took} ms pass")) }
            }
        }
    }
}

/// Returns the calls of this name, each with its place.
fn calls<'a>(
    picture: &'a Picture,
    party: Party,
    name: &'static str,
) -> impl Iterator<Item = (usize, &'a Made)> {
    let all = picture.calls.iter().enumerate();
    all.filter(move |(_, made)| made.party == party && made.call.name == name)
}

/// Returns the segments and datagrams with bytes that one side sends.
fn carrying(picture: &Picture, party: Party) -> impl Iterator<Item = &Sent> {
    picture.segments.iter().filter(move |one| one.from == party && one.segment.len > 0)
}

/// Returns who sends each segment, and its flags.
fn passed(picture: &Picture) -> Vec<(Party, Flags)> {
    picture.segments.iter().filter_map(|one| Some((one.from, one.passed.as_ref()?.flags))).collect()
}

/// Returns whether a segment is from this side and has these flags; PSH may stand beside them.
fn is_it(one: &(Party, Flags), other: (Party, &str)) -> bool {
    one.0 == other.0 && Flags(one.1.0 & !Flags::PSH.0).to_string() == other.1
}

fn same<T: PartialEq + Debug>(own: &[T], claimed: &[T]) -> Result<(), String> {
    if own == claimed { Ok(()) } else { Err(format!("{own:?}")) }
}
