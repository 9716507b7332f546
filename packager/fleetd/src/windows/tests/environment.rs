//! The environment of the service, line by line (*What an installer must contain*, section 3.6, "Configuration of the service", in its
//! newer form).

use packager_formats::msi::Formatted;

use super::*;

/// The lines, in an order of names.
fn lines(options: &Value) -> Vec<String> {
    let service = product(options).service.unwrap();
    let mut lines: Vec<_> = service
        .environment
        .iter()
        .map(|line| line.as_str().to_owned())
        .collect();
    lines.sort_unstable();
    lines
}

#[test]
fn with_nothing_but_what_is_required() {
    assert_eq!(
        lines(&json!({})),
        [
            "ORBIT_DESKTOP_CHANNEL=stable",
            "ORBIT_ENABLE_SCRIPTS=[ENABLE_SCRIPTS]",
            "ORBIT_END_USER_EMAIL=[END_USER_EMAIL]",
            "ORBIT_ENROLL_SECRET_PATH=[ORBITROOT]secret.txt",
            "ORBIT_EUA_TOKEN=[EUA_TOKEN]",
            "ORBIT_FLEET_DESKTOP=[FLEET_DESKTOP]",
            "ORBIT_FLEET_URL=[FLEET_URL]",
            r"ORBIT_LOG_FILE=[System64Folder]config\systemprofile\AppData\Local\FleetDM\Orbit\Logs\orbit-osquery.log",
            "ORBIT_ORBIT_CHANNEL=stable",
            "ORBIT_OSQUERYD_CHANNEL=stable",
            "ORBIT_ROOT_DIR=[ORBITROOT].",
            "ORBIT_UPDATE_INTERVAL=15m0s",
            "ORBIT_UPDATE_URL=https://tuf.example.com",
        ]
    );
}

#[test]
fn with_everything() {
    assert_eq!(
        lines(&everything()),
        [
            "ORBIT_BYPASS_END_USER_AUTH=true",
            "ORBIT_DEBUG=true",
            "ORBIT_DESKTOP_CHANNEL=beta",
            "ORBIT_DISABLE_KEYSTORE=true",
            "ORBIT_DISABLE_SETUP_EXPERIENCE=true",
            "ORBIT_DISABLE_UPDATES=true",
            "ORBIT_ENABLE_SCRIPTS=[ENABLE_SCRIPTS]",
            "ORBIT_END_USER_EMAIL=[END_USER_EMAIL]",
            "ORBIT_ENROLL_SECRET_PATH=[ORBITROOT]secret.txt",
            "ORBIT_EUA_TOKEN=[EUA_TOKEN]",
            "ORBIT_FLEET_CERTIFICATE=[ORBITROOT]fleet.pem",
            "ORBIT_FLEET_DESKTOP=[FLEET_DESKTOP]",
            "ORBIT_FLEET_DESKTOP_ALTERNATIVE_BROWSER_HOST=desktop.example:8080",
            "ORBIT_FLEET_URL=[FLEET_URL]",
            "ORBIT_HOST_IDENTIFIER=instance",
            r"ORBIT_LOG_FILE=[System64Folder]config\systemprofile\AppData\Local\FleetDM\Orbit\Logs\orbit-osquery.log",
            "ORBIT_ORBIT_CHANNEL=edge",
            "ORBIT_OSQUERYD_CHANNEL=5.20",
            r"ORBIT_OSQUERY_DB=C:\osquery data\db",
            "ORBIT_ROOT_DIR=[ORBITROOT].",
            "ORBIT_UPDATE_INTERVAL=1h30m0s",
            "ORBIT_UPDATE_TLS_CERTIFICATE=[ORBITROOT]update.pem",
            "ORBIT_UPDATE_URL=https://tuf.example/repository",
        ]
    );
    let insecure = lines(&json!({"insecure": true}));
    assert!(insecure.contains(&"ORBIT_INSECURE=true".to_owned()), "{insecure:?}");
    assert_eq!(insecure.len(), lines(&json!({})).len() + 1);
}

/// Brackets and braces would be references to Windows Installer. Everything else stands for itself: neither it nor the service manager
/// expands a percent sign in such a list.
#[test]
fn values_stand_for_themselves() {
    for (options, line) in [
        (
            json!({"update-url": "https://[2001:db8::1]:8443/[FLEET_SECRET]?a=[~]%20&b=(c)"}),
            r"ORBIT_UPDATE_URL=https://[\[]2001:db8::1[\]]:8443/[\[]FLEET_SECRET[\]]?a=[\[]~[\]]%20&b=(c)",
        ),
        (
            json!({"fleet-desktop": true, "fleet-desktop-alternative-browser-host": "[::1]:8080"}),
            r"ORBIT_FLEET_DESKTOP_ALTERNATIVE_BROWSER_HOST=[\[]::1[\]]:8080",
        ),
        (
            json!({"osquery-db": r"D:\é 日本語\{a} [b] (c) ~ # @!^=+,"}),
            r"ORBIT_OSQUERY_DB=D:\é 日本語\[\{]a[\}] [\[]b[\]] (c) ~ # @!^=+,",
        ),
    ] {
        let lines = lines(&options);
        assert!(lines.iter().any(|found| found == line), "{line}: {lines:?}");
    }
}

/// It is in nobody's environment, for every user of the host can read that of a service; nor is anything else that is one.
#[test]
fn there_is_no_secret() {
    let mut options = everything();
    options["enroll_secret"] = "correct horse".into();
    options["osquery-flagfile"] = "--tls_hostname=staple\n".into();
    let lines = lines(&options).concat();
    for secret in ["correct horse", "FLEET_SECRET", "staple", "BEGIN"] {
        assert!(!lines.contains(secret), "{secret}: {lines}");
    }
}

#[test]
fn without_a_service_there_is_none() {
    assert_eq!(product(&json!({"service": false})).service, None);
}

/// A name is set once: what the service manager makes of two is not documented.
#[test]
fn names_are_set_once() {
    for options in [json!({}), everything()] {
        let lines = lines(&options);
        let mut names: Vec<_> = lines.iter().map(|line| line.split_once('=').unwrap().0).collect();
        assert!(names.iter().all(|name| name.starts_with("ORBIT_")));
        names.dedup();
        assert_eq!(names.len(), lines.len(), "{lines:?}");
    }
    assert_eq!(
        format!("{:?}", Formatted::text("hunter2").unwrap()),
        "Formatted(7 bytes)"
    );
}
