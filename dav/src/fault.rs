//! Why a request was not done: the status of the answer, and the condition of RFC 4918 section 16 that was not met.

use cartable_fs::FsError;
use cartable_fs::bag::BagError;
use http::{Response, StatusCode, header};

use crate::server::body::{Body, empty, full};
use crate::xml::{DAV, Name, Writer};

/// Result of a method.
pub(crate) type Outcome<T> = Result<T, Fault>;

/// A refusal.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) status: StatusCode,
    /// Element that says what was not met: its namespace and its name.
    condition: Option<(&'static str, &'static str)>,
    /// Where it was not met.
    hrefs: Vec<String>,
}

impl Fault {
    pub(crate) fn new(status: StatusCode) -> Self {
        Self { status, condition: None, hrefs: Vec::new() }
    }

    /// A refusal with its condition, met neither by the resource nor by those at `hrefs`.
    pub(crate) fn unmet(status: StatusCode, condition: &'static str, hrefs: Vec<String>) -> Self {
        Self { status, condition: Some((DAV, condition)), hrefs }
    }

    /// A refusal with a condition of another namespace.
    pub(crate) fn unmet_in(status: StatusCode, space: &'static str, condition: &'static str) -> Self {
        Self { status, condition: Some((space, condition)), hrefs: Vec::new() }
    }

    pub(crate) fn response(&self) -> Response<Body> {
        let mut response = Response::new(match self.condition {
            None => empty(),
            Some((space, condition)) => {
                let mut xml = Writer::new("error");
                xml.open(&Name::new(space, condition));
                self.hrefs.iter().for_each(|href| xml.text_dav("href", href));
                xml.close();
                full(xml.finish())
            }
        });
        *response.status_mut() = self.status;
        if self.condition.is_some() {
            response.headers_mut().insert(header::CONTENT_TYPE, crate::method::XML);
        }
        response
    }
}

impl From<StatusCode> for Fault {
    fn from(status: StatusCode) -> Self {
        Self::new(status)
    }
}

impl From<FsError> for Fault {
    fn from(error: FsError) -> Self {
        if error.is_full() {
            return Self::new(StatusCode::INSUFFICIENT_STORAGE);
        }
        Self::new(match error {
            FsError::NotFound => StatusCode::NOT_FOUND,
            FsError::NotFolder => StatusCode::CONFLICT,
            FsError::Exists | FsError::IsFolder => StatusCode::METHOD_NOT_ALLOWED,
            FsError::NameTooLong | FsError::Invalid(_) => StatusCode::BAD_REQUEST,
            FsError::FileTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            FsError::Refused(_)
            | FsError::Unsupported(_)
            | FsError::TooManyLinks
            | FsError::InUse
            | FsError::OtherSpace => StatusCode::FORBIDDEN,
            FsError::AttributeTooLarge => StatusCode::INSUFFICIENT_STORAGE,
            FsError::NoAttribute | FsError::NotEmpty => StatusCode::CONFLICT,
            // Closed for writing: a moment later the bag may be open again.
            FsError::Stopped(_) => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        })
    }
}

impl From<BagError> for Fault {
    fn from(error: BagError) -> Self {
        match error {
            BagError::Space(error) => error.into(),
            BagError::Busy { .. } => Self::new(StatusCode::SERVICE_UNAVAILABLE),
            _ => Self::new(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

impl From<cartable_share::Refused> for Fault {
    fn from(_: cartable_share::Refused) -> Self {
        Self::new(StatusCode::FORBIDDEN)
    }
}

impl From<crate::header::BadHeader> for Fault {
    fn from(_: crate::header::BadHeader) -> Self {
        Self::new(StatusCode::BAD_REQUEST)
    }
}

impl From<crate::xml::XmlError> for Fault {
    fn from(_: crate::xml::XmlError) -> Self {
        Self::new(StatusCode::BAD_REQUEST)
    }
}
