//! Calls and segments in words.

use super::super::connection::Mark;
use super::super::model::{Made, Party, Picture, Sent};
use crate::report::text::cut;
use crate::system::segments::{Flags, What};
use crate::system::trace::call::{Address, Call, Detail, On};
use crate::wire::Fate;

/// The names that stand for addresses in the calls, longest address first: no address is then a part of another.
pub struct Names(Vec<(String, &'static str)>);

impl Names {
    /// Reads the names from the links: what is called is the server, or the wire in front of it. A server's address is
    /// known also from its call to `bind`.
    pub fn of(picture: &Picture) -> Self {
        let links = &picture.links;
        let has = |party| picture.calls.iter().any(|made| made.party == party);
        let binds = |made: &&Made| made.party == Party::Server && made.call.name == "bind";
        let mut all: Vec<(String, &'static str)> = Vec::new();
        for made in picture.calls.iter().filter(binds) {
            if let Detail::At(Some(Address::Inet(address))) = &made.call.detail {
                all.push((address.to_string(), "server"));
            }
        }
        for link in links {
            let name = match (link.called, link.caller) {
                (Party::Server, _) => "server",
                (Party::Runner, _) if has(Party::Server) => "wire",
                (Party::Runner, _) => "server",
                (Party::Client, _) => continue,
            };
            all.push((link.server.to_string(), name));
            let callers = links.iter().filter(|other| other.caller == link.caller).count();
            match link.caller {
                Party::Client if callers == 1 => all.push((link.client.to_string(), "client")),
                Party::Runner if callers == 1 => {
                    let name = if has(Party::Client) { "wire" } else { "client" };
                    all.push((link.client.to_string(), name));
                }
                _ => {}
            }
        }
        all.sort_by(|one, other| (other.0.len(), &other.0).cmp(&(one.0.len(), &one.0)));
        all.dedup();
        Self(all)
    }

    /// Returns a text with names in place of addresses.
    pub fn shorten(&self, text: &str) -> String {
        self.0.iter().fold(text.to_string(), |text, (address, name)| replaced(&text, address, name))
    }

    /// Returns the address that a name stands for.
    pub fn address(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(_, other)| *other == name).map(|(address, _)| address.as_str())
    }
}

/// Returns a text with a name in place of each such address that is no part of a longer one.
fn replaced(text: &str, address: &str, name: &str) -> String {
    let mut parts = text.split(address);
    let mut out = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let is_part =
            out.ends_with(|c: char| c.is_ascii_digit()) || part.starts_with(|c: char| c.is_ascii_digit());
        out += if is_part { address } else { name };
        out += part;
    }
    out
}

/// Returns a call with its result and its bytes, in at most `room` columns.
pub fn call(call: &Call, names: &Names, room: usize) -> String {
    let text = names.shorten(&call.to_string());
    with_bytes(&text, call, room)
}

/// Returns a call that begins to wait, in at most `room` columns. The address that `accept` and `recvfrom` fill in is not
/// known yet.
pub fn asked(call: &Call, names: &Names, room: usize) -> String {
    let mut now = Call { bytes: Vec::new(), ..call.clone() };
    if call.reads() || call.name.starts_with("accept") {
        match &mut now.detail {
            Detail::Move { address, .. } | Detail::At(address) => *address = None,
            _ => {}
        }
    }
    cut(&names.shorten(&now.asked()), room)
}

/// Returns how a call that has waited returns, in at most `room` columns.
pub fn answer(call: &Call, names: &Names, room: usize) -> String {
    let answer = call.answer().unwrap_or_default();
    with_bytes(&format!("{} = {answer}{}", call.name, from(call, names)), call, room)
}

/// Returns from where a datagram came, where the call names an address and that is not the only one.
fn from(call: &Call, names: &Names) -> String {
    match &call.detail {
        Detail::Move { address: Some(address), .. } if call.reads() => {
            let text = address.to_string();
            if names.shorten(&text) == text { format!(" from {text}") } else { String::new() }
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
    let one = |at: usize| match (bytes[at], bytes.get(at + 1)) {
        (0, next) if !next.is_some_and(u8::is_ascii_digit) => "\\0".to_string(),
        (byte, _) => byte.escape_ascii().to_string(),
    };
    let whole: String = (0..bytes.len().min(room)).map(one).collect();
    if whole.len() + 2 <= room && bytes.len() >= all {
        return format!("\"{whole}\"");
    }
    let mut text = String::new();
    for at in 0..bytes.len() {
        let next = one(at);
        if text.len() + next.len() + 3 > room {
            break;
        }
        text += &next;
    }
    format!("\"{text}\"…")
}

/// Returns what a segment is, in several forms: the first that fits is shown.
pub fn segment(picture: &Picture, sent: &Sent) -> Vec<String> {
    let number = if has_several(picture) { format!("#{} ", sent.link + 1) } else { String::new() };
    let len = sent.segment.len;
    let Some(passed) = &sent.passed else {
        let what = match sent.segment.what {
            What::Unreachable => "nobody is there (ICMP)".into(),
            _ => format!("datagram len {len}"),
        };
        let fate = match sent.fate {
            Some(Fate::Lose) => " lost",
            Some(Fate::Double) => " doubled",
            Some(Fate::Late) => " kept back",
            _ => "",
        };
        return vec![format!("{number}{what}{fate}"), format!("len {len}{fate}"), what];
    };
    let again = if passed.marks.contains(&Mark::Retransmission) { " again" } else { "" };
    let flags = format!("{}{again}", passed.flags);
    // PSH says the least.
    let fewer = format!("{}{again}", Flags(passed.flags.0 & !Flags::PSH.0));
    let (seq, ack) =
        (format!(" seq {}", passed.seq), passed.ack.map_or(String::new(), |n| format!(" ack {n}")));
    let len = if len > 0 { format!(" len {len}") } else { String::new() };
    let forms = match len.is_empty() {
        false => vec![
            format!("{flags}{seq}{ack}{len}"),
            format!("{fewer}{seq}{ack}{len}"),
            format!("{}{seq}{ack}{len}", fewer.trim_end_matches("ACK")).trim_start().into(),
            format!("{}{seq}{len}", fewer.trim_end_matches("ACK")).trim_start().into(),
            format!("{}{len}", fewer.trim_end_matches("ACK")).trim_start().into(),
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

/// Returns the number of a process among those that its program has started, from 1; 0 for the program itself.
pub fn child(picture: &Picture, party: Party, pid: u32) -> usize {
    let own = || picture.calls.iter().filter(|made| made.party == party).map(|made| &made.call);
    let Some(program) = own().find(|call| call.pid == pid).map(|call| call.program) else { return 0 };
    let mut known: Vec<u32> = Vec::new();
    for call in own().filter(|call| call.program == program) {
        if !known.contains(&call.pid) {
            known.push(call.pid);
        }
    }
    known.iter().position(|other| *other == pid).unwrap_or(0)
}

/// Returns a signal's name, where it is one that ends programs often.
pub fn signal_name(signal: i32) -> String {
    match signal {
        2 => "SIGINT (Ctrl-C)".into(),
        6 => "SIGABRT".into(),
        9 => "SIGKILL".into(),
        11 => "SIGSEGV".into(),
        13 => "SIGPIPE".into(),
        15 => "the check (SIGTERM)".into(),
        n => format!("signal {n}"),
    }
}

/// Returns whether a call is about a standard stream.
pub fn is_stream(call: &Call) -> bool {
    matches!(call.on, Some(On::Input | On::Output | On::Error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_for_a_whole_address_only() {
        for (text, shown) in [
            ("connect(3, 127.0.0.1:80) = 0", "connect(3, server) = 0"),
            ("connect(3, 127.0.0.1:8080) = 0", "connect(3, 127.0.0.1:8080) = 0"),
            ("connect(3, 1127.0.0.1:80)", "connect(3, 1127.0.0.1:80)"),
            ("127.0.0.1:80", "server"),
        ] {
            assert_eq!(replaced(text, "127.0.0.1:80", "server"), shown);
        }
    }

    #[test]
    fn bytes_fit_and_say_when_there_are_more() {
        for (bytes, all, room, shown) in [
            (&b"hello"[..], 5, 10, "\"hello\""),
            (b"hello", 5, 7, "\"hello\""),
            (b"hello", 5, 6, "\"hel\"…"),
            (b"hello", 9, 10, "\"hello\"…"),
            (b"\0\x01\n", 3, 10, "\"\\0\\x01\\n\""),
            // A zero before a digit would read as another number.
            (b"\x007", 2, 10, "\"\\x007\""),
            (b"", 0, 10, "\"\""),
        ] {
            assert_eq!(quoted(bytes, all, room), shown);
        }
    }
}
