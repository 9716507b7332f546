//! What tables say of the product.

use std::collections::HashMap;

use super::*;

#[test]
fn properties_say_what_the_product_is() {
    let properties = Reader::of(&sample()).properties();
    for (name, value) in [
        ("ProductName", "Sample <agent> & more"),
        ("Manufacturer", "Nobody"),
        ("ProductCode", "{00000000-0000-0000-0000-000000000001}"),
        ("UpgradeCode", "{00000000-0000-0000-0000-000000000003}"),
        ("ProductVersion", "1.2.3"),
        ("ProductLanguage", "1033"),
        ("ALLUSERS", "1"),
        ("SERVER", "https://example.com"),
        ("TOKEN", "none"),
        ("MsiHiddenProperties", "TOKEN;Tell"),
        (
            "SecureCustomProperties",
            "SERVER;TOKEN;EMPTY;AGENTROOT;OTHER_DETECTED;WIX_UPGRADE_DETECTED",
        ),
    ] {
        assert_eq!(properties.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert!(!properties.contains_key("EMPTY"));
}

/// Windows Installer does not look for references in a property's own value.
#[test]
fn values_of_properties_stand_as_they_are() {
    let value = r#"[TOKEN] {[~]} % ' " \ | ; & < > é 日本語"#;
    let mut package = sample();
    package.product.as_mut().unwrap().properties[0].default = Some(value.to_owned());
    let mut reader = Reader::of(&package);
    assert_eq!(reader.properties()["SERVER"], value);
    assert_eq!(reader.0.database_codepage(), msi::CodePage::Utf8);
    assert_eq!(Reader::of(&sample()).0.database_codepage(), msi::CodePage::Windows1252);
}

#[test]
fn other_products_give_way() {
    let rows = Reader::of(&sample()).texts("Upgrade");
    let row = |number: u128| &rows[&names::code(uuid::Uuid::from_u128(number))];
    // Any version, with or without the selection of features.
    assert_eq!(row(3)[1..], ["0", "", "", "257", "", "WIX_UPGRADE_DETECTED"]);
    assert_eq!(row(4)[1..], ["0", "", "", "256", "", "OTHER_DETECTED"]);
    assert_eq!(rows.len(), 2);
}

#[test]
fn the_service_is_installed_with_its_environment() {
    let mut reader = Reader::of(&sample());
    let install = &reader.texts("ServiceInstall")["Sample_agent"];
    assert_eq!(
        (install[1].as_str(), install[8].as_str()),
        ("Sample agent", "LocalSystem")
    );
    assert_eq!(install[12], "Serves as a sample.");
    let component = &reader.texts("Component")[&install[11]];
    assert_eq!(reader.paths()[&component[5]], sample::PROGRAM);
    let environment = &reader.texts("Registry")["Sample_agent_Environment"];
    assert_eq!(
        environment[1..3],
        ["2", r"SYSTEM\CurrentControlSet\Services\Sample agent"]
    );
    assert_eq!(environment[4], r"SERVER=[SERVER][~]BRACES=[\[]~[\]][\{][\}]");
    for (table, count) in [
        ("ServiceControl", 1),
        ("MsiServiceConfigFailureActions", 1),
        ("RegLocator", 1),
        ("AppSearch", 1),
    ] {
        assert_eq!(reader.rows(table).len(), count, "{table}");
    }
}

#[test]
fn what_a_product_does_not_have_is_in_no_table() {
    let mut package = sample();
    let product = package.product.as_mut().unwrap();
    product.service = None;
    product.folder_in_registry = None;
    product.scripts.clear();
    product.properties.clear();
    product.supersedes.clear();
    let mut reader = Reader::of(&package);
    for table in [
        "ServiceInstall",
        "ServiceControl",
        "MsiServiceConfigFailureActions",
        "Registry",
        "RegLocator",
        "AppSearch",
        "CustomAction",
        "Binary",
    ] {
        assert!(reader.rows(table).is_empty(), "{table}");
    }
    assert!(!reader.properties().contains_key("MsiHiddenProperties"));
    assert_eq!(
        reader.properties()["SecureCustomProperties"],
        "AGENTROOT;WIX_UPGRADE_DETECTED"
    );
    assert!(!reader.texts("InstallExecuteSequence").contains_key("AppSearch"));
}

#[test]
fn scripts_run_as_the_system_and_get_what_was_set_in_front_of_them() {
    let mut reader = Reader::of(&sample());
    let actions = reader.texts("CustomAction");
    let (deferred, system, sixty_four, go_on, hidden) = (1024, 2048, 4096, 64, 8192);
    let kind = |name: &str| actions[name][1].parse::<i32>().unwrap();
    assert_eq!(kind("Leave"), 5 + deferred + system + sixty_four + go_on);
    assert_eq!(kind("Tell"), 5 + deferred + system + sixty_four + hidden);
    assert_eq!((kind("SetLeave"), kind("SetTell")), (51, 51 + hidden));
    let sequence = reader.texts("InstallExecuteSequence");
    let number = |action: &str| sequence[action][2].parse::<i32>().unwrap();
    for name in ["Leave", "Tell"] {
        let setter = format!("Set{name}");
        assert_eq!(actions[&setter][2..4], [name, r"[AGENTROOT][\[]it[\]]"]);
        assert_eq!(actions[name][2..4], [name, ""]);
        assert_eq!(number(&setter) + 1, number(name));
        assert_eq!(
            (sequence[&setter][1].as_str(), sequence[name][1].as_str()),
            ("TOKEN", "TOKEN")
        );
    }
    assert!(number("RemoveFolders") < number("SetLeave") && number("Leave") < number("CreateFolders"));
    assert!(number("InstallFiles") < number("SetTell") && number("Tell") < number("InstallServices"));
}

#[test]
fn no_two_actions_have_the_same_number() {
    let mut reader = Reader::of(&sample());
    for table in [
        "AdminExecuteSequence",
        "AdminUISequence",
        "AdvtExecuteSequence",
        "InstallExecuteSequence",
        "InstallUISequence",
    ] {
        let mut actions: HashMap<String, String> = HashMap::new();
        for (action, row) in reader.texts(table) {
            let double = actions.insert(row[2].clone(), action.clone());
            assert_eq!(double, None, "{table}: {action}");
        }
        assert!(!actions.is_empty());
    }
}
