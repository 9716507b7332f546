//! A small package that is right.

use std::io::{Cursor, Write};

use msi::{Category, Column, ColumnBuilder, Insert, Package, PackageType, Value};

/// Tables, a line each: the name, then for each column its name, its type, and what `_Validation` says of it. A type is `s`, `i`, `j`
/// or `v` for a text, a number of 16 and of 32 bits, and a stream; in upper case it may be null, with `*` it is part of the key.
const TABLES: &str = "\
Property Property*s:Identifier Values:Formatted
Directory Directory*s:Identifier Directory_ParentS:Identifier>Directory DefaultDirs:DefaultDir
Feature Feature*s:Identifier Feature_ParentS:Identifier>Feature TitleS:Text Leveli:0-32767 Attributesi:0-63
Component Component*s:Identifier ComponentIdS:Guid Directory_s:Identifier>Directory Attributesi:0-1023 ConditionS:Condition KeyPathS:Identifier>File
FeatureComponents Feature_*s:Identifier>Feature Component_*s:Identifier>Component
File File*s:Identifier Component_s:Identifier>Component FileNames:Filename FileSizej:0-2147483647 VersionS:Version LanguageS:Language AttributesI:0-32767 Sequencej:1-2147483647
MsiFileHash File_*s:Identifier>File Optionsi:0-32767 HashPart1j HashPart2j HashPart3j HashPart4j
Media DiskId*i:1-32767 LastSequencej:0-2147483647 DiskPromptS:Text CabinetS:Cabinet
CreateFolder Directory_*s:Identifier>Directory Component_*s:Identifier>Component
Registry Registry*s:Identifier Rooti:-1-3 Keys:RegPath NameS:Formatted ValueS:Formatted Component_s:Identifier>Component
ServiceInstall ServiceInstall*s:Identifier Names:Formatted ServiceTypej:0-1000 StartTypej:0-4 ErrorControlj:0-32771 Component_s:Identifier>Component
ServiceControl ServiceControl*s:Identifier Names:Formatted Eventi:0-187 ArgumentsS:Formatted WaitI:0-1 Component_s:Identifier>Component
MsiServiceConfigFailureActions MsiServiceConfigFailureActions*s:Identifier Names:Formatted Eventj:0-7 ResetPeriodJ ActionsS:Text DelayActionsS:Text Component_s:Identifier>Component
MsiLockPermissionsEx MsiLockPermissionsEx*s:Identifier LockObjects:Identifier Tables=File;Registry;CreateFolder;ServiceInstall SDDLTexts:FormattedSDDLText ConditionS:Condition
Upgrade UpgradeCode*s:Guid VersionMinS*:Text VersionMaxS*:Text LanguageS*:Language Attributes*j:0-1000 ActionPropertys:UpperCase
AppSearch Property*s:Identifier Signature_*s:Identifier
Binary Name*s:Identifier Datav
CustomAction Action*s:Identifier Typei:1-32767 SourceS:CustomSource TargetS:Formatted
InstallExecuteSequence Action*s:Identifier ConditionS:Condition SequenceI:-4-32767
";

/// Rows, a line each: the table, then the values, two spaces between them. `#` begins a number, `-` is null.
const ROWS: &str = "\
Property  ProductCode  {11111111-2D2B-4535-A04F-5D4DEE90F863}
Property  ProductLanguage  1033
Property  ProductVersion  1.58.0
Property  ProductName  Sample
Property  Manufacturer  Fleet Packager
Property  SecureCustomProperties  OLDER;ORBITROOT
Directory  TARGETDIR  -  SourceDir
Directory  ProgramFiles64Folder  TARGETDIR  .
Directory  ORBITROOT  ProgramFiles64Folder  Orbit
Directory  STAGING  ORBITROOT  staging
Feature  Agent  -  Sample  #1  #0
Component  Root  {A7DFD09E-2D2B-4535-A04F-5D4DEE90F863}  ORBITROOT  #256  -  secret
Component  Program  {B7DFD09E-2D2B-4535-A04F-5D4DEE90F863}  ORBITROOT  #256  -  orbit
Component  Staging  {C7DFD09E-2D2B-4535-A04F-5D4DEE90F863}  STAGING  #256  -  -
FeatureComponents  Agent  Root
FeatureComponents  Agent  Program
FeatureComponents  Agent  Staging
File  orbit  Program  orbit.exe  #7  1.58.0.0  1033  #512  #1
File  secret  Root  secret.txt  #6  -  -  #512  #2
File  flags  Root  OSQUER~1.FLA|osquery.flags  #5  -  -  #512  #3
MsiFileHash  secret  #0  #1  #2  #3  #4
MsiFileHash  flags  #0  #1  #2  #3  #4
Media  #1  #1  -  #shared.cab
Media  #2  #3  -  #own.cab
CreateFolder  STAGING  Staging
Registry  Path  #2  SOFTWARE\\FleetDM\\Orbit  Path  [ORBITROOT]  Program
ServiceInstall  Service  Fleet osquery  #16  #2  #1  Program
ServiceControl  Control  Fleet osquery  #163  -  #1  Program
MsiServiceConfigFailureActions  Failure  Fleet osquery  #5  #86400  1[~]1  1000[~]1000  Program
MsiLockPermissionsEx  Secret  secret  File  O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)  -
Upgrade  {B681CB20-107E-428A-9B14-2D3C1AFED244}  0  -  -  #256  OLDER
AppSearch  ORBITROOT  Search
CustomAction  SetClean  #51  Clean  [ORBITROOT]
CustomAction  Inline  #37  -  var a = [1]; a[i] = \"][\";
CustomAction  Clean  #3077  Script  Clean
";

