//! The ribbon: one stream of bytes, cut three times: as it was written, as the wire carried it, as it was read.

/// The cuts of one direction of one connection, from offset 0 on.
#[derive(Clone, Debug, Default)]
pub struct Ribbon {
    /// `server → client` or `client → server`.
    pub direction: &'static str,
    /// The first bytes of the stream.
    pub bytes: Vec<u8>,
    /// The length of each write, in order.
    pub writes: Vec<usize>,
    /// The length of each piece that the wire passed on.
    pub pieces: Vec<usize>,
    /// The length of each read, as far as it is known.
    pub reads: Vec<usize>,
    /// The length of each read that would have been right, where the reads were wrong.
    pub wanted: Vec<usize>,
}

impl Ribbon {
    /// Leaves out the pieces after the last read: it is luck how many more the wire passed before the reader was
    /// gone.
    pub fn end_with_reads(&mut self) {
        let total: usize = self.reads.iter().sum();
        self.bytes.truncate(total);
        let mut start = 0;
        self.pieces.retain(|piece| {
            start += piece;
            start - piece < total
        });
    }
}
