//! Where everything of a figure stands, in pixels.

use super::super::fold::Part;
use super::super::model::{Party, Picture, What};
use super::super::text::columns::Columns;
use super::super::text::{left_out, pause};
use super::entries::{is_drawn, millis};
use crate::report::html::font::fitting;

/// The height of a row of the folded figure.
pub const LINE: i64 = 22;
/// The height of the head: who is where.
pub const HEAD: i64 = 44;
/// Where times end.
pub const TIME: i64 = 70;
/// The width of one bar of a call that waits, with the gap behind it.
pub const BAR: i64 = 12;
/// The room for the texts of one side.
const TEXTS: i64 = 310;
/// A gap between neighbours.
pub const GAP: i64 = 8;
/// The room for arrows: all of it, or each half where a wire lies in the middle.
const ARROWS: [i64; 2] = [300, 250];
/// The least height of the figure to scale, the most, and what it gives to a row between the two.
const SCALED: [i64; 3] = [640, 6000, 14];
/// Texts of the figure to scale that are nearer than this would lie upon each other.
const NEAR: i64 = 16;

/// A part of the figure that has texts of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The server's texts.
    Left,
    /// The arrows.
    Middle,
    /// The client's texts.
    Right,
}

/// The columns of a figure.
pub struct Across {
    /// Which side each party has, and which bar each call that waits.
    pub columns: Columns,
    /// Where times end; 0 where none are shown.
    pub time: i64,
    /// The room for the texts of each side: the server's, the client's.
    pub texts: [i64; 2],
    /// Where the server's texts end.
    pub left: i64,
    /// The server's first bar.
    pub server_bars: i64,
    /// Where arrows touch the server.
    pub server: i64,
    /// The wire, where one lies between the programs.
    pub wire: Option<i64>,
    /// Where arrows touch the client; its first bar.
    pub client: i64,
    /// Where the client's texts begin.
    pub right: i64,
    /// The width of the whole.
    pub width: i64,
}

impl Across {
    /// Finds room for a picture.
    pub fn of(picture: &Picture) -> Self {
        Self::with(picture, TIME, [TEXTS; 2], ARROWS)
    }

    /// Finds room for a picture with so much of it for times, for the texts of each side, and for arrows: all of it, or
    /// each half where a wire lies in the middle.
    pub fn with(picture: &Picture, time: i64, texts: [i64; 2], arrows: [i64; 2]) -> Self {
        let columns = Columns::of(picture);
        let bars = |party| {
            let own = columns.bars.iter().filter(|(call, _)| picture.calls[**call].party == party);
            own.map(|(_, bar)| *bar as i64 + 1).max().unwrap_or(1)
        };
        let left = time + GAP + texts[0];
        let server_bars = left + GAP;
        let server = server_bars + bars(Party::Server) * BAR;
        let (wire, client) = match columns.wire {
            Some(_) => (Some(server + arrows[1]), server + 2 * arrows[1]),
            None => (None, server + arrows[0]),
        };
        let right = client + bars(Party::Client) * BAR + GAP;
        let width = right + texts[1] + GAP;
        Self { columns, time, texts, left, server_bars, server, wire, client, right, width }
    }

    /// Returns where the texts of a party stand.
    pub fn place(&self, party: Party) -> Place {
        match self.columns.side(party) {
            Some(Party::Server) => Place::Left,
            Some(Party::Client) => Place::Right,
            _ => Place::Middle,
        }
    }

    /// Returns where arrows touch a party.
    pub fn touch(&self, party: Party) -> i64 {
        match self.place(party) {
            Place::Left => self.server,
            Place::Right => self.client,
            Place::Middle => self.wire.unwrap_or(self.client),
        }
    }

    /// Returns where the bar of a call begins; [`None`] where too many wait at the same time.
    pub fn bar(&self, party: Party, call: usize) -> Option<i64> {
        let number = *self.columns.bars.get(&call)? as i64;
        let first = if self.place(party) == Place::Right { self.client + 3 } else { self.server_bars };
        Some(first + number * BAR)
    }

    /// Returns how many characters the texts at the side of a party may have.
    pub fn room(&self, party: Party) -> usize {
        fitting(self.texts[usize::from(self.place(party) == Place::Right)])
    }
}

/// A line that says what is not drawn.
pub struct Mark {
    /// Its middle.
    pub y: i64,
    /// Its height.
    pub height: i64,
    /// What it says.
    pub text: String,
}

/// The rows of a figure.
pub struct Down {
    /// The middle of each row of the picture; of one that is left out, where the mark for it stands.
    pub rows: Vec<i64>,
    /// Whether a row has room for its texts: left, middle, right.
    pub has_room: Vec<[bool; 3]>,
    /// What is not drawn.
    pub marks: Vec<Mark>,
    /// Times in milliseconds, and where they stand.
    pub times: Vec<(i64, String)>,
    /// The height of the whole.
    pub height: i64,
}

impl Down {
    /// Gives each row a line; long pauses are marked.
    pub fn folded(picture: &Picture, parts: &[Part]) -> Self {
        let mut down = Self::new(picture);
        let mut y = HEAD + LINE / 2;
        let mut before = None;
        for part in parts {
            match part {
                Part::Row(row) if is_drawn(picture, *row) => {
                    if let Some(text) = pause(picture, before, *row) {
                        down.marks.push(Mark { y, height: LINE, text });
                        y += LINE;
                    }
                    down.rows[*row] = y;
                    down.times.push((y, millis(since(picture, *row))));
                    before = Some(*row);
                    y += LINE;
                }
                Part::Row(row) => down.rows[*row] = y - LINE,
                Part::More { rows, rounds } => {
                    let text = left_out(picture, rows, *rounds);
                    down.marks.push(Mark { y, height: LINE, text });
                    down.rows[rows.clone()].fill(y);
                    before = rows.end.checked_sub(1);
                    y += LINE;
                }
            }
        }
        down.height = y;
        down
    }

