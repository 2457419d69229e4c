// right: a push parser: one thread reads pieces of at most 1000 bytes, another feeds them, wherever they are cut.
use serde_json::{Map, Value};
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

enum Wants {
    Length,
    Header(usize),
    Body(usize),
}

struct Parser<W: Write> {
    wants: Wants,
    held: Vec<u8>,
    count: u64,
    out: W,
}

impl<W: Write> Parser<W> {
    fn feed(&mut self, mut piece: &[u8]) -> Result<(), String> {
        loop {
            let need = match self.wants {
                Wants::Length => 4,
                Wants::Header(n) | Wants::Body(n) => n,
            };
            let take = piece.len().min(need - self.held.len());
            self.held.extend_from_slice(&piece[..take]);
            piece = &piece[take..];
            if self.held.len() < need {
                return Ok(());
            }
            self.step()?;
            if piece.is_empty() && !matches!(self.wants, Wants::Header(0) | Wants::Body(0)) {
                return Ok(());
            }
        }
    }

    fn step(&mut self) -> Result<(), String> {
        let part = std::mem::take(&mut self.held);
        self.wants = match self.wants {
            Wants::Length => match part.iter().fold(0, |n, byte| n << 8 | usize::from(*byte)) {
                n @ 0..=0x1_0000 => Wants::Header(n),
                n => return Err(format!("header of {n} bytes refused")),
            },
            Wants::Header(_) => {
                let header: Map<String, Value> =
                    serde_json::from_slice(&part).map_err(|e| format!("header refused: {e}"))?;
                match header.get("data_size") {
                    Some(Value::Number(n)) => match n.as_u64() {
                        Some(n @ 0..=0x400_0000) => Wants::Body(n as usize),
                        _ => return Err(format!("data_size {n} refused")),
                    },
                    _ => return Err("data_size is missing or no number".into()),
                }
            }
            Wants::Body(_) => {
                self.count += 1;
                write!(self.out, "message {}: ", self.count)
                    .and_then(|()| self.out.write_all(&part))
                    .and_then(|()| self.out.write_all(b"\n"))
                    .and_then(|()| self.out.flush())
                    .map_err(|e| format!("standard output: {e}"))?;
                Wants::Length
            }
        };
        Ok(())
    }
}

fn read(mut stream: TcpStream, pieces: &SyncSender<io::Result<Vec<u8>>>) {
    let mut buf = [0; 1000];
    loop {
        let piece = match stream.read(&mut buf) {
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            read => read.map(|n| buf[..n].to_vec()),
        };
        let last = piece.as_ref().map_or(true, Vec::is_empty);
        if pieces.send(piece).is_err() || last {
            return;
        }
    }
}

fn parse(pieces: &Receiver<io::Result<Vec<u8>>>) -> Result<(), String> {
    let out = BufWriter::new(io::stdout().lock());
    let mut parser = Parser {
        wants: Wants::Length,
        held: Vec::new(),
        count: 0,
        out,
    };
    loop {
        match pieces.recv() {
            Ok(Ok(piece)) if piece.is_empty() => break,
            Ok(Ok(piece)) => parser.feed(&piece)?,
            Ok(Err(e)) => return Err(format!("the server is gone: {e}")),
            Err(e) => return Err(format!("the reader is gone: {e}")),
        }
    }
    match parser.wants {
        Wants::Length if parser.held.is_empty() => Ok(()),
        _ => Err(format!("the server ended inside message {}", parser.count + 1)),
    }
}

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let (sender, receiver) = sync_channel(8);
    let outcome = TcpStream::connect(addr)
        .and_then(|stream| thread::Builder::new().spawn(move || read(stream, &sender)))
        .map_err(|e| format!("cannot connect to {addr}: {e}"))
        .and_then(|_reader| parse(&receiver));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(io::stderr(), "client: {why}");
            ExitCode::FAILURE
        }
    }
}
