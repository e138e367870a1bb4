//! Segments: a chunk is sealed 8 KiB at a time, so that reading 4 KiB opens one segment, not a megabyte.
//!
//! STREAM (Hoang, Reyhanitabar, Rogaway, Vizar 2015, as age uses it): the nonce of a segment is its number (11 bytes,
//! big-endian) and a byte that is 1 on the last one. Segments that are moved, missing or added fail to open. The key must be
//! unique to the sequence of segments; here it is unique to content and parameters (see `chunk`).

use std::ops::Range;

use chacha20poly1305::aead::{AeadInOut, Nonce, Tag, consts, inout::InOutBuf};

use crate::OpenError;

/// Opened bytes of every segment but the last.
pub const SEGMENT_BYTES: u32 = 8 * 1024;
/// Bytes that sealing adds to each segment.
pub const TAG_BYTES: u32 = 16;

const SEGMENT: usize = SEGMENT_BYTES as usize;
const TAG: usize = TAG_BYTES as usize;

/// Returns how many bytes `plain_bytes` become when sealed: a tag for each segment, and always one segment.
///
/// Past 4 GiB, which no chunk reaches, the answer stays at `u32::MAX`.
#[must_use]
pub fn sealed_bytes(plain_bytes: u32) -> u32 {
    let tags = TAG_BYTES * segments(plain_bytes);
    plain_bytes.saturating_add(tags)
}

/// Returns which sealed bytes must be read to open `range` of a chunk of `plain_bytes`: whole segments.
///
/// An empty range, or one outside the chunk, needs none.
#[must_use]
pub fn span(plain_bytes: u32, range: Range<u32>) -> Range<u32> {
    if range.is_empty() || range.end > plain_bytes {
        return 0..0;
    }
    let numbers = covering(&range);
    let step = SEGMENT_BYTES + TAG_BYTES;
    let start = numbers.start.saturating_mul(step);
    start..numbers.end.saturating_mul(step).min(sealed_bytes(plain_bytes))
}

/// Returns how many segments hold `plain_bytes`.
pub(crate) fn segments(plain_bytes: u32) -> u32 {
    plain_bytes.div_ceil(SEGMENT_BYTES).max(1)
}

/// Seals `plain` into `out`, segment by segment; `out` is `sealed_bytes(plain.len())` long.
pub(crate) fn seal<A>(aead: &A, plain: &[u8], out: &mut [u8])
where
    A: AeadInOut<NonceSize = consts::U12, TagSize = consts::U16>,
{
    let count = plain.len().div_ceil(SEGMENT).max(1);
    assert_eq!(out.len(), plain.len() + count * TAG, "a sealed chunk has its own length");
    for (number, sealed) in out.chunks_mut(SEGMENT + TAG).enumerate() {
        let piece = &plain[number * SEGMENT..plain.len().min((number + 1) * SEGMENT)];
        let (body, tag) = sealed.split_at_mut(piece.len());
        let nonce = nonce::<A>(number as u64, number + 1 == count);
        #[expect(clippy::expect_used, reason = "both are as long, and the cipher only refuses messages of gigabytes")]
        let sealed = InOutBuf::new(piece, body)
            .ok()
            .and_then(|pair| aead.encrypt_inout_detached(&nonce, &[], pair).ok())
            .expect("8 KiB are sealed");
        tag.copy_from_slice(&sealed);
    }
}

/// Opens `range` of a chunk of `plain_bytes` into `out`, from exactly the bytes that [`span`] names. `sealed` is scratch
/// afterwards; `out` is zeroed when anything is wrong.
pub(crate) fn open<A>(
    aead: &A,
    plain_bytes: u32,
    range: Range<u32>,
    sealed: &mut [u8],
    out: &mut [u8],
) -> Result<(), OpenError>
where
    A: AeadInOut<NonceSize = consts::U12, TagSize = consts::U16>,
{
    let expected = span(plain_bytes, range.clone());
    let fits = range.start <= range.end && range.end <= plain_bytes;
    if !fits || out.len() != range.len() || sealed.len() != expected.len() {
        out.fill(0);
        return Err(OpenError::Length);
    }
    if range.is_empty() {
        return Ok(());
    }
    let opened = open_pieces(aead, segments(plain_bytes) - 1, &range, sealed, out);
    if opened.is_err() {
        out.fill(0);
    }
    opened
}

/// Opens the single segment of an empty chunk.
pub(crate) fn open_empty<A>(aead: &A, sealed: &[u8]) -> Result<(), OpenError>
where
    A: AeadInOut<NonceSize = consts::U12, TagSize = consts::U16>,
{
    let tag: &[u8; TAG] = sealed.try_into().map_err(|_| OpenError::Length)?;
    let empty: &mut [u8] = &mut [];
    aead.decrypt_inout_detached(&nonce::<A>(0, true), &[], empty.into(), &Tag::<A>::from(*tag))
        .map_err(|_| OpenError::Altered)
}

fn open_pieces<A>(aead: &A, last: u32, range: &Range<u32>, sealed: &mut [u8], out: &mut [u8]) -> Result<(), OpenError>
where
    A: AeadInOut<NonceSize = consts::U12, TagSize = consts::U16>,
{
    let (mut skip, mut sealed, mut out) = ((range.start % SEGMENT_BYTES) as usize, sealed, out);
    for number in covering(range) {
        let (piece, rest) = sealed.split_at_mut(sealed.len().min(SEGMENT + TAG));
        let (body, tag) = piece.split_at_mut(piece.len().checked_sub(TAG).ok_or(OpenError::Length)?);
        let tag = Tag::<A>::try_from(&*tag).map_err(|_| OpenError::Length)?;
        let nonce = nonce::<A>(u64::from(number), number == last);
        let take = (body.len() - skip).min(out.len());
        let (target, later) = std::mem::take(&mut out).split_at_mut(take);
        if take == body.len() {
            // A whole segment is wanted: it opens straight into its place.
            let pair = InOutBuf::new(body, target).map_err(|_| OpenError::Length)?;
            aead.decrypt_inout_detached(&nonce, &[], pair, &tag).map_err(|_| OpenError::Altered)?;
        } else {
            aead.decrypt_inout_detached(&nonce, &[], (&mut *body).into(), &tag).map_err(|_| OpenError::Altered)?;
            target.copy_from_slice(&body[skip..skip + take]);
        }
        (skip, sealed, out) = (0, rest, later);
    }
    Ok(())
}

/// Returns the numbers of the segments that hold a range, which is not empty.
fn covering(range: &Range<u32>) -> Range<u32> {
    range.start / SEGMENT_BYTES..range.end.div_ceil(SEGMENT_BYTES)
}

fn nonce<A>(number: u64, last: bool) -> Nonce<A>
where
    A: AeadInOut<NonceSize = consts::U12>,
{
    let mut bytes = [0; 12];
    bytes[3..11].copy_from_slice(&number.to_be_bytes());
    bytes[11] = u8::from(last);
    Nonce::<A>::from(bytes)
}
