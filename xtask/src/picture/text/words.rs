//! Calls and segments in words.

use super::super::connection::Mark;
use super::super::model::{Link, Party, Picture, Sent};
use crate::report::text::cut;
use crate::system::segments::What;
use crate::system::trace::call::{Call, On};

/// The names that stand for addresses in the calls, longest address first: no address is then a part of another.
pub struct Names(Vec<(String, &'static str)>);

impl Names {
    /// Reads the names from the links: what is called is the server, or the wire in front of it.
    pub fn of(links: &[Link]) -> Self {
        let mut all: Vec<(String, &'static str)> = Vec::new();
        for link in links {
            let name = match (link.called, link.caller) {
                (Party::Server, _) => "server",
                (Party::Runner, _) => "wire",
                (Party::Client, _) => continue,
            };
            all.push((link.server.to_string(), name));
            let callers = links.iter().filter(|other| other.caller == link.caller).count();
            match link.caller {
                Party::Client if callers == 1 => all.push((link.client.to_string(), "client")),
                Party::Runner if callers == 1 => all.push((link.client.to_string(), "wire")),
                _ => {}
            }
        }
        all.sort_by_key(|(address, _)| std::cmp::Reverse(address.len()));
        all.dedup();
        Self(all)
    }

    /// Returns a text with names in place of addresses.
    pub fn shorten(&self, text: &str) -> String {
        self.0.iter().fold(text.to_string(), |text, (address, name)| text.replace(address, name))
    }

    /// Returns the address that a name stands for.
    pub fn address(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(_, other)| *other == name).map(|(address, _)| address.as_str())
    }
}

/// Returns a call with its result and its bytes, in at most `room` columns.
pub fn call(call: &Call, names: &Names, room: usize) -> String {
    let text = names.shorten(&call.to_string());
    with_bytes(&text, call, room)
}

/// Returns how a call that has waited returns, in at most `room` columns.
pub fn answer(call: &Call, names: &Names, room: usize) -> String {
    let answer = call.answer().unwrap_or_default();
    let from = if call.name == "recvfrom" { from(call, names) } else { String::new() };
    with_bytes(&format!("{} = {answer}{from}", call.name), call, room)
}

/// Returns from where a datagram came, where the call names it.
fn from(call: &Call, names: &Names) -> String {
    use crate::system::trace::call::Detail;
    match &call.detail {
        Detail::Move { address: Some(address), .. } => {
            format!(" from {}", names.shorten(&address.to_string()))
        }
        _ => String::new(),
    }
}

fn with_bytes(text: &str, call: &Call, room: usize) -> String {
    const LEAST: usize = 6;
    let left = room.saturating_sub(text.chars().count() + 1);
    if call.bytes.is_empty() || left < LEAST {
        return cut(text, room);
    }
    format!("{text} {}", quoted(&call.bytes, call.moved as usize, left))
}

/// Returns bytes in quotes, in at most `room` columns; a mark shows that there are more.
pub fn quoted(bytes: &[u8], all: usize, room: usize) -> String {
    let whole = format!("\"{}\"", bytes.escape_ascii());
    if whole.len() <= room && bytes.len() >= all {
        return whole;
    }
    let mut text = String::new();
    for byte in bytes {
        let next = byte.escape_ascii().to_string();
        if text.len() + next.len() + 3 > room {
            break;
        }
        text += &next;
    }
    format!("\"{text}\"…")
}

/// Returns what a segment is, in several forms: the first that fits is shown.
pub fn segment(picture: &Picture, sent: &Sent) -> Vec<String> {
    let number = match picture.links.iter().filter(|link| link.connection.is_some()).count() {
        _ if !has_several(picture) => String::new(),
        _ => format!("#{} ", sent.link + 1),
    };
    let len = sent.segment.len;
    let Some(passed) = &sent.passed else {
        let what = match sent.segment.what {
            What::Unreachable => "nobody is there (ICMP)".into(),
            _ => format!("datagram len {len}"),
        };
        return vec![format!("{number}{what}"), what];
    };
    let again = if passed.marks.contains(&Mark::Retransmission) { " again" } else { "" };
    let flags = format!("{}{again}", passed.flags);
    let (seq, ack) =
        (format!(" seq {}", passed.seq), passed.ack.map_or(String::new(), |n| format!(" ack {n}")));
    let len = if len > 0 { format!(" len {len}") } else { String::new() };
    let forms = match len.is_empty() {
        false => vec![
            format!("{flags}{seq}{ack}{len}"),
            format!("ACK{again}{seq}{ack}{len}"),
            format!("seq{}{ack}{len}", &seq[4..]),
            format!("seq{}{len}", &seq[4..]),
            len.trim_start().to_string(),
        ],
        true => vec![format!("{flags}{seq}{ack}"), format!("{flags}{seq}"), flags],
    };
    forms.into_iter().map(|form| format!("{number}{form}")).collect()
}

/// Returns whether the picture has more than one connection on a side, so that each needs a number.
pub fn has_several(picture: &Picture) -> bool {
    let at = |party| picture.links.iter().filter(|link| link.caller == party || link.called == party).count();
    at(Party::Server) > 1 || at(Party::Client) > 1
}

/// Returns whether a call is about a standard stream.
pub fn is_stream(call: &Call) -> bool {
    matches!(call.on, Some(On::Input | On::Output | On::Error))
}

/// Returns a text in at most `room` columns.
pub fn quiet(text: &str, room: usize) -> String {
    cut(text, room)
}
