//! Pictures with a code, without one, and pictures that are none.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use image::{ColorType, DynamicImage, Luma};
use proptest::prelude::*;
use qrcode::{Color, QrCode};

use super::*;

const LOGIN: &str = r#"{"avatar":false,"jeton":"0123456789abcdef","login":"fedcba9876543210","url":"https://pronote.example/mobile.eleve.html"}"#;

/// A screenshot: the code on a page, `dot` pixels for each of its dots.
fn screenshot(text: &str, dot: u32, format: ImageFormat) -> Vec<u8> {
    let code = QrCode::new(text).unwrap();
    let width = u32::try_from(code.width()).unwrap();
    let colors = code.to_colors();
    let side = (width + 12) * dot;
    let grey = GrayImage::from_fn(side + 80, side * 2, |x, y| {
        let (x, y) = ((x / dot).wrapping_sub(6), (y / dot).wrapping_sub(20));
        let dark = x < width && y < width && colors[(y * width + x) as usize] == Color::Dark;
        Luma([if dark { 20 } else { 240 }])
    });
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageLuma8(grey).write_to(&mut out, format).unwrap();
    out.into_inner()
}

#[test]
fn a_screenshot_of_a_login_code_is_read() {
    for (dot, format) in [(4, ImageFormat::Png), (6, ImageFormat::Jpeg), (30, ImageFormat::Png)] {
        let text = qr_text(&screenshot(LOGIN, dot, format)).unwrap();
        assert_eq!(text, LOGIN);
        assert!(is_login(&text));
    }
    assert_eq!(
        qr_text(&screenshot("https://example.org", 5, ImageFormat::Png)).as_deref(),
        Some("https://example.org")
    );
}

#[test]
fn other_texts_are_no_login() {
    let not_hex = LOGIN.replace("0123", "xyz ");
    for text in ["", "{}", "[1]", "https://example.org", r#"{"login":"a","jeton":1,"url":"u"}"#, &not_hex] {
        assert!(!is_login(text), "{text}");
    }
}

#[test]
fn a_picture_that_would_unpack_to_gigabytes_is_refused() {
    let mut png = Vec::new();
    let small = DynamicImage::new(4, 4, ColorType::L8);
    small.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).unwrap();
    // Width and height stand behind the first chunk's name; its sum is not looked at before them.
    png[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    assert_eq!(qr_text(&png), None);
}

proptest! {
    #[test]
    fn any_bytes_are_looked_at_without_harm(png: bool, at in 8usize..400, bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let format = if png { ImageFormat::Png } else { ImageFormat::Jpeg };
        let mut picture = screenshot("x", 2, format);
        for (place, byte) in picture.iter_mut().skip(at).zip(&bytes) {
            *place = *byte;
        }
        let _ = qr_text(&picture);
        let _ = qr_text(&bytes);
    }
}
