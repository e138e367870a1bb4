//! Chunks, segments and records.

use std::ops::Range;

use cartable_crypto::{
    BagId, ChunkCipher, ChunkRef, OpenError, SEGMENT_BYTES, SpaceId, SpaceKey, SpaceKeys, Suite, TAG_BYTES,
    sealed_bytes, span,
};

const SUITES: [Suite; 2] = [Suite::ChaCha20Poly1305, Suite::Aes256Gcm];
const SEGMENT: usize = SEGMENT_BYTES as usize;
const SIZES: [usize; 10] =
    [0, 1, 4095, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 2 * SEGMENT + 5, 5 * SEGMENT - 1, 300_000];

fn keys(suite: Suite) -> SpaceKeys {
    SpaceKey::random(1).derive(suite, &BagId::random(), &SpaceId::random())
}

fn content(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|index| (index * 31 + index / 251) as u8).collect()
}

fn sealed(cipher: &ChunkCipher, plain: &[u8]) -> (ChunkRef, Vec<u8>) {
    let reference = cipher.reference(plain);
    let mut out = vec![0; sealed_bytes(plain.len() as u32) as usize];
    cipher.seal(&reference, plain, &mut out);
    (reference, out)
}

/// Opens a range as a caller does: with the bytes that `span` names.
fn opened(
    cipher: &ChunkCipher,
    reference: &ChunkRef,
    bytes: u32,
    range: Range<u32>,
    sealed: &[u8],
) -> Result<Vec<u8>, OpenError> {
    let span = span(bytes, range.clone());
    let mut scratch = sealed[span.start as usize..span.end as usize].to_vec();
    let mut out = vec![7; range.len()];
    let result = cipher.open(reference, bytes, range, &mut scratch, &mut out);
    if result.is_err() {
        assert!(out.iter().all(|byte| *byte == 0), "nothing of an altered segment is given out");
    }
    result.map(|()| out)
}

#[test]
fn every_range_of_every_size_opens() {
    for suite in SUITES {
        let keys = keys(suite);
        for size in SIZES {
            let plain = content(size);
            let (reference, sealed) = sealed(&keys.chunks, &plain);
            let bytes = size as u32;
            assert_eq!(sealed.len(), sealed_bytes(bytes) as usize);
            assert_eq!(sealed.len(), size + 16 * size.div_ceil(SEGMENT).max(1));
            assert_eq!(keys.chunks.open_verified(&reference, bytes, &mut sealed.clone()).unwrap(), plain);
            let mut edges: Vec<u32> = (0..=bytes).step_by(SEGMENT).collect();
            edges.extend([0, 1, bytes / 3, bytes / 2, bytes.saturating_sub(1), bytes]);
            edges.extend(edges.clone().iter().flat_map(|edge| [edge + 1, edge.saturating_sub(1)]));
            edges.retain(|edge| *edge <= bytes);
            for start in &edges {
                for end in edges.iter().filter(|end| *end >= start) {
                    let got = opened(&keys.chunks, &reference, bytes, *start..*end, &sealed).unwrap();
                    assert_eq!(got, plain[*start as usize..*end as usize], "{size}: {start}..{end}");
                }
            }
        }
    }
}

#[test]
fn a_read_of_4_kib_needs_one_segment() {
    for at in (0..=1_048_576 - 4096).step_by(4096) {
        assert_eq!(span(1_048_576, at..at + 4096).len() as u32, SEGMENT_BYTES + TAG_BYTES);
    }
}

#[test]
fn impossible_lengths_are_refused_without_a_panic() {
    let keys = keys(Suite::ChaCha20Poly1305);
    let (reference, sealed) = sealed(&keys.chunks, &content(40_000));
    for bytes in [0, 1, 39_999, 40_001, 65_536, u32::MAX] {
        assert!(keys.chunks.open_verified(&reference, bytes, &mut sealed.clone()).is_err());
        assert!(sealed_bytes(bytes) >= bytes);
    }
    #[expect(clippy::reversed_empty_ranges, reason = "such a range must be refused")]
    let ranges = [0..40_001, 5..4, u32::MAX..0, 0..u32::MAX, 40_000..40_001];
    for range in ranges {
        assert_eq!(span(40_000, range.clone()), 0..0);
        let answer = keys.chunks.open(&reference, 40_000, range.clone(), &mut [], &mut vec![0; range.len().min(9)]);
        assert_eq!(answer, Err(OpenError::Length), "{range:?}");
    }
    for (range, scratch, out) in [(0..10, 0, 10), (0..10, 16_399, 10), (0..10, 16_400, 9), (0..0, 1, 0), (0..0, 0, 1)] {
        let answer = keys.chunks.open(&reference, 40_000, range, &mut vec![0; scratch], &mut vec![0; out]);
        assert_eq!(answer, Err(OpenError::Length));
    }
    let _ = span(u32::MAX, u32::MAX - 1..u32::MAX);
}

#[test]
fn every_altered_byte_is_noticed() {
    for suite in SUITES {
        let keys = keys(suite);
        for size in [0, 1, 100, SEGMENT, SEGMENT + 3] {
            let (reference, sealed) = sealed(&keys.chunks, &content(size));
            for index in 0..sealed.len() {
                let mut wrong = sealed.clone();
                wrong[index] ^= 1 << (index % 8);
                let answer = keys.chunks.open_verified(&reference, size as u32, &mut wrong);
                assert_eq!(answer.err(), Some(OpenError::Altered), "{size}: byte {index}");
            }
        }
    }
}

