//! A call as JSON and back: on the way from a keeper to the runner, and where a figure is stored. Times are nanoseconds.

use super::detail::{Change, Detail, Polled, Side};
use super::names::name;
use super::socket::{Address, On, Socket, Transport};
use super::{Call, Happening, ProgramId, What};
use crate::system::stamp::Stamp;
use serde_json::{Value, json};
use std::time::Duration;

/// Writes a call, its bytes as hexadecimal digits.
pub fn of_call(call: &Call) -> Value {
    let mut object = without_bytes(call);
    if !call.bytes.is_empty() {
        object["bytes"] = json!(hex(&call.bytes));
    }
    object
}

/// Writes a call without its bytes.
pub fn without_bytes(call: &Call) -> Value {
    let mut object = json!({
        "pid": call.pid,
        "tid": call.tid,
        "name": call.name,
        "detail": of_detail(&call.detail),
        "start": call.start.0,
    });
    let mut put = |key: &str, value: Value| object[key] = value;
    // What a call lacks is not written: there are many calls.
    call.file.iter().for_each(|file| put("file", json!(file)));
    call.on.iter().for_each(|on| put("on", of_on(on)));
    call.end.iter().for_each(|end| put("end", json!(end.0)));
    call.result.iter().for_each(|result| put("result", json!(result)));
    call.made.iter().for_each(|made| put("made", of_socket(made)));
    if call.moved > 0 {
        put("moved", json!(call.moved));
    }
    object
}

/// Reads a call of this program; `None` when it is not one.
pub fn to_call(value: &Value, program: ProgramId) -> Option<Call> {
    Some(Call {
        program,
        pid: small(&value["pid"])?,
        tid: small(&value["tid"])?,
        name: name(value["name"].as_str()?)?,
        file: small(&value["file"]),
        on: to_on(&value["on"]),
        detail: to_detail(&value["detail"])?,
        start: Stamp(value["start"].as_u64()?),
        end: value["end"].as_u64().map(Stamp),
        result: value["result"].as_i64(),
        made: to_socket(&value["made"]),
        bytes: value["bytes"].as_str().and_then(from_hex).unwrap_or_default(),
        moved: value["moved"].as_u64().unwrap_or(0),
    })
}

/// Writes what a process did beside its calls.
pub fn of_happening(happening: &Happening) -> Value {
    let what = match &happening.what {
        What::Started(program) => json!({ "started": program }),
        What::Forked(child) => json!({ "forked": child }),
        What::Exited(status) => json!({ "exited": status }),
        What::Killed(signal) => json!({ "killed": signal }),
    };
    json!({ "at": happening.at.0, "pid": happening.pid, "what": what })
}

/// Reads it; `None` when it is not one.
pub fn to_happening(value: &Value) -> Option<Happening> {
    let (kind, of) = one(&value["what"])?;
    let what = match kind {
        "started" => What::Started(of.as_str()?.into()),
        "forked" => What::Forked(small(of)?),
        "exited" => What::Exited(small(of)?),
        "killed" => What::Killed(small(of)?),
        _ => return None,
    };
    Some(Happening { at: Stamp(value["at"].as_u64()?), pid: small(&value["pid"])?, what })
}

fn small<N: TryFrom<i64>>(value: &Value) -> Option<N> {
    N::try_from(value.as_i64()?).ok()
}

/// Returns the only key of an object and its value.
fn one(value: &Value) -> Option<(&str, &Value)> {
    value.as_object()?.iter().next().map(|(key, value)| (key.as_str(), value))
}

fn of_on(on: &On) -> Value {
    match on {
        On::Socket(socket) => of_socket(socket),
        On::Input => "input".into(),
        On::Output => "output".into(),
        On::Error => "error".into(),
    }
}

fn to_on(value: &Value) -> Option<On> {
    match value.as_str() {
        Some("input") => Some(On::Input),
        Some("output") => Some(On::Output),
        Some("error") => Some(On::Error),
        _ => to_socket(value).map(On::Socket),
    }
}

