//! Cutting a stream where its content says, so that equal stretches become equal chunks (FastCDC, Xia et al. 2020).

use std::ops::Range;

use fastcdc::v2020::FastCDC;

/// Smallest, average and largest piece of a stream, in bytes.
const PIECE_BYTES: (usize, usize, usize) = (192 * 1024, 256 * 1024, 1024 * 1024);

/// The pieces of `data`, in order and without gaps; the last may be short.
pub fn cut(data: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let (min, average, max) = PIECE_BYTES;
    FastCDC::new(data, min, average, max).map(|piece| piece.offset..piece.offset + piece.length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_the_stream() {
        for length in [0usize, 1, 1000, 65_536, 3_000_000] {
            let data: Vec<u8> = blake3::Hasher::new().finalize_xof().bytes_of(length);
            let mut at = 0;
            for piece in cut(&data) {
                assert_eq!(piece.start, at);
                assert!(piece.len() <= PIECE_BYTES.2);
                at = piece.end;
            }
            assert_eq!(at, length);
        }
    }

    trait BytesOf {
        fn bytes_of(self, length: usize) -> Vec<u8>;
    }

    impl BytesOf for blake3::OutputReader {
        fn bytes_of(mut self, length: usize) -> Vec<u8> {
            let mut bytes = vec![0; length];
            self.fill(&mut bytes);
            bytes
        }
    }
}
