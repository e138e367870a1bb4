//! The records of books, and the digital documents that belong to them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::answers::{Listed, Named};
use super::{Account, Pmb};
use crate::connector::{Failure, Sink};
use crate::format::marc::{self, Notice};
use crate::platform::http::Ask;
use crate::record::{CourseFile, Piece, Record, SchoolYear, SourceId};

/// How many records are asked for at once.
const BATCH: usize = 20;
/// How many records are asked for in all.
const RECORDS: usize = 2000;
/// The subject under which documents of a library stand.
const SUBJECT: &str = "Biblioth\u{e8}que";

/// A book's record as it was kept, and what it says.
struct Kept {
    notice: Notice,
    source: SourceId,
}

/// A digital document, and where it is.
struct Document {
    key: String,
    version: String,
    url: reqwest::Url,
    file: CourseFile,
}

impl Pmb {
    /// Hands over books with what their records say, then the documents that belong to them.
    pub(super) async fn books(
        &mut self,
        sink: &mut dyn Sink,
        methods: &BTreeSet<String>,
        account: &Account,
        books: Vec<(Listed, SourceId)>,
    ) -> Result<(), Failure> {
        let wanted: BTreeSet<u64> = books.iter().filter_map(|(book, _)| book.notice).take(RECORDS).collect();
        let wanted: Vec<u64> = wanted.into_iter().collect();
        let method = ["pmbesOPACEmpr_fetchNoticeListFull", "pmbesOPACEmpr_fetchNoticeList"]
            .into_iter()
            .find(|method| methods.contains(*method));
        let (mut kept, mut documents) = (BTreeMap::new(), Vec::new());
        if let Some(method) = method {
            for (at, batch) in wanted.chunks(BATCH).enumerate() {
                let of = u64::try_from(wanted.len()).unwrap_or(u64::MAX);
                sink.progress("fetchNoticeList", u64::try_from(at * BATCH).unwrap_or(u64::MAX), of);
                self.records(sink, method, batch, &mut kept, &mut documents).await?;
            }
        }
        for (book, source) in books {
            self.book(sink, account, book, source, &kept)?;
        }
        let total = u64::try_from(documents.len()).unwrap_or(u64::MAX);
        for (done, (document, source)) in (0_u64..).zip(documents) {
            sink.progress("documents", done, total);
            self.document(sink, account, document, source).await?;
        }
        Ok(())
    }

    /// Asks for some records, keeps each, and notes their documents.
    async fn records(
        &mut self,
        sink: &mut dyn Sink,
        method: &str,
        batch: &[u64],
        kept: &mut BTreeMap<u64, Kept>,
        documents: &mut Vec<(Document, SourceId)>,
    ) -> Result<(), Failure> {
        let params = json!({
            "noticelist": batch, "recordFormat": "pmb_xml_unimarc", "recordCharset": "utf-8", "includeLinks": false,
        });
        let answer = self.ask(method, params).await?;
        for record in answer.as_array().into_iter().flatten() {
            let xml = record.get("noticeContent").and_then(Value::as_str);
            let Some((number, xml)) = record.number("noticeId").zip(xml) else {
                self.left_out += 1;
                continue;
            };
            let notice = marc::read(xml.as_bytes()).ok().and_then(|read| read.notices.into_iter().next());
            let Some(notice) = notice else {
                self.left_out += 1;
                continue;
            };
            let source = sink.source(xml.as_bytes(), "application/xml")?;
            for document in record.get("noticeExplNums").and_then(Value::as_array).into_iter().flatten() {
                documents.extend(self.found(document, &notice.title).map(|document| (document, source)));
            }
            kept.insert(number, Kept { notice, source });
        }
        Ok(())
    }

