//! What is known of the devices that have a slot: the public header names nobody, so their names lie in home.

use cartable_share::{Access, Change};
use rusqlite::params;

use super::Space;
use crate::error::Result;

/// A device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The id of its slot.
    pub slot: [u8; 16],
    /// What it logs in with.
    pub login: String,
    /// What its owner calls it.
    pub name: String,
    /// When it was last used, in seconds since 1970; 0 for never.
    pub used: i64,
    /// From which address; empty for none.
    pub address: String,
}

impl Space {
    /// All devices.
    ///
    /// # Errors
    /// [`FsError::Database`](crate::FsError::Database).
    pub fn devices(&self, _access: &Access) -> Result<Vec<Device>> {
        let tree = self.shared.tree.lock();
        let mut query = tree.db.prepare("SELECT slot, login, name, used, address FROM devices ORDER BY name, login")?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let rows = query.query_map([], |row| {
            Ok(Device {
                slot: row.get(0)?,
                login: text(row.get(1)?),
                name: text(row.get(2)?),
                used: row.get(3)?,
                address: text(row.get(4)?),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Writes what is known of a device, in the place of what was known before.
    ///
    /// # Errors
    /// [`FsError::NoRoom`](crate::FsError::NoRoom), [`FsError::Database`](crate::FsError::Database).
    pub fn put_device(&self, _change: &Change, device: &Device) -> Result<()> {
        self.shared.may_add()?;
        let mut tree = self.shared.tree.lock();
        tree.begin()?;
        tree.db
            .prepare_cached(
                "INSERT OR REPLACE INTO devices (slot, login, name, used, address) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                &device.slot[..],
                device.login.as_bytes(),
                device.name.as_bytes(),
                device.used,
                device.address.as_bytes()
            ])?;
        Ok(())
    }

    /// Notes when and from where a device was used; one that is not known is left out.
    ///
    /// # Errors
    /// [`FsError::Database`](crate::FsError::Database).
    pub fn note_device_used(&self, _change: &Change, slot: &[u8; 16], used: i64, address: &str) -> Result<()> {
        self.shared.may_add()?;
        let mut tree = self.shared.tree.lock();
        tree.begin()?;
        tree.db.prepare_cached("UPDATE devices SET used = ?2, address = ?3 WHERE slot = ?1")?.execute(params![
            &slot[..],
            used,
            address.as_bytes()
        ])?;
        Ok(())
    }

    /// Forgets a device.
    ///
    /// # Errors
    /// [`FsError::Database`](crate::FsError::Database).
    pub fn remove_device(&self, _change: &Change, slot: &[u8; 16]) -> Result<()> {
        self.shared.check_running()?;
        let mut tree = self.shared.tree.lock();
        tree.begin()?;
        tree.db.prepare_cached("DELETE FROM devices WHERE slot = ?1")?.execute([&slot[..]])?;
        Ok(())
    }
}
