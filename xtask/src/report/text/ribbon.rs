//! The picture of one stream of bytes, as writes, the wire and reads cut it.

use crate::wire::Ribbon;

/// Columns before the ribbon itself: `writes  `.
const LABEL: usize = 8;

/// What stands for a byte that cannot be seen.
const DOT: char = '·';

/// Draws the ribbon in lines of at most `width` columns: two columns a byte where the whole stream fits, else to scale.
pub fn lines(ribbon: &Ribbon, width: usize) -> Vec<String> {
    let room = width - LABEL;
    let total = ribbon.writes.iter().sum::<usize>().max(ribbon.pieces.iter().sum());
    let mut lines = Vec::new();
    let fits = total * 2 <= room;
    let has_dots = fits && ribbon.bytes.iter().any(|byte| shown(*byte) == DOT);
    if fits {
        let bytes: String = ribbon.bytes.iter().map(|byte| format!("{} ", shown(*byte))).collect();
        lines.push(format!("{:LABEL$}{}", "bytes", bytes.trim_end()));
    } else {
        lines.push(format!("{:LABEL$}{total} bytes, drawn to scale; numbers are sizes in bytes", "bytes"));
    }
    for (label, segments) in [
        ("writes", &ribbon.writes),
        ("wire", &ribbon.pieces),
        ("reads", &ribbon.reads),
        ("wanted", &ribbon.wanted),
    ] {
        if !segments.is_empty() {
            // Small segments are drawn larger than they are, so the scale of the others gets smaller.
            let small = segments.iter().filter(|len| *len * room / total.max(1) < 2).count() * 2;
            let scale = room.saturating_sub(small.min(room / 2)).max(1);
            let columns = |len: usize| if fits { len * 2 } else { (len * scale / total.max(1)).max(2) };
            lines.push(format!("{label:LABEL$}{}", draw(segments, columns, room)));
        }
    }
    if has_dots {
        lines.push(format!("{:LABEL$}{DOT} a blank, or a byte that is no visible character", ""));
    }
    lines
}

/// Draws one row: each segment as `└──┘`, with its size inside where there is room.
fn draw(segments: &[usize], columns: impl Fn(usize) -> usize, room: usize) -> String {
    let mut row = String::new();
    let mut used = 0;
    let all_fit = segments.iter().filter(|len| **len > 0).map(|len| columns(*len)).sum::<usize>() <= room;
    for (n, len) in segments.iter().enumerate() {
        if *len == 0 {
            continue;
        }
        let width = columns(*len);
        let rest = format!(" … {} more", segments.len() - n);
        // Where not all of them fit, there must be room to say how many follow.
        let reserve = if all_fit { 0 } else { rest.chars().count() };
        if used + width + reserve > room {
            row += &rest;
            break;
        }
        let label = len.to_string();
        let inner = width - 2;
        let fill = if inner > label.len() { format!("{label:─^inner$}") } else { "─".repeat(inner) };
        row += &format!("└{fill}┘");
        used += width;
    }
    row
}

fn shown(byte: u8) -> char {
    if byte.is_ascii_graphic() { byte as char } else { DOT }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_writes_and_one_read() {
        let ribbon = Ribbon {
            direction: "server → client",
            bytes: b"onetwothree".to_vec(),
            writes: vec![3, 3, 5],
            pieces: vec![11],
            reads: vec![1, 10],
            ..Ribbon::default()
        };
        assert_eq!(
            lines(&ribbon, 72),
            [
                "bytes   o n e t w o t h r e e",
                "writes  └─3──┘└─3──┘└───5────┘",
                "wire    └─────────11─────────┘",
                "reads   └┘└────────10────────┘",
            ]
        );
    }

    #[test]
    fn a_dot_is_explained() {
        let ribbon = Ribbon { bytes: b"a \0".to_vec(), writes: vec![3], ..Ribbon::default() };
        let dots = "        · a blank, or a byte that is no visible character";
        assert_eq!(lines(&ribbon, 72), ["bytes   a · ·", "writes  └─3──┘", dots]);
    }

    #[test]
    fn a_long_ribbon_stays_within_its_width() {
        let ribbon = Ribbon {
            writes: vec![5000],
            pieces: vec![1; 5000],
            reads: vec![1024, 1024, 1024, 1024, 904],
            ..Ribbon::default()
        };
        for line in lines(&ribbon, 72) {
            assert!(line.chars().count() <= 72, "{line}");
        }
    }
}
