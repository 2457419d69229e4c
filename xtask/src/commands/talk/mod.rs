//! `cargo xtask talk`: one side of a connection by hand, as `nc` is, which shows each piece as it goes and comes.

mod connection;
mod input;
mod show;
mod stop;

use super::shared::{INTERRUPTED, Usage, print};
use super::wire::words::endpoint;
use crate::cli;
use crate::system::endpoint::{Endpoint, Ends, Listener, Stream};
use anyhow::Context;
use connection::{How, hold, refused};
use input::Input;
use std::io::ErrorKind;
use std::time::Duration;
use stop::{at_ctrl_c, stopped};

/// The status when the connection could not be made, or was reset.
const FAILED: u8 = 1;
/// How long `connect` may take: longer only when a queue is full.
const CONNECT: Duration = Duration::from_secs(10);

/// Calls an address, or waits for callers there, and shows what passes.
pub fn talk(args: &cli::Talk) -> anyhow::Result<u8> {
    let place = endpoint(&args.address)?;
    if !place.is_local() {
        let text = format!(
            "{place} is not a loopback address: `talk` stays on this machine; type for instance 127.0.0.1:8888, \
             [::1]:8888 or unix:PATH"
        );
        return Err(Usage(text).into());
    }
    let end = if cfg!(windows) { "Ctrl-Z Enter" } else { "Ctrl-D" };
    let with = if args.no_newline { "without its line end" } else { "with its \\n" };
    let name = if args.reset { "RST" } else { "FIN" };
    let keys = format!("type a line: it is sent {with}; {end} sends {name}, Ctrl-C quits\n");
    if args.listen { serve(args, place, &keys) } else { call(args, place, &keys) }
}

fn call(args: &cli::Talk, place: Endpoint, keys: &str) -> anyhow::Result<u8> {
    let stream = match Stream::connect(place, Some(CONNECT)) {
        Ok(stream) => stream,
        Err(error) => {
            eprintln!("cannot connect to {place}\n{}", refused(&error));
            return Ok(FAILED);
        }
    };
    at_ctrl_c(|| {})?;
    let from = match stream.ends() {
        Ok(Ends::Inet { own, .. }) => format!("from {own}, a port that the kernel chose\n"),
        _ => String::new(),
    };
    print(&format!("connected to {place}\n{from}{keys}"));
    let mut input = Input::read(!args.no_newline);
    Ok(match hold(stream, "the connection", &mut input, args.reset) {
        How::Fin => 0,
        How::Rst if args.reset => 0,
        How::Rst => FAILED,
        How::Stopped if stopped() => INTERRUPTED,
        How::Stopped => 0,
    })
}

fn serve(args: &cli::Talk, place: Endpoint, keys: &str) -> anyhow::Result<u8> {
    let listener = Listener::replace(place).map_err(|error| {
        let why = match error.kind() {
            ErrorKind::AddrInUse => {
                "another program listens there; end it, or name another address".to_string()
            }
            _ => error.to_string(),
        };
        Usage(format!("cannot listen at {place}: {why}"))
    })?;
    let chosen = if listener.endpoint() == place { "" } else { ", a port that the kernel chose" };
    let place = listener.endpoint();
    // A call of its own ends an `accept` that waits. The listener itself stays here: dropping it removes a Unix socket's
    // file.
    at_ctrl_c(move || drop(Stream::connect(place, Some(CONNECT))))?;
    print(&format!("listening on {place}{chosen}; Ctrl-C quits\n"));
    let mut input = Input::read(!args.no_newline);
    for number in 1.. {
        let stream = loop {
            match listener.accept() {
                _ if stopped() => return Ok(INTERRUPTED),
                Ok(stream) => break stream,
                // The caller is gone again.
                Err(error)
                    if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::Interrupted) => {}
                Err(error) => return Err(error).context("accept"),
            }
        };
        let name = format!("connection {number}");
        let of = match stream.ends() {
            Ok(Ends::Inet { own, other }) => format!(": from {other} to {own}"),
            _ => String::new(),
        };
        print(&format!("{name} accepted{of}\n{}", if number == 1 { keys } else { "" }));
        if hold(stream, &name, &mut input, args.reset) == How::Stopped {
            return Ok(if stopped() { INTERRUPTED } else { 0 });
        }
    }
    Ok(0)
}
