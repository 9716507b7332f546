//! `/etc/default/orbit`, as `/bin/sh` reads it. `booted.rs` has systemd read the same.

use std::collections::BTreeMap;

use packager_tests::agent::AgentFixture;
use packager_tests::chroot::Chroot;
use packager_tests::deb::build_deb;
use packager_tests::host::Host;
use packager_tests::producer::Producer;
use packager_tests::request::{ENROLL_SECRET, FLEET_URL, Identity, Request};

/// Every printable character of ASCII, and some others; text that a shell or systemd might take for more than text.
pub const SECRETS: [&str; 6] = [
    "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~ end",
    "a\\\\b\\",
    "\"$(touch /srv/owned)\"`touch /srv/owned`${HOME}$HOME",
    "'; touch /srv/owned; '",
    "# no comment ; nor this %n %% \\n \\x41 \\u0041",
    "\u{e9}\u{fc}\u{df} \u{6f22}\u{5b57} \u{1F600} \u{5d0}",
];

pub type Variables = BTreeMap<String, String>;

fn variables(pairs: &[(&str, &str)]) -> Variables {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Those of the agent among `NAME=value` texts that zero bytes end.
pub fn agent_variables(environment: &str) -> Variables {
    environment
        .split('\0')
        .filter_map(|variable| variable.split_once('='))
        .filter(|(name, _)| {
            ![
                "PATH",
                "PWD",
                "LANG",
                "INVOCATION_ID",
                "JOURNAL_STREAM",
                "SYSTEMD_EXEC_PID",
                "_",
            ]
            .contains(name)
        })
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// A request with every option that goes with a server's and a client's certificate, and what the agent must find.
pub fn with_certificates() -> (Request, Variables) {
    let (server, client) = (Identity::of("fleet.example.com"), Identity::of("client"));
    let request = Request::deb()
        .with("fleet_url", "https://fleet.example.com:8080/a%20b/?c=d&e=(f)*;g#h!")
        .with("enroll_secret", SECRETS[0])
        .with("orbit-channel", "edge")
        .with("osqueryd-channel", "5.20.0")
        .with("desktop-channel", "beta_1")
        .with("update-interval", "1h30m")
        .with("update-url", "http://[2001:db8::1]:8080/tuf&x=~y")
        .with("fleet-desktop", true)
        .with("fleet-desktop-alternative-browser-host", "desk.example.com:8443")
        .with("fleet-certificate", server.certificate.as_str())
        .with("update-tls-certificate", server.certificate)
        .with("fleet-tls-client-certificate", client.certificate)
        .with("fleet-tls-client-key", client.key)
        .with("disable-updates", true)
        .with("debug", true)
        .with("enable-scripts", true)
        .with("host-identifier", "instance")
        .with("end-user-email", "o'neil+!#&*/=?^_~-@m\u{fc}ller.example.com")
        .with("osquery-db", "/var/lib/osquery data/{#}=~!()/db")
        .with("disable-setup-experience", true)
        .with("bypass-end-user-auth", true)
        .with("disable-keystore", true);
    let expected = variables(&[
        ("ORBIT_UPDATE_URL", "http://[2001:db8::1]:8080/tuf&x=~y"),
        ("ORBIT_ORBIT_CHANNEL", "edge"),
        ("ORBIT_OSQUERYD_CHANNEL", "5.20.0"),
        ("ORBIT_UPDATE_INTERVAL", "1h30m0s"),
        ("ORBIT_FLEET_DESKTOP", "true"),
        ("ORBIT_DESKTOP_CHANNEL", "beta_1"),
        ("ORBIT_FLEET_DESKTOP_ALTERNATIVE_BROWSER_HOST", "desk.example.com:8443"),
        ("ORBIT_DISABLE_UPDATES", "true"),
        (
            "ORBIT_FLEET_URL",
            "https://fleet.example.com:8080/a%20b/?c=d&e=(f)*;g#h!",
        ),
        ("ORBIT_FLEET_CERTIFICATE", "/opt/orbit/fleet.pem"),
        ("ORBIT_UPDATE_TLS_CERTIFICATE", "/opt/orbit/update.pem"),
        ("ORBIT_ENROLL_SECRET", SECRETS[0]),
        ("ORBIT_DEBUG", "true"),
        ("ORBIT_ENABLE_SCRIPTS", "true"),
        ("ORBIT_HOST_IDENTIFIER", "instance"),
        ("ORBIT_OSQUERY_DB", "/var/lib/osquery data/{#}=~!()/db"),
        ("ORBIT_END_USER_EMAIL", "o'neil+!#&*/=?^_~-@m\u{fc}ller.example.com"),
        ("ORBIT_DISABLE_SETUP_EXPERIENCE", "true"),
        ("ORBIT_BYPASS_END_USER_AUTH", "true"),
    ]);
    (request, expected)
}

/// What the shell of the system has after reading the installed file.
fn read_by_shell(request: &Request) -> Variables {
    let host = Chroot::fresh();
    host.install(&build_deb(request, &AgentFixture::scripts("1.58.0")));
    let environment = host.sh("set -a; . /etc/default/orbit; exec env --null", &[]);
    assert!(!host.exists("/srv/owned"));
    agent_variables(&environment)
}

#[test]
fn the_least_request_gives_the_least_file() {
    let host = Chroot::fresh();
    host.install(&build_deb(&Request::deb(), &AgentFixture::scripts("1.58.0")));
    let update_url = Producer::of(&AgentFixture::scripts("1.58.0")).update_url();
    let expected = format!(
        "ORBIT_UPDATE_URL={update_url}\nORBIT_ORBIT_CHANNEL=stable\nORBIT_OSQUERYD_CHANNEL=stable\n\
         ORBIT_UPDATE_INTERVAL=15m0s\nORBIT_FLEET_URL={FLEET_URL}\nORBIT_ENROLL_SECRET={ENROLL_SECRET}\n"
    );
    assert_eq!(host.read("/etc/default/orbit"), expected);
}

#[test]
fn every_option_that_goes_with_certificates() {
    let (request, expected) = with_certificates();
    assert_eq!(read_by_shell(&request), expected);
}

#[test]
fn every_option_that_goes_without_certificates() {
    let request = Request::deb()
        .with("insecure", true)
        .with("fleet-managed-host-identity-certificate", true);
    let update_url = Producer::of(&AgentFixture::scripts("1.58.0")).update_url();
    let expected = variables(&[
        ("ORBIT_UPDATE_URL", &update_url),
        ("ORBIT_ORBIT_CHANNEL", "stable"),
        ("ORBIT_OSQUERYD_CHANNEL", "stable"),
        ("ORBIT_UPDATE_INTERVAL", "15m0s"),
        ("ORBIT_INSECURE", "true"),
        ("ORBIT_FLEET_URL", FLEET_URL),
        ("ORBIT_ENROLL_SECRET", ENROLL_SECRET),
        ("ORBIT_FLEET_MANAGED_HOST_IDENTITY_CERTIFICATE", "true"),
    ]);
    assert_eq!(read_by_shell(&request), expected);
}

#[test]
fn hostile_looking_secrets_arrive_unchanged() {
    for secret in SECRETS {
        let found = read_by_shell(&Request::deb().with("enroll_secret", secret));
        assert_eq!(found["ORBIT_ENROLL_SECRET"], secret);
    }
}