/// What is executed, in steps of a hundred from 100.
const SEQUENCE: &str = "AppSearch FindRelatedProducts CostInitialize FileCost CostFinalize InstallValidate InstallInitialize \
    RemoveExistingProducts ProcessComponents UnpublishFeatures StopServices DeleteServices RemoveRegistryValues SetClean Clean \
    RemoveFiles RemoveFolders CreateFolders InstallFiles WriteRegistryValues InstallServices MsiConfigureServices StartServices \
    RegisterUser RegisterProduct PublishFeatures PublishProduct InstallFinalize";

/// The bytes of the package.
pub(super) fn package() -> Vec<u8> {
    let mut package = Package::create(PackageType::Installer, Cursor::new(Vec::new())).unwrap();
    for line in TABLES.lines() {
        let (name, columns) = line.split_once(' ').unwrap();
        package
            .create_table(name, columns.split(' ').map(column).collect())
            .unwrap();
    }
    for line in ROWS.lines() {
        let mut values = line.split("  ");
        let table = values.next().unwrap();
        let row = values.map(value).collect();
        package.insert_rows(Insert::into(table).row(row)).unwrap();
    }
    for (action, number) in SEQUENCE.split_whitespace().zip((100..).step_by(100)) {
        let row = vec![action.into(), Value::Null, Value::Int(number)];
        package
            .insert_rows(Insert::into("InstallExecuteSequence").row(row))
            .unwrap();
    }
    let binary = Insert::into("Binary").row(vec!["Script".into(), Value::Binary]);
    package.insert_rows(binary).unwrap();
    let mut stream = |name: &str, content: &[u8]| package.write_stream(name).unwrap().write_all(content).unwrap();
    stream("Binary.Script", b"function Clean() {}");
    stream("shared.cab", &cabinet(&[("orbit", 7)]));
    stream("own.cab", &cabinet(&[("secret", 6), ("flags", 5)]));
    let summary = package.summary_info_mut();
    summary.set_arch("x64");
    summary.set_languages(&[msi::LanguageId::from_id(1033)]);
    summary.set_title("Installation Database");
    summary.set_subject("Sample");
    summary.set_author("Fleet Packager");
    summary.set_uuid("22222222-2D2B-4535-A04F-5D4DEE90F863".parse().unwrap());
    summary.set_page_count(500);
    summary.set_word_count(2);
    package.into_inner().unwrap().into_inner()
}

fn value(text: &str) -> Value {
    match text.strip_prefix('#').map(str::parse) {
        Some(Ok(number)) => Value::Int(number),
        _ if text == "-" => Value::Null,
        _ => Value::from(text),
    }
}

/// `NameS:Category>KeyTables`, or a range or `=` and a set in the category's place.
fn column(text: &str) -> Column {
    let (head, rule) = text.split_once([':', '>']).unwrap_or((text, ""));
    let (head, set) = head.split_once('=').unwrap_or((head, ""));
    let (kind, name) = (head.trim_end_matches('*').chars().last().unwrap(), head);
    let primary_key = name.contains('*');
    let bare = name.replace('*', "");
    let mut builder = Column::build(&bare[..bare.len() - 1]);
    if kind.is_uppercase() {
        builder = builder.nullable();
    }
    if primary_key {
        builder = builder.primary_key();
    }
    if !set.is_empty() {
        builder = builder.enum_values(&set.split(';').collect::<Vec<_>>());
    }
    finished(ruled(builder, rule), kind)
}

fn ruled(builder: ColumnBuilder, rule: &str) -> ColumnBuilder {
    let (category, tables) = rule.split_once('>').unwrap_or((rule, ""));
    let builder = if tables.is_empty() {
        builder
    } else {
        builder.foreign_key(tables, 1)
    };
    if let Ok(category) = category.parse::<Category>() {
        return builder.category(category);
    }
    let range = category
        .rsplit_once('-')
        .map(|(least, most)| (least.parse(), most.parse()));
    match range {
        Some((Ok(least), Ok(most))) => builder.range(least, most),
        _ => builder,
    }
}

fn finished(builder: ColumnBuilder, kind: char) -> Column {
    match kind.to_ascii_lowercase() {
        's' => builder.string(0),
        'i' => builder.int16(),
        'j' => builder.int32(),
        _ => builder.binary(),
    }
}

/// A cabinet as far as its list of files: see [MS-CAB] 2.1 and 2.3.
fn cabinet(files: &[(&str, u32)]) -> Vec<u8> {
    const HEADER_SIZE: u32 = 36;
    let mut bytes = b"MSCF".to_vec();
    bytes.resize(16, 0);
    bytes.extend(HEADER_SIZE.to_le_bytes());
    bytes.resize(28, 0);
    bytes.extend(u16::try_from(files.len()).unwrap().to_le_bytes());
    bytes.resize(HEADER_SIZE as usize, 0);
    for (name, size) in files {
        bytes.extend(size.to_le_bytes());
        bytes.extend([0; 12]);
        bytes.extend(name.bytes());
        bytes.push(0);
    }
    bytes
}
