//! macOS packages, and what independent readers find in them. No Mac is at hand: nothing here installs one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::agent::AgentFixture;
use crate::deb::Deb;
use crate::producer::Producer;
use crate::ran::Ran;
use crate::request::Request;

/// A pkg in a file, with its configuration profile beside it if there is one.
pub type Pkg = Deb;

/// The tree that an installer for macOS brings, in the form of [`crate::listing::Listing::table`]: *What an installer must
/// contain*, section 3.5, with the sample's bundles.
pub const ALWAYS: &str = "
    d 0755 0:80 /Library
    d 0755 0:80 /Library/LaunchDaemons
    f 0644 0:80 /Library/LaunchDaemons/com.fleetdm.orbit.plist
    d 0755 0:80 /opt
    d 0755 0:80 /opt/orbit
    d 0755 0:80 /opt/orbit/bin
    d 0755 0:80 /opt/orbit/bin/orbit
    d 0755 0:80 /opt/orbit/bin/orbit/macos
    d 0755 0:80 /opt/orbit/bin/orbit/macos/stable
    f 0755 0:80 /opt/orbit/bin/orbit/macos/stable/orbit
    d 0755 0:80 /opt/orbit/bin/osqueryd
    d 0755 0:80 /opt/orbit/bin/osqueryd/macos-app
    d 0755 0:80 /opt/orbit/bin/osqueryd/macos-app/stable
    d 0755 0:80 /opt/orbit/bin/osqueryd/macos-app/stable/osquery.app
    d 0755 0:80 /opt/orbit/bin/osqueryd/macos-app/stable/osquery.app/Contents
    f 0644 0:80 /opt/orbit/bin/osqueryd/macos-app/stable/osquery.app/Contents/Info.plist
    d 0755 0:80 /opt/orbit/bin/osqueryd/macos-app/stable/osquery.app/Contents/MacOS
    f 0755 0:80 /opt/orbit/bin/osqueryd/macos-app/stable/osquery.app/Contents/MacOS/osqueryd
    d 0755 0:80 /opt/orbit/bin/osqueryd/macos-app/stable/osquery.app/Contents/Resources
    l 0777 0:80 /opt/orbit/bin/osqueryd/macos-app/stable/osquery.app/Contents/Resources/osqueryctl -> ../MacOS/osqueryd
    f 0600 0:80 /opt/orbit/bin/osqueryd/macos-app/stable/osqueryd.app.tar.gz.sha512
    f 0644 0:80 /opt/orbit/certs.pem
    f 0600 0:80 /opt/orbit/osquery.flags
    f 0600 0:80 /opt/orbit/secret.txt
    d 0755 0:80 /opt/orbit/staging
    f 0600 0:80 /opt/orbit/tuf-metadata.json
    f 0600 0:80 /opt/orbit/updates-metadata.json
";

/// With Fleet Desktop.
pub const DESKTOP: &str = r#"
    d 0755 0:80 /opt/orbit/bin/desktop
    d 0755 0:80 /opt/orbit/bin/desktop/macos
    d 0755 0:80 /opt/orbit/bin/desktop/macos/stable
    d 0755 0:80 /opt/orbit/bin/desktop/macos/stable/Fleet Desktop.app
    d 0755 0:80 /opt/orbit/bin/desktop/macos/stable/Fleet Desktop.app/Contents
    d 0755 0:80 /opt/orbit/bin/desktop/macos/stable/Fleet Desktop.app/Contents/Frameworks
    d 0755 0:80 /opt/orbit/bin/desktop/macos/stable/Fleet Desktop.app/Contents/Frameworks/Sample.framework
    l 0777 0:80 /opt/orbit/bin/desktop/macos/stable/Fleet Desktop.app/Contents/Frameworks/Sample.framework/Sample -> Versions/Current/Sample
    d 0755 0:80 /opt/orbit/bin/desktop/macos/stable/Fleet Desktop.app/Contents/Frameworks/Sample.framework/Versions
    d 0755 0:80 /opt/orbit/bin/desktop/macos/stable/Fleet Desktop.app/Contents/Frameworks/Sample.framework/Versions/A
    f 0755 0:80 /opt/orbit/bin/desktop/macos/stable/Fleet Desktop.app/Contents/Frameworks/Sample.framework/Versions/A/Sample
    l 0777 0:80 /opt/orbit/bin/desktop/macos/stable/Fleet Desktop.app/Contents/Frameworks/Sample.framework/Versions/Current -> A
    d 0755 0:80 /opt/orbit/bin/desktop/macos/stable/Fleet Desktop.app/Contents/MacOS
    f 0755 0:80 /opt/orbit/bin/desktop/macos/stable/Fleet Desktop.app/Contents/MacOS/fleet-desktop
    d 0755 0:80 /opt/orbit/bin/desktop/macos/stable/Fleet Desktop.app/Contents/Resources
    f 0644 0:80 /opt/orbit/bin/desktop/macos/stable/Fleet Desktop.app/Contents/Resources/it's "é" & more.txt
    f 0600 0:80 /opt/orbit/bin/desktop/macos/stable/desktop.app.tar.gz.sha512
"#;

/// With certificates for both servers, and a client's.
pub const CERTIFICATES: &str = "
    f 0644 0:80 /opt/orbit/fleet.pem
    f 0600 0:80 /opt/orbit/fleet_client.crt
    f 0600 0:80 /opt/orbit/fleet_client.key
    f 0644 0:80 /opt/orbit/update.pem
";

/// Unpacks the archive, and in it the payload and the scripts, with the stock tools.
const UNPACK: &str = r#"
cd "$1"
bsdtar -xf "$2"
for archive in Payload Scripts; do
    mkdir "$archive"
    gzip --decompress --stdout "base.pkg/$archive" >"$archive.cpio"
    (cd "$archive" && cpio --quiet --extract --make-directories --preserve-modification-time <"../$archive.cpio")
done
"#;

/// Has a service on top of a repository with `agent` make the pkg that `request` asks for.
///
/// # Panics
/// If it cannot be made.
#[must_use]
pub fn build_pkg(request: &Request, agent: &AgentFixture) -> Pkg {
    Producer::of(agent).build(request)
}

/// A pkg that bsdtar, gzip and cpio have unpacked, with owners and times.
pub struct UnpackedPkg(TempDir);

impl UnpackedPkg {
    /// Unpacks `package`. It needs root's rights.
    ///
    /// # Panics
    /// If a tool finds a fault.
    #[must_use]
    pub fn of(package: &Pkg) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut bash = Command::new("bash");
        bash.args(["-euo", "pipefail", "-c", UNPACK, "bash"])
            .arg(folder.path())
            .arg(package.path());
        let ran = Ran::new(bash);
        assert!(ran.succeeded() && ran.stderr.is_empty(), "{ran}");
        Self(folder)
    }

    /// The folder with the files that will be on a host.
    #[must_use]
    pub fn payload(&self) -> PathBuf {
        self.0.path().join("Payload")
    }

    /// The content of a file of the archive, or of `Scripts`.
    ///
    /// # Panics
    /// If it is not there.
    #[must_use]
    pub fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.0.path().join(path)).unwrap()
    }

    /// The same, as text.
    ///
    /// # Panics
    /// As [`UnpackedPkg::read`], and if it is not UTF-8.
    #[must_use]
    pub fn text(&self, path: &str) -> String {
        String::from_utf8(self.read(path)).unwrap()
    }

    /// Where it lies.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.0.path()
    }
}
