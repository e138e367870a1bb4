//! Uploads: a parser of `multipart/form-data` (RFC 7578, as the HTML standard narrows it) that is fed as bytes arrive.
//!
//! It holds what was pushed and not yet taken, and no more: whoever pushes one piece of the body, takes all that
//! comes out and only then reads on needs the memory of that piece. (`multer` reads ahead for as long as the network
//! is faster than the disk, and puts no bound on headers.)
//!
//! The page sends `csrf`, `act=upload` and, when ticked, `replace=1` before the `files`: a file that comes before a
//! token that was compared is to be refused.

use bytes::{Bytes, BytesMut};
use memchr::memmem::{self, Finder};

use super::Malformed;

/// The longest head of a part, in bytes: a name of 255 bytes and a media type fit many times.
const HEAD_BYTES: usize = 8 * 1024;

/// The longest value of a field that is not a file, in bytes.
const FIELD_BYTES: usize = 4 * 1024;

/// The most parts in one upload.
const PARTS: usize = 10_000;

/// What an upload is made of, in order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A field that is not a file.
    Field {
        /// Its name in the form.
        name: String,
        /// Its value.
        value: String,
    },
    /// A file begins. Its name is the last part of the path that the browser gave, and as yet unchecked.
    File(String),
    /// Bytes of the file that began last.
    Data(Bytes),
    /// The file that began last is whole. One that breaks off never gets here.
    End,
}

/// A `multipart/form-data` body being read.
pub(crate) struct Multipart {
    /// A line break, two dashes and the boundary: what ends each part.
    delimiter: Finder<'static>,
    buffer: BytesMut,
    state: State,
    parts: usize,
}

enum State {
    /// Before the delimiter that opens the body.
    Start,
    /// Behind a delimiter: another part or the end.
    Delimiter,
    Head,
    Field(String),
    File,
    /// A file input that was left empty: browsers send a part without a name.
    Nothing,
    Done,
}

impl Multipart {
    /// Begins to read a body that has this `Content-Type`.
    ///
    /// # Errors
    /// It is not `multipart/form-data` with a boundary.
    pub(crate) fn new(content_type: &str) -> Result<Self, Malformed> {
        let mut parameters = content_type.split(';').map(str::trim);
        let kind = parameters.next().unwrap_or_default();
        let boundary = parameters.find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim_end().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"'))
        });
        let boundary = boundary.filter(|value| (1..=70).contains(&value.len())).unwrap_or_default();
        if !kind.eq_ignore_ascii_case("multipart/form-data") || boundary.is_empty() {
            return Err(Malformed::Framing("no boundary"));
        }
        let delimiter = Finder::new(&format!("\r\n--{boundary}")).into_owned();
        // The first delimiter has no line break before it; with one, all look alike.
        Ok(Self { delimiter, buffer: BytesMut::from("\r\n"), state: State::Start, parts: 0 })
    }

    /// Takes in bytes of the body. What follows the end of the last part is dropped.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if !matches!(self.state, State::Done) {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// Gives the next piece, or nothing while more bytes are needed.
    ///
    /// # Errors
    /// The body is not framed as it should be, or too large in what has a bound.
    pub(crate) fn take(&mut self) -> Result<Option<Piece>, Malformed> {
        loop {
            match &mut self.state {
                State::Start => {
                    let opening = self.delimiter.needle();
                    let known = self.buffer.len().min(opening.len());
                    if self.buffer[..known] != opening[..known] {
                        return Err(Malformed::Framing("it does not begin with its boundary"));
                    }
                    if known < opening.len() {
                        return Ok(None);
                    }
                    let _ = self.buffer.split_to(known);
                    self.state = State::Delimiter;
                }
                State::Delimiter => {
                    if self.buffer.len() < 2 {
                        return Ok(None);
                    }
                    self.state = match &*self.buffer.split_to(2) {
                        b"\r\n" => State::Head,
                        b"--" => State::Done,
                        _ => return Err(Malformed::Framing("a boundary does not end its line")),
                    };
                    self.parts += 1;
                    if self.parts > PARTS {
                        return Err(Malformed::TooLarge);
                    }
                }
                State::Head => {
                    let searched = &self.buffer[..self.buffer.len().min(HEAD_BYTES)];
                    let Some(end) = memmem::find(searched, b"\r\n\r\n") else {
                        return if searched.len() < HEAD_BYTES { Ok(None) } else { Err(Malformed::TooLarge) };
                    };
                    let head = self.buffer.split_to(end + 4);
                    let (name, file) = disposition(&head[..end])?;
                    self.state = match file.as_deref() {
                        None => State::Field(name),
                        Some("") => State::Nothing,
                        Some(_) => State::File,
                    };
                    if let Some(file) = file.filter(|file| !file.is_empty()) {
                        return Ok(Some(Piece::File(file)));
                    }
                }
                State::Field(name) => {
                    let end = self.delimiter.find(&self.buffer);
                    if end.unwrap_or(self.buffer.len().saturating_sub(self.delimiter.needle().len())) > FIELD_BYTES {
                        return Err(Malformed::TooLarge);
                    }
                    let Some(end) = end else { return Ok(None) };
                    let name = std::mem::take(name);
                    let value =
                        String::from_utf8(self.buffer.split_to(end).to_vec()).map_err(|_| Malformed::Encoding)?;
                    self.leave_part();
                    return Ok(Some(Piece::Field { name, value }));
                }
                State::File => {
                    let (data, whole) = self.split_data();
                    if !data.is_empty() {
                        return Ok(Some(Piece::Data(data)));
                    }
                    if !whole {
                        return Ok(None);
                    }
                    self.leave_part();
                    return Ok(Some(Piece::End));
                }
                State::Nothing => {
                    let (data, whole) = self.split_data();
                    if whole {
                        self.leave_part();
                    } else if data.is_empty() {
                        return Ok(None);
                    }
                }
                State::Done => {
                    self.buffer.clear();
                    return Ok(None);
                }
            }
        }
    }

    /// Says whether the body, of which no more will come, is whole.
    ///
    /// # Errors
    /// It broke off.
    pub(crate) fn finish(self) -> Result<(), Malformed> {
        if matches!(self.state, State::Done) { Ok(()) } else { Err(Malformed::Framing("it breaks off")) }
    }

    /// Bytes that are surely content, and whether the delimiter comes next.
    fn split_data(&mut self) -> (Bytes, bool) {
        let found = self.delimiter.find(&self.buffer);
        // The last bytes may be the beginning of a delimiter.
        let sure = found.unwrap_or((self.buffer.len() + 1).saturating_sub(self.delimiter.needle().len()));
        (self.buffer.split_to(sure).freeze(), found.is_some())
    }

    fn leave_part(&mut self) {
        let _ = self.buffer.split_to(self.delimiter.needle().len());
        self.state = State::Delimiter;
    }
}

