//! Promises that every server makes that answers what it is sent (01, 02, 07, 08).

use super::common::random_bytes;
use super::{diagnosis, leaks};
use crate::bench::peer::{Ending, Heard, Peer};
use crate::bench::{Bench, Server, not_taken};
use crate::bench::{fin_next, same_bytes};
use crate::finding::{Half, Outcome, broken};
use crate::promises::Check;
use crate::system::program::Exit;
use std::net::TcpListener;

/// What every such server promises.
pub const CHECKS: &[Check] = &[
    Check::server("half-close", "still answers what was said before the FIN", half_close),
    Check::server(
        "fin-ends-connection",
        "ends the connection when the client does, then serves the next",
        fin_ends_connection,
    ),
    Check::server("silent-client", "survives a client that leaves without a word", silent_client),
    Check::server("one-after-the-other", "serves a hundred clients one after the other", one_after_the_other),
    Check::server("silence-is-no-end", "goes on when a silent client speaks again", silence_is_no_end),
    Check::server("rst-while-reading", "survives an RST while it waits to read", rst_while_reading),
    Check::server("rst-while-writing", "survives an RST while it replies", rst_while_writing),
    Check::server(
        "gone-before-accept",
        "survives a client that was gone before it was accepted",
        gone_before_accept,
    ),
    Check::server("late-reader", "loses nothing when a client reads late", late_reader).long(),
    Check::server(
        "rests-after-fin",
        "neither spins nor keeps the socket of a client that left",
        rests_after_fin,
    ),
    Check::server("keeps-no-sockets", "closes its socket whatever ended the connection", keeps_no_sockets),
    Check::server("binds-its-address", "listens at the address it was given and no other", binds_its_address),
    Check::server(
        "says-why-it-cannot-bind",
        "says so and exits when its address is taken",
        says_why_it_cannot_bind,
    ),
];

/// Says `bytes` and holds that the transformed bytes come back.
pub fn asks(bench: &Bench, peer: &mut Peer, bytes: &[u8]) -> Outcome {
    let expected = (bench.answer)(bytes);
    let heard = peer.say_and_hear(bytes, false, expected.len());
    same_bytes("server", &expected, &heard, |expected, heard| diagnosis::of_reply(bytes, expected, heard))
}

/// A word that some server might take for a command of its own, or skip, is a request like any other.
pub fn asks_words(bench: &Bench, peer: &mut Peer) -> Outcome {
    ["exit", "quit", "q", "bye", "\n", " "].iter().try_for_each(|word| asks(bench, peer, word.as_bytes()))
}

/// A new client is served as if nothing had been.
pub fn next_is_served(bench: &mut Bench, server: &mut Server, after: &str) -> Outcome {
    server.alive(after)?;
    let bytes = random_bytes(bench, 40);
    let mut peer = bench.connect(server)?;
    let expected = (bench.answer)(&bytes);
    let heard = peer.say_and_hear(&bytes, false, expected.len());
    server.alive(after)?;
    same_bytes("server", &expected, &heard, |expected, heard| match heard.bytes.len() {
        0 => format!(
            "no answer after {after}: the connection before was not ended when its `read` returned 0, or `serve` did \
             not go back to `accept`"
        ),
        _ => diagnosis::of_reply(&bytes, expected, heard),
    })
}

/// Says `bytes` as the last of this connection, and holds that exactly the transformed bytes and FIN come back.
pub fn asks_last(bench: &Bench, peer: &mut Peer, bytes: &[u8]) -> Outcome {
    asks(bench, peer, bytes)?;
    peer.half_close();
    let heard = peer.hear_to_end(64 * 1024);
    fin_next("server", &heard, after_reply(&heard))
}

