//! Being called by mount(8): its words become ours.

use std::ffi::OsString;
use std::path::Path;

/// The name under which mount(8) calls us.
const MOUNT_HELPER: &str = "mount.fuse.cartable";

/// Turns `mount.fuse.cartable BAG DIR -o OPTIONS`, as mount(8) and fstab(5) call it, into our own words. Options that
/// are mount(8)'s own, or say what is so anyway, are left out; others are handed on, and refused when they are unknown.
pub(super) fn ours(arguments: Vec<OsString>) -> Vec<OsString> {
    let called = arguments.first().map(Path::new).and_then(Path::file_name);
    if called != Some(MOUNT_HELPER.as_ref()) {
        return arguments;
    }
    let mut ours: Vec<OsString> = ["cartable", "mount"].map(Into::into).to_vec();
    let mut rest = arguments.into_iter().skip(1);
    while let Some(argument) = rest.next() {
        match argument.to_str() {
            Some("-o") => {
                let options = rest.next().unwrap_or_default();
                for option in options.to_string_lossy().split(',') {
                    match option.split_once('=') {
                        Some(("passphrase-file", file)) => ours.extend(["--passphrase-file".into(), file.into()]),
                        None if option == "allow_other" => ours.push("--allow-other".into()),
                        None if option == "ro" => ours.push("--read-only".into()),
                        _ if IGNORED.contains(&option) || option.is_empty() || option.starts_with("x-") => {}
                        _ => ours.extend(["--options".into(), option.into()]),
                    }
                }
            }
            Some(flag) if flag.starts_with('-') => {}
            _ => ours.push(argument),
        }
    }
    ours
}

/// Options of fstab(5) that change nothing here.
const IGNORED: [&str; 24] = [
    "rw",
    "defaults",
    "auto",
    "noauto",
    "user",
    "users",
    "nouser",
    "owner",
    "group",
    "nofail",
    "_netdev",
    "suid",
    "dev",
    "exec",
    "async",
    "noatime",
    "relatime",
    "norelatime",
    "nodiratime",
    "default_permissions",
    "lazytime",
    "silent",
    "loud",
    "nomand",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fstab_options_become_ours() {
        let words = [
            "/sbin/mount.fuse.cartable",
            "/bag",
            "/dir",
            "-o",
            "rw,noauto,user,passphrase-file=/p,allow_other,ro,nosuid,x-a.b=c,odd",
        ];
        let ours = ours(words.iter().map(OsString::from).collect());
        let expected = [
            "cartable",
            "mount",
            "/bag",
            "/dir",
            "--passphrase-file",
            "/p",
            "--allow-other",
            "--read-only",
            "--options",
            "nosuid",
            "--options",
            "odd",
        ];
        assert_eq!(ours, expected.map(OsString::from));
    }
}
