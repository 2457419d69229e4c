//! What a learner predicts in lesson 11.

use super::question::{Question, Seen};
use super::sockets::{call, can};
use crate::bench::{Bench, Folder, Server, With};
use crate::finding::{Outcome, unable};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

/// Its questions.
pub const QUESTIONS: &[Question] = &[
    Question::choice(
        "join",
        "The server's folder is `box`, and a client names its file `/etc/hostname`. What does \
         `Path::new(\"box\").join(\"/etc/hostname\")` return?",
        &["`box/etc/hostname`", "`/etc/hostname`", "an error"],
        join,
        "An absolute path replaces all before it.",
        "nobody-leaves-the-folder",
    ),
    Question::choice(
        "half",
        "A server has the file `report`. A client sends a new one of 1,000 bytes, and leaves after 500 of them. Then another \
         client asks for `report`. What does it get?",
        &["the 500 bytes", "the old file, whole", "a refusal: there is no such file"],
        half,
        "The server writes into a temporary file, and that one gets the name only when it is whole.",
        "whole-or-not-at-all",
    ),
    Question::choice(
        "replaced",
        "A client fetches `report`, which is large. Before it has all of it, another client stores a new `report`. What does \
         the first one get?",
        &[
            "the old file, whole",
            "the beginning of the old file and the end of the new one",
            "the beginning of the old file, and then the end of the connection",
        ],
        replaced,
        "The server has opened the old file, and `rename` does not change an open file.",
        "whole-or-not-at-all",
    ),
];

/// The SHA-256 of no bytes (FIPS 180-4).
const HASH_OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[expect(clippy::join_absolute_paths, reason = "that it replaces the folder is what the question is about")]
fn join(_: &mut Bench) -> Outcome<Seen> {
    let joined = Path::new("box").join("/etc/hostname");
    let answer = match joined.to_str() {
        Some("box/etc/hostname") => 0,
        Some("/etc/hostname") => 1,
        _ => return unable(format!("it returned {}", joined.display())),
    };
    Ok(Seen::new(answer, format!("the runner's own call returned `{}`", joined.display())))
}

/// Starts the server on a folder.
fn server(bench: &mut Bench, folder: &Folder) -> Outcome<Server> {
    bench.server_as(&With::words([folder.path()]))
}

/// Sends the object of a message.
fn send(stream: &mut TcpStream, object: &Value) -> Outcome {
    let object = object.to_string();
    can("send", stream.write_all(&(object.len() as u32).to_be_bytes()))?;
    can("send", stream.write_all(object.as_bytes()))
}

/// Returns the object of a reply; its body is still in the stream.
fn reply(stream: &mut TcpStream) -> Outcome<Value> {
    let mut length = [0; 4];
    can("receive a reply", stream.read_exact(&mut length))?;
    let mut object = vec![0; u32::from_be_bytes(length) as usize];
    can("receive a reply", stream.read_exact(&mut object))?;
    serde_json::from_slice(&object).or_else(|_| unable("the reply is no JSON object"))
}

/// Returns as much of the body as comes.
fn body(stream: &mut TcpStream, reply: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A body that ends too early is what the question is about.
    let _ = stream.take(reply["data_size"].as_u64().unwrap_or_default()).read_to_end(&mut bytes);
    bytes
}

fn half(bench: &mut Bench) -> Outcome<Seen> {
    let folder = bench.folder()?;
    can("write a file", fs::write(folder.path().join("report"), b"the old report"))?;
    let server = server(bench, &folder)?;
    let mut leaves = call(&server)?;
    let put = json!({"op": "put", "name": "report", "data_size": 1000, "sha256": HASH_OF_NOTHING});
    send(&mut leaves, &put)?;
    can("send", leaves.write_all(&[b'n'; 500]))?;
    drop(leaves);
    server.wait_idle();
    let mut asks = call(&server)?;
    send(&mut asks, &json!({"op": "get", "name": "report"}))?;
    let object = reply(&mut asks)?;
    let got = body(&mut asks, &object);
    let answer = match (object["ok"].as_bool(), &*got) {
        (Some(true), b"the old report") => 1,
        (Some(true), _) => 0,
        _ => 2,
    };
    Ok(Seen::new(
        answer,
        format!("the reference server sent \"{}\"", got[..got.len().min(20)].escape_ascii()),
    ))
}

fn replaced(bench: &mut Bench) -> Outcome<Seen> {
    /// More than the buffers of a connection hold.
    const LARGE: u64 = 32 << 20;
    let folder = bench.folder()?;
    let old = can("write a file", File::create(folder.path().join("report")))?;
    can("make the file long", old.set_len(LARGE))?;
    let server = server(bench, &folder)?;
    let mut first = call(&server)?;
    send(&mut first, &json!({"op": "get", "name": "report"}))?;
    let object = reply(&mut first)?;
    let mut other = call(&server)?;
    send(&mut other, &json!({"op": "put", "name": "report", "data_size": 0, "sha256": HASH_OF_NOTHING}))?;
    if reply(&mut other)?["ok"] != true {
        return unable("the server refused the new file");
    }
    let got = body(&mut first, &object);
    let answer = match (got.len() as u64 == LARGE, got.iter().all(|byte| *byte == 0)) {
        (true, true) => 0,
        (true, false) => 1,
        (false, _) => 2,
    };
    let facts = format!("the reference server sent {} of the old file's {LARGE} bytes", got.len());
    Ok(Seen::new(answer, facts))
}
