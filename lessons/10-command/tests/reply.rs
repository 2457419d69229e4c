//! A reply is written as one piece, read back whole, and refused before memory is taken for it.

use lesson_10_command::{Reply, ReplyError, read_header, read_reply, write_reply};

use solution_06_header::{MAX_BODY, MAX_HEADER};
use std::io::{self, Read};

fn bytes_of(reply: &Reply) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_reply(&mut bytes, reply).unwrap();
    bytes
}

#[test]
fn a_reply_is_read_as_it_was_written() {
    for status in [Ok(0), Ok(3), Ok(255), Err("ended at the \"limit\"".to_string())] {
        for (stdout, stderr) in [("", ""), ("out", ""), ("", "err"), ("out", "err")] {
            let reply = Reply { status: status.clone(), stdout: stdout.into(), stderr: stderr.into() };
            let mut bytes = bytes_of(&reply);
            bytes.extend(b"next");
            let mut stream = bytes.as_slice();
            assert_eq!(read_reply(&mut stream).unwrap(), reply);
            assert_eq!(stream, b"next");
        }
    }
}

#[test]
fn all_three_keys_stand_in_every_header() {
    let bytes = bytes_of(&Reply::not_run("the line is too long"));
    let length = u32::from_be_bytes(bytes[..4].try_into().unwrap()) as usize;
    let header: serde_json::Value = serde_json::from_slice(&bytes[4..4 + length]).unwrap();
    let expected = serde_json::json!({"status": null, "error": "the line is too long", "stdout_size": 0, "stderr_size": 0});
    assert_eq!(header, expected);
    assert_eq!(bytes.len(), 4 + length);
}

#[test]
fn an_end_at_any_place_is_an_error() {
    let bytes = bytes_of(&Reply { status: Ok(1), stdout: b"out".to_vec(), stderr: b"err".to_vec() });
    for end in 0..bytes.len() {
        let error = read_reply(&mut &bytes[..end]).unwrap_err();
        assert!(matches!(error, ReplyError::CutShort), "{end}: {error:?}");
    }
}

/// A stream that fails when more is read than stands in it: who refuses early asks for nothing more.
struct Nothing;

impl Read for Nothing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("asked for more"))
    }
}

#[test]
fn a_header_over_the_limit_is_refused_at_its_length() {
    for length in [MAX_HEADER as u32 + 1, u32::MAX] {
        let error = read_reply(&mut length.to_be_bytes().chain(Nothing)).unwrap_err();
        assert!(matches!(error, ReplyError::HeaderTooLong(n) if n == length as usize), "{error:?}");
    }
    let error = read_reply(&mut (MAX_HEADER as u32).to_be_bytes().chain(Nothing)).unwrap_err();
    assert!(matches!(error, ReplyError::Io(_)), "{error:?}");
}

#[test]
fn output_over_the_limit_is_refused_at_the_header() {
    let header = |stdout: u64, stderr: u64| {
        format!(r#"{{"status":0,"stdout_size":{stdout},"stderr_size":{stderr}}}"#).into_bytes()
    };
    let most = MAX_BODY as u64;
    for (stdout, stderr) in [(most, 1), (1, most), (most + 1, 0), (u64::MAX, 0), (u64::MAX, u64::MAX)] {
        let header = header(stdout, stderr);
        let length = (header.len() as u32).to_be_bytes();
        let error = read_reply(&mut length.chain(header.as_slice()).chain(Nothing)).unwrap_err();
        assert!(matches!(error, ReplyError::TooMuchOutput(_)), "{error:?}");
    }
    for (stdout, stderr) in [(most, 0), (0, most), (most - 1, 1)] {
        assert!(read_header(&header(stdout, stderr)).is_ok());
    }
}

#[test]
fn a_header_of_another_form_is_refused() {
    let bad = [
        "",
        "null",
        "[]",
        "3",
        "{}",
        r#"{"status":0"#,
        r#"{"stdout_size":0,"stderr_size":0}"#,
        r#"{"status":0,"stderr_size":0}"#,
        r#"{"status":0,"stdout_size":0}"#,
        r#"{"status":256,"stdout_size":0,"stderr_size":0}"#,
        r#"{"status":-1,"stdout_size":0,"stderr_size":0}"#,
        r#"{"status":1.5,"stdout_size":0,"stderr_size":0}"#,
        r#"{"status":"0","stdout_size":0,"stderr_size":0}"#,
        r#"{"status":true,"stdout_size":0,"stderr_size":0}"#,
        r#"{"status":null,"stdout_size":0,"stderr_size":0}"#,
        r#"{"status":null,"error":null,"stdout_size":0,"stderr_size":0}"#,
        r#"{"status":null,"error":5,"stdout_size":0,"stderr_size":0}"#,
        r#"{"error":"why","stdout_size":0,"stderr_size":0}"#,
        r#"{"status":0,"stdout_size":-1,"stderr_size":0}"#,
        r#"{"status":0,"stdout_size":0,"stderr_size":0.5}"#,
        r#"{"status":0,"stdout_size":"0","stderr_size":0}"#,
        r#"{"status":0,"stdout_size":null,"stderr_size":0}"#,
    ];
    for header in bad {
        let error = read_header(header.as_bytes()).unwrap_err();
        assert!(matches!(error, ReplyError::BadHeader), "{header}: {error:?}");
    }
}

#[test]
fn other_keys_are_ignored() {
    let header = br#" { "x":[{}], "stderr_size":2, "status":7, "stdout_size":1, "error":5 } "#;
    let header = read_header(header).unwrap();
    assert_eq!((header.status, header.stdout_size, header.stderr_size), (Ok(7), 1, 2));
}
