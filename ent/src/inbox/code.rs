//! QR codes in pictures: PRONOTE shows one that lets a new device in, and people take a screenshot of it.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::imageops::{FilterType, resize};
use image::{GrayImage, ImageFormat, ImageReader, Limits, guess_format};

/// The longest file that is read, in bytes.
const FILE_BYTES: usize = 32 << 20;
/// The longest side of a picture, in pixels.
const SIDE: u32 = 12_000;
/// The most that decoding a picture may take, in bytes: 50 million pixels of four bytes.
const PICTURE_BYTES: u64 = 200 << 20;
/// Pictures with a longer side are made smaller first, in pixels: noise of cameras goes, and time.
const ENOUGH: u32 = 1600;

/// The text of the first QR code in a picture, PNG or JPEG, that can be read.
#[must_use]
pub fn qr_text(bytes: &[u8]) -> Option<String> {
    // The libraries are made for pictures that programs wrote; this one may be made to stop them.
    catch_unwind(AssertUnwindSafe(|| read(bytes))).ok().flatten()
}

/// Whether a text is a login code of PRONOTE: JSON with a sealed name, a sealed token, and an address.
pub(super) fn is_login(text: &str) -> bool {
    let Ok(code) = serde_json::from_str::<serde_json::Value>(text) else { return false };
    let said = |name: &str| code.get(name).and_then(serde_json::Value::as_str);
    let sealed = |name: &str| said(name).is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    sealed("login") && sealed("jeton") && said("url").is_some()
}

fn read(bytes: &[u8]) -> Option<String> {
    let picture = picture(bytes)?;
    let longest = picture.width().max(picture.height());
    if longest > ENOUGH {
        let scaled = |side: u32| u32::try_from(u64::from(side) * u64::from(ENOUGH) / u64::from(longest)).ok();
        let (width, height) = (scaled(picture.width())?.max(1), scaled(picture.height())?.max(1));
        let found = text(&resize(&picture, width, height, FilterType::Triangle));
        if found.is_some() {
            return found;
        }
    }
    text(&picture)
}

fn picture(bytes: &[u8]) -> Option<GrayImage> {
    if bytes.len() > FILE_BYTES {
        return None;
    }
    let format = guess_format(bytes).ok().filter(|format| matches!(format, ImageFormat::Png | ImageFormat::Jpeg))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(PICTURE_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    Some(reader.decode().ok()?.into_luma8())
}

fn text(picture: &GrayImage) -> Option<String> {
    let (width, height) = (usize::try_from(picture.width()).ok()?, usize::try_from(picture.height()).ok()?);
    let grey = picture.as_raw();
    let at = |x: usize, y: usize| grey.get(y * width + x).copied().unwrap_or(u8::MAX);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, at);
    prepared.detect_grids().iter().find_map(|grid| Some(grid.decode().ok()?.1))
}

#[cfg(test)]
mod tests;
