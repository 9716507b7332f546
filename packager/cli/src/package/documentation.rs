//! Whether docs/command.md tells what is so.

use std::collections::{BTreeMap, BTreeSet};

use clap::{Arg, ArgAction, CommandFactory};
use packager_api::Field;
use packager_spec::PackageType;
use serde_json::Value;

use super::request::{request, spec};
use super::tests::flags_of;
use crate::command::Cli;
use crate::exit_status::ExitStatus;

const PAGE: &str = include_str!("../../../../docs/command.md");

/// The flags of `fleetctl package`: cmd/fleetctl/fleetctl/package.go of fleetdm/fleet at 0255bc85, and `LocalWixDirFlag` of
/// ee/fleetctl.
const FLEETCTL: [&str; 44] = [
    "type",
    "arch",
    "enroll-secret",
    "fleet-url",
    "fleet-certificate",
    "fleet-tls-client-certificate",
    "fleet-tls-client-key",
    "fleet-desktop-alternative-browser-host",
    "identifier",
    "insecure",
    "service",
    "sign-identity",
    "notarize",
    "osqueryd-channel",
    "desktop-channel",
    "orbit-channel",
    "disable-updates",
    "disable-setup-experience",
    "bypass-end-user-auth",
    "update-url",
    "update-roots",
    "update-tls-certificate",
    "update-tls-client-certificate",
    "update-tls-client-key",
    "osquery-flagfile",
    "debug",
    "verbose",
    "fleet-desktop",
    "update-interval",
    "disable-open-folder",
    "native-tooling",
    "local-wix-dir",
    "macos-devid-pem-content",
    "app-store-connect-api-key-id",
    "app-store-connect-api-key-issuer",
    "app-store-connect-api-key-content",
    "use-system-configuration",
    "enable-scripts",
    "host-identifier",
    "end-user-email",
    "disable-keystore",
    "osquery-db",
    "outfile",
    "fleet-managed-host-identity-certificate",
];

/// The cells of a table, without its heading and without backticks.
fn table(name: &str) -> Vec<Vec<String>> {
    let (_, rest) = PAGE.split_once(&format!("<!-- table: {name} -->\n")).unwrap();
    let rows = rest.lines().take_while(|line| line.starts_with('|')).skip(2);
    rows.map(|row| {
        let cells = row.trim_matches('|').split(" |");
        cells.map(|cell| cell.trim().replace('`', "")).collect()
    })
    .collect()
}

fn flag(cell: &str) -> String {
    cell.strip_prefix("--").unwrap().to_owned()
}

fn first_column(name: &str) -> Vec<String> {
    table(name).iter().map(|row| flag(&row[0])).collect()
}

/// The arguments of `packager package`, by name.
fn arguments() -> BTreeMap<String, Arg> {
    let command = Cli::command();
    let package = command.find_subcommand("package").unwrap();
    let arguments = package.get_arguments();
    arguments
        .filter(|argument| !matches!(argument.get_action(), ArgAction::Help | ArgAction::Version))
        .map(|argument| (argument.get_long().unwrap().to_owned(), argument.clone()))
        .collect()
}

#[test]
fn the_tables_have_every_flag_once_and_no_other() {
    let of_fleetctl = [first_column("fields"), first_column("others")].concat();
    let documented: BTreeSet<_> = of_fleetctl.iter().chain(&first_column("own")).cloned().collect();
    assert_eq!(documented.len(), of_fleetctl.len() + first_column("own").len());
    assert_eq!(documented, arguments().into_keys().collect());
    // Which of them fleetctl has.
    let of_fleetctl: BTreeSet<_> = of_fleetctl.iter().map(String::as_str).collect();
    assert_eq!(of_fleetctl, FLEETCTL.into_iter().collect());
    for argument in arguments().values() {
        for alias in argument.get_all_aliases().unwrap_or_default() {
            assert!(PAGE.contains(&format!("`--{alias}`")), "{alias}");
        }
    }
}

#[test]
fn each_flag_has_the_variable_that_the_tables_say() {
    let arguments = arguments();
    for row in [table("fields"), table("others")].concat() {
        let variable = arguments[&flag(&row[0])].get_env();
        let variable = variable.map(|name| name.to_str().unwrap()).unwrap_or_default();
        assert_eq!(variable, row[1], "{}", row[0]);
    }
}

#[test]
fn every_field_of_the_api_is_in_the_table_once() {
    let mut fields: Vec<_> = table("fields").into_iter().map(|row| row[2].clone()).collect();
    // The flag of this command alone that is a field.
    assert!(PAGE.contains("(the field `retry`)"));
    fields.push("retry".to_owned());
    fields.sort();
    let mut all: Vec<_> = Field::ALL.iter().map(|field| field.name().to_owned()).collect();
    all.sort();
    assert_eq!(fields, all);
}