/// Names the likely cause why a server said more after its last reply, or did not end the connection.
fn after_reply(heard: &Heard) -> &'static str {
    match heard.bytes.as_slice() {
        [] => {
            "a `read` of 0 bytes is the client's FIN: it will say nothing more, so the server closes its side too"
        }
        extra if extra.len() >= 8 && extra.iter().all(|byte| *byte == 0) => {
            "the rest of the buffer was sent too: send `buffer[..n]`, the `n` bytes that `read` returned"
        }
        [b'\n'] | [b'\r', b'\n'] => "a line end was added: the server must send what it was sent, no more",
        _ => {
            "the server sent more than its reply: send `buffer[..n]`, the `n` bytes that `read` returned, and nothing else"
        }
    }
}

/// FIN ends the connection, with FIN, and the next client is served.
pub fn fin_ends_connection(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let bytes = random_bytes(bench, 40);
    asks_last(bench, &mut peer, &bytes)?;
    next_is_served(bench, &mut server, "a client that left")
}

/// A client that leaves without a word.
pub fn silent_client(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    bench.connect(&mut server)?.close();
    next_is_served(bench, &mut server, "a client that left without a word")
}

/// One client after the other, a hundred of them.
pub fn one_after_the_other(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    for _ in 0..100 {
        next_is_served(bench, &mut server, "the client before")?;
    }
    Ok(())
}

/// An RST while the server waits to read.
pub fn rst_while_reading(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let bytes = random_bytes(bench, 40);
    asks(bench, &mut peer, &bytes)?;
    peer.reset();
    next_is_served(bench, &mut server, "a client that reset its connection (RST)")
}

/// An RST while the server's reply is under way.
pub fn rst_while_writing(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    // Enough that the server is still writing, or will write again, when the reset comes.
    let bytes = random_bytes(bench, 256 * 1024);
    let heard = peer.say_and_hear(&bytes[..1024], false, 1);
    if heard.bytes.is_empty() {
        let expected = (bench.answer)(&bytes[..1024]);
        return same_bytes("server", &expected, &heard, |e, h| diagnosis::of_reply(&bytes[..1024], e, h));
    }
    // Not all of it need be taken: a server may stop reading while nobody reads its replies.
    let (said, _) = bytes[1024..].split_at(64 * 1024);
    if let Err(ending) = peer.say(said) {
        return not_taken("server", ending, "the server must go on reading as long as its replies are taken");
    }
    peer.reset();
    next_is_served(bench, &mut server, "a client that reset its connection (RST) with replies unread")
}

/// A client that has come and gone, with RST, before the server accepts it: another client holds the server.
pub fn gone_before_accept(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut first = bench.connect(&mut server)?;
    let bytes = random_bytes(bench, 40);
    asks(bench, &mut first, &bytes)?;
    // A server that has a thread to accept would else be quicker than the RST, now and then.
    server.while_stopped(|server| -> Outcome {
        let mut second = bench.connect(server)?;
        let _ = second.say(&bytes);
        second.half_close();
        second.reset();
        first.close();
        Ok(())
    })?;
    next_is_served(bench, &mut server, "a client that was gone (RST) before it was accepted")
}

/// A client that reads nothing until no more can be said, and then everything.
pub fn late_reader(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect_narrow(&mut server)?;
    // More than the buffers of both sides hold together, so that the server's `write` meets full ones.
    let bytes = random_bytes(bench, 8 << 20);
    let said = peer.say_until_stuck(&bytes, || server.is_stuck());
    let expected = (bench.answer)(&bytes);
    let heard = peer.say_and_hear(&bytes[said..], true, expected.len());
    same_bytes("server", &expected, &heard, |expected, heard| diagnosis::of_reply(&bytes, expected, heard))
}

