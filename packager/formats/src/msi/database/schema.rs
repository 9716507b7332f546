//! The tables of an installation package that are used here (Windows Installer SDK, "Database Tables": each has a page).

use super::column::Column;

/// A table's name and columns.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [Column],
}

/// All numbers that a cell can have: the least of all stands for none.
const LONG: (i32, i32) = (i32::MIN + 1, i32::MAX);
const POSITIVE: i32 = i32::MAX;
const SHORT: i32 = 32_767;

const SEQUENCE: &[Column] = &[
    Column::identifier("Action").key(),
    Column::text("Condition", 255, "Condition").nullable(),
    Column::short("Sequence").nullable().range(-4, SHORT),
];

const fn sequence(name: &'static str) -> Table {
    Table {
        name,
        columns: SEQUENCE,
    }
}

/// Every table, but for the two that say what tables there are.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "_Validation",
        columns: &[
            Column::text("Table", 32, "Identifier").key(),
            Column::text("Column", 32, "Identifier").key(),
            Column::text("Nullable", 4, "").without_category().any_of("Y;N"),
            Column::long("MinValue").nullable().range(LONG.0, LONG.1),
            Column::long("MaxValue").nullable().range(LONG.0, LONG.1),
            Column::text("KeyTable", 255, "Identifier").nullable(),
            Column::short("KeyColumn").nullable().range(1, 32),
            Column::text("Category", 32, "").without_category().nullable().any_of(
                "Text;Formatted;Template;Condition;Guid;Path;Version;Language;Identifier;Binary;UpperCase;LowerCase;\
                 Filename;Paths;AnyPath;WildCardFilename;RegPath;CustomSource;Property;Cabinet;Shortcut;\
                 FormattedSDDLText;Integer;DoubleInteger;TimeDate;DefaultDir",
            ),
            Column::text("Set", 255, "Text").nullable(),
            Column::text("Description", 255, "Text").nullable(),
        ],
    },
    sequence("AdminExecuteSequence"),
    sequence("AdminUISequence"),
    sequence("AdvtExecuteSequence"),
    Table {
        name: "AppSearch",
        columns: &[
            Column::identifier("Property").key(),
            Column::reference("Signature_", "Signature;RegLocator;IniLocator;DrLocator;CompLocator").key(),
        ],
    },
    Table {
        name: "Binary",
        columns: &[Column::identifier("Name").key(), Column::stream("Data")],
    },
    Table {
        name: "Component",
        columns: &[
            Column::identifier("Component").key(),
            Column::text("ComponentId", 38, "Guid").nullable(),
            Column::reference("Directory_", "Directory"),
            Column::short("Attributes"),
            Column::text("Condition", 255, "Condition").nullable(),
            Column::reference("KeyPath", "File;Registry;ODBCDataSource").nullable(),
        ],
    },
    Table {
        name: "CreateFolder",
        columns: &[
            Column::reference("Directory_", "Directory").key(),
            Column::reference("Component_", "Component").key(),
        ],
    },
    Table {
        name: "CustomAction",
        columns: &[
            Column::identifier("Action").key(),
            Column::short("Type").range(1, SHORT),
            Column::text("Source", 72, "CustomSource").nullable(),
            Column::text("Target", 255, "Formatted").nullable(),
            Column::long("ExtendedType").nullable().range(0, POSITIVE),
        ],
    },
    Table {
        name: "Directory",
        columns: &[
            Column::identifier("Directory").key(),
            Column::reference("Directory_Parent", "Directory").nullable(),
            Column::text("DefaultDir", 255, "DefaultDir").localizable(),
        ],
    },
    Table {
        name: "Feature",
        columns: &[
            Column::text("Feature", 38, "Identifier").key(),
            Column::text("Feature_Parent", 38, "Identifier")
                .refers_to("Feature")
                .nullable(),
            Column::text("Title", 64, "Text").localizable().nullable(),
            Column::text("Description", 255, "Text").localizable().nullable(),
            Column::short("Display").nullable().range(0, SHORT),
            Column::short("Level").range(0, SHORT),
            Column::text("Directory_", 72, "UpperCase")
                .refers_to("Directory")
                .nullable(),
            Column::short("Attributes")
                .any_of("0;1;2;4;5;6;8;9;10;16;17;18;20;21;22;24;25;26;32;33;34;36;37;38;48;49;50;52;53;54"),
        ],
    },
    Table {
        name: "FeatureComponents",
        columns: &[
            Column::text("Feature_", 38, "Identifier").refers_to("Feature").key(),
            Column::reference("Component_", "Component").key(),
        ],
    },
    Table {
        name: "File",
        columns: &[
            Column::identifier("File").key(),
            Column::reference("Component_", "Component"),
            Column::text("FileName", 255, "Filename").localizable(),
            Column::long("FileSize").range(0, POSITIVE),
            Column::text("Version", 72, "Version").refers_to("File").nullable(),
            Column::text("Language", 20, "Language").nullable(),
            Column::short("Attributes").nullable().range(0, SHORT),
            Column::long("Sequence").range(1, POSITIVE),
        ],
    },
    sequence("InstallExecuteSequence"),
    sequence("InstallUISequence"),
    Table {
        name: "Media",
        columns: &[
            Column::short("DiskId").range(1, SHORT).key(),
            Column::long("LastSequence").range(0, POSITIVE),
            Column::text("DiskPrompt", 64, "Text").localizable().nullable(),
            Column::text("Cabinet", 255, "Cabinet").nullable(),
            Column::text("VolumeLabel", 32, "Text").nullable(),
            Column::text("Source", 72, "Property").nullable(),
        ],
    },
    Table {
        name: "MsiFileHash",
        columns: &[
            Column::reference("File_", "File").key(),
            Column::short("Options").range(0, SHORT),
            Column::long("HashPart1"),
            Column::long("HashPart2"),
            Column::long("HashPart3"),
            Column::long("HashPart4"),
        ],
    },
    Table {
        name: "MsiLockPermissionsEx",
        columns: &[
            Column::identifier("MsiLockPermissionsEx").key(),
            Column::identifier("LockObject"),
            Column::text("Table", 32, "Identifier").any_of("CreateFolder;File;Registry;ServiceInstall"),
            Column::text("SDDLText", 0, "FormattedSDDLText"),
            Column::text("Condition", 255, "Condition").nullable(),
        ],
    },
    Table {
        name: "MsiServiceConfigFailureActions",
        columns: &[
            Column::identifier("MsiServiceConfigFailureActions").key(),
            Column::text("Name", 255, "Formatted").localizable(),
            Column::short("Event").range(0, 7),
            Column::long("ResetPeriod").nullable().range(0, POSITIVE),
            Column::text("RebootMessage", 255, "Formatted").localizable().nullable(),
            Column::text("Command", 255, "Formatted").localizable().nullable(),
            Column::text("Actions", 0, "Text").nullable(),
            Column::text("DelayActions", 0, "Text").nullable(),
            Column::reference("Component_", "Component"),
        ],
    },
    Table {
        name: "Property",
        columns: &[
            Column::identifier("Property").key(),
            Column::text("Value", 0, "Text").localizable(),
        ],
    },
    Table {
        name: "RegLocator",
        columns: &[
            Column::identifier("Signature_").key(),
            Column::short("Root").range(0, 3),
            Column::text("Key", 255, "RegPath"),
            Column::text("Name", 255, "Formatted").nullable(),
            Column::short("Type").nullable().range(0, 18),
        ],
    },
    Table {
        name: "Registry",
        columns: &[
            Column::identifier("Registry").key(),
            Column::short("Root").range(-1, 3),
            Column::text("Key", 255, "RegPath").localizable(),
            Column::text("Name", 255, "Formatted").localizable().nullable(),
            Column::text("Value", 0, "Formatted").localizable().nullable(),
            Column::reference("Component_", "Component"),
        ],
    },
    Table {
        name: "ServiceControl",
        columns: &[
            Column::identifier("ServiceControl").key(),
            Column::text("Name", 255, "Formatted").localizable(),
            Column::short("Event").range(0, 187),
            Column::text("Arguments", 255, "Formatted").localizable().nullable(),
            Column::short("Wait").nullable().range(0, 1),
            Column::reference("Component_", "Component"),
        ],
    },
    Table {
        name: "ServiceInstall",
        columns: &[
            Column::identifier("ServiceInstall").key(),
            Column::text("Name", 255, "Formatted"),
            Column::text("DisplayName", 255, "Formatted").localizable().nullable(),
            Column::long("ServiceType").range(LONG.0, LONG.1),
            Column::long("StartType").range(0, 4),
            Column::long("ErrorControl").range(LONG.0, LONG.1),
            Column::text("LoadOrderGroup", 255, "Formatted").nullable(),
            Column::text("Dependencies", 255, "Formatted").nullable(),
            Column::text("StartName", 255, "Formatted").nullable(),
            Column::text("Password", 255, "Formatted").nullable(),
            Column::text("Arguments", 255, "Formatted").nullable(),
            Column::reference("Component_", "Component"),
            Column::text("Description", 255, "Formatted").localizable().nullable(),
        ],
    },
    Table {
        name: "Signature",
        columns: &[
            Column::identifier("Signature").key(),
            Column::text("FileName", 255, "Filename"),
            Column::text("MinVersion", 20, "Text").nullable(),
            Column::text("MaxVersion", 20, "Text").nullable(),
            Column::long("MinSize").nullable().range(0, POSITIVE),
            Column::long("MaxSize").nullable().range(0, POSITIVE),
            Column::long("MinDate").nullable().range(0, POSITIVE),
            Column::long("MaxDate").nullable().range(0, POSITIVE),
            Column::text("Languages", 255, "Language").nullable(),
        ],
    },
    Table {
        name: "Upgrade",
        columns: &[
            Column::text("UpgradeCode", 38, "Guid").key(),
            Column::text("VersionMin", 20, "Text").nullable().key(),
            Column::text("VersionMax", 20, "Text").nullable().key(),
            Column::text("Language", 255, "Language").nullable().key(),
            Column::long("Attributes").range(0, POSITIVE).key(),
            Column::text("Remove", 255, "Formatted").nullable(),
            Column::text("ActionProperty", 72, "UpperCase"),
        ],
    },
];