    fn book(
        &mut self,
        sink: &mut dyn Sink,
        account: &Account,
        book: Listed,
        source: SourceId,
        kept: &BTreeMap<u64, Kept>,
    ) -> Result<(), Failure> {
        let Listed { key, notice, mut loan } = book;
        if let Some(known) = notice.and_then(|notice| kept.get(&notice)) {
            loan.title.clone_from(&known.notice.title);
            loan.authors.clone_from(&known.notice.authors);
            loan.isbn.clone_from(&known.notice.isbn);
            loan.notice = Some(known.source);
        }
        if loan.title.is_empty() {
            self.left_out += 1;
            return Ok(());
        }
        let (year, school) = (loan.from.map(SchoolYear::of), loan.library.clone().or_else(|| account.library.clone()));
        sink.piece(Piece { key, year, school, pupil: None, record: Record::Loan(loan), source, dropped: Vec::new() })
    }

    /// A document of a book, if it is a file at the library: one elsewhere is only an address, which stands in the book's record.
    fn found(&self, document: &Value, title: &str) -> Option<Document> {
        if document.text("url").is_some() {
            return None;
        }
        let id = document.number("id")?;
        let url = reqwest::Url::parse(&document.text("downloadUrl")?).ok()?;
        // Nothing is asked of whatever host an answer names.
        if url.origin() != self.url.origin() {
            return None;
        }
        let name = document.text("filename").or_else(|| document.text("name"))?;
        // Lengths are told in bytes for files and in bits for those in the database: they only tell one state from another.
        let told = document.get("filesize").map(ToString::to_string).unwrap_or_default();
        Some(Document {
            key: format!("document/{id}"),
            version: format!("{told} {name}"),
            url,
            file: CourseFile {
                subject: SUBJECT.to_owned(),
                path: vec![title.to_owned()],
                name,
                bytes: 0,
                media_type: document.text("mimetype"),
                modified: None,
                file: SourceId::of(b""),
            },
        })
    }

    /// Fetches a document unless it is there, and hands it over. One that the library does not give is left out.
    async fn document(
        &mut self,
        sink: &mut dyn Sink,
        account: &Account,
        document: Document,
        source: SourceId,
    ) -> Result<(), Failure> {
        let Document { key, version, url, mut file } = document;
        let length_note = format!("{key}/bytes");
        let known = match sink.has_file(&key, &version)? {
            Some(known) => sink.noted(&length_note)?.and_then(|bytes| bytes.parse().ok()).map(|bytes| (known, bytes)),
            None => None,
        };
        let fetched = match known {
            Some(known) => Some(known),
            None => self.fetch(sink, &key, &version, url, file.media_type.as_deref()).await?,
        };
        let Some((id, bytes)) = fetched else {
            self.left_out += 1;
            return Ok(());
        };
        sink.note(&length_note, &bytes.to_string())?;
        (file.file, file.bytes) = (id, bytes);
        let school = account.library.clone();
        sink.piece(Piece {
            key,
            year: None,
            school,
            pupil: None,
            record: Record::CourseFile(file),
            source,
            dropped: Vec::new(),
        })
    }

    /// The contents of a document and their length; nothing when the library gives a page instead.
    async fn fetch(
        &mut self,
        sink: &mut dyn Sink,
        key: &str,
        version: &str,
        url: reqwest::Url,
        media_type: Option<&str>,
    ) -> Result<Option<(SourceId, u64)>, Failure> {
        let mut from = sink.begin_file(key, version)?;
        let mut download = self.http.download(Ask::get(url), from).await?;
        // A page, where the document is none, asks to log in.
        let is_page = download.media_type().as_deref() == Some("text/html") && media_type != Some("text/html");
        if is_page || !matches!(download.status, 200 | 206) {
            // What came before does not go on here; the next run begins anew.
            if from > 0 {
                sink.restart_file(key)?;
            }
            return match download.status {
                429 => download.success().map(|_| None),
                _ => Ok(None),
            };
        }
        if from > 0 && !download.goes_on_at(from) {
            sink.restart_file(key)?;
            from = 0;
        }
        while let Some(part) = download.next().await? {
            sink.file_bytes(key, &part)?;
            from = from.saturating_add(u64::try_from(part.len()).unwrap_or(u64::MAX));
        }
        Ok(Some((sink.finish_file(key)?, from)))
    }
}
