//! What the scenarios of msi packages stand on: that Windows Installer installs, upgrades and removes in Wine, and that the
//! helpers see it. The packages are not ours.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use packager_sample_agent::Program;
use packager_tests::foreign_msi::sample;
use packager_tests::wine::{RegistryValue, State, WineHost};

const ROOT: &str = r"C:\Program Files\Sample";
const SERVICE: &str = "Fleet osquery";

fn installed(host: &WineHost, version: &str, properties: &[&str]) {
    let package = host.put(&format!("{version}.msi"), &sample(version));
    let (ran, log) = host.install("/i", &package, properties);
    assert_eq!(ran.code, Some(0), "{ran}\n{log}");
    assert!(log.contains("InstallFinalize. Return value 1"), "{log}");
}

/// The first two lines of what the service wrote when it started.
fn report(host: &WineHost) -> Vec<String> {
    let report = String::from_utf8(host.file(&format!(r"{ROOT}\{}", Program::REPORT))).unwrap();
    report.lines().map(str::to_owned).collect()
}

#[test]
fn an_installed_service_runs() {
    let host = WineHost::fresh();
    assert_eq!(host.service(SERVICE), None);
    installed(&host, "1.58.0", &["GREETING=good & <day>"]);

    assert_eq!(host.tree(ROOT), ["orbit.exe", Program::REPORT, r"staging\"]);
    assert_eq!(
        report(&host),
        ["orbit 1.58.0", r#""C:\Program Files\Sample\orbit.exe" --sample"#]
    );
    let service = host.service(SERVICE).unwrap();
    assert_eq!(service.state, State::Running);
    assert_eq!((service.start, service.kind), (2, 16));
    assert_eq!(service.account, "LocalSystem");
    assert_eq!(service.description, "A sample.");
    let key = r"HKLM\Software\Sample";
    assert_eq!(
        host.registry_value(key, "Greetings"),
        Some(RegistryValue::Strings(vec![
            r"root=C:\Program Files\Sample\".into(),
            "greeting=good & <day>".into()
        ]))
    );
    assert_eq!(host.registry_value(key, "Number"), Some(RegistryValue::Number(7)));
    assert_eq!(host.registry_value(key, "Other"), None);
}

#[test]
fn an_upgrade_and_a_downgrade_leave_one_product() {
    let host = WineHost::fresh();
    for version in ["1.58.0", "1.59.0", "1.57.9"] {
        installed(&host, version, &[]);
        assert_eq!(report(&host)[0], format!("orbit {version}"));
        assert_eq!(host.service(SERVICE).unwrap().state, State::Running);
        let products: Vec<_> = host.products().into_iter().map(|(_, product)| product).collect();
        assert_eq!(products, [format!("Sample {version}")]);
    }
}

#[test]
fn an_uninstalled_package_leaves_what_the_service_wrote_and_nothing_else() {
    let host = WineHost::fresh();
    let before = host.snapshot();
    installed(&host, "1.58.0", &[]);
    let changes = host.snapshot().changes_since(&before);
    for path in [
        r"C:\Program Files\Sample\orbit.exe (",
        r"HKEY_LOCAL_MACHINE\Software\Sample\Number = ",
    ] {
        assert!(
            changes.iter().any(|line| line.starts_with(&format!("+ {path}"))),
            "{changes:#?}"
        );
    }
    let (code, _) = host.products().remove(0);
    let (ran, log) = host.install("/x", &code, &[]);
    assert_eq!(ran.code, Some(0), "{ran}\n{log}");
    assert_eq!(host.service(SERVICE), None);
    assert_eq!(host.products(), []);
    let left = host.snapshot().changes_since(&before);
    assert_eq!(left.len(), 2, "{left:#?}");
    assert_eq!(left[0], r"+ C:\Program Files\Sample\");
    assert!(
        left[1].starts_with(&format!(r"+ C:\Program Files\Sample\{} (", Program::REPORT)),
        "{left:#?}"
    );
}

#[test]
fn errors_of_windows_installer_are_told_in_full() {
    let host = WineHost::fresh();
    let package = host.put("text.msi", b"no package");
    // ERROR_FUNCTION_FAILED, as Wine has it: Windows says 1620.
    let ran = host.msiexec(&["/i", &package, "/qn"]);
    assert_eq!(ran.code, Some(1627), "{ran}");
}
