//! What a format can't say, in words.

use crate::format::quiz::Loss;

/// The message for it.
pub(super) fn message(loss: Loss) -> &'static str {
    match loss {
        Loss::Unverified => "loss-unverified",
        Loss::Question => "loss-question",
        Loss::Kind => "loss-kind",
        Loss::Subject => "loss-subject",
        Loss::Category => "loss-category",
        Loss::Layout => "loss-layout",
        Loss::Grade => "loss-grade",
        Loss::Feedback => "loss-feedback",
        Loss::Hints => "loss-hints",
        Loss::Tags => "loss-tags",
        Loss::Case => "loss-case",
        Loss::File => "loss-file",
        Loss::RemotePicture => "loss-remote-picture",
        Loss::Html => "loss-html",
        Loss::Signs => "loss-signs",
        Loss::Other => "loss-other",
    }
}
