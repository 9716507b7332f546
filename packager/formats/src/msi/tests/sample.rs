//! A package, what it is made of, and the `msi` crate as its reader.

use std::collections::HashMap;
use std::io::{Cursor, Read};
use std::sync::Arc;

use msi::{Select, Value};
use packager_artifact::{Part, Sha256Digest, SharedPart, Unsigned};
use packager_sample_agent::{Architecture as Processor, Program};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::msi::{
    Formatted, Known, Moment, Product, Property, RegistryValue, Script, Service, SharedNotes, Superseded, compose,
    index, write_shared,
};
use crate::{Architecture, Content, Effort, Kind, OnUpgrade, Package, Privacy, Scripts, Tree};

pub(super) const BUILD_TIME: u64 = 1_700_000_001;
/// The path of the service's program, an executable with a version.
pub(super) const PROGRAM: &str = "Agent/bin/agent.exe";

pub(super) fn content(bytes: impl Into<Vec<u8>>) -> Arc<dyn Content> {
    Arc::new(Zeroizing::new(bytes.into()))
}

pub(super) fn product() -> Product {
    let directory = |path: &str, name: &str| Known {
        path: path.to_owned(),
        directory: Some(name.to_owned()),
        component: None,
    };
    let property = |name: &str, default: Option<&str>, is_secret| Property {
        name: name.to_owned(),
        default: default.map(str::to_owned),
        is_secret,
    };
    let script = |name: &str, moment, is_secret| Script {
        name: name.to_owned(),
        code: "// Does nothing.\n",
        data: Formatted::property("AGENTROOT").and_text("[it]").unwrap(),
        is_secret,
        condition: "TOKEN".to_owned(),
        moment,
        may_fail: !is_secret,
    };
    Product {
        manufacturer: "Nobody".to_owned(),
        product_code: Uuid::from_u128(1),
        package_code: Uuid::from_u128(2),
        upgrade_code: Uuid::from_u128(3),
        feature: "Agent".to_owned(),
        supersedes: vec![Superseded {
            upgrade_code: Uuid::from_u128(4),
            property: "OTHER_DETECTED".to_owned(),
        }],
        known: vec![
            Known {
                component: Some(("C_ROOT".to_owned(), Uuid::from_u128(5))),
                ..directory("Agent", "AGENTROOT")
            },
            directory("Agent/bin", "AGENTBIN"),
        ],
        folder_in_registry: Some(RegistryValue {
            key: r"SOFTWARE\Sample".to_owned(),
            name: "Path".to_owned(),
        }),
        properties: vec![
            property("SERVER", Some("https://example.com"), false),
            property("TOKEN", Some("none"), true),
            property("EMPTY", None, false),
        ],
        service: Some(Service {
            name: "Sample agent".to_owned(),
            description: "Serves as a sample.".to_owned(),
            program: PROGRAM.to_owned(),
            environment: vec![
                Formatted::text("SERVER=").unwrap().and_property("SERVER"),
                Formatted::text("BRACES=[~]{}").unwrap(),
            ],
        }),
        scripts: vec![
            script("Leave", Moment::Removed, false),
            script("Tell", Moment::Installed, true),
        ],
    }
}

pub(super) fn sample() -> Package {
    Package {
        name: "sample-agent".to_owned(),
        title: "Sample <agent> & more".to_owned(),
        identifier: "com.example.sample".to_owned(),
        version: "1.2.3-rc1".to_owned(),
        architecture: Architecture::Amd64,
        maintainer: "Nobody".to_owned(),
        description: "a \"sample\"".to_owned(),
        license: "MIT".to_owned(),
        homepage: "https://example.com".to_owned(),
        section: "admin".to_owned(),
        build_time: BUILD_TIME,
        scripts: Scripts::default(),
        signatures: Vec::new(),
        product: Some(product()),
    }
}

/// A text, an empty file, a long one, and an empty directory.
pub(super) fn base_tree() -> Tree {
    let mut tree = Tree::new();
    tree.directory("Agent", 0o755).unwrap();
    tree.file("Agent/notes.txt", 0o644, content("Notes\r\n")).unwrap();
    tree.directory("Agent/staging", 0o755).unwrap();
    tree.directory("Agent/bin", 0o755).unwrap();
    tree.file("Agent/empty.txt", 0o644, content("")).unwrap();
    tree.file(
        "Agent/bin/long name.data",
        0o644,
        content("0123456789abcdef".repeat(5000)),
    )
    .unwrap();
    tree
}

/// A program, which is there twice.
pub(super) fn program_tree(version: &str) -> Tree {
    let program = Program::Orbit.release(Processor::X64, version).unwrap();
    let mut tree = Tree::new();
    tree.file(PROGRAM, 0o755, content(program.clone())).unwrap();
    tree.directory("Agent/bin/stable", 0o755).unwrap();
    tree.file("Agent/bin/stable/agent.exe", 0o755, content(program))
        .unwrap();
    tree
}

