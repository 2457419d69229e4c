//! A figure of the book as it is stored: the calls and segments of a run, without what differs from run to run.
//!
//! Times, the numbers of processes and sockets, the ports that the kernel chose, the sequence numbers and the windows
//! differ. In their place stand numbers that count from the first. So a figure that is drawn from what is stored is always
//! the same.

use super::Seen;
use super::model::{Cause, Party, Picture, What as RowOf};
use crate::system::segments::{Flags, Segment, Tcp, What};
use crate::system::stamp::Stamp;
use crate::system::trace::call::{Address, Call, Detail, On, ProgramId, Socket, json};
use crate::system::trace::{Coverage, Traced};
use crate::wire::Fate;
use serde_json::{Value, json as object};
use std::collections::HashMap;
use std::net::SocketAddr;

/// The ports from this one on are chosen by the kernel (Linux: `net.ipv4.ip_local_port_range`), and have other numbers
/// here: 50001, 50002, ….
const CHOSEN: u16 = 32_768;
/// The time between two events of a figure without times, in nanoseconds. It is so short that no call seems to wait
/// because of it.
const TICK: u64 = 100;
/// Times are rounded to so many nanoseconds.
const ROUND: u64 = 10_000;

/// What a figure is drawn from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stored {
    /// Whether the stamps are times since the first event. If not, they only say in which order the events come.
    pub is_timed: bool,
    calls: Vec<(&'static str, Call)>,
    segments: Vec<Segment>,
    fates: Vec<(Party, Fate)>,
}