/// A client that is silent for a while is still there.
pub fn silence_is_no_end(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    for _ in 0..3 {
        server.rests("a client that is silent")?;
        let bytes = random_bytes(bench, 40);
        let heard = peer.say_and_hear(&bytes, false, bytes.len());
        let expected = (bench.answer)(&bytes);
        same_bytes("server", &expected, &heard, |expected, heard| {
            match heard.ending {
            Some(Ending::Fin | Ending::Rst) if heard.bytes.is_empty() => {
                "silence was taken for the end: a client that says nothing is still there; only a `read` of 0 bytes is \
                 its end"
                    .to_string()
            }
            _ => diagnosis::of_reply(&bytes, expected, heard),
        }
        })?;
    }
    Ok(())
}

/// What was said before the client ended its side is still answered, all of it.
pub fn half_close(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let bytes = random_bytes(bench, 100_000);
    let expected = (bench.answer)(&bytes);
    let heard = peer.say_and_hear(&bytes, true, expected.len());
    same_bytes("server", &expected, &heard, |expected, heard| match heard.bytes.len() {
        0 => {
            "the client has ended only its own direction and still listens: reply to what it said, then close"
                .into()
        }
        _ => diagnosis::of_reply(&bytes, expected, heard),
    })?;
    let heard = peer.hear_to_end(64 * 1024);
    fin_next("server", &heard, after_reply(&heard))
}

/// After a client has gone the server keeps neither its socket nor the CPU.
pub fn rests_after_fin(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let mut peer = bench.connect(&mut server)?;
    let bytes = random_bytes(bench, 40);
    asks(bench, &mut peer, &bytes)?;
    let ends = peer.ends().ok();
    peer.close();
    if let Some((own, _)) = ends {
        server.lets_go_of(own, "a client that left")?;
    }
    server.alive("a client that left")
}

/// Clients that left, or reset, have left no socket behind.
pub fn keeps_no_sockets(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    let bytes = random_bytes(bench, 40);
    let serve = |bench: &Bench, _: &Server, peer: &mut Peer| asks(bench, peer, &bytes);
    leaks::keeps_no_sockets(bench, &mut server, serve, serve)
}

/// The server listens at the address it was given and nowhere else.
pub fn binds_its_address(bench: &mut Bench) -> Outcome {
    let mut server = bench.server()?;
    // A server that has answered has done all its binding.
    let bytes = random_bytes(bench, 40);
    let mut peer = bench.connect(&mut server)?;
    asks(bench, &mut peer, &bytes)?;
    server.listens_only_there()
}

/// A server whose address is taken says so and ends with a status other than 0.
pub fn says_why_it_cannot_bind(bench: &mut Bench) -> Outcome {
    let addr = bench.nobody(Half::Server)?;
    let Ok(_holder) = TcpListener::bind(addr) else { return Ok(()) };
    let mut server = bench.server_at(addr, &[])?;
    let expected = "the server says that the address is taken, and exits with a status other than 0";
    let exit = server.program.wait_exit_patiently();
    server.program.end();
    let stderr = server.program.stderr.kept();
    let panicked = memchr::memmem::find(&stderr, b"panicked at").is_some();
    match exit {
        Err(patience) => broken(
            expected,
            format!("it still runs; {patience}"),
            "`bind` has failed, so there is nothing to serve: print the error and exit",
        ),
        Ok(Exit::Code(0)) => broken(
            expected,
            "it exited with status 0",
            match stderr.is_empty() && server.program.stdout.total() == 0 {
                true => "the error of `bind` was ignored",
                false => "0 means that all went well: after an error exit with a status other than 0",
            },
        ),
        Ok(Exit::Code(_)) if panicked => broken(
            expected,
            "it panicked",
            "no `unwrap` on `bind`: the address is the user's choice, so the error is an answer for the user",
        ),
        Ok(Exit::Code(_)) if stderr.is_empty() && server.program.stdout.total() == 0 => {
            broken(expected, "it exited without a word", "print the error, with the address, before exiting")
        }
        Ok(Exit::Code(_)) => Ok(()),
        Ok(exit) => broken(expected, format!("it {exit}"), "the error of `bind` was not handled"),
    }
}