/// The field's name and, for a file, the file's name, from the head of a part.
fn disposition(head: &[u8]) -> Result<(String, Option<String>), Malformed> {
    let head = std::str::from_utf8(head).map_err(|_| Malformed::Encoding)?;
    let mut rest = head
        .split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-disposition"))
        .and_then(|(_, value)| value.split_once(';'))
        .filter(|(kind, _)| kind.trim().eq_ignore_ascii_case("form-data"))
        .map(|(_, parameters)| parameters)
        .ok_or(Malformed::Framing("a part has no disposition"))?;
    let (mut field, mut file) = (None, None);
    while let Some((name, after)) = rest.split_once('=') {
        // Browsers write a quotation mark in a value as %22, so the next one ends it; a backslash is itself.
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or(Malformed::Framing("a name does not end"))?,
            None => after.split_at(after.find(';').unwrap_or(after.len())),
        };
        let name = name.trim().trim_start_matches(';').trim_start();
        if name.eq_ignore_ascii_case("name") {
            field = Some(unescape(value));
        } else if name.eq_ignore_ascii_case("filename") {
            let path = unescape(value);
            file = Some(path.rsplit('/').next().unwrap_or_default().to_owned());
        }
        rest = after;
    }
    Ok((field.ok_or(Malformed::Framing("a part has no name"))?, file))
}

