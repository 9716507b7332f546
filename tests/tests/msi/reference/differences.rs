//! What differs on purpose. Each line is one row or cell, with `*` for what is another one each time.

/// Reasons, and what differs for each.
pub(super) type Differences = &'static [(&'static str, &'static [&'static str])];

/// Tables that `wixl` always declares, and that have no rows.
pub(super) const TABLES_OF_WIXL: [&str; 5] = ["Error", "Icon", "LaunchCondition", "RemoveFile", "Shortcut"];

pub(super) const DIFFERENCES: Differences = &[
    (
        "Both make codes of paths, each in its way. These must not change: they are those of what is installed on hosts.",
        &[
            r#"Component Orbit/bin/desktop/windows/stable/fleet-desktop.exe: ComponentId is "{84B96383-ACBE-5057-BA11-4357F9AB00A0}" and there "*""#,
            r#"Component Orbit/bin/orbit/windows/stable/orbit.exe: ComponentId is "{532AE492-00A9-5360-8FFD-AFBAA5848016}" and there "*""#,
            r#"Component Orbit/bin/osqueryd/windows/stable/osqueryd.exe: ComponentId is "{8B9DAF04-060D-5808-BBF2-E4F65ED06A9F}" and there "*""#,
            r#"Component Orbit/certs.pem: ComponentId is "{DB4D8E31-EBB0-5E24-A68E-A2543240BCB8}" and there "*""#,
            r#"Component Orbit/osquery.flags: ComponentId is "{EE627E30-6B49-5B40-9546-0EBCA28DCC76}" and there "*""#,
            r#"Component Orbit/osquery.man: ComponentId is "{5583E5BA-5677-5350-882D-5B702AEAE00E}" and there "*""#,
            r#"Component Orbit/secret.txt: ComponentId is "{DC2C5BC2-A6A6-5ADC-92DA-5D8523C208B9}" and there "*""#,
            r#"Component Orbit/staging/: ComponentId is "{678A93FD-3EBD-5EBE-BC61-7D392A6A904C}" and there "*""#,
            r#"Component Orbit/tuf-metadata.json: ComponentId is "{5AA0AF73-29F3-50B3-93A5-9B3D6AD743E7}" and there "*""#,
            r#"Component Orbit/updates-metadata.json: ComponentId is "{E45FCC98-E90A-5AD5-B30E-8D0D288CFDC0}" and there "*""#,
        ],
    ),
    (
        "The scripts run as 64-bit code, so that they see the same folders; logs do not have what the one gets. wixl 0.101 can say neither.",
        &[
            r#"CustomAction CA_EndOrbit: Type is "7237" and there "3141""#,
            r#"CustomAction CA_RemoveOrbit: Type is "7237" and there "3141""#,
            r#"CustomAction CA_UpdateSecret: Type is "15365" and there "3077""#,
        ],
    ),
    (
        "wixl says that setting a property is not done as the user, which only a deferred action can be told; of logs it can say nothing.",
        &[
            r#"CustomAction SetCA_EndOrbit: Type is "51" and there "2099""#,
            r#"CustomAction SetCA_RemoveOrbit: Type is "51" and there "2099""#,
            r#"CustomAction SetCA_UpdateSecret: Type is "8243" and there "2099""#,
        ],
    ),
    (
        "wixl does not read the versions of programs. Windows Installer compares files by them, so ours have no hash.",
        &[
            r#"File Orbit/bin/desktop/windows/stable/fleet-desktop.exe: Language is "1033" and there """#,
            r#"File Orbit/bin/desktop/windows/stable/fleet-desktop.exe: Version is "1.58.0.0" and there """#,
            "MsiFileHash Orbit/bin/desktop/windows/stable/fleet-desktop.exe: only there",
            r#"File Orbit/bin/orbit/orbit.exe: Language is "1033" and there """#,
            r#"File Orbit/bin/orbit/orbit.exe: Version is "1.58.0.0" and there """#,
            "MsiFileHash Orbit/bin/orbit/orbit.exe: only there",
            r#"File Orbit/bin/orbit/windows/stable/orbit.exe: Language is "1033" and there """#,
            r#"File Orbit/bin/orbit/windows/stable/orbit.exe: Version is "1.58.0.0" and there """#,
            "MsiFileHash Orbit/bin/orbit/windows/stable/orbit.exe: only there",
            r#"File Orbit/bin/osqueryd/windows/stable/osqueryd.exe: Language is "1033" and there """#,
            r#"File Orbit/bin/osqueryd/windows/stable/osqueryd.exe: Version is "1.58.0.0" and there """#,
            "MsiFileHash Orbit/bin/osqueryd/windows/stable/osqueryd.exe: only there",
        ],
    ),
    (
        "Where the folder is. wixl 0.101 would take the value for the component's key path, which is the folder.",
        &[
            r"Registry ORBITROOT_Path: only ours: ORBITROOT_Path | 2 | SOFTWARE\FleetDM\Orbit | Path | [ORBITROOT] | C_ORBITROOT",
        ],
    ),
    (
        "No digest of a file that holds a secret stands in a table.",
        &[
            "MsiFileHash Orbit/osquery.flags: only there",
            "MsiFileHash Orbit/secret.txt: only there",
        ],
    ),
    (
        "The column wants a short name in front of one that is not short (ICE03); wixl writes none.",
        &[
            r#"File Orbit/bin/desktop/windows/stable/fleet-desktop.exe: FileName is "C72D154F.EXE|fleet-desktop.exe" and there "fleet-desktop.exe""#,
            r#"File Orbit/osquery.flags: FileName is "213EAC75.FLA|osquery.flags" and there "osquery.flags""#,
            r#"File Orbit/tuf-metadata.json: FileName is "D3ADFCCC.JSO|tuf-metadata.json" and there "tuf-metadata.json""#,
            r#"File Orbit/updates-metadata.json: FileName is "08C53AEE.JSO|updates-metadata.json" and there "updates-metadata.json""#,
        ],
    ),
    (
        "A cabinet for each shared part, and one of own files; wixl makes one of all.",
        &[
            r##"Media 1: Cabinet is "#shared1.cab" and there "#all.cab""##,
            r#"Media 1: LastSequence is "1" and there "10""#,
            "Media 2: only ours: 2 | 3 |  | #shared2.cab |  | ",
            "Media 3: only ours: 3 | 5 |  | #shared3.cab |  | ",
            "Media 4: only ours: 4 | 6 |  | #shared4.cab |  | ",
            "Media 5: only ours: 5 | 8 |  | #shared5.cab |  | ",
            "Media 6: only ours: 6 | 10 |  | #own.cab |  | ",
        ],
    ),
    (
        "wixl does not know PermissionEx.",
        &[
            "MsiLockPermissionsEx ORBITROOT: only ours: ORBITROOT | ORBITROOT | CreateFolder | O:SYG:SYD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU) | ",
            "MsiLockPermissionsEx Orbit/bin/desktop/windows/stable/fleet-desktop.exe: only ours: Orbit/bin/desktop/windows/stable/fleet-desktop.exe | Orbit/bin/desktop/windows/stable/fleet-desktop.exe | File | O:SYG:SYD:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;BU) | ",
            "MsiLockPermissionsEx Orbit/bin/orbit/orbit.exe: only ours: Orbit/bin/orbit/orbit.exe | Orbit/bin/orbit/orbit.exe | File | O:SYG:SYD:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;BU) | ",
            "MsiLockPermissionsEx Orbit/bin/orbit/windows/stable/orbit.exe: only ours: Orbit/bin/orbit/windows/stable/orbit.exe | Orbit/bin/orbit/windows/stable/orbit.exe | File | O:SYG:SYD:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;BU) | ",
            "MsiLockPermissionsEx Orbit/bin/osqueryd/windows/stable/osqueryd.exe: only ours: Orbit/bin/osqueryd/windows/stable/osqueryd.exe | Orbit/bin/osqueryd/windows/stable/osqueryd.exe | File | O:SYG:SYD:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;BU) | ",
            "MsiLockPermissionsEx Orbit/certs.pem: only ours: Orbit/certs.pem | Orbit/certs.pem | File | O:SYG:SYD:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;BU) | ",
            "MsiLockPermissionsEx Orbit/osquery.man: only ours: Orbit/osquery.man | Orbit/osquery.man | File | O:SYG:SYD:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;BU) | ",
            "MsiLockPermissionsEx Orbit/tuf-metadata.json: only ours: Orbit/tuf-metadata.json | Orbit/tuf-metadata.json | File | O:SYG:SYD:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;BU) | ",
            "MsiLockPermissionsEx Orbit/updates-metadata.json: only ours: Orbit/updates-metadata.json | Orbit/updates-metadata.json | File | O:SYG:SYD:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;BU) | ",
            "MsiLockPermissionsEx Orbit/osquery.flags: only ours: Orbit/osquery.flags | Orbit/osquery.flags | File | O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA) | ",
            "MsiLockPermissionsEx Orbit/secret.txt: only ours: Orbit/secret.txt | Orbit/secret.txt | File | O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA) | ",
        ],
    ),
    (
        "wixl does not know util:ServiceConfig, nor the action that does what it says.",
        &[
            "MsiServiceConfigFailureActions Fleet_osquery: only ours: Fleet_osquery | Fleet osquery | 5 | 86400 |  |  | 1[~]1[~]1 | 1000[~]1000[~]1000 | C_ORBITBIN",
            "InstallExecuteSequence MsiConfigureServices: only ours: MsiConfigureServices | VersionNT | 5850",
        ],
    ),
    (
        "wixl 0.101 does not know Property/@Secure, and lists the properties of upgrades itself.",
        &[
            r#"Property SecureCustomProperties: Value is "FLEET_URL;FLEET_SECRET;ENABLE_SCRIPTS;FLEET_DESKTOP;END_USER_EMAIL;EUA_TOKEN;ORBITROOT;OSQUERY_DETECTED;WIX_UPGRADE_DETECTED" and there "WIX_UPGRADE_DETECTED;OSQUERY_DETECTED""#,
        ],
    ),
    (
        "wixl 0.101 does not know RegistrySearch/@Win64: the key is looked for among those of 64-bit programs, where orbit's is.",
        &[r#"RegLocator ORBITROOT_IN_REGISTRY: Type is "18" and there "2""#],
    ),
    (
        "wixl 0.101 does not know UpgradeVersion/@MigrateFeatures, which is what MajorUpgrade says in WiX.",
        &[
            "Upgrade {B681CB20-107E-428A-9B14-2D3C1AFED244} 0   257: only ours: {B681CB20-107E-428A-9B14-2D3C1AFED244} | 0 |  |  | 257 |  | WIX_UPGRADE_DETECTED",
            "Upgrade {B681CB20-107E-428A-9B14-2D3C1AFED244} 0   256: only there",
        ],
    ),
    (
        "wixl says no code page where Codepage is not given, and 0.101 does not heed it if it is. Ours is the summary's.",
        &["_ForceCodepage 1252: only ours: 1252", "_ForceCodepage 0: only there"],
    ),
    (
        "Who made the package, and when; the package code is another one for each.",
        &[
            r#"_SummaryInformation 9: Value is "{*}" and there "{*}""#,
            r#"_SummaryInformation 12: Value is "2024/01/01 00:00:00" and there "*""#,
            r#"_SummaryInformation 13: Value is "2024/01/01 00:00:00" and there "*""#,
            r#"_SummaryInformation 18: Value is "Fleet Packager" and there "msitools *""#,
        ],
    ),
];
