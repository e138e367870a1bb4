//! Contents on their way in: small ones came whole, others come piece by piece.

use bytes::Bytes;
use cartable_fs::{Staged, WriteTimes};
use cartable_share::Change;
use http::StatusCode;

use crate::fault::Outcome;
use crate::server::body::{BodyError, Incoming};
use crate::visit::Visit;

/// Bodies announced with up to this many bytes are read whole before a thread is taken.
pub(crate) const SMALL_BYTES: u64 = 128 * 1024;

/// The body of a PUT or PATCH.
pub(crate) enum Upload {
    Whole(Option<Bytes>),
    Stream(Incoming),
}

impl Upload {
    /// Its length, where the client announced one.
    pub(crate) fn declared(&self) -> Option<u64> {
        match self {
            Self::Whole(bytes) => Some(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Stream(incoming) => incoming.declared(),
        }
    }

    /// Writes all of it at `offset` and returns its length. A body that is longer than `most` is refused.
    pub(crate) fn write(
        mut self,
        visit: &Visit,
        change: &Change,
        staged: &Staged,
        offset: u64,
        most: Option<u64>,
    ) -> Outcome<u64> {
        let mut written = 0_u64;
        while let Some(piece) = self.read()? {
            let end = written + piece.len() as u64;
            if most.is_some_and(|most| end > most) {
                return Err(StatusCode::BAD_REQUEST.into());
            }
            let at = offset.checked_add(written).ok_or(StatusCode::PAYLOAD_TOO_LARGE)?;
            visit.space.write(change, staged.id(), at, &piece, WriteTimes::Now, false)?;
            written = end;
        }
        Ok(written)
    }

    fn read(&mut self) -> Outcome<Option<Bytes>> {
        match self {
            Self::Whole(bytes) => Ok(bytes.take().filter(|bytes| !bytes.is_empty())),
            Self::Stream(incoming) => incoming.read().map_err(|error| match error {
                BodyError::TooSlow => StatusCode::REQUEST_TIMEOUT.into(),
                BodyError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE.into(),
                BodyError::Broken => StatusCode::BAD_REQUEST.into(),
            }),
        }
    }
}