/// Undoes the three escapes of the HTML standard (section 4.10.22.8).
fn unescape(value: &str) -> String {
    value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=----WebKitFormBoundaryX";

    fn part(disposition: &str, content: &[u8]) -> Vec<u8> {
        let head = format!("------WebKitFormBoundaryX\r\nContent-Disposition: form-data; {disposition}\r\n");
        [head.as_bytes(), b"Content-Type: text/plain\r\n\r\n", content, b"\r\n"].concat()
    }

    fn body(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut body: Vec<u8> = parts.iter().flat_map(|(disposition, content)| part(disposition, content)).collect();
        body.extend_from_slice(b"------WebKitFormBoundaryX--\r\n");
        body
    }

    /// Reads a body in pushes of `step` bytes; the data of a file is put together.
    fn read(body: &[u8], step: usize) -> Result<Vec<Piece>, Malformed> {
        let mut parser = Multipart::new(TYPE)?;
        let mut pieces: Vec<Piece> = Vec::new();
        for bytes in body.chunks(step) {
            parser.push(bytes);
            while let Some(piece) = parser.take()? {
                match (pieces.last_mut(), piece) {
                    (Some(Piece::Data(before)), Piece::Data(data)) => *before = [&before[..], &data].concat().into(),
                    (_, piece) => pieces.push(piece),
                }
            }
            assert!(parser.buffer.len() < step + HEAD_BYTES);
        }
        parser.finish()?;
        Ok(pieces)
    }

    #[test]
    fn an_upload_reads_alike_however_it_is_cut() {
        let tricky = b"\r\n------WebKitFormBoundaryY\r\n-\r\n------WebKitFormBoundary\r";
        let body = body(&[
            ("name=\"csrf\"", b"token"),
            ("name=\"act\"", b"upload"),
            ("name=\"files\"; filename=\"\"", b""),
            ("name=\"files\"; filename=\"a.txt\"", tricky),
            ("name=\"files\"; filename=\"empty\"", b""),
            ("filename=\"\u{e9}t\u{e9}; name=%22csrf%22\\\"; name=\"files\"", b"\0\xff"),
        ]);
        let field = |name: &str, value: &str| Piece::Field { name: name.into(), value: value.into() };
        let wanted = [
            field("csrf", "token"),
            field("act", "upload"),
            Piece::File("a.txt".into()),
            Piece::Data(Bytes::from_static(tricky)),
            Piece::End,
            Piece::File("empty".into()),
            Piece::End,
            Piece::File("\u{e9}t\u{e9}; name=\"csrf\"\\".into()),
            Piece::Data(Bytes::from_static(b"\0\xff")),
            Piece::End,
        ];
        for step in (1..80).chain([body.len()]) {
            assert_eq!(read(&body, step).unwrap(), wanted, "{step}");
        }
    }

    #[test]
    fn a_body_that_breaks_off_has_no_whole_file() {
        let body = body(&[("name=\"files\"; filename=\"a\"", b"content")]);
        let end = body.len() - b"--\r\n".len();
        for length in 0..end {
            let mut parser = Multipart::new(TYPE).unwrap();
            parser.push(&body[..length]);
            let mut pieces = Vec::new();
            while let Some(piece) = parser.take().unwrap() {
                pieces.push(piece);
            }
            assert_eq!(pieces.contains(&Piece::End), length >= end, "{length}");
            assert!(parser.finish().is_err(), "{length}");
        }
    }

    #[test]
    fn only_the_last_part_of_a_path_is_a_name() {
        for (given, wanted) in [("a/b/c.txt", "c.txt"), ("../../x", "x"), ("C:\\x", "C:\\x"), ("a%0Ab", "a\nb")] {
            let (_, file) =
                disposition(format!("Content-Disposition: form-data; name=f; filename=\"{given}\"").as_bytes())
                    .unwrap();
            assert_eq!(file.unwrap(), wanted);
        }
    }

    #[test]
    fn bodies_of_other_shapes_are_refused() {
        for wrong in ["", "multipart/form-data", "multipart/mixed; boundary=x", "multipart/form-data; boundary="] {
            assert!(Multipart::new(wrong).is_err(), "{wrong}");
        }
        assert!(Multipart::new("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"").is_ok());
        let long_head = [&b"------WebKitFormBoundaryX\r\nA: "[..], &[b'a'; HEAD_BYTES]].concat();
        for wrong in [
            b"hello".to_vec(),
            b"------WebKitFormBoundaryX?-".to_vec(),
            b"------WebKitFormBoundaryX\r\n\r\n\r\n".to_vec(),
            part("filename=\"a\"", b""),
            part("name=\"a", b""),
            part("name=\"a\"; filename=\"b", b""),
            body(&[("name=\"a\"", b"\xff")]),
            body(&[("name=\"a\"", &[b'a'; FIELD_BYTES + 1])]),
            part("name=\"a\"", &[b'a'; FIELD_BYTES + 64]),
            long_head,
        ] {
            let error = read(&wrong, wrong.len()).unwrap_err();
            assert_ne!(error, Malformed::Framing("it breaks off"), "{}", String::from_utf8_lossy(&wrong));
        }
        let many = body(&vec![("name=\"a\"", &b""[..]); PARTS + 1]);
        assert_eq!(read(&many, 4096).unwrap_err(), Malformed::TooLarge);
    }

    #[test]
    fn what_follows_the_end_is_dropped() {
        let mut whole = body(&[("name=\"act\"", b"upload")]);
        whole.extend_from_slice(&[b'x'; 100_000]);
        assert_eq!(read(&whole, 1000).unwrap().len(), 1);
    }
}
