//! Rules between fields, all problems at once, and the canonical form.

use crate::common::{ABSENT, accept, identity, parse, refuse, request};
use packager_api::Field::{
    self, EnrollSecret, FleetManagedHostIdentityCertificate, FleetTlsClientCertificate, FleetTlsClientKey, FleetUrl,
    Service as ServiceField, Type, UseSystemConfiguration,
};
use packager_api::{CreateRequest, SecretText};
use packager_spec::{Enrollment, PackageSpec, PackageType, PackagerSwitch, Rejection, Service, Submission};

#[test]
fn each_switch_turns_on_itself_alone_for_its_types() {
    for package_type in PackageType::ALL {
        for switch in PackagerSwitch::ALL {
            let is_pkg = package_type == PackageType::Pkg;
            let allowed = match switch {
                PackagerSwitch::DisableSetupExperience | PackagerSwitch::BypassEndUserAuth => !is_pkg,
                PackagerSwitch::FleetManagedHostIdentityCertificate => !is_pkg && package_type != PackageType::Msi,
                _ => true,
            };
            let members = [(Type, package_type.as_str()), (switch.field(), "true")];
            if allowed {
                assert_eq!(accept(&members).switches.iter().collect::<Vec<_>>(), [switch]);
            } else {
                refuse(switch.field(), &members);
            }
            let off = accept(&[(Type, package_type.as_str()), (switch.field(), "false")]);
            assert_eq!(off, accept(&[(Type, package_type.as_str())]));
        }
    }
}

#[test]
fn the_service_is_installed_unless_it_is_refused() {
    assert_eq!(accept(&[]).service, Service::Installed);
    assert_eq!(accept(&[(ServiceField, "true")]).service, Service::Installed);
    assert_eq!(accept(&[(ServiceField, "false")]).service, Service::Absent);
}

#[test]
fn a_fleet_managed_certificate_excludes_a_client_certificate() {
    let identity = identity();
    let detail = refuse(
        FleetManagedHostIdentityCertificate,
        &[
            (FleetManagedHostIdentityCertificate, "true"),
            (FleetTlsClientCertificate, &identity.certificate),
            (FleetTlsClientKey, &identity.key),
        ],
    );
    assert_eq!(detail, "must not be combined with fleet-tls-client-certificate");
}

#[test]
fn system_configuration_takes_both_or_neither_and_is_for_pkg() {
    let system = [(Type, "pkg"), (UseSystemConfiguration, "true")];
    let with = |more: &[(Field, &'static str)]| [&system, more].concat();
    let neither = accept(&with(&[(FleetUrl, ABSENT), (EnrollSecret, ABSENT)]));
    assert_eq!(neither.enrollment, Enrollment::SystemConfiguration(None));
    let both = accept(&system);
    assert!(matches!(both.enrollment, Enrollment::SystemConfiguration(Some(_))));
    assert!(both.enrollment.in_package().is_none());
    assert_eq!(
        refuse(FleetUrl, &with(&[(FleetUrl, ABSENT)])),
        "must be given together with enroll_secret"
    );
    assert_eq!(
        refuse(EnrollSecret, &with(&[(EnrollSecret, ABSENT)])),
        "must be given together with fleet_url"
    );
    for package_type in ["deb", "rpm", "pkg.tar.zst", "msi"] {
        refuse(
            UseSystemConfiguration,
            &[(Type, package_type), (UseSystemConfiguration, "true")],
        );
    }
    let problems = parse(&[
        (UseSystemConfiguration, "true"),
        (FleetUrl, ABSENT),
        (EnrollSecret, ABSENT),
    ])
    .unwrap_err();
    let fields: Vec<&str> = problems.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["fleet_url", "enroll_secret", "use-system-configuration"]);
}

#[test]
fn every_problem_comes_back_at_once_in_order() {
    let body = r#"{"type":"pkg","fleet_url":"f.example:443","enroll_secret":"a\nb","arch":"arm64",
        "fleet-certificate":"x","insecure":true,"orbit_channel":"..","osqueryd_channel":"","desktop-channel":"/",
        "update-interval":"1s","osquery-flagfile":"x","disable-setup-experience":true,"bypass-end-user-auth":true,
        "fleet-managed-host-identity-certificate":true,"host-identifier":"x","end-user-email":"x","osquery-db":"x",
        "fleet-desktop-alternative-browser-host":"a:0","fleet-tls-client-key":"x","update-url":"x",
        "update-tls-certificate":"x","debug":1,"colour":"red"}"#;
    let Err(Rejection::Invalid(problems)) = Submission::parse(body.as_bytes()) else {
        panic!("accepted")
    };
    let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "debug",
            "colour",
            "fleet_url",
            "enroll_secret",
            "arch",
            "fleet-certificate",
            "fleet-certificate",
            "orbit-channel",
            "osqueryd-channel",
            "desktop-channel",
            "update-interval",
            "osquery-flagfile",
            "disable-setup-experience",
            "bypass-end-user-auth",
            "fleet-managed-host-identity-certificate",
            "fleet-managed-host-identity-certificate",
            "host-identifier",
            "end-user-email",
            "end-user-email",
            "osquery-db",
            "fleet-desktop-alternative-browser-host",
            "fleet-tls-client-certificate",
            "update-url",
            "update-tls-certificate",
            "update-tls-certificate",
        ]
    );
}