#[test]
fn segments_can_be_neither_cut_nor_moved_nor_repeated() {
    let step = SEGMENT + TAG_BYTES as usize;
    for suite in SUITES {
        let keys = keys(suite);
        let (reference, sealed) = sealed(&keys.chunks, &content(4 * SEGMENT));
        let open =
            |bytes: usize, mut sealed: Vec<u8>| keys.chunks.open_verified(&reference, bytes as u32, &mut sealed).err();
        // Cut at a segment's end, with the length that would fit: the last one lacks its flag.
        for kept in 1..4 {
            assert_eq!(open(kept * SEGMENT, sealed[..kept * step].to_vec()), Some(OpenError::Altered));
        }
        // Extended by a segment of its own.
        let extended = [sealed.as_slice(), &sealed[..step]].concat();
        assert_eq!(open(5 * SEGMENT, extended), Some(OpenError::Altered));
        for a in 0..4 {
            for b in (0..4).filter(|b| *b != a) {
                let (from, to) = (a * step..(a + 1) * step, b * step);
                let mut swapped = sealed.clone();
                swapped[from.clone()].copy_from_slice(&sealed[to..to + step]);
                assert_eq!(open(4 * SEGMENT, swapped.clone()), Some(OpenError::Altered), "{b} over {a}");
                swapped[to..to + step].copy_from_slice(&sealed[from]);
                assert_eq!(open(4 * SEGMENT, swapped), Some(OpenError::Altered), "{a} and {b} swapped");
            }
        }
        // Read by ranges, the same: segment 2 in the place of 1.
        let mut scratch = sealed[2 * step..3 * step].to_vec();
        let range = SEGMENT_BYTES..SEGMENT_BYTES + 10;
        let answer = keys.chunks.open(&reference, 4 * SEGMENT_BYTES, range, &mut scratch, &mut [0; 10]);
        assert_eq!(answer, Err(OpenError::Altered));
    }
}

#[test]
fn a_chunk_opens_under_no_other_reference_suite_or_content() {
    let keys = keys(Suite::ChaCha20Poly1305);
    let (first, sealed_first) = sealed(&keys.chunks, &content(20_000));
    let other: Vec<u8> = content(20_000).into_iter().rev().collect();
    let (second, _) = sealed(&keys.chunks, &other);
    let answer = keys.chunks.open_verified(&second, 20_000, &mut sealed_first.clone());
    assert_eq!(answer, Err(OpenError::Altered));

    // Whoever knows a chunk's key can seal other content under it; its hash tells.
    let mut bytes = first.to_bytes();
    bytes[32] ^= 1;
    let forged = ChunkRef::from_bytes(&bytes);
    let answer = keys.chunks.open_verified(&forged, 20_000, &mut sealed_first.clone());
    assert_eq!(answer, Err(OpenError::WrongContent));
}

#[test]
fn the_same_content_under_each_parameter_set_has_other_keys_and_ids() {
    let plain = content(1000);
    let (bag, space) = (BagId::random(), SpaceId::random());
    let mut ciphers = Vec::new();
    // Two spaces, two bags, two epochs of one space, two suites of one key.
    for suite in SUITES {
        let key = SpaceKey::random(1);
        for (bag, space) in [(bag, space), (BagId::random(), space), (bag, SpaceId::random())] {
            ciphers.push(key.derive(suite, &bag, &space));
        }
        ciphers.push(SpaceKey::random(2).derive(suite, &bag, &space));
    }
    let key = SpaceKey::random(7);
    ciphers.extend(SUITES.map(|suite| key.derive(suite, &bag, &space)));
    let mut seen = std::collections::HashSet::new();
    for keys in &ciphers {
        let (reference, sealed) = sealed(&keys.chunks, &plain);
        assert_eq!(reference.hash(), blake3::hash(&plain).as_bytes());
        assert!(seen.insert(reference.to_bytes()[..32].to_vec()), "a key twice");
        assert!(seen.insert(reference.id().to_vec()), "an id twice");
        assert!(seen.insert(sealed), "the same bytes on disk twice");
        assert!(seen.insert(keys.database.pragma().as_bytes().to_vec()), "a database key twice");
        assert!(seen.insert(keys.drop.public().to_bytes().to_vec()), "a drop key twice");
    }
    // And under one set, always the same: that is what deduplication finds.
    let again = ciphers[0].chunks.reference(&plain);
    assert_eq!(*again.to_bytes(), *ciphers[0].chunks.reference(&plain).to_bytes());
}

#[test]
fn records_open_in_their_place_only() {
    let ours = keys(Suite::ChaCha20Poly1305);
    let mut sealed = vec![1, 2, 3];
    ours.records.seal(b"place", b"a record", &mut sealed);
    let sealed = sealed.split_off(3);
    assert_eq!(*ours.records.open(b"place", &sealed).unwrap(), b"a record");
    assert_eq!(ours.records.open(b"elsewhere", &sealed).err(), Some(OpenError::Altered));
    assert!(keys(Suite::ChaCha20Poly1305).records.open(b"place", &sealed).is_err());
    for index in 0..sealed.len() {
        let mut wrong = sealed.clone();
        wrong[index] ^= 0x80;
        assert!(ours.records.open(b"place", &wrong).is_err());
        assert!(ours.records.open(b"place", &sealed[..index]).is_err());
    }
    let mut again = Vec::new();
    ours.records.seal(b"place", b"a record", &mut again);
    assert_ne!(again, sealed, "the nonce is random");
}