    /// Gives each row a line, and as many pixels more as the time since the row before takes, at so many for a
    /// millisecond: no text lies upon another, and a pause is as long as it was.
    pub fn stretched(picture: &Picture, parts: &[Part], of_millisecond: i64) -> Self {
        let mut down = Self::folded(picture, parts);
        down.marks.clear();
        down.times.clear();
        let (mut y, mut before) = (HEAD + LINE / 2, 0);
        for row in (0..picture.rows.len()).filter(|row| is_drawn(picture, *row)) {
            let now = since(picture, row);
            let gap = i64::try_from(now.saturating_sub(before) / 1000).unwrap_or(i64::MAX);
            y += (gap.saturating_mul(of_millisecond) / 1000 - LINE).max(0);
            down.rows[row] = y;
            down.times.push((y, millis(now)));
            before = now;
            y += LINE;
        }
        down.height = y;
        down
    }

    /// Gives each row a place by its time. Where rows are so near that their texts would lie upon each other, only the
    /// first has its text.
    pub fn to_scale(picture: &Picture, parts: &[Part]) -> Self {
        let mut down = Self::new(picture);
        let whole = picture.rows.len().checked_sub(1).map_or(0, |last| since(picture, last)).max(1);
        let [least, most, of_row] = SCALED;
        let length = (parts.len() as i64 * of_row).clamp(least, most);
        let place = |nanos: u64| {
            let down = i128::from(nanos) * i128::from(length) / i128::from(whole);
            HEAD + LINE / 2 + down as i64
        };
        for row in 0..picture.rows.len() {
            down.rows[row] = place(since(picture, row));
        }
        let mut last = [i64::MIN / 2; 3];
        for part in parts {
            match part {
                Part::Row(row) => {
                    let y = down.rows[*row];
                    for place in places(picture, *row) {
                        let is_free = y - last[place] >= NEAR;
                        down.has_room[*row][place] = is_free;
                        last[place] = if is_free { y } else { last[place] };
                    }
                }
                Part::More { rows, rounds } => {
                    let (from, to) = (down.rows[rows.start], down.rows[rows.end - 1]);
                    let text = left_out(picture, rows, *rounds);
                    let (y, height) = ((from + to) / 2, (to - from).max(LINE));
                    down.marks.push(Mark { y, height, text });
                    last = last.map(|last| last.max(to));
                }
            }
        }
        let step = step(whole, length);
        down.times = (0..=whole / step).map(|n| (place(n * step), round_millis(n * step))).collect();
        down.height = HEAD + LINE / 2 + length + LINE;
        down
    }

    fn new(picture: &Picture) -> Self {
        let rows = picture.rows.len();
        Self {
            rows: vec![HEAD; rows],
            has_room: vec![[true; 3]; rows],
            marks: Vec::new(),
            times: Vec::new(),
            height: 0,
        }
    }
}

/// Returns the time of a row since the first one, in nanoseconds.
fn since(picture: &Picture, row: usize) -> u64 {
    picture.rows[row].at.0.saturating_sub(picture.begin().0)
}

/// Returns where a row has texts: 0 left, 1 middle, 2 right. A program's are at its own side; the check that plays one has
/// arrows only.
fn places(picture: &Picture, row: usize) -> Vec<usize> {
    let side = |party| match party {
        Party::Server => 0,
        Party::Runner => 1,
        Party::Client => 2,
    };
    let mut places = match &picture.rows[row].what {
        What::Call(n) | What::Starts(n) | What::Returns(n) => vec![side(picture.calls[*n].party)],
        What::Segment(_) | What::Piece(_) => vec![1],
        What::Ended { party, .. } if is_drawn(picture, row) => vec![side(*party)],
        What::Ended { .. } => Vec::new(),
    };
    places.extend(picture.rows[row].changes.iter().map(|change| side(change.party)));
    places.sort_unstable();
    places.dedup();
    places
}

/// Returns the time between two marks of the scale, in nanoseconds: 1, 2 or 5 with zeros, with 40 pixels at least.
fn step(whole: u64, length: i64) -> u64 {
    let least = u128::from(whole) * 40 / u128::from(length.unsigned_abs().max(1));
    let mut unit = 1_000u64;
    loop {
        for factor in [1, 2, 5] {
            if u128::from(unit * factor) >= least {
                return unit * factor;
            }
        }
        unit *= 10;
    }
}

/// Returns nanoseconds as milliseconds, without zeros at the end.
fn round_millis(nanos: u64) -> String {
    format!("{}", nanos as f64 / 1_000_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_has_round_steps() {
        for (whole, length, expected) in
            [(30_000_000, 640, 2_000_000), (1, 640, 1_000), (661_000_000, 6000, 5_000_000)]
        {
            assert_eq!(step(whole, length), expected);
        }
        assert_eq!(
            (round_millis(0), round_millis(2_500_000), round_millis(1_000)),
            ("0".into(), "2.5".into(), "0.001".into())
        );
    }
}