#[test]
fn a_field_of_the_wrong_type_is_not_also_missing() {
    let Err(Rejection::Invalid(problems)) = Submission::parse(br#"{"type":1,"fleet_url":[]}"#) else {
        panic!("accepted")
    };
    let found: Vec<(&str, &str)> = problems
        .iter()
        .map(|problem| (problem.field.as_str(), problem.detail.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("type", "must be a string"),
            ("fleet_url", "must be a string"),
            ("enroll_secret", "is required")
        ]
    );
}

#[test]
fn an_empty_request_lacks_three_fields() {
    let problems = PackageSpec::try_from(&CreateRequest::default()).unwrap_err();
    let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["type", "fleet_url", "enroll_secret"]);
}

#[test]
fn retry_travels_beside_the_spec() {
    let submit = |retry: &str| Submission::parse(crate::common::body(&[(Field::Retry, retry)]).as_bytes()).unwrap();
    let (retry, plain) = (submit("true"), submit("false"));
    assert!(retry.retry && !plain.retry);
    assert_eq!(retry.spec, plain.spec);
    assert_eq!(retry.spec.canonical_bytes(), plain.spec.canonical_bytes());
    assert!(!String::from_utf8_lossy(&retry.spec.canonical_bytes()).contains("retry"));
}

#[test]
fn defaults_given_and_defaults_taken_are_the_same_bytes() {
    let explicit = accept(&[
        (Field::Arch, "amd64"),
        (Field::OrbitChannel, "stable"),
        (Field::OsquerydChannel, "stable"),
        (Field::DesktopChannel, "stable"),
        (Field::UpdateInterval, "900s"),
        (Field::OsqueryFlagfile, ""),
        (Field::HostIdentifier, "uuid"),
        (Field::Service, "true"),
        (Field::Debug, "false"),
    ]);
    assert_eq!(explicit.canonical_bytes(), accept(&[]).canonical_bytes());
}

#[test]
fn the_canonical_bytes_are_these() {
    // Stored jobs are made of them: a change of their form orphans what is stored.
    assert_eq!(
        String::from_utf8_lossy(&accept(&[]).canonical_bytes()),
        concat!(
            r#"{"type":"deb","fleet_url":"https://f.example","enroll_secret":"s","arch":"amd64","insecure":false,"#,
            r#""orbit-channel":"stable","osqueryd-channel":"stable","desktop-channel":"stable","#,
            r#""disable-updates":false,"debug":false,"fleet-desktop":false,"update-interval":"15m0s","#,
            r#""osquery-flagfile":"","service":true,"enable-scripts":false,"disable-keystore":false,"#,
            r#""disable-setup-experience":false,"bypass-end-user-auth":false,"#,
            r#""fleet-managed-host-identity-certificate":false,"use-system-configuration":false,"#,
            r#""host-identifier":"uuid"}"#
        )
    );
}