impl Stored {
    /// Takes from a run what its figure shows: the calls about sockets and the segments, from this moment on.
    pub fn of(
        programs: &[Traced],
        segments: &[Segment],
        fates: &[(Party, Fate)],
        from: Stamp,
        is_timed: bool,
    ) -> Self {
        let is_shown = |call: &&Call| {
            let about = call.socket().is_some() || call.made.is_some();
            about && call.start >= from && call.name != "fcntl"
        };
        let of_program = |one: &'_ Traced| {
            let role = one.role;
            one.calls.iter().filter(is_shown).map(move |call| (role, call.clone())).collect::<Vec<_>>()
        };
        let mut calls: Vec<_> = programs.iter().flat_map(of_program).collect();
        calls.sort_by_key(|(_, call)| call.start);
        let segments = segments.iter().filter(|one| one.at >= from).cloned().collect();
        let mut stored = Self { is_timed, calls, segments, fates: fates.to_vec() };
        stored.rename();
        stored.count_from_0();
        stored.stamp();
        stored
    }

    /// Returns the picture.
    pub fn picture(&self) -> Picture {
        let mut programs: Vec<Traced> = Vec::new();
        for (role, call) in &self.calls {
            let known = programs.iter().position(|one| one.id == call.program);
            let place = known.unwrap_or(programs.len());
            if known.is_none() {
                programs.push(Traced {
                    id: call.program,
                    argv: Vec::new(),
                    role,
                    coverage: Coverage::Whole,
                    calls: Vec::new(),
                    happenings: Vec::new(),
                    is_over: true,
                });
            }
            programs[place].calls.push(call.clone());
        }
        Picture::of(Seen {
            programs: &programs,
            segments: Some(&self.segments),
            pieces: Vec::new(),
            fates: self.fates.clone(),
            has_wire: !self.fates.is_empty(),
        })
    }

    /// Says how another run differs from this one; nothing where it does not.
    ///
    /// Two runs are alike when each program makes the same calls, with the same results, at the same place among the
    /// segments; when the same segments pass, for the same causes; and when each side has the same states, one after the
    /// other. Acknowledgements that carry nothing are left out: the kernel sends them when it likes. So is the order of
    /// what happens on both sides at the same time.
    pub fn differs(&self, other: &Self) -> Option<String> {
        if self.is_timed != other.is_timed {
            return Some(format!("`is_timed: {}`, and now `is_timed: {}`", self.is_timed, other.is_timed));
        }
        let (own, other) = (self.told(), other.told());
        let line = |lines: &[String], at: usize| lines.get(at).cloned().unwrap_or("nothing more".into());
        let at = (0..own.len().max(other.len())).find(|at| own.get(*at) != other.get(*at))?;
        Some(format!("`{}`, and now `{}`", line(&own, at), line(&other, at)))
    }

    /// Returns everything that [`Stored::differs`] compares, in words.
    fn told(&self) -> Vec<String> {
        let mut ordered = Self { is_timed: false, ..self.clone() };
        ordered.stamp();
        let picture = ordered.picture();
        let (mut calls, mut states) = (Vec::new(), Vec::new());
        let mut segments: Vec<([Party; 2], String)> = Vec::new();
        for row in &picture.rows {
            match &row.what {
                RowOf::Call(n) | RowOf::Starts(n) | RowOf::Returns(n) => {
                    let made = &picture.calls[*n];
                    let how = match row.what {
                        RowOf::Starts(_) => "waits: ",
                        RowOf::Returns(_) => "returns: ",
                        _ => "",
                    };
                    let known = segments.iter().filter(|(parties, _)| parties.contains(&made.party)).count();
                    let text = format!(
                        "{:?} {}: {how}{} \"{}\" after {known} segments",
                        made.party,
                        made.call.program.0,
                        made.call,
                        made.call.bytes.escape_ascii(),
                    );
                    calls.push(((made.call.program, calls.len()), text));
                }
                RowOf::Segment(n) => {
                    let sent = &picture.segments[*n];
                    let is_bare = sent.passed.as_ref().is_some_and(|one| {
                        !one.is_counted() && !one.flags.has(Flags::RST) && sent.segment.len == 0
                    });
                    if !is_bare {
                        let cause = match sent.cause {
                            Cause::Call(n) => picture.calls[n].call.to_string(),
                            other => format!("{other:?}"),
                        };
                        let tcp = sent.passed.as_ref().map(|one| (one.flags, one.seq, one.ack));
                        let tcp = tcp.map_or(String::new(), |(flags, seq, ack)| {
                            format!("{flags} seq {seq} ack {}", ack.unwrap_or(0))
                        });
                        let text = format!(
                            "{} → {}: {tcp} \"{}\" {:?} by {cause}",
                            sent.segment.from,
                            sent.segment.to,
                            sent.segment.payload.escape_ascii(),
                            sent.fate
                        );
                        segments.push(([sent.from, sent.to], text));
                    }
                }
                RowOf::Piece(_) | RowOf::Ended { .. } => {}
            }
            for change in &row.changes {
                states.push((
                    change.party == Party::Client,
                    format!("{:?}: {}", change.party, change.state.name()),
                ));
            }
        }
        calls.sort();
        states.sort_by_key(|(is_client, _)| *is_client);
        let calls = calls.into_iter().map(|(_, text)| text);
        calls
            .chain(segments.into_iter().map(|(_, text)| text))
            .chain(states.into_iter().map(|(_, text)| text))
            .collect()
    }

    /// Gives processes, sockets and chosen ports numbers in the order in which they come.
    fn rename(&mut self) {
        let mut names = Names::default();
        for one in &mut self.segments {
            names.inet(&mut one.from);
            names.inet(&mut one.to);
        }
        for (_, call) in &mut self.calls {
            call.program = ProgramId(names.number("program", u64::from(call.program.0)) as u32 - 1);
            // A thread is called by the number of its process, and those of other threads differ.
            call.pid = names.number("process", u64::from(call.pid)) as u32;
            call.tid = names.number("process", u64::from(call.tid)) as u32;
            if let Some(On::Socket(socket)) = &mut call.on {
                names.socket(socket);
            }
            call.made.iter_mut().for_each(|socket| names.socket(socket));
            if let Detail::Move { address: Some(address), .. } | Detail::At(Some(address)) = &mut call.detail
            {
                names.address(address);
            }
        }
    }

    /// Counts the numbers of each direction from 0, and leaves out the rest of the header.
    fn count_from_0(&mut self) {
        let mut begins: HashMap<(SocketAddr, SocketAddr), u32> = HashMap::new();
        for one in &mut self.segments {
            one.header.clear();
            let What::Tcp(tcp) = &mut one.what else { continue };
            let begins_here = tcp.flags.has(Flags::SYN) || tcp.flags.has(Flags::RST);
            let first = if begins_here { tcp.seq } else { tcp.seq.wrapping_sub(1) };
            let own = *begins.entry((one.from, one.to)).or_insert(first);
            tcp.seq = tcp.seq.wrapping_sub(own);
            if tcp.flags.has(Flags::ACK) {
                let other = *begins.entry((one.to, one.from)).or_insert(tcp.ack.wrapping_sub(1));
                tcp.ack = tcp.ack.wrapping_sub(other);
            }
            // Only whether it is shut is told.
            tcp.window = if tcp.window == 0 { 0 } else { u16::MAX };
            tcp.options = Default::default();
        }
    }

    /// Replaces the stamps: by rounded times since the first event, or by the order of the events alone.
    fn stamp(&mut self) {
        // Of events at one moment, calls come before segments, as in a picture.
        let mut all: Vec<(u64, bool, &mut Stamp)> = Vec::new();
        for (_, call) in &mut self.calls {
            all.push((call.start.0, false, &mut call.start));
            all.extend(call.end.iter_mut().map(|end| (end.0, false, end)));
        }
        all.extend(self.segments.iter_mut().map(|one| (one.at.0, true, &mut one.at)));
        all.sort_by_key(|(at, is_segment, _)| (*at, *is_segment));
        let begin = all.first().map_or(0, |(at, _, _)| *at);
        let mut next = 0;
        for (at, _, stamp) in all {
            let time = (at - begin).next_multiple_of(ROUND);
            *stamp = Stamp(if self.is_timed { time.max(next) } else { next });
            next = stamp.0 + TICK;
        }
    }

    /// Writes it: one line of JSON for each event, in their order.
    pub fn text(&self) -> String {
        let call = |(role, call): &(&str, Call)| {
            (call.start, object!({ "program": call.program.0, "role": role, "call": json::of_call(call) }))
        };
        let segment = |one: &Segment| (one.at, object!({ "segment": of_segment(one) }));
        let mut lines: Vec<(Stamp, Value)> =
            self.calls.iter().map(call).chain(self.segments.iter().map(segment)).collect();
        lines.sort_by_key(|(at, _)| *at);
        let fate = |(party, fate): &(Party, Fate)| object!({ "from": if *party == Party::Server { "server" } else { "client" }, "fate": fate_name(*fate) });
        let mut out = format!("{}\n", object!({ "is_timed": self.is_timed }));
        self.fates.iter().map(fate).for_each(|line| out += &format!("{line}\n"));
        lines.iter().for_each(|(_, line)| out += &format!("{line}\n"));
        out
    }

    /// Reads what [`Stored::text`] wrote; [`None`] when it did not write this.
    pub fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines().map(serde_json::from_str::<Value>);
        let mut stored = Self { is_timed: lines.next()?.ok()?["is_timed"].as_bool()?, ..Self::default() };
        for line in lines {
            let line = line.ok()?;
            if line["call"].is_object() {
                let program = ProgramId(u32::try_from(line["program"].as_u64()?).ok()?);
                let role = if line["role"] == "server" { "server" } else { "client" };
                stored.calls.push((role, json::to_call(&line["call"], program)?));
            } else if line["segment"].is_object() {
                stored.segments.push(to_segment(&line["segment"])?);
            } else {
                let party = if line["from"] == "server" { Party::Server } else { Party::Client };
                let fate = FATES.iter().find(|(_, name)| line["fate"] == **name)?.0;
                stored.fates.push((party, fate));
            }
        }
        Some(stored)
    }
}

