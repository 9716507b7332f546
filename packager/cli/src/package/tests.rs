//! Flags to requests, one by one.

use clap::Parser;
use packager_api::{CreateRequest, SecretText};

use super::PackageFlags;
use super::request::{remote_public_key, request, spec, update_roots, update_tls_client, update_url};
use crate::error::Error;
use crate::exit_status::ExitStatus;

#[derive(Debug, Parser)]
struct Harness {
    #[command(flatten)]
    flags: PackageFlags,
}

/// The flags of a command line.
pub(super) fn flags_of(arguments: &[&str]) -> PackageFlags {
    Harness::try_parse_from([&["package"], arguments].concat())
        .unwrap()
        .flags
}

/// The flags of a command line for a deb.
pub(crate) fn flags(arguments: &[&str]) -> PackageFlags {
    flags_of(&[&["--type", "deb"], arguments].concat())
}

fn refused(arguments: &[&str]) -> String {
    let result = Harness::try_parse_from([&["package", "--type", "deb"], arguments].concat());
    result.unwrap_err().to_string()
}

fn made(arguments: &[&str]) -> CreateRequest {
    request(&flags(arguments), None).unwrap()
}

/// A change to the request that only says the type.
fn expected(change: impl FnOnce(&mut CreateRequest)) -> CreateRequest {
    let mut request = CreateRequest {
        package_type: Some("deb".to_owned()),
        ..CreateRequest::default()
    };
    change(&mut request);
    request
}

#[test]
fn each_text_becomes_its_field() {
    type Change = fn(&mut CreateRequest, String);
    let cases: [(&str, Change); 11] = [
        ("--arch", |request, value| request.arch = Some(value)),
        ("--orbit-channel", |request, value| request.orbit_channel = Some(value)),
        ("--osqueryd-channel", |request, value| {
            request.osqueryd_channel = Some(value);
        }),
        ("--desktop-channel", |request, value| {
            request.desktop_channel = Some(value);
        }),
        ("--update-interval", |request, value| {
            request.update_interval = Some(value);
        }),
        ("--host-identifier", |request, value| {
            request.host_identifier = Some(value);
        }),
        ("--end-user-email", |request, value| {
            request.end_user_email = Some(value.into());
        }),
        ("--osquery-db", |request, value| request.osquery_db = Some(value.into())),
        ("--fleet-desktop-alternative-browser-host", |request, value| {
            request.fleet_desktop_alternative_browser_host = Some(value.into());
        }),
        ("--update-url", |request, value| request.update_url = Some(value.into())),
        ("--fleet-url", |request, value| {
            request.fleet_url = Some(format!("https://{value}").into());
        }),
    ];
    for (flag, change) in cases {
        assert_eq!(
            made(&[flag, "value"]),
            expected(|request| change(request, "value".to_owned())),
            "{flag}"
        );
        assert_eq!(made(&[flag, ""]), expected(|_| ()), "{flag}");
    }
}

#[test]
fn each_switch_becomes_its_field_in_every_spelling() {
    type Slot = fn(&mut CreateRequest) -> &mut Option<bool>;
    let cases: [(&str, Slot); 11] = [
        ("--service", |request| &mut request.service),
        ("--insecure", |request| &mut request.insecure),
        ("--debug", |request| &mut request.debug),
        ("--fleet-desktop", |request| &mut request.fleet_desktop),
        ("--disable-updates", |request| &mut request.disable_updates),
        ("--enable-scripts", |request| &mut request.enable_scripts),
        ("--disable-keystore", |request| &mut request.disable_keystore),
        ("--disable-setup-experience", |request| {
            &mut request.disable_setup_experience
        }),
        ("--bypass-end-user-auth", |request| &mut request.bypass_end_user_auth),
        ("--use-system-configuration", |request| {
            &mut request.use_system_configuration
        }),
        ("--fleet-managed-host-identity-certificate", |request| {
            &mut request.fleet_managed_host_identity_certificate
        }),
    ];
    for (flag, slot) in cases {
        for (suffix, value) in [
            ("", true),
            ("=true", true),
            ("=1", true),
            ("=false", false),
            ("=F", false),
        ] {
            let request = made(&[&format!("{flag}{suffix}")]);
            assert_eq!(
                request,
                expected(|request| *slot(request) = Some(value)),
                "{flag}{suffix}"
            );
        }
        refused(&[&format!("{flag}=maybe")]);
    }
    let old_name = made(&["--fleet-managed-client-certificate"]);
    assert_eq!(old_name.fleet_managed_host_identity_certificate, Some(true));
}