#[test]
fn every_argument_changes_the_canonical_bytes() {
    let identity = identity();
    let (certificate, key) = (identity.certificate.as_str(), identity.key.as_str());
    let mut seen = vec![accept(&[]).canonical_bytes()];
    let mut differs = |members: &[(Field, &str)]| {
        let bytes = accept(members).canonical_bytes();
        assert!(!seen.contains(&bytes), "{members:?}");
        seen.push(bytes);
    };
    for &field in Field::ALL {
        match field {
            Field::Retry | FleetTlsClientKey => {}
            Type => ["rpm", "msi", "pkg", "pkg.tar.zst"]
                .iter()
                .for_each(|word| differs(&[(field, word)])),
            UseSystemConfiguration => differs(&[(Type, "pkg"), (field, "true")]),
            FleetTlsClientCertificate => differs(&[(field, certificate), (FleetTlsClientKey, key)]),
            Field::FleetCertificate | Field::UpdateTlsCertificate => differs(&[(field, certificate)]),
            FleetUrl | Field::UpdateUrl => differs(&[(field, "https://g.example")]),
            Field::Arch => differs(&[(field, "arm64")]),
            Field::UpdateInterval => differs(&[(field, "16m")]),
            Field::OsqueryFlagfile => differs(&[(field, "--a")]),
            Field::HostIdentifier => differs(&[(field, "instance")]),
            Field::EndUserEmail => differs(&[(field, "a@b.c")]),
            Field::OsqueryDb => differs(&[(field, "/a")]),
            Field::Service => differs(&[(field, "false")]),
            EnrollSecret
            | Field::OrbitChannel
            | Field::OsquerydChannel
            | Field::DesktopChannel
            | Field::FleetDesktopAlternativeBrowserHost => differs(&[(field, "other")]),
            _ => differs(&[(field, "true")]),
        }
    }
    assert_eq!(seen.len(), 1 + Field::ALL.len() - 2 + 3);
}

#[test]
fn debug_of_a_spec_prints_no_secret_and_no_url() {
    let identity = identity();
    let spec = accept(&[
        (FleetUrl, "https://hunter2.example"),
        (EnrollSecret, "hunter2"),
        (Field::OsqueryFlagfile, "--hunter2"),
        (Field::EndUserEmail, "hunter2@b.c"),
        (Field::UpdateUrl, "https://hunter2.example"),
        (Field::FleetDesktopAlternativeBrowserHost, "hunter2"),
        (Field::FleetCertificate, &identity.certificate),
        (FleetTlsClientCertificate, &identity.certificate),
        (FleetTlsClientKey, &identity.key),
    ]);
    let debug = format!("{spec:?} {spec:#?}");
    assert!(!debug.contains("hunter2") && !debug.contains("-----BEGIN"), "{debug}");
}

#[test]
fn stored_bytes_that_break_a_rule_are_rejected() {
    assert!(matches!(
        PackageSpec::from_canonical_bytes(b"{"),
        Err(Rejection::Malformed(_))
    ));
    assert!(matches!(
        PackageSpec::from_canonical_bytes(b"{}"),
        Err(Rejection::Invalid(_))
    ));
}

#[test]
fn a_request_made_in_code_is_read_like_one_from_the_wire() {
    let made = CreateRequest {
        package_type: Some("deb".to_owned()),
        fleet_url: Some(SecretText::from("https://f.example")),
        enroll_secret: Some(SecretText::from("s")),
        ..CreateRequest::default()
    };
    assert_eq!(made, request(&[]));
    assert_eq!(PackageSpec::from_request(&made), Ok(accept(&[])));
}
