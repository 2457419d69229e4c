//! What a call has done, read when it returns.

use super::calls::Shape;
use super::enter;
use super::files::{Files, Who};
use super::memory;
use crate::system::stamp::Stamp;
use crate::system::trace::call::{Call, Detail, KEPT, On, Transport};

/// A call that is under way.
pub struct UnderWay {
    /// Its number in the order of starts.
    pub number: usize,
    /// What is known of it.
    pub call: Call,
    /// How its arguments are read.
    pub shape: Shape,
    /// Its arguments.
    pub args: [u64; 6],
}

impl UnderWay {
    /// Notes what the call has returned, and reads what it has moved, at most `room` bytes.
    pub fn ends(&mut self, who: Who, at: Stamp, result: i64, room: usize, files: &mut Files) {
        self.call.end = Some(at);
        self.call.result = Some(result);
        self.addresses(who, result, files);
        if result >= 0 {
            self.results(who, result, files);
            self.bytes(who, result, KEPT.min(room));
        }
    }

    /// Notes the addresses that its socket has got.
    fn addresses(&mut self, who: Who, result: i64, files: &mut Files) {
        let Some(fd) = self.call.file else { return };
        let Some(On::Socket(known)) = &self.call.on else { return };
        let begun = result == 0 || result == -i64::from(libc::EINPROGRESS);
        let changed = match (self.shape, self.call.name) {
            // One that is refused has had a port, too.
            (Shape::Name, "connect") => true,
            (Shape::Name, _) | (Shape::Listen, _) => result == 0,
            // A socket of datagrams gets an address when it first sends.
            (Shape::SendTo | Shape::Message | Shape::Messages, _) => {
                known.transport == Transport::Udp && known.local.is_none() && result >= 0
            }
            _ => false,
        };
        if !changed {
            return;
        }
        let inode = known.inode;
        let mut now = files.renew(who, fd);
        if let ("connect", Detail::At(to)) = (self.call.name, &self.call.detail)
            && begun
        {
            files.calls_at(inode, to.as_ref());
            now = files.socket(who, fd);
        }
        if let Some(now) = now {
            self.call.on = Some(On::Socket(now));
        }
    }

    /// Reads what a call that succeeded has returned beside its result.
    fn results(&mut self, who: Who, result: i64, files: &mut Files) {
        let args = &self.args;
        let new = result as i32;
        match (&mut self.call.detail, self.shape) {
            (Detail::Move { address, .. }, Shape::RecvFrom) => {
                *address =
                    memory::int(who.tid, args[5]).and_then(|length| enter::address(who, args[4], length));
            }
            (Detail::Move { address, .. }, Shape::Message) if self.call.name == "recvmsg" => {
                *address = memory::message(who.tid, args[1])
                    .and_then(|message| enter::address(who, message.name.0, message.name.1 as i32));
            }
            (Detail::At(address), Shape::Accept) => {
                *address =
                    memory::int(who.tid, args[2]).and_then(|length| enter::address(who, args[1], length));
                self.call.made = files.renew(who, new);
                let told = self.call.made.as_ref().and_then(|made| made.peer.clone());
                *address = address.take().or(told);
            }
            (Detail::Socket { transport, .. }, Shape::Socket) => {
                self.call.made = files.made(who, new, *transport);
            }
            (Detail::Option { value, .. }, Shape::GetOption) => {
                let length = memory::int(who.tid, args[4]).unwrap_or(0);
                *value = enter::option_value(who, args[3], length);
            }
            (Detail::Poll { files: polled, .. }, Shape::Poll | Shape::PollTime) => {
                *polled = enter::polled(who, args);
            }
            (Detail::Poll { files: polled, .. }, Shape::Select | Shape::SelectTime) => {
                let ready = enter::selected(who, args);
                for one in polled {
                    one.ready = ready.iter().find(|other| other.file == one.file).map_or(0, |one| one.asked);
                }
            }
            (_, Shape::Dup | Shape::DupOnto | Shape::Fcntl) => self.call.made = files.socket(who, new),
            _ => {}
        }
    }

    /// Reads the bytes that were moved.
    fn bytes(&mut self, who: Who, result: i64, most: usize) {
        let args = &self.args;
        let (pieces, moved) = match self.shape {
            Shape::Buffer | Shape::SendTo | Shape::RecvFrom => (vec![(args[1], args[2])], result as u64),
            Shape::Vector => (memory::vector(who.tid, args[1], args[2]), result as u64),
            Shape::Message => {
                let message = memory::message(who.tid, args[1]);
                (message.map_or(Vec::new(), |message| message.pieces), result as u64)
            }
            Shape::Messages => {
                let all = memory::messages(who.tid, args[1], result as u64);
                let moved = all.iter().map(|(_, moved)| moved).sum();
                (all.into_iter().flat_map(|(message, moved)| cut(message.pieces, moved)).collect(), moved)
            }
            Shape::SendFile | Shape::Splice => (Vec::new(), result as u64),
            _ => return,
        };
        self.call.moved = moved;
        let most = usize::try_from(moved).map_or(most, |moved| moved.min(most));
        self.call.bytes = if most > 0 { memory::read(who.tid, &pieces, most) } else { Vec::new() };
    }
}

/// Returns the pieces that hold the first `length` bytes.
fn cut(pieces: Vec<memory::Piece>, mut length: u64) -> Vec<memory::Piece> {
    let mut first = |(address, size): memory::Piece| {
        let size = size.min(length);
        length -= size;
        (address, size)
    };
    pieces.into_iter().map(&mut first).collect()
}
