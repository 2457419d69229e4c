//! Which column has what.

use super::super::model::{Party, Picture, What};
use crate::report::text::WIDTH;
use std::collections::HashMap;

/// Where time ends.
const TIME: usize = 8;
/// The most columns for calls that wait at the same time, on one side.
const BARS: usize = 4;

/// The columns of a picture.
#[derive(Clone, Debug)]
pub struct Columns {
    /// The first bar of a server's call that waits.
    pub server_bars: usize,
    /// Where a server's calls begin.
    pub server: usize,
    /// The wire's, where one lies between the programs.
    pub wire: Option<usize>,
    /// The first bar of a client's call that waits.
    pub client_bars: usize,
    /// Where a client's calls begin.
    pub client: usize,
    /// The runner's side where it plays one, and has no column of its own.
    pub runner: Option<Party>,
    /// The bar of each call that waits, by its place in the picture; none where too many wait.
    pub bars: HashMap<usize, usize>,
}

impl Columns {
    /// Finds room for a picture.
    pub fn of(picture: &Picture) -> Self {
        let has = |party| {
            let calls = picture.calls.iter().any(|made| made.party == party);
            calls || picture.links.iter().any(|link| link.caller == party || link.called == party)
        };
        let pieces = picture.rows.iter().any(|row| matches!(row.what, What::Piece(_)));
        let (bars, server, client) = bars(picture);
        let runner = match (has(Party::Server), has(Party::Client)) {
            (true, false) if !pieces => Some(Party::Client),
            (false, true) if !pieces => Some(Party::Server),
            _ => None,
        };
        let has_wire = runner.is_none() && has(Party::Runner);
        let server_bars = TIME + 1;
        let room = if has_wire { 24 } else { 31 };
        let client_bars = WIDTH - room - client - 1;
        let after = server_bars + server;
        let wire = has_wire.then_some((after + client_bars) / 2);
        Self { server_bars, server: after + 1, wire, client_bars, client: WIDTH - room, runner, bars }
    }

    /// Returns the side on which a party is drawn; [`None`] for a wire in the middle.
    pub fn side(&self, party: Party) -> Option<Party> {
        if party == Party::Runner { self.runner } else { Some(party) }
    }

    /// Returns the first column of an arrow between two parties, the one behind its last, and whether it points to the
    /// right.
    pub fn arrow(&self, from: Party, to: Party) -> (usize, usize, bool) {
        let place = |party| match self.side(party) {
            Some(Party::Server) => self.server_bars,
            Some(Party::Client) => self.client_bars,
            _ => self.wire.unwrap_or(self.client_bars),
        };
        let (from, to) = (place(from), place(to));
        let first = from.min(to);
        let first = if first == self.server_bars { self.server - 1 } else { first + 1 };
        (first, from.max(to), from < to)
    }
}

/// Returns the bars of all calls that wait, and how many columns each side needs; at least one.
fn bars(picture: &Picture) -> (HashMap<usize, usize>, usize, usize) {
    let mut bars = HashMap::new();
    // Which call has each column now; server and client.
    let mut now: [Vec<Option<usize>>; 2] = [vec![None], vec![None]];
    for row in &picture.rows {
        match row.what {
            What::Starts(call) => {
                let columns = &mut now[usize::from(picture.calls[call].party == Party::Client)];
                let free = columns.iter().position(Option::is_none);
                let at = free.unwrap_or(columns.len());
                if at == columns.len() && at < BARS {
                    columns.push(None);
                }
                if let Some(column) = columns.get_mut(at) {
                    *column = Some(call);
                    bars.insert(call, at);
                }
            }
            What::Returns(call) => {
                now.iter_mut().flatten().filter(|at| **at == Some(call)).for_each(|at| *at = None)
            }
            What::Ended { pid, .. } => {
                let ended =
                    |at: &&mut Option<usize>| at.is_some_and(|call| picture.calls[call].call.pid == pid);
                now.iter_mut().flatten().filter(ended).for_each(|at| *at = None);
            }
            _ => {}
        }
    }
    let [server, client] = now.map(|columns| columns.len());
    (bars, server, client)
}