fn of_socket(socket: &Socket) -> Value {
    json!({
        "inode": socket.inode,
        "transport": transport_name(socket.transport),
        "local": of_address(socket.local.as_ref()),
        "peer": of_address(socket.peer.as_ref()),
    })
}

fn to_socket(value: &Value) -> Option<Socket> {
    Some(Socket {
        inode: value["inode"].as_u64()?,
        transport: to_transport(&value["transport"])?,
        local: to_address(&value["local"]),
        peer: to_address(&value["peer"]),
    })
}

const TRANSPORTS: [(Transport, &str); 4] = [
    (Transport::Tcp, "tcp"),
    (Transport::Udp, "udp"),
    (Transport::Unix, "unix"),
    (Transport::UnixDatagram, "unix-datagram"),
];

fn transport_name(transport: Transport) -> &'static str {
    TRANSPORTS.iter().find(|(known, _)| *known == transport).map_or("", |(_, name)| name)
}

fn to_transport(value: &Value) -> Option<Transport> {
    let name = value.as_str()?;
    TRANSPORTS.iter().find(|(_, known)| *known == name).map(|(transport, _)| *transport)
}

fn of_address(address: Option<&Address>) -> Value {
    match address {
        None => Value::Null,
        Some(Address::Inet(addr)) => json!(addr.to_string()),
        Some(Address::Unix(path)) => json!({ "unix": path }),
    }
}

fn to_address(value: &Value) -> Option<Address> {
    match value.as_str() {
        Some(text) => text.parse().ok().map(Address::Inet),
        None => value["unix"].as_str().map(|path| Address::Unix(path.into())),
    }
}

fn of_limit(limit: Option<Duration>) -> Value {
    limit.map_or(Value::Null, |limit| json!(limit.as_nanos() as u64))
}

fn to_limit(value: &Value) -> Option<Duration> {
    value.as_u64().map(Duration::from_nanos)
}

fn of_detail(detail: &Detail) -> Value {
    match detail {
        Detail::None => Value::Null,
        Detail::Move { asked, flags, address } => {
            json!({ "move": [asked, flags, of_address(address.as_ref())] })
        }
        Detail::At(address) => json!({ "at": of_address(address.as_ref()) }),
        Detail::Backlog(number) => json!({ "backlog": number }),
        Detail::Ends(Side::Read) => json!({ "ends": "read" }),
        Detail::Ends(Side::Write) => json!({ "ends": "write" }),
        Detail::Ends(Side::Both) => json!({ "ends": "both" }),
        Detail::Option { level, option, value } => json!({ "option": [level, option, value] }),
        Detail::Socket { transport, v6 } => json!({ "socket": [transport_name(*transport), v6] }),
        Detail::Copy(number) => json!({ "copy": number }),
        Detail::Poll { files, limit } => {
            let files: Vec<Value> = files.iter().map(|one| json!([one.file, one.asked, one.ready])).collect();
            json!({ "poll": [files, of_limit(*limit)] })
        }
        Detail::Watch { set, change, events } => {
            let change = match change {
                Change::Add => "add",
                Change::Remove => "remove",
                Change::Modify => "modify",
            };
            json!({ "watch": [set, change, events] })
        }
        Detail::Limit(limit) => json!({ "limit": of_limit(*limit) }),
        Detail::Sleep { time, absolute } => json!({ "sleep": [of_limit(Some(*time)), absolute] }),
        Detail::Status(status) => json!({ "status": status }),
    }
}

