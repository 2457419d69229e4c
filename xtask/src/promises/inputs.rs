//! Random inputs, the same for the same seed and check.

use crate::bench::Bench;
use fastrand::Rng;

/// Returns every value that a byte can have, in an order that the seed decides: NUL, line ends, half characters.
pub fn every_byte(bench: &mut Bench) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..=255).collect();
    bench.rng.shuffle(&mut bytes);
    for (to, blank) in [(0, b'\t'), (255, b' ')] {
        let from = bytes.iter().position(|byte| *byte == blank).unwrap_or(to);
        bytes.swap(from, to);
    }
    bytes
}

/// Returns `n` random bytes of any of the 256 values.
pub fn random_bytes(rng: &mut Rng, n: usize) -> Vec<u8> {
    let mut bytes = vec![0; n];
    rng.fill(&mut bytes);
    bytes
}

/// Returns a random word of `n` lower-case letters.
pub fn random_word(bench: &mut Bench, n: usize) -> String {
    std::iter::repeat_with(|| bench.rng.lowercase()).take(n).collect()
}

/// Returns a word of `n` random bytes out of `alphabet`.
pub fn random_from(bench: &mut Bench, alphabet: &[u8], n: usize) -> String {
    (0..n).map(|_| char::from(alphabet[bench.rng.usize(..alphabet.len())])).collect()
}
