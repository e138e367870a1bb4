//! Reading: newest bytes from memory, the rest from chunks, of which only the segments touched are opened.

use std::ops::Range;

use cartable_share::Access;

use super::state::Shared;
use super::{Node, Space};
use crate::error::{FsError, Result};
use crate::extent::Source;
use crate::node::NodeId;

/// How often bytes that a cut or a commit moves away under us are looked for before they count as missing.
const TRIES: usize = 1000;

/// A run of the answer and where it comes from.
struct Piece {
    /// Where in the answer.
    at: Range<usize>,
    /// First byte of the source.
    skip: u64,
    source: Source,
}

impl Space {
    /// Reads from `offset` into `out` and returns how many bytes there were: fewer than asked at the end of the file.
    ///
    /// # Errors
    /// [`FsError::Damaged`] and [`FsError::Store`] when stored bytes are missing or fail to open: never wrong bytes.
    pub fn read(&self, _access: &Access, id: NodeId, offset: u64, out: &mut [u8]) -> Result<usize> {
        let node = self.shared.node(id)?;
        self.shared.read(&node, offset, out)
    }
}

impl Shared {
    pub(super) fn read(&self, node: &Node, offset: u64, out: &mut [u8]) -> Result<usize> {
        for _ in 0..TRIES {
            if let Some(read) = self.try_read(node, offset, out)? {
                return Ok(read);
            }
        }
        Err(FsError::Damaged(format!("bytes of node {} are missing", node.id.0)))
    }

    /// Reads unless an inline row went away in the middle: then the extents have changed, and reading starts again.
    fn try_read(&self, node: &Node, offset: u64, out: &mut [u8]) -> Result<Option<usize>> {
        let state = self.lock_content(node)?;
        let Some(content) = &state.content else { return Ok(None) };
        let length = usize::try_from(state.attr.size.saturating_sub(offset)).unwrap_or(usize::MAX).min(out.len());
        let out = &mut out[..length];
        let wanted = offset..offset + length as u64;
        out.fill(0);
        if content.dirty.covers(wanted.clone()) {
            content.dirty.read_over(offset, out);
            return Ok(Some(length));
        }
        let pieces: Vec<Piece> = content
            .extents
            .overlapping(wanted.clone())
            .map(|(start, extent)| {
                let (from, to) = (start.max(wanted.start), (start + extent.length).min(wanted.end));
                Piece {
                    at: index(from - offset)..index(to - offset),
                    skip: from - start,
                    source: extent.source.clone(),
                }
            })
            .collect();
        let mut newer = Vec::new();
        for runs in content.cutting.as_deref().into_iter().chain([&content.dirty]) {
            for run in runs.ranges().filter(|run| run.start < wanted.end && run.end > wanted.start) {
                let at = index(run.start.max(wanted.start) - offset)..index(run.end.min(wanted.end) - offset);
                let mut bytes = vec![0; at.len()];
                runs.read_over(offset + at.start as u64, &mut bytes);
                newer.push((at, bytes));
            }
        }
        drop(state);
        for piece in pieces {
            if !self.read_piece(&piece, &mut out[piece.at.clone()])? {
                return Ok(None);
            }
        }
        for (at, bytes) in newer {
            out[at].copy_from_slice(&bytes);
        }
        Ok(Some(length))
    }

    fn read_piece(&self, piece: &Piece, out: &mut [u8]) -> Result<bool> {
        match &piece.source {
            Source::Chunk { chunk, skip } => {
                let start = skip + u32::try_from(piece.skip).unwrap_or(u32::MAX);
                let end = start + u32::try_from(out.len()).unwrap_or(u32::MAX);
                let place = chunk.place();
                match self.packs.read(&self.keys().chunks, &chunk.reference, place, start..end, out) {
                    Ok(()) => Ok(true),
                    Err(error) => {
                        // It may have been moved; without a row, the file has changed and names it no more.
                        match self.tree.lock().chunk_place(chunk.id)? {
                            Some(now) if now == place => {
                                // Written again, its content must not be taken for stored.
                                self.unfindable.lock().insert(chunk.id);
                                Err(error.into())
                            }
                            Some(now) => {
                                chunk.moved_to(now);
                                Ok(false)
                            }
                            None if self.fresh.lock().chunks().any(|fresh| fresh.id == chunk.id) => Err(error.into()),
                            None => Ok(false),
                        }
                    }
                }
            }
            Source::Lost { chunk, .. } => Err(FsError::Damaged(format!("chunk {chunk} is not in the index"))),
            Source::Inline { row } => {
                let Some(bytes) = self.tree.lock().inline_bytes(*row)? else { return Ok(false) };
                let start = index(piece.skip);
                let found = bytes.get(start..start + out.len());
                out.copy_from_slice(found.ok_or_else(|| FsError::Damaged(format!("inline row {row} is short")))?);
                Ok(true)
            }
        }
    }
}

fn index(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
