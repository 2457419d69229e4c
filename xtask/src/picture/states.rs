//! The states of a TCP socket, and what changes them: figure 5 of RFC 9293 (section 3.3.2).

use crate::system::sockets::TcpState;
use TcpState::{
    Close as Closed, CloseWait, Closing, Established, FinWait1, FinWait2, LastAck, Listen, SynRecv, SynSent,
    TimeWait,
};

/// What can change the state of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The program listens.
    PassiveOpen,
    /// The program connects: SYN goes out.
    ActiveOpen,
    /// The program ends its direction: FIN goes out behind all that was written.
    Close,
    /// RST goes out, and the socket is given up.
    Abort,
    /// SYN came, and is answered by a SYN that acknowledges it.
    Syn,
    /// SYN came, and with it the acknowledgement of the own SYN.
    SynAck,
    /// The acknowledgement of the own SYN came.
    AckOfSyn,
    /// The acknowledgement of the own FIN came.
    AckOfFin,
    /// FIN came, behind all that the other side has written.
    Fin,
    /// RST came, and it counts.
    Reset,
    /// Twice the longest life of a segment has passed.
    Timeout,
}

/// Every arrow of the figure, and those for RST of section 3.10.7, which the figure leaves out.
///
/// A segment can bear two events: one that acknowledges the own FIN and bears the other side's moves FIN-WAIT-1 to
/// FIN-WAIT-2 and on to TIME-WAIT (note 3 of the figure).
pub const ARROWS: &[(TcpState, Event, TcpState)] = &[
    (Closed, Event::PassiveOpen, Listen),
    (Closed, Event::ActiveOpen, SynSent),
    (Listen, Event::ActiveOpen, SynSent),
    (Listen, Event::Syn, SynRecv),
    (Listen, Event::Close, Closed),
    (SynSent, Event::Syn, SynRecv),
    (SynSent, Event::SynAck, Established),
    (SynSent, Event::Close, Closed),
    (SynSent, Event::Reset, Closed),
    (SynSent, Event::Abort, Closed),
    (SynRecv, Event::AckOfSyn, Established),
    (SynRecv, Event::Close, FinWait1),
    // Back to where a listening socket began (note 2). One that came from SYN-SENT is closed: `ends` knows which.
    (SynRecv, Event::Reset, Listen),
    (SynRecv, Event::Abort, Closed),
    (Established, Event::Close, FinWait1),
    (Established, Event::Fin, CloseWait),
    (Established, Event::Reset, Closed),
    (Established, Event::Abort, Closed),
    (FinWait1, Event::AckOfFin, FinWait2),
    (FinWait1, Event::Fin, Closing),
    (FinWait1, Event::Reset, Closed),
    (FinWait1, Event::Abort, Closed),
    (FinWait2, Event::Fin, TimeWait),
    (FinWait2, Event::Reset, Closed),
    (FinWait2, Event::Abort, Closed),
    (CloseWait, Event::Close, LastAck),
    (CloseWait, Event::Reset, Closed),
    (CloseWait, Event::Abort, Closed),
    (Closing, Event::AckOfFin, TimeWait),
    (Closing, Event::Reset, Closed),
    (Closing, Event::Abort, Closed),
    (LastAck, Event::AckOfFin, Closed),
    (LastAck, Event::Reset, Closed),
    (LastAck, Event::Abort, Closed),
    (TimeWait, Event::Timeout, Closed),
    (TimeWait, Event::Reset, Closed),
];

/// Returns the state after an event; [`None`] when the event changes nothing in this state.
pub fn next(state: TcpState, event: Event) -> Option<TcpState> {
    ARROWS.iter().find(|(from, by, _)| (*from, *by) == (state, event)).map(|(_, _, to)| *to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_event_has_two_arrows_and_every_state_is_left_and_reached() {
        let all = [
            Closed,
            Listen,
            SynSent,
            SynRecv,
            Established,
            FinWait1,
            FinWait2,
            CloseWait,
            Closing,
            LastAck,
            TimeWait,
        ];
        for state in all {
            assert!(ARROWS.iter().any(|(from, _, _)| *from == state), "{state:?} is not left");
            assert!(ARROWS.iter().any(|(_, _, to)| *to == state), "{state:?} is not reached");
        }
        for (at, arrow) in ARROWS.iter().enumerate() {
            let same = |other: &&(TcpState, Event, TcpState)| (other.0, other.1) == (arrow.0, arrow.1);
            assert_eq!(ARROWS.iter().position(|other| same(&other)), Some(at), "{arrow:?}");
            assert_ne!(arrow.0, arrow.2);
        }
    }

    #[test]
    fn both_ways_through_the_figure() {
        let walk = |events: &[Event]| -> Vec<TcpState> {
            let mut state = Closed;
            let step = |event: &Event| {
                state =
                    next(state, *event).unwrap_or_else(|| panic!("no arrow from {state:?} for {event:?}"));
                state
            };
            events.iter().map(step).collect()
        };
        use Event::*;
        assert_eq!(
            walk(&[ActiveOpen, SynAck, Close, AckOfFin, Fin, Timeout]),
            [SynSent, Established, FinWait1, FinWait2, TimeWait, Closed]
        );
        assert_eq!(
            walk(&[PassiveOpen, Syn, AckOfSyn, Fin, Close, AckOfFin]),
            [Listen, SynRecv, Established, CloseWait, LastAck, Closed]
        );
        assert_eq!(
            walk(&[ActiveOpen, Syn, AckOfSyn, Close, Fin, AckOfFin]),
            [SynSent, SynRecv, Established, FinWait1, Closing, TimeWait]
        );
        assert_eq!((next(Established, AckOfFin), next(Closed, Fin)), (None, None));
    }
}