/// New names, each given in the order in which they are asked for.
#[derive(Default)]
struct Names(HashMap<&'static str, Vec<u64>>);

impl Names {
    /// Returns the number of an old name of this kind, from 1.
    fn number(&mut self, kind: &'static str, old: u64) -> u64 {
        let known = self.0.entry(kind).or_default();
        let place = known.iter().position(|other| *other == old).unwrap_or(known.len());
        if place == known.len() {
            known.push(old);
        }
        place as u64 + 1
    }

    fn socket(&mut self, socket: &mut Socket) {
        socket.inode = self.number("socket", socket.inode);
        socket.local.iter_mut().chain(&mut socket.peer).for_each(|address| self.address(address));
    }

    fn address(&mut self, address: &mut Address) {
        if let Address::Inet(addr) = address {
            self.inet(addr);
        }
    }

    fn inet(&mut self, addr: &mut SocketAddr) {
        if addr.port() >= CHOSEN {
            addr.set_port(50_000 + self.number("port", u64::from(addr.port())) as u16);
        }
    }
}

const FATES: [(Fate, &str); 4] =
    [(Fate::Pass, "pass"), (Fate::Lose, "lose"), (Fate::Double, "double"), (Fate::Late, "late")];

fn fate_name(fate: Fate) -> &'static str {
    FATES.iter().find(|(known, _)| *known == fate).map_or("", |(_, name)| name)
}

