//! Apache with mod_dav as Debian has it, as an instance of its own: its defaults, but for connections that are kept alive as
//! long as the client likes, and a password that costs next to nothing to check.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use cartable_benches::turn::Outcome;

use crate::tls::Pair;

const MODULES: &str = "/usr/lib/apache2/modules";
/// What the users' file holds: the hash of the password in `peer`, as `htpasswd -s` makes it.
const USER: &str = "bench:{SHA}eEfrmVcfx6ZyitJ77p50R9tB0KI=\n";

/// Writes its configuration below `home`; returns the file.
pub(crate) fn configure(home: &Path, address: SocketAddr, tls: Option<&Pair>) -> Outcome<std::path::PathBuf> {
    let (root, run) = (home.join("root"), home.join("run"));
    for folder in [&root, &run] {
        fs::create_dir_all(folder)?;
        // Started by root, its workers are somebody else.
        fs::set_permissions(folder, fs::Permissions::from_mode(0o777))?;
    }
    let users = home.join("users");
    fs::write(&users, USER)?;
    let mut modules = vec![
        "mpm_event",
        "authn_core",
        "authn_file",
        "authz_core",
        "authz_user",
        "auth_basic",
        "dav",
        "dav_fs",
        "dav_lock",
        "mime",
    ];
    let mut secure = String::new();
    if let Some(pair) = tls {
        modules.extend(["ssl", "socache_shmcb"]);
        secure = format!(
            "SSLEngine on\nSSLCertificateFile {}\nSSLCertificateKeyFile {}\n",
            pair.certificate.display(),
            pair.key.display()
        );
    }
    let modules: String =
        modules.iter().map(|name| format!("LoadModule {name}_module {MODULES}/mod_{name}.so\n")).collect();
    let (home, root) = (home.display(), root.display());
    let text = format!(
        "ServerRoot {home}\nServerName localhost\nListen {address}\nPidFile run/pid\nErrorLog run/error.log\nDefaultRuntimeDir run\n\
         {modules}User www-data\nGroup www-data\nTypesConfig /etc/mime.types\nDocumentRoot {root}\nDavLockDB run/locks\n\
         MaxKeepAliveRequests 0\n{secure}\
         <Directory {root}>\nDav On\nAuthType Basic\nAuthName bench\nAuthUserFile {}\nRequire valid-user\n</Directory>\n",
        users.display()
    );
    let file = run.join("httpd.conf");
    fs::write(&file, text)?;
    Ok(file)
}
