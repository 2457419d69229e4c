//! What a wire by hand prints: a line for each piece, with the time since the first one of its connection, and a sum for
//! each connection.

use super::words::quoted_start;
use crate::finding::count;
use crate::wire::{Direction, Passed, Piece};
use std::collections::BTreeMap;
use std::time::Duration;

/// What is known of the connections that are not over.
#[derive(Default)]
pub struct Lines {
    open: BTreeMap<usize, Connection>,
    /// Some pieces were not shown, so the sums are not known.
    pub is_cut: bool,
}

struct Connection {
    /// When its first piece passed.
    start: Duration,
    /// Pieces and bytes in each [`Direction`].
    sums: [(usize, usize); 2],
    fins: usize,
}

impl Lines {
    /// Returns the line of one piece; after the last of its connection, the sum of that connection, too.
    pub fn of(&mut self, piece: &Piece) -> String {
        let (number, arrow) = (piece.connection, piece.direction.arrow());
        let first = Connection { start: piece.at, sums: [(0, 0); 2], fins: 0 };
        let connection = self.open.entry(number).or_insert(first);
        let what = match &piece.what {
            Passed::Bytes { len, start, .. } => {
                let sum = &mut connection.sums[piece.direction as usize];
                *sum = (sum.0 + 1, sum.1 + len);
                quoted_start(*len, start)
            }
            Passed::Fin => "   FIN".into(),
            Passed::Rst => "   RST".into(),
        };
        connection.fins += usize::from(piece.what == Passed::Fin);
        let is_over = piece.what == Passed::Rst || connection.fins == 2;
        let at = piece.at.saturating_sub(connection.start).as_secs_f64();
        let wait = if piece.waited { "  (a wait)" } else { "" };
        let line = format!("{at:>10.6} s  #{number} {arrow} {what}{wait}\n");
        let sum =
            self.open.get(&number).filter(|_| is_over && !self.is_cut).map(|one| sum(number, "over", one));
        if is_over {
            self.open.remove(&number);
        }
        line + &sum.unwrap_or_default()
    }

    /// Returns the sums of the connections that are not over.
    pub fn at_end(&self) -> String {
        let open = self.open.iter().filter(|_| !self.is_cut);
        open.map(|(number, connection)| sum(*number, "cut off", connection)).collect()
    }
}

fn sum(number: usize, how: &str, connection: &Connection) -> String {
    let way = |direction: Direction| {
        let (pieces, bytes) = connection.sums[direction as usize];
        let unit = if pieces == 1 { "piece" } else { "pieces" };
        format!("{} in {pieces} {unit}", count(bytes))
    };
    let (to_server, to_client) = (way(Direction::ClientToServer), way(Direction::ServerToClient));
    format!("#{number} is {how}: {to_server} to the server, {to_client} to the client\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_has_its_own_time_and_its_own_sum() {
        let (mut lines, to_server) = (Lines::default(), Direction::ClientToServer);
        let mut line = |connection, micros, direction, what| {
            let at = Duration::from_micros(micros);
            lines.of(&Piece { at, connection, direction, what, waited: false })
        };
        let bytes = |bytes: &[u8]| Passed::Bytes { offset: 0, len: bytes.len(), start: bytes.to_vec() };
        assert!(line(1, 5_000_000, to_server, bytes(b"h")).starts_with("  0.000000 s  #1 client → server "));
        assert!(line(2, 6_000_000, to_server, bytes(b"no")).starts_with("  0.000000 s  #2 "));
        assert!(
            line(1, 5_000_052, to_server.back(), bytes(b"H"))
                .starts_with("  0.000052 s  #1 server → client ")
        );
        assert!(!line(1, 5_000_060, to_server, Passed::Fin).contains("over"));
        assert!(
            line(1, 5_000_070, to_server.back(), Passed::Fin).ends_with(
                "\n#1 is over: 1 byte in 1 piece to the server, 1 byte in 1 piece to the client\n"
            )
        );
        assert_eq!(
            lines.at_end(),
            "#2 is cut off: 2 bytes in 1 piece to the server, 0 bytes in 0 pieces to the client\n"
        );
    }
}
