//! What an installer for Linux must bring: every path of *What an installer must contain*, section 3.4, with its type, mode,
//! owner and target, in the form of [`crate::listing::Listing::table`].

use crate::request::Request;

/// For the platform `linux` and the channels `stable`. `/opt` and `/usr/local/bin` are the host's, and stay when the
/// package goes.
pub const ALWAYS: &str = "
    d 0755 0:0 /etc
    d 0755 0:0 /etc/default
    f 0600 0:0 /etc/default/orbit
    d 0755 0:0 /opt/orbit
    d 0755 0:0 /opt/orbit/bin
    d 0755 0:0 /opt/orbit/bin/orbit
    d 0755 0:0 /opt/orbit/bin/orbit/linux
    d 0755 0:0 /opt/orbit/bin/orbit/linux/stable
    f 0755 0:0 /opt/orbit/bin/orbit/linux/stable/orbit
    l 0777 0:0 /opt/orbit/bin/orbit/orbit -> /opt/orbit/bin/orbit/linux/stable/orbit
    d 0755 0:0 /opt/orbit/bin/osqueryd
    d 0755 0:0 /opt/orbit/bin/osqueryd/linux
    d 0755 0:0 /opt/orbit/bin/osqueryd/linux/stable
    f 0755 0:0 /opt/orbit/bin/osqueryd/linux/stable/osqueryd
    f 0644 0:0 /opt/orbit/certs.pem
    f 0600 0:0 /opt/orbit/osquery.flags
    f 0600 0:0 /opt/orbit/tuf-metadata.json
    f 0600 0:0 /opt/orbit/updates-metadata.json
    d 0755 0:0 /usr
    d 0755 0:0 /usr/lib
    d 0755 0:0 /usr/lib/systemd
    d 0755 0:0 /usr/lib/systemd/system
    f 0644 0:0 /usr/lib/systemd/system/orbit.service
    l 0777 0:0 /usr/local/bin/orbit -> /opt/orbit/bin/orbit/orbit
    d 0755 0:0 /var
    d 0755 0:0 /var/log
    d 0755 0:0 /var/log/orbit
    d 0755 0:0 /var/log/osquery
";

/// With Fleet Desktop. Whatever the archive said, nobody but root may write, and nothing is set-user-ID.
pub const DESKTOP: &str = "
    d 0755 0:0 /opt/orbit/bin/desktop
    d 0755 0:0 /opt/orbit/bin/desktop/linux
    d 0755 0:0 /opt/orbit/bin/desktop/linux/stable
    f 0600 0:0 /opt/orbit/bin/desktop/linux/stable/desktop.tar.gz.sha512
    d 0755 0:0 /opt/orbit/bin/desktop/linux/stable/fleet-desktop
    f 0755 0:0 /opt/orbit/bin/desktop/linux/stable/fleet-desktop/fleet-desktop
    d 0755 0:0 /opt/orbit/bin/desktop/linux/stable/fleet-desktop/resources
    f 0644 0:0 /opt/orbit/bin/desktop/linux/stable/fleet-desktop/resources/icon.txt
";

/// With certificates for both servers, and a client's.
pub const CERTIFICATES: &str = "
    f 0644 0:0 /opt/orbit/fleet.pem
    f 0600 0:0 /opt/orbit/fleet_client.crt
    f 0600 0:0 /opt/orbit/fleet_client.key
    f 0644 0:0 /opt/orbit/update.pem
";

/// Has `request` ask for everything that adds files, for arm64 and from other channels, and says what the package carries.
#[must_use]
pub fn everything(request: Request) -> (Request, String) {
    let request = request
        .with_everything()
        .with("arch", "arm64")
        .with("orbit-channel", "edge")
        .with("osqueryd-channel", "5.20")
        .with("desktop-channel", "beta_1");
    let carried = [ALWAYS, DESKTOP, CERTIFICATES]
        .concat()
        .replace("/linux", "/linux-arm64")
        .replace("orbit/linux-arm64/stable", "orbit/linux-arm64/edge")
        .replace("osqueryd/linux-arm64/stable", "osqueryd/linux-arm64/5.20")
        .replace("desktop/linux-arm64/stable", "desktop/linux-arm64/beta_1");
    (request, carried)
}