pub(super) fn secret(text: &str) -> Kind {
    Kind::File {
        content: content(text),
        on_upgrade: OnUpgrade::Replace,
        privacy: Privacy::Secret,
    }
}

pub(super) fn own_tree(text: &str) -> Tree {
    let mut tree = Tree::new();
    tree.push("Agent/secret.txt", 0o600, secret(text)).unwrap();
    tree.file("Agent/settings.conf", 0o644, content("colour = blue\n"))
        .unwrap();
    tree
}

/// Where shared parts lie.
#[derive(Default)]
pub(super) struct Shelf(pub(super) HashMap<SharedPart, Vec<u8>>);

impl Shelf {
    pub(super) fn add(&mut self, tree: &Tree) -> (SharedPart, SharedNotes) {
        let (bytes, notes) = write_shared(tree, Effort::Quick, BUILD_TIME, Vec::new()).unwrap();
        (self.put(bytes), notes)
    }

    pub(super) fn put(&mut self, bytes: Vec<u8>) -> SharedPart {
        let part = SharedPart {
            sha256: Sha256Digest::of(&bytes),
            size_bytes: bytes.len() as u64,
        };
        self.0.insert(part, bytes);
        part
    }

    /// Composes a package of these trees.
    pub(super) fn compose(&mut self, package: &Package, shared: &[Tree], own: &Tree) -> Unsigned {
        let mut shared: Vec<_> = shared.iter().map(|tree| self.add(tree)).collect();
        let of_all: Vec<_> = shared.iter().map(|(part, notes)| (*part, notes)).collect();
        if let Some((bytes, notes)) = index(&of_all).unwrap() {
            shared.push((self.put(bytes), notes));
        }
        let shared: Vec<_> = shared.iter().map(|(part, notes)| (*part, notes)).collect();
        compose(package, &shared, own).unwrap()
    }

    pub(super) fn bytes(&self, package: &Unsigned) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in &package.parts {
            bytes.extend_from_slice(match part {
                Part::Own(own) => own.expose(),
                Part::Shared(part) => &self.0[part],
            });
        }
        bytes
    }
}

pub(super) fn compose_with(package: &Package, text: &str) -> (Shelf, Unsigned) {
    let mut shelf = Shelf::default();
    let composed = shelf.compose(package, &[base_tree(), program_tree("1.58.0")], &own_tree(text));
    (shelf, composed)
}

/// The `msi` crate, in front of a package.
pub(super) struct Reader(pub(super) msi::Package<Cursor<Vec<u8>>>);

impl Reader {
    pub(super) fn of(package: &Package) -> Self {
        let (shelf, composed) = compose_with(package, "hunter2");
        Self::new(shelf.bytes(&composed))
    }

    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self(msi::Package::open(Cursor::new(bytes)).unwrap())
    }

    pub(super) fn rows(&mut self, table: &str) -> Vec<Vec<Value>> {
        let rows = self.0.select_rows(Select::table(table)).unwrap();
        rows.map(|row| (0..row.len()).map(|at| row[at].clone()).collect())
            .collect()
    }

    /// Texts, numbers in digits and nulls as empty texts, by the first column.
    pub(super) fn texts(&mut self, table: &str) -> HashMap<String, Vec<String>> {
        let text = |value: &Value| match value {
            Value::Null | Value::Binary => String::new(),
            Value::Int(number) => number.to_string(),
            Value::Str(text) => text.clone(),
        };
        let rows = self.rows(table);
        let rows = rows.iter().map(|row| row.iter().map(text).collect::<Vec<_>>());
        rows.map(|row| (row[0].clone(), row)).collect()
    }

    pub(super) fn properties(&mut self) -> HashMap<String, String> {
        let rows = self.texts("Property");
        rows.into_iter().map(|(name, row)| (name, row[1].clone())).collect()
    }

    pub(super) fn stream(&mut self, name: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.0.read_stream(name).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    }

    /// Where each file is installed, by its key.
    pub(super) fn paths(&mut self) -> HashMap<String, String> {
        let (directories, components) = (self.texts("Directory"), self.texts("Component"));
        let long = |name: &str| name.split_once('|').map_or(name, |(_, long)| long).to_owned();
        let path_of = |directory: &str| {
            let (mut directory, mut path) = (directory.to_owned(), String::new());
            while directory != "ProgramFiles64Folder" {
                let row = &directories[&directory];
                path = format!("{}/{path}", long(&row[2]));
                directory.clone_from(&row[1]);
            }
            path
        };
        let files = self.texts("File");
        files
            .into_iter()
            .map(|(key, row)| {
                let component = &components[&row[1]];
                // Each file is its component's key path.
                assert_eq!(component[5], key);
                let path = path_of(&component[2]) + &long(&row[2]);
                (key, path)
            })
            .collect()
    }
}