/// What a flag is tried with, and what else has to be given for it.
fn sample(flag: &str, package_type: PackageType, files: &Files) -> Vec<String> {
    let text = |value: &str| vec![format!("--{flag}"), value.to_owned()];
    let pair = || {
        vec![
            "--fleet-tls-client-certificate".to_owned(),
            files.certificate.clone(),
            "--fleet-tls-client-key".to_owned(),
            files.key.clone(),
        ]
    };
    match flag {
        "type" | "fleet-url" | "enroll-secret" => Vec::new(),
        "arch" => text("arm64"),
        "fleet-tls-client-certificate" | "fleet-tls-client-key" => pair(),
        "fleet-certificate" | "update-tls-certificate" => text(&files.certificate),
        "osquery-flagfile" => text(&files.flagfile),
        "fleet-desktop-alternative-browser-host" => text("fleet.example.com:8443"),
        "update-url" => text("https://tuf.example.com"),
        "update-interval" => text("1h"),
        "host-identifier" => text("instance"),
        "end-user-email" => text("somebody@example.com"),
        "osquery-db" if package_type == PackageType::Msi => text(r"C:\osquery.db"),
        "osquery-db" => text("/var/osquery.db"),
        channel if channel.ends_with("-channel") => text("edge"),
        "service" => vec!["--service=false".to_owned()],
        switch => vec![format!("--{switch}")],
    }
}

struct Files {
    _folder: tempfile::TempDir,
    certificate: String,
    key: String,
    flagfile: String,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let pair = rcgen::generate_simple_self_signed(["x".to_owned()]).unwrap();
        Self {
            certificate: write("certificate", &pair.cert.pem()),
            key: write("key", &pair.signing_key.serialize_pem()),
            flagfile: write("flags", "--verbose=true\n"),
            _folder: folder,
        }
    }
}

#[test]
fn each_flag_becomes_its_field_for_the_types_that_the_table_says_and_is_refused_for_others() {
    let files = Files::new();
    for row in table("fields") {
        let (name, field, types) = (flag(&row[0]), &row[2], &row[3]);
        for package_type in PackageType::ALL {
            let type_name = package_type.to_string();
            let mut given = vec![
                "--type",
                &type_name,
                "--fleet-url",
                "https://x",
                "--enroll-secret",
                "hunter2",
            ];
            let sample = sample(&name, package_type, &files);
            given.extend(sample.iter().map(String::as_str));
            let made = request(&flags_of(&given), Some("hunter2".into())).unwrap();
            let json: Value = serde_json::from_slice(&made.to_json()).unwrap();
            assert!(json.get(field).is_some(), "{name}: {json}");
            let is_listed = types == "all" || types.split(", ").any(|listed| listed == type_name);
            match spec(&made) {
                Ok(_) => assert!(is_listed, "{name}: {type_name}"),
                Err(error) => assert!(!is_listed, "{name}: {type_name}: {error}"),
            }
        }
    }
}

#[test]
fn the_exit_codes_are_those_of_the_program() {
    let mut rows = table("exit").into_iter();
    let success = rows.next().unwrap();
    assert_eq!(success[..2], ["0", ""]);
    let documented: Vec<_> = rows.collect();
    let actual = ExitStatus::ALL.map(|status| {
        [
            status.code().to_string(),
            status.word().to_owned(),
            status.meaning().to_owned(),
        ]
        .to_vec()
    });
    assert_eq!(documented, actual);
}

#[test]
fn the_examples_of_json_have_the_members_that_there_are() {
    let example = |name: &str| {
        let (_, rest) = PAGE
            .split_once(&format!("<!-- example: {name} -->\n```json\n"))
            .unwrap();
        let (text, _) = rest.split_once("```").unwrap();
        serde_json::from_str::<Value>(text).unwrap()
    };
    let outcome = super::outcome::tests::outcome().to_json();
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let beside = ["signature_path", "profile_path"];
    let mut with_all = names(&example("success"));
    with_all.extend(beside.map(str::to_owned));
    assert_eq!(with_all, names(&outcome));
    for name in with_all {
        assert!(PAGE.contains(&format!("`{name}`")), "{name}");
    }
    let problem = packager_api::FieldProblem::new("fleet_url", "must be an absolute http or https URL");
    let error = crate::error::Error::Flags(vec![problem]);
    assert_eq!(super::report::failure_json(&error), example("failure"));
}