fn to_detail(value: &Value) -> Option<Detail> {
    if value.is_null() {
        return Some(Detail::None);
    }
    let (kind, of) = one(value)?;
    Some(match kind {
        "move" => Detail::Move { asked: of[0].as_u64()?, flags: small(&of[1])?, address: to_address(&of[2]) },
        "at" => Detail::At(to_address(of)),
        "backlog" => Detail::Backlog(small(of)?),
        "ends" => Detail::Ends(match of.as_str()? {
            "read" => Side::Read,
            "write" => Side::Write,
            _ => Side::Both,
        }),
        "option" => Detail::Option {
            level: small(&of[0])?,
            option: small(&of[1])?,
            value: of[2].as_array()?.iter().filter_map(small).collect(),
        },
        "socket" => Detail::Socket { transport: to_transport(&of[0])?, v6: of[1].as_bool()? },
        "copy" => Detail::Copy(small(of)?),
        "poll" => Detail::Poll {
            files: of[0].as_array()?.iter().filter_map(to_polled).collect(),
            limit: to_limit(&of[1]),
        },
        "watch" => Detail::Watch {
            set: small(&of[0])?,
            change: match of[1].as_str()? {
                "add" => Change::Add,
                "remove" => Change::Remove,
                _ => Change::Modify,
            },
            events: small(&of[2])?,
        },
        "limit" => Detail::Limit(to_limit(of)),
        "sleep" => Detail::Sleep { time: to_limit(&of[0])?, absolute: of[1].as_bool()? },
        "status" => Detail::Status(small(of)?),
        _ => return None,
    })
}

fn to_polled(value: &Value) -> Option<Polled> {
    Some(Polled { file: small(&value[0])?, asked: small(&value[1])?, ready: small(&value[2])? })
}

/// Returns bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)].into());
        text.push(DIGITS[usize::from(byte & 15)].into());
    }
    text
}

/// Reads hexadecimal digits; `None` when something else stands there.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| (byte as char).to_digit(16).map(|digit| digit as u8);
    text.as_bytes().chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(detail: Detail) -> Call {
        Call {
            program: ProgramId(3),
            pid: 12,
            tid: 13,
            name: "read",
            file: Some(4),
            on: Some(On::Input),
            detail,
            start: Stamp(1_700_000_000_123_456_789),
            end: Some(Stamp(1_700_000_000_123_456_790)),
            result: Some(-104),
            made: Some(Socket {
                inode: 77,
                transport: Transport::Tcp,
                local: Some(Address::Inet("[::1]:80".parse().unwrap())),
                peer: Some(Address::Unix("@name".into())),
            }),
            bytes: vec![0, 15, 255],
            moved: 3,
        }
    }

    #[test]
    fn each_detail_comes_back_as_it_was() {
        let address = Some(Address::Inet("127.0.0.1:8888".parse().unwrap()));
        let details = [
            Detail::None,
            Detail::Move { asked: 1 << 40, flags: 0x4000_0002, address: address.clone() },
            Detail::At(address),
            Detail::At(None),
            Detail::Backlog(128),
            Detail::Ends(Side::Both),
            Detail::Option { level: 1, option: 13, value: vec![1, 0] },
            Detail::Socket { transport: Transport::UnixDatagram, v6: false },
            Detail::Copy(-1),
            Detail::Poll {
                files: vec![Polled { file: 1, asked: 5, ready: 16 }],
                limit: Some(Duration::from_nanos(7)),
            },
            Detail::Watch { set: 5, change: Change::Modify, events: 1 << 31 },
            Detail::Limit(None),
            Detail::Sleep { time: Duration::from_millis(3), absolute: true },
            Detail::Status(3),
        ];
        for detail in details {
            let call = call(detail);
            let text = of_call(&call).to_string();
            assert_eq!(to_call(&serde_json::from_str(&text).unwrap(), ProgramId(3)), Some(call), "{text}");
        }
        let bare = Call {
            file: None,
            on: None,
            end: None,
            result: None,
            made: None,
            bytes: vec![],
            moved: 0,
            ..call(Detail::None)
        };
        assert_eq!(to_call(&of_call(&bare), ProgramId(3)), Some(bare));
    }

    #[test]
    fn each_happening_comes_back_as_it_was() {
        for what in [What::Started("x y".into()), What::Forked(9), What::Exited(0), What::Killed(9)] {
            let happening = Happening { at: Stamp(5), pid: 8, what };
            assert_eq!(to_happening(&of_happening(&happening)), Some(happening));
        }
    }
}
