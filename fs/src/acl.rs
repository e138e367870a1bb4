//! POSIX ACLs as Linux stores them in extended attributes: inheritance at creation, and their tie to the mode.
//!
//! Layout (`linux/posix_acl_xattr.h`): version `u32` = 2, then entries of tag `u16`, permissions `u16`, id `u32`,
//! little endian. The kernel checks permissions; here the bytes are kept in step with the mode (acl(5)).

use crate::error::{FsError, Result};
use crate::node::{Kind, PERMISSION_MASK};

/// Attribute of the ACL that is checked.
pub(crate) const ACCESS: &[u8] = b"system.posix_acl_access";
/// Attribute of the ACL that a folder hands to what is made in it.
pub(crate) const DEFAULT: &[u8] = b"system.posix_acl_default";

const VERSION: u32 = 2;
const USER_OBJ: u16 = 0x01;
const USER: u16 = 0x02;
const GROUP_OBJ: u16 = 0x04;
const GROUP: u16 = 0x08;
const MASK: u16 = 0x10;
const OTHER: u16 = 0x20;

/// One entry of an ACL.
#[derive(Clone, Copy)]
struct Entry {
    tag: u16,
    permissions: u16,
    id: u32,
}

/// What a new node takes from its folder's default ACL.
pub(crate) struct Inherited {
    /// Permission and set-id bits of the new node.
    pub(crate) permissions: u32,
    /// Its access ACL, unless the mode says it all.
    pub(crate) access: Option<Vec<u8>>,
    /// Of a folder: its own default ACL.
    pub(crate) default: Option<Vec<u8>>,
}

/// What the folder's default ACL makes of `mode` for a new node; the umask does not count then.
///
/// # Errors
/// [`FsError::Damaged`] when the stored ACL is not one.
pub(crate) fn inherit(default: Option<&[u8]>, mode: u32, kind: Kind) -> Result<Option<Inherited>> {
    let Some(default) = default else { return Ok(None) };
    let mut entries = parse(default).map_err(|_| FsError::Damaged("a stored ACL".into()))?;
    let has_mask = entries.iter().any(|entry| entry.tag == MASK);
    for entry in &mut entries {
        let granted = match entry.tag {
            USER_OBJ => mode >> 6,
            GROUP_OBJ if !has_mask => mode >> 3,
            MASK => mode >> 3,
            OTHER => mode,
            _ => continue,
        };
        entry.permissions &= low_three(granted);
    }
    let permissions = (mode & PERMISSION_MASK & !0o777) | mode_of(&entries);
    Ok(Some(Inherited {
        permissions,
        access: (entries.len() > 3).then(|| to_bytes(&entries)),
        default: (kind == Kind::Folder).then(|| default.to_vec()),
    }))
}

/// The permission bits that an access ACL stands for, and whether they say all of it.
///
/// # Errors
/// [`FsError::Invalid`] for bytes that are no ACL.
pub(crate) fn permissions(acl: &[u8]) -> Result<(u32, bool)> {
    let entries = parse(acl)?;
    Ok((mode_of(&entries), entries.len() <= 3))
}

/// The access ACL after chmod(2) to `mode`.
///
/// # Errors
/// [`FsError::Damaged`] when the stored ACL is not one.
pub(crate) fn after_chmod(acl: &[u8], mode: u32) -> Result<Vec<u8>> {
    let mut entries = parse(acl).map_err(|_| FsError::Damaged("a stored ACL".into()))?;
    let has_mask = entries.iter().any(|entry| entry.tag == MASK);
    for entry in &mut entries {
        match entry.tag {
            USER_OBJ => entry.permissions = low_three(mode >> 6),
            GROUP_OBJ if !has_mask => entry.permissions = low_three(mode >> 3),
            MASK => entry.permissions = low_three(mode >> 3),
            OTHER => entry.permissions = low_three(mode),
            _ => {}
        }
    }
    Ok(to_bytes(&entries))
}

