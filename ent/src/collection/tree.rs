//! Folders and files of the space, by path.

use cartable_fs::{
    Attr, Caller, FsError, Keeping, Kind, Name, NodeId, Notice, RenameMode, SetAttr, Staged, Time, WriteTimes,
};

use super::{Collection, KeepError};

/// Bytes that are written at once.
const PIECE_BYTES: usize = 1 << 20;

impl Collection {
    /// The folder at a path, made where it is not.
    pub(super) fn folder(&self, path: &[impl AsRef<str>]) -> Result<NodeId, KeepError> {
        let mut at = Self::root();
        let top = self.space.attr(&self.access, at)?;
        for name in path {
            let name = Name::new(name.as_ref().as_bytes())?;
            at = match self.space.find(&self.access, at, name) {
                Ok(attr) if attr.kind == Kind::Folder => attr.id,
                Ok(_) => return Err(FsError::NotFolder.into()),
                Err(FsError::NotFound) => {
                    let owner = Caller { uid: top.uid, gid: top.gid, umask: 0 };
                    let made = self.space.make_folder(&self.change, at, name, 0o755, owner)?;
                    self.space.unpin(made.id, 1);
                    self.tell(at, name);
                    made.id
                }
                Err(error) => return Err(error.into()),
            };
        }
        Ok(at)
    }

    /// What lies at a path.
    pub(super) fn find(&self, path: &[impl AsRef<str>]) -> Result<Option<Attr>, KeepError> {
        let mut attr = self.space.attr(&self.access, Self::root())?;
        for name in path {
            attr = match self.space.find(&self.access, attr.id, Name::new(name.as_ref().as_bytes())?) {
                Ok(attr) => attr,
                Err(FsError::NotFound | FsError::NotFolder) => return Ok(None),
                Err(error) => return Err(error.into()),
            };
        }
        Ok(Some(attr))
    }

    /// A file without a name that holds `bytes`.
    pub(super) fn staged(&self, bytes: &[u8]) -> Result<Staged, KeepError> {
        let staged = Staged::new(&self.space, &self.change, Kind::File)?;
        for (index, piece) in bytes.chunks(PIECE_BYTES).enumerate() {
            let at = (index * PIECE_BYTES) as u64;
            self.space.write(&self.change, staged.id(), at, piece, WriteTimes::Now, false)?;
        }
        Ok(staged)
    }

    /// Gives a file its name, in the place of what stood there, and tells other doors.
    pub(super) fn place(
        &self,
        staged: &Staged,
        path: &[impl AsRef<str>],
        modified: Option<i64>,
        attributes: &[(Vec<u8>, Option<Vec<u8>>)],
    ) -> Result<(), KeepError> {
        let (name, folders) = path.split_last().ok_or(FsError::Invalid("path"))?;
        let folder = self.folder(folders)?;
        if !attributes.is_empty() {
            self.space.change_xattrs(&self.change, staged.id(), attributes)?;
        }
        let set = SetAttr {
            permissions: Some(0o644),
            modified: modified.map(|seconds| Time { seconds, nanos: 0 }),
            ..SetAttr::default()
        };
        self.space.set_attr(&self.change, staged.id(), &set)?;
        let name = Name::new(name.as_ref().as_bytes())?;
        let placed = self.space.place(&self.change, staged, (folder, name), Keeping::Own, |_| Ok(()))?;
        self.space.notify(&placed.notices);
        self.tell(folder, name);
        Ok(())
    }

    /// Gives a file another name, in a folder that is made where it is not.
    pub(super) fn carry(&self, from: &[impl AsRef<str>], to: &[impl AsRef<str>]) -> Result<(), KeepError> {
        let (name, folders) = from.split_last().ok_or(FsError::Invalid("path"))?;
        let (new_name, new_folders) = to.split_last().ok_or(FsError::Invalid("path"))?;
        let folder = self.find(folders)?.ok_or(FsError::NotFound)?.id;
        let new_folder = self.folder(new_folders)?;
        let (name, new_name) = (Name::new(name.as_ref().as_bytes())?, Name::new(new_name.as_ref().as_bytes())?);
        self.space.rename(&self.change, (folder, name), (new_folder, new_name), RenameMode::Replace)?;
        self.tell(folder, name);
        self.tell(new_folder, new_name);
        Ok(())
    }

    /// Removes a file, and the folders that are empty then.
    pub(super) fn remove(&self, path: &[impl AsRef<str>]) -> Result<(), KeepError> {
        let mut left = path;
        while let Some((name, folders)) = left.split_last() {
            let Some(folder) = self.find(folders)? else { return Ok(()) };
            let name = Name::new(name.as_ref().as_bytes())?;
            let is_file = left.len() == path.len();
            let removed = if is_file {
                self.space.unlink(&self.change, folder.id, name)
            } else {
                self.space.remove_folder(&self.change, folder.id, name)
            };
            match removed {
                Ok(()) => self.tell(folder.id, name),
                Err(FsError::NotFound) => {}
                // Others lie in it; or it is no file of ours.
                Err(FsError::NotEmpty | FsError::IsFolder | FsError::NotFolder) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
            left = folders;
            // The folders at the top stay: home shows them.
            if left.len() < 2 {
                return Ok(());
            }
        }
        Ok(())
    }

    fn tell(&self, folder: NodeId, name: Name<'_>) {
        self.space.notify(&[Notice::Entry { folder, name: name.bytes().to_vec() }, Notice::Names(folder)]);
    }
}
