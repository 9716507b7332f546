//! The key and its password stay where the operator put them.

use std::process::Command;

use packager_tests::agent::AgentFixture;
use packager_tests::installer_certificate::{InstallerCertificate, PASSWORD, identity};
use packager_tests::producer::{Log, Options, Producer};
use packager_tests::ran::Ran;
use packager_tests::request::{ENROLL_SECRET, Request};

#[test]
fn neither_is_in_a_file_of_the_service_or_in_its_log() {
    for certificate in [InstallerCertificate::STAMPED, InstallerCertificate::PKCS12] {
        let options = Options {
            certificate: Some(certificate),
            log: Log::Everything,
            ..Options::default()
        };
        let producer = Producer::with(&AgentFixture::scripts("1.58.0"), options);
        let status = producer.status(&Request::pkg());
        assert_eq!(status["signed"], true, "{status}");
        let log = producer.log();
        assert!(log.contains("pkgs are signed with this certificate"), "{log}");
        assert!(log.contains("\"DEBUG\""), "{log}");

        // Any line of the key; the first tells what it is and not what it says.
        let key_lines = identity().key_pem.lines().filter(|line| !line.starts_with("-----"));
        for secret in key_lines.chain([PASSWORD, "PRIVATE KEY", ENROLL_SECRET]) {
            let line = log.lines().find(|line| line.contains(secret));
            assert!(line.is_none(), "{certificate:?}: {line:?}");
            let mut grep = Command::new("grep");
            grep.args([
                "--recursive",
                "--text",
                "--fixed-strings",
                "--files-with-matches",
                "--regexp",
            ])
            .args([secret, "--"])
            .arg(producer.data_dir());
            let found = Ran::new(grep);
            assert_eq!((found.code, found.stdout.as_str()), (Some(1), ""), "{certificate:?}");
        }
    }
}
