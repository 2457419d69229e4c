//! Checks the framing of lesson 06 with any messages and any cuts of the stream, and the copies that lessons share.

use lab_tests::root;
use proptest::collection::vec;
use proptest::prelude::*;
use solution_06_header::{FrameError, MAX_BODY, MAX_HEADER, read_frame, write_frame};
use std::io::{self, IoSlice, Read, Write};

/// A stream that comes in pieces of these sizes, one for each `read`, and after them byte by byte.
struct Cut<'a> {
    bytes: &'a [u8],
    sizes: std::slice::Iter<'a, usize>,
}

impl Read for Cut<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        assert!(!buffer.is_empty(), "a read into an empty buffer would wait for ever");
        let n = self.sizes.next().copied().unwrap_or(1).min(buffer.len()).min(self.bytes.len());
        buffer[..n].copy_from_slice(&self.bytes[..n]);
        self.bytes = &self.bytes[n..];
        Ok(n)
    }
}

/// A writer that counts the calls, and takes at most `most` bytes in each.
struct Calls {
    most: usize,
    calls: usize,
    written: Vec<u8>,
}

impl Write for Calls {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        self.calls += 1;
        let all: Vec<u8> = parts.iter().flat_map(|part| part.iter().copied()).take(self.most).collect();
        self.written.extend(&all);
        Ok(all.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn framed(messages: &[Vec<u8>]) -> Vec<u8> {
    let mut stream = Vec::new();
    for message in messages {
        write_frame(&mut stream, message).unwrap();
    }
    stream
}

proptest! {
    #[test]
    fn any_messages_survive_any_cuts(
        messages in vec(vec(any::<u8>(), 0..300), 0..8),
        sizes in vec(1_usize..40, 0..200),
    ) {
        let stream = framed(&messages);
        let mut cut = Cut { bytes: &stream, sizes: sizes.iter() };
        for message in &messages {
            let read = read_frame(&mut cut).unwrap();
            prop_assert_eq!(read.as_ref(), Some(message));
        }
        prop_assert!(read_frame(&mut cut).unwrap().is_none());
    }

    #[test]
    fn an_end_is_the_end_only_between_frames(
        messages in vec(vec(any::<u8>(), 0..40), 1..4),
        at in any::<prop::sample::Index>(),
    ) {
        let stream = framed(&messages);
        let edges: Vec<usize> = (0..=messages.len()).map(|n| framed(&messages[..n]).len()).collect();
        let at = at.index(stream.len() + 1);
        let mut cut = Cut { bytes: &stream[..at], sizes: [].iter() };
        let ended = loop {
            match read_frame(&mut cut) {
                Ok(Some(_)) => {}
                Ok(None) => break true,
                Err(FrameError::CutShort) => break false,
                Err(error) => panic!("{error}"),
            }
        };
        prop_assert_eq!(ended, edges.contains(&at));
    }

    #[test]
    fn a_frame_leaves_in_one_call_where_it_may(message in vec(any::<u8>(), 0..5000), most in 1_usize..600) {
        let mut whole = Calls { most: usize::MAX, calls: 0, written: Vec::new() };
        write_frame(&mut whole, &message).unwrap();
        prop_assert_eq!(whole.calls, 1);
        let mut parts = Calls { most, calls: 0, written: Vec::new() };
        write_frame(&mut parts, &message).unwrap();
        prop_assert_eq!(parts.written, whole.written);
    }

    #[test]
    fn garbage_is_an_error_or_a_frame_and_never_a_panic(bytes in vec(any::<u8>(), 0..100)) {
        let mut cut = Cut { bytes: &bytes, sizes: [3, 1, 50].iter() };
        while let Ok(Some(_)) = read_frame(&mut cut) {}
    }
}

#[test]
fn announced_sizes_over_the_limits_are_refused() {
    let frame = |header: &str| [&(header.len() as u32).to_be_bytes(), header.as_bytes()].concat();
    let over = format!("{{\"data_size\":{}}}", MAX_BODY + 1);
    assert!(matches!(read_frame(&mut frame(&over).as_slice()), Err(FrameError::BodyTooLong(_))));
    let long = format!("{}{{\"data_size\":0}}", " ".repeat(MAX_HEADER));
    assert!(matches!(read_frame(&mut frame(&long).as_slice()), Err(FrameError::HeaderTooLong(_))));
    let longest = format!("{}{{\"data_size\":0}}", " ".repeat(MAX_HEADER - 15));
    assert_eq!(read_frame(&mut frame(&longest).as_slice()).unwrap(), Some(Vec::new()));
}

#[test]
fn the_clients_of_07_and_08_are_the_same() {
    let client = |lesson: &str| {
        let path = root().join("solutions").join(lesson).join("src/bin/client.rs");
        let number = &lesson[..2];
        std::fs::read_to_string(path).unwrap().replace(lesson, "NAME").replace(number, "NN")
    };
    assert_eq!(client("07-reuseaddr"), client("08-threads"), "copy the change from one to the other");
}
