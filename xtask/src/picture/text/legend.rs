//! What stands above and below the rows.

use super::super::model::{Cause, Party, Picture, What};
use super::canvas::{Canvas, Style, line};
use super::columns::Columns;
use super::words::Names;
use crate::report::text::Paint;

/// Returns the line above the rows: who is where.
pub fn head(columns: &Columns, names: &Names, paint: Paint) -> String {
    let mut canvas = Canvas::default();
    canvas.put(6, "ms", Style::Dim);
    let with = |name: &str| match names.address(name) {
        Some(address) if columns.wire.is_none() => format!("{name} {address}"),
        _ => name.to_string(),
    };
    let (server, client) = match columns.runner {
        Some(Party::Server) => ("the check as server".into(), with("client")),
        Some(_) => (with("server"), "the check as client".into()),
        None => (with("server"), with("client")),
    };
    canvas.put(columns.server, &server, Style::Bold);
    canvas.put(columns.client, &client, Style::Bold);
    if let Some(wire) = columns.wire {
        canvas.put(wire - 2, "wire", Style::Bold);
    }
    canvas.render(paint) + "\n"
}

/// Returns the lines below the rows: what the signs mean that occur, five at most.
pub fn legend(picture: &Picture, paint: Paint) -> String {
    let calls = || picture.calls.iter().map(|made| &made.call);
    let has = |is: &dyn Fn(&What) -> bool| picture.rows.iter().any(|row| is(&row.what));
    let tcp = picture.segments.iter().any(|sent| sent.passed.is_some());
    let kernel = picture.segments.iter().any(|sent| sent.cause == Cause::Kernel);
    let by_call = picture.segments.iter().any(|sent| matches!(sent.cause, Cause::Call(_)));
    let mut lines: Vec<String> = Vec::new();
    if has(&|what| matches!(what, What::Starts(_))) {
        lines.push("┌ │ └  a call waits, from its start to its return; others return at once".into());
    }
    if by_call && kernel {
        lines.push("──▶  a packet that a call sends   ┄┄▶  the kernel sends this one by itself".into());
    } else if by_call {
        lines.push("──▶  a packet that a call sends".into());
    } else if has(&|what| matches!(what, What::Piece(_))) {
        lines.push("──▶  what the wire passed on".into());
    }
    if tcp {
        lines.push("seq, ack  the sender's byte number; the one it expects next (SYN, FIN: 1 each)".into());
    }
    if picture.rows.iter().any(|row| !row.changes.is_empty()) {
        lines.push("LISTEN, ESTABLISHED, …  the state of the socket at that side from there on".into());
    }
    let has_call = |name: &str| calls().any(|call| call.name == name);
    if has_call("recvfrom") || has_call("sendto") {
        lines.push("recvfrom, sendto  read and write of a socket; file 0 is typed, 1 is printed".into());
    }
    let mut out = String::from("\n");
    out.extend(lines.iter().take(5).map(|text| line(0, text, Style::Dim, paint)));
    out
}
