//! Credentials and tools that stop the start, by the names of their settings.

use packager_service::Clock;
use packager_test_apple::{Identity, Kind};

use super::{Credentials, PASSWORD, PASSWORD_TEXT, PKCS12, SCRATCH, TOOL, borrowed, code_certificate};
use crate::harness::new_clock;
use crate::signing::refusal;

async fn assert_refused(settings: &[(&'static str, String)], setting: &str, reason: &str) {
    let text = refusal(&borrowed(settings)).await;
    assert!(text.starts_with(&format!("{setting}: ")), "{setting}, {reason}: {text}");
    assert!(
        text.contains(reason) && !text.contains(PASSWORD_TEXT),
        "{reason}: {text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_sign_is_refused_by_name() {
    let good = code_certificate();
    let expired = Identity::valid(Kind::Code, new_clock().now(), -48, -1);
    let file = good.pkcs12(PASSWORD_TEXT, &[]);
    for (credentials, setting, reason) in [
        (
            Credentials::of(&file, "wrong"),
            PASSWORD,
            "cannot be opened with this password",
        ),
        (Credentials::of(b"text", PASSWORD_TEXT), PKCS12, "not a PKCS#12 file"),
        (Credentials::new(&expired), PKCS12, "the certificate expired at"),
        (
            Credentials::new(&Identity::new(Kind::Installer, new_clock().now())),
            PKCS12,
            "not for code signing",
        ),
    ] {
        assert_refused(&credentials.settings(), setting, reason).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_and_a_directory_that_cannot_be_used_are_named() {
    let credentials = Credentials::new(&code_certificate());
    let disk = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    for (setting, value, reason) in [
        (TOOL, "/nowhere/osslsigncode".to_owned(), "install osslsigncode"),
        (SCRATCH, disk.path().display().to_string(), "not in memory"),
    ] {
        let mut settings = credentials.settings();
        settings.retain(|(name, _)| *name != setting);
        settings.push((setting, value));
        assert_refused(&settings, setting, reason).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_that_is_not_there_is_named() {
    let settings = [
        ("signing_msi_pkcs11_module", "/nowhere/module.so".to_owned()),
        ("signing_msi_pkcs11_uri", "pkcs11:token=a;object=b".to_owned()),
    ];
    assert_refused(&settings, "signing_msi_pkcs11_module", "there is no PKCS#11 module").await;
}