fn low_three(mode: u32) -> u16 {
    u16::try_from(mode & 7).unwrap_or(0)
}

fn mode_of(entries: &[Entry]) -> u32 {
    let of = |tag| entries.iter().find(|entry| entry.tag == tag).map(|entry| u32::from(entry.permissions & 7));
    let group = of(MASK).or_else(|| of(GROUP_OBJ)).unwrap_or(0);
    of(USER_OBJ).unwrap_or(0) << 6 | group << 3 | of(OTHER).unwrap_or(0)
}

fn parse(bytes: &[u8]) -> Result<Vec<Entry>> {
    let invalid = FsError::Invalid("ACL");
    let Some((version, rest)) = bytes.split_first_chunk::<4>() else { return Err(invalid) };
    if u32::from_le_bytes(*version) != VERSION || rest.len() % 8 != 0 {
        return Err(invalid);
    }
    let entries: Vec<Entry> = rest
        .chunks_exact(8)
        .map(|raw| Entry {
            tag: u16::from_le_bytes([raw[0], raw[1]]),
            permissions: u16::from_le_bytes([raw[2], raw[3]]),
            id: u32::from_le_bytes([raw[4], raw[5], raw[6], raw[7]]),
        })
        .collect();
    let known = entries
        .iter()
        .all(|e| matches!(e.tag, USER_OBJ | USER | GROUP_OBJ | GROUP | MASK | OTHER) && e.permissions <= 7);
    let required = [USER_OBJ, GROUP_OBJ, OTHER].iter().all(|tag| entries.iter().filter(|e| e.tag == *tag).count() == 1);
    if known && required { Ok(entries) } else { Err(invalid) }
}

fn to_bytes(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = VERSION.to_le_bytes().to_vec();
    for entry in entries {
        bytes.extend_from_slice(&entry.tag.to_le_bytes());
        bytes.extend_from_slice(&entry.permissions.to_le_bytes());
        bytes.extend_from_slice(&entry.id.to_le_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail loudly")]
    use super::*;

    const ANY: u32 = u32::MAX;

    fn acl(entries: &[(u16, u16, u32)]) -> Vec<u8> {
        let entries: Vec<Entry> =
            entries.iter().map(|&(tag, permissions, id)| Entry { tag, permissions, id }).collect();
        to_bytes(&entries)
    }

    #[test]
    fn a_default_acl_replaces_the_umask() {
        let default = acl(&[(USER_OBJ, 7, ANY), (USER, 7, 1000), (GROUP_OBJ, 5, ANY), (MASK, 7, ANY), (OTHER, 0, ANY)]);
        let inherited = inherit(Some(&default), 0o664, Kind::File).unwrap().unwrap();
        assert_eq!(inherited.permissions, 0o660);
        assert_eq!(permissions(&inherited.access.unwrap()).unwrap(), (0o660, false));
        assert!(inherited.default.is_none());
        assert_eq!(inherit(Some(&default), 0o777, Kind::Folder).unwrap().unwrap().default.unwrap(), default);
    }

    #[test]
    fn chmod_moves_the_mask_not_the_group() {
        let before = acl(&[(USER_OBJ, 7, ANY), (USER, 7, 1000), (GROUP_OBJ, 5, ANY), (MASK, 7, ANY), (OTHER, 0, ANY)]);
        let after = after_chmod(&before, 0o640).unwrap();
        assert_eq!(
            after,
            acl(&[(USER_OBJ, 6, ANY), (USER, 7, 1000), (GROUP_OBJ, 5, ANY), (MASK, 4, ANY), (OTHER, 0, ANY)])
        );
    }

    #[test]
    fn rubbish_is_refused() {
        for bad in [&b""[..], b"\x01\0\0\0", b"\x02\0\0\0", b"\x02\0\0\0abc"] {
            assert!(permissions(bad).is_err());
        }
    }
}
