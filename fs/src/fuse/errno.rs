//! Which errno each failure of the core is.

use fuser::Errno;

use crate::error::FsError;

pub(super) fn errno(error: &FsError) -> Errno {
    match error {
        FsError::NotFound => Errno::ENOENT,
        FsError::Exists => Errno::EEXIST,
        FsError::NotFolder => Errno::ENOTDIR,
        FsError::IsFolder => Errno::EISDIR,
        FsError::NotEmpty => Errno::ENOTEMPTY,
        FsError::InUse => Errno::EBUSY,
        FsError::OtherSpace => Errno::EXDEV,
        FsError::NameTooLong => Errno::ENAMETOOLONG,
        FsError::Invalid(_) => Errno::EINVAL,
        FsError::Unsupported(_) => Errno::EOPNOTSUPP,
        FsError::NoAttribute => Errno::ENODATA,
        FsError::AttributeTooLarge => Errno::E2BIG,
        FsError::FileTooLarge => Errno::EFBIG,
        FsError::PastEnd => Errno::ENXIO,
        FsError::TooManyLinks => Errno::EMLINK,
        FsError::NoRoom => Errno::ENOSPC,
        FsError::Refused(_) => Errno::EACCES,
        FsError::Store(error) if error.is_full() => Errno::ENOSPC,
        FsError::Damaged(_) | FsError::Stopped(_) | FsError::Database(_) | FsError::Store(_) | FsError::Io { .. } => {
            Errno::EIO
        }
    }
}
