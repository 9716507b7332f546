//! Installer's script, on a system whose `launchctl`, `pkill` and `sleep` write down what they are told.

use packager_tests::agent::AgentFixture;
use packager_tests::chroot::Chroot;
use packager_tests::host::Host;
use packager_tests::pkg::{UnpackedPkg, build_pkg};
use packager_tests::request::Request;

/// `launchctl` fails to bootstrap as often as `/fail` has lines. Its last order ends what waits at the pipe `/done`.
const PREPARE: &str = r#"
mkdir -p /opt/orbit/bin/orbit /Library/LaunchDaemons
cat >/usr/bin/launchctl <<'END'
#!/bin/sh
echo "launchctl $*" >>/told
case $1 in
    bootout) exit 3 ;;
    bootstrap) test -s /fail && sed -i 1d /fail && exit 5 ;;
    kickstart) test ! -p /done || echo done >/done ;;
esac
exit 0
END
printf '#!/bin/sh\necho "pkill $*" >>/told\nexit 1\n' >/usr/bin/pkill
printf '#!/bin/sh\necho "sleep $*" >>/told\n' >/usr/bin/sleep
chmod 0755 /usr/bin/launchctl /usr/bin/pkill /usr/bin/sleep
"#;

/// Runs the script `$1` as Installer does, and writes its exit status and what was told.
const INSTALL: &str = r#"
rm -f /told
: >/told
printf %s "$1" >/postinstall
chmod 0744 /postinstall
status=0
/postinstall /tmp/fleet-osquery.pkg / / / >/said || status=$?
# What goes on behind it.
test ! -p /done || cat /done >/dev/null
echo "$status"
cat /told
"#;

const STARTED: &str = "pkill -x fleet-desktop
launchctl bootout system/com.fleetdm.orbit
launchctl enable system/com.fleetdm.orbit
launchctl bootstrap system /Library/LaunchDaemons/com.fleetdm.orbit.plist
launchctl kickstart system/com.fleetdm.orbit
";

struct Mac(Chroot);

impl Mac {
    fn fresh() -> Self {
        let system = Chroot::fresh();
        system.sh(PREPARE, &[]);
        Self(system)
    }

    /// Runs the package's script. Returns its exit status and what was told meanwhile.
    fn install(&self, request: &Request) -> (i32, String) {
        let pkg = UnpackedPkg::of(&build_pkg(request, &AgentFixture::scripts("1.58.0")));
        let said = self.0.sh(INSTALL, &[&pkg.text("Scripts/postinstall")]);
        let (status, told) = said.split_once('\n').unwrap();
        (status.parse().unwrap(), told.to_owned())
    }

    fn link(&self, path: &str) -> String {
        self.0.sh(r#"readlink "$1""#, &[path]).trim().to_owned()
    }
}

#[test]
fn the_first_installation_links_and_starts() {
    let mac = Mac::fresh();
    assert_eq!(mac.install(&Request::pkg()), (0, STARTED.to_owned()));
    assert_eq!(mac.link("/usr/local/bin/orbit"), "/opt/orbit/bin/orbit/orbit");
    let orbit = mac.link("/opt/orbit/bin/orbit/orbit");
    assert_eq!(orbit, "/opt/orbit/bin/orbit/macos/stable/orbit");
    assert!(mac.0.exists("/var/log/orbit"));
}

#[test]
fn an_upgrade_follows_the_channel_and_starts_anew() {
    let mac = Mac::fresh();
    let _ = mac.install(&Request::pkg());
    let edge = Request::pkg().with("orbit-channel", "edge");
    assert_eq!(mac.install(&edge), (0, STARTED.to_owned()));
    let orbit = mac.link("/opt/orbit/bin/orbit/orbit");
    assert_eq!(orbit, "/opt/orbit/bin/orbit/macos/edge/orbit");
}

#[test]
fn a_daemon_that_takes_its_time_is_waited_for() {
    let mac = Mac::fresh();
    mac.0.sh("seq 1 3 >/fail", &[]);
    let (status, told) = mac.install(&Request::pkg());
    assert_eq!(status, 0);
    assert_eq!(told.matches("launchctl bootstrap").count(), 4, "{told}");
    assert_eq!(told.matches("sleep 1").count(), 3, "{told}");
    assert!(
        told.ends_with("launchctl kickstart system/com.fleetdm.orbit\n"),
        "{told}"
    );
}

#[test]
fn a_daemon_that_never_starts_fails_the_installation() {
    let mac = Mac::fresh();
    mac.0.sh("seq 1 100 >/fail", &[]);
    let (status, told) = mac.install(&Request::pkg());
    assert_ne!(status, 0);
    assert_eq!(told.matches("launchctl bootstrap").count(), 30, "{told}");
    assert!(!told.contains("kickstart"), "{told}");
}

#[test]
fn without_a_service_nothing_is_started() {
    let mac = Mac::fresh();
    let request = Request::pkg().with("service", false);
    assert_eq!(mac.install(&request), (0, String::new()));
}

/// orbit installs an update of its own package: it must not be stopped meanwhile.
#[test]
fn an_update_by_orbit_itself_restarts_it_later() {
    let mac = Mac::fresh();
    mac.0.sh(": >/opt/orbit/.inband_upgrade; mkfifo /done", &[]);
    let (status, told) = mac.install(&Request::pkg());
    assert_eq!(status, 0);
    assert_eq!(told, format!("sleep 30\n{STARTED}"));
    assert!(!mac.0.exists("/opt/orbit/.inband_upgrade"));
}