#[test]
fn each_file_becomes_its_field() {
    type Slot = fn(&mut CreateRequest) -> &mut Option<SecretText>;
    let cases: [(&str, Slot); 5] = [
        ("--fleet-certificate", |request| &mut request.fleet_certificate),
        ("--fleet-tls-client-certificate", |request| {
            &mut request.fleet_tls_client_certificate
        }),
        ("--fleet-tls-client-key", |request| &mut request.fleet_tls_client_key),
        ("--update-tls-certificate", |request| {
            &mut request.update_tls_certificate
        }),
        ("--osquery-flagfile", |request| &mut request.osquery_flagfile),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    for (flag, slot) in cases {
        std::fs::write(&path, "content").unwrap();
        let arguments = [flag, path.to_str().unwrap()];
        assert_eq!(
            made(&arguments),
            expected(|request| *slot(request) = Some("content".into())),
            "{flag}"
        );
        std::fs::write(&path, "x".repeat((64 << 10) + 1)).unwrap();
        let error = request(&flags(&arguments), None).unwrap_err();
        assert!(error.to_string().contains(flag), "{error}");
    }
}

#[test]
fn secret_and_retry_come_along() {
    let flags = flags(&["--remote", "https://x", "--retry"]);
    let request = request(&flags, Some("hunter2".into())).unwrap();
    assert_eq!(
        request,
        expected(|request| {
            request.enroll_secret = Some("hunter2".into());
            request.retry = Some(true);
        })
    );
    assert_eq!(made(&[]), expected(|_| ()));
}

#[test]
fn a_fleet_url_may_be_a_host_and_a_port() {
    let url = |text: &str| {
        made(&["--fleet-url", text])
            .fleet_url
            .unwrap()
            .expose_secret()
            .to_owned()
    };
    assert_eq!(url("fleet.example.com:8080"), "https://fleet.example.com:8080");
    assert_eq!(url("fleet.example.com"), "https://fleet.example.com");
    assert_eq!(url("http://fleet.example.com"), "http://fleet.example.com");
    assert_eq!(url("[::1]:8080"), "https://[::1]:8080");
}

#[test]
fn problems_carry_the_names_of_the_flags() {
    let request = made(&["--fleet-url", "ftp://x", "--orbit-channel", "../x"]);
    let error = spec(&request).unwrap_err().to_string();
    for flag in [
        "--fleet-url must",
        "--enroll-secret is required",
        "--orbit-channel must",
    ] {
        assert!(error.contains(flag), "{error}");
    }
}

#[test]
fn a_local_repository_is_for_fetching_alone() {
    let given = flags(&["--update-url", "file:///srv/tuf"]);
    assert_eq!(request(&given, None).unwrap(), expected(|_| ()));
    assert_eq!(update_url(&given).unwrap().unwrap().path(), "/srv/tuf");
    let given = flags(&["--update-url", "tuf"]);
    assert!(
        update_url(&given)
            .unwrap_err()
            .to_string()
            .starts_with("--update-url must be")
    );
    assert!(update_url(&flags(&[])).unwrap().is_none());
}

#[test]
fn a_release_key_is_an_ed25519_public_key() {
    let fixture = |name: &str| format!("{}/../../fixtures/openpgp/{name}", env!("CARGO_MANIFEST_DIR"));
    let key = |path: &str| remote_public_key(&flags(&["--remote", "https://x", "--remote-public-key", path]));
    assert!(key(&fixture("release.pub.pem")).unwrap().is_some());
    for name in ["release.pem", "release-p256.pem", "ed25519.asc"] {
        let error = key(&fixture(name)).unwrap_err();
        assert_eq!(error.exit_status(), ExitStatus::Usage, "{name}");
        assert!(error.to_string().contains("--remote-public-key"), "{error}");
    }
    assert_eq!(key("/nonexistent").unwrap_err().exit_status(), ExitStatus::Io);
    assert!(remote_public_key(&flags(&[])).unwrap().is_none());
}

#[test]
fn update_roots_are_a_path_or_the_text_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.json");
    std::fs::write(&path, r#"{"signed":1}"#).unwrap();
    let roots = |value: &str| update_roots(&flags(&["--update-roots", value]));
    assert_eq!(roots(path.to_str().unwrap()).unwrap().unwrap(), br#"{"signed":1}"#);
    assert_eq!(roots(" {\"signed\":2}").unwrap().unwrap(), br#"{"signed":2}"#);
    assert_eq!(roots("").unwrap(), None);
    assert!(matches!(roots("/nonexistent"), Err(Error::Io { .. })));
    std::fs::write(&path, " ".repeat((512 << 10) + 1)).unwrap();
    assert!(roots(path.to_str().unwrap()).is_err());
}

#[test]
fn the_client_certificate_of_the_repository_comes_with_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let pair = rcgen::generate_simple_self_signed(["x".to_owned()]).unwrap();
    let other = rcgen::generate_simple_self_signed(["x".to_owned()]).unwrap();
    let certificate = write("certificate", &pair.cert.pem());
    let key = write("key", &pair.signing_key.serialize_pem());
    let other_key = write("other", &other.signing_key.serialize_pem());
    let client = |arguments: &[&str]| update_tls_client(&flags(arguments));
    let (certificate_flag, key_flag) = ("--update-tls-client-certificate", "--update-tls-client-key");
    assert!(client(&[]).unwrap().is_none());
    assert!(
        client(&[certificate_flag, &certificate, key_flag, &key])
            .unwrap()
            .is_some()
    );
    for (arguments, start) in [
        (
            vec![certificate_flag, &certificate],
            "--update-tls-client-key must be given",
        ),
        (vec![key_flag, &key], "--update-tls-client-certificate must be given"),
        (
            vec![certificate_flag, &certificate, key_flag, &other_key],
            "--update-tls-client-key must be",
        ),
        (
            vec![certificate_flag, &key, key_flag, &key],
            "--update-tls-client-certificate must",
        ),
    ] {
        let error = client(&arguments).unwrap_err().to_string();
        assert!(error.starts_with(start), "{error}");
    }
}

#[test]
fn flags_that_exclude_each_other_are_refused() {
    for arguments in [
        &["--enroll-secret", "hunter2", "--enroll-secret-file", "x"][..],
        &["--retry"],
        &["--remote-ca", "x"],
        &["--remote-public-key", "x"],
        &["--remote", "https://x", "--cache-dir", "x"],
        &["--no-such-flag"],
    ] {
        let message = refused(arguments);
        assert!(!message.contains("hunter2"), "{message}");
    }
}

#[test]
fn flags_of_fleetctl_that_do_nothing_here_are_known() {
    let flags = flags(&[
        "--native-tooling",
        "--disable-open-folder",
        "--verbose=false",
        "--notarize=false",
    ]);
    assert!(flags.elsewhere.check("deb").is_ok());
}

#[test]
fn debug_output_shows_no_secret() {
    let flags = flags(&["--enroll-secret", "hunter2", "--macos-devid-pem-content", "hunter2"]);
    assert!(!format!("{flags:?}").contains("hunter2"));
}
