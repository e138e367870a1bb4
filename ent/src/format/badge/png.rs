//! Badges baked into PNG pictures: a chunk of text whose keyword is `openbadgecredential` (3.0) or `openbadges` (2.0).
//!
//! Source: PNG specification (W3C, third edition), chunk layout, `tEXt` and `iTXt`; Open Badges baking. Pixels are not looked at.

use std::io::Read;

use flate2::{Crc, read::ZlibDecoder};

use super::{BADGE_BYTES, BadgeError};

pub(super) const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
const KEYWORDS: [&[u8]; 2] = [b"openbadgecredential", b"openbadges"];

/// The text of the badge in a picture: of version 3.0 if there is one.
pub(super) fn baked(bytes: &[u8]) -> Result<String, BadgeError> {
    let mut found = [None, None];
    let mut rest = bytes.get(SIGNATURE.len()..).unwrap_or_default();
    while let Some((chunk, after)) = chunk(rest) {
        rest = after;
        if chunk.kind == b"IEND" {
            break;
        }
        let Some((version, text)) = badge(&chunk)? else { continue };
        if !chunk.whole() {
            return Err(BadgeError::Picture("the checksum of its badge is wrong"));
        }
        // With two of them, each program would show the one it likes.
        if found[version].replace(text).is_some() {
            return Err(BadgeError::Picture("it holds two badges"));
        }
    }
    found.into_iter().flatten().next().ok_or(BadgeError::NoBadge)
}

struct Chunk<'a> {
    kind: &'a [u8],
    data: &'a [u8],
    checksum: u32,
}

impl Chunk<'_> {
    fn whole(&self) -> bool {
        let mut crc = Crc::new();
        crc.update(self.kind);
        crc.update(self.data);
        crc.sum() == self.checksum
    }
}

/// The next chunk and what comes after it; nothing at the end, or where the file was cut.
fn chunk(bytes: &[u8]) -> Option<(Chunk<'_>, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (kind, rest) = rest.split_at_checked(4)?;
    let (data, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    let (checksum, rest) = rest.split_first_chunk::<4>()?;
    Some((Chunk { kind, data, checksum: u32::from_be_bytes(*checksum) }, rest))
}

/// The badge in a chunk, and the place of its version in [`KEYWORDS`].
fn badge(chunk: &Chunk<'_>) -> Result<Option<(usize, String)>, BadgeError> {
    let is_international = chunk.kind == b"iTXt";
    if !is_international && chunk.kind != b"tEXt" {
        return Ok(None);
    }
    let Some((keyword, rest)) = until_zero(chunk.data) else { return Ok(None) };
    let Some(version) = KEYWORDS.iter().position(|known| *known == keyword) else { return Ok(None) };
    let text = if is_international { international(rest)? } else { bounded(rest)?.to_vec() };
    let text = String::from_utf8(text).map_err(|_| BadgeError::Picture("its badge is not UTF-8"))?;
    Ok(Some((version, text)))
}

/// The text of an `iTXt` chunk, after its keyword: flag, method, language, keyword in that language, text.
fn international(data: &[u8]) -> Result<Vec<u8>, BadgeError> {
    let cut = BadgeError::Picture("the chunk of its badge is cut");
    let ([flag, _method], rest) = data.split_first_chunk::<2>().ok_or(cut.clone())?;
    let (_language, rest) = until_zero(rest).ok_or(cut.clone())?;
    let (_keyword, text) = until_zero(rest).ok_or(cut.clone())?;
    if *flag == 0 {
        return Ok(bounded(text)?.to_vec());
    }
    let mut inflated = Vec::new();
    let most = u64::try_from(BADGE_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    ZlibDecoder::new(text).take(most).read_to_end(&mut inflated).map_err(|_| cut)?;
    bounded(&inflated)?;
    Ok(inflated)
}

fn bounded(text: &[u8]) -> Result<&[u8], BadgeError> {
    if text.len() > BADGE_BYTES { Err(BadgeError::TooLong) } else { Ok(text) }
}

fn until_zero(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == 0)?;
    Some((bytes.get(..at)?, bytes.get(at.checked_add(1)?..)?))
}