fn of_segment(one: &Segment) -> Value {
    let mut object = object!({ "at": one.at.0, "from": one.from.to_string(), "to": one.to.to_string() });
    match &one.what {
        What::Tcp(tcp) => {
            object["flags"] = object!(tcp.flags.0);
            object["seq"] = object!(tcp.seq);
            object["ack"] = object!(tcp.ack);
            object["window"] = object!(tcp.window);
        }
        What::Udp => object["datagram"] = object!(true),
        What::Unreachable => object["unreachable"] = object!(true),
    }
    if one.len > 0 {
        object["len"] = object!(one.len);
        object["bytes"] = object!(json::hex(&one.payload));
    }
    object
}

fn to_segment(value: &Value) -> Option<Segment> {
    let number = |key: &str| value[key].as_u64().and_then(|number| u32::try_from(number).ok());
    let what = match (value["datagram"].is_null(), value["unreachable"].is_null()) {
        (false, _) => What::Udp,
        (_, false) => What::Unreachable,
        _ => What::Tcp(Tcp {
            seq: number("seq")?,
            ack: number("ack")?,
            flags: Flags(u8::try_from(number("flags")?).ok()?),
            window: u16::try_from(number("window")?).ok()?,
            options: Default::default(),
        }),
    };
    Some(Segment {
        at: Stamp(value["at"].as_u64()?),
        from: value["from"].as_str()?.parse().ok()?,
        to: value["to"].as_str()?.parse().ok()?,
        what,
        len: number("len").unwrap_or(0),
        payload: value["bytes"].as_str().and_then(json::from_hex).unwrap_or_default(),
        header: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::made::{at, conversation, segment};
    use super::*;

    fn stored(is_timed: bool) -> Stored {
        let (programs, segments) = conversation();
        Stored::of(&programs, &segments, &[(Party::Client, Fate::Lose)], Stamp(0), is_timed)
    }

    #[test]
    fn what_is_stored_is_read_as_it_was() {
        for is_timed in [false, true] {
            let stored = stored(is_timed);
            assert_eq!(Stored::read(&stored.text()).as_ref(), Some(&stored));
        }
        let datagram = Segment { what: What::Udp, ..segment('c', "PA", 1, 1, 5) };
        let one = Stored { segments: vec![datagram], ..Stored::default() };
        assert_eq!(Stored::read(&one.text()), Some(one));
        assert_eq!((Stored::read(""), Stored::read("{\"is_timed\":false}\n{}")), (None, None));
    }

    #[test]
    fn a_run_differs_by_what_it_does_and_not_by_its_times() {
        let (programs, segments) = conversation();
        let fresh = |programs: &[Traced], segments: &[Segment]| {
            let fates = [(Party::Client, Fate::Lose)];
            stored(false).differs(&Stored::of(programs, segments, &fates, Stamp(0), false))
        };
        assert_eq!(fresh(&programs, &segments), None);
        assert!(stored(true).differs(&stored(false)).is_some());
        let later = |one: &Segment| Segment { at: Stamp(one.at.0 + 1), ..one.clone() };
        assert_eq!(fresh(&programs, &segments.iter().map(later).collect::<Vec<_>>()), None);
        // The kernel acknowledges once more, or less.
        let mut more = segments.clone();
        more.insert(7, at(2150, segment('c', "A", 6, 6, 0)));
        assert_eq!(fresh(&programs, &more), None);
        let fewer: Vec<_> = segments.iter().filter(|one| one.at != Stamp(2_020_000)).cloned().collect();
        assert_eq!((fewer.len(), fresh(&programs, &fewer)), (segments.len() - 1, None));
        let mut shorter = programs.clone();
        shorter[1].calls[1].bytes = b"hullo".to_vec();
        assert!(fresh(&shorter, &segments).is_some());
        let mut reset = segments.clone();
        for one in reset.iter_mut().filter(|one| one.at == Stamp(2_205_000)) {
            *one = at(2205, segment('c', "RA", 6, 6, 0));
        }
        assert!(fresh(&programs, &reset).is_some());
    }
}
