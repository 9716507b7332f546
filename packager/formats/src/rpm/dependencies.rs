//! What a package provides and requires, as `rpmbuild` states it without its generators.

use super::header::Value;
use super::tag::Tag;
use crate::{Architecture, Scripts};

/// The flags of a dependency (`rpmsenseFlags`).
mod sense {
    pub(super) const LESS: u32 = 1 << 1;
    pub(super) const EQUAL: u32 = 1 << 3;
    pub(super) const POST_TRANSACTION: u32 = 1 << 5;
    pub(super) const INTERPRETER: u32 = 1 << 8;
    pub(super) const PRE_INSTALL: u32 = 1 << 9;
    pub(super) const POST_INSTALL: u32 = 1 << 10;
    pub(super) const PRE_REMOVE: u32 = 1 << 11;
    pub(super) const POST_REMOVE: u32 = 1 << 12;
    pub(super) const RPMLIB: u32 = 1 << 24;
    pub(super) const CONFIG: u32 = 1 << 28;
}

/// What runs the scripts.
pub(super) const SHELL: &str = "/bin/sh";

/// What the dependencies of a package follow from.
pub(super) struct Subject<'a> {
    pub(super) name: &'a str,
    /// Version and release.
    pub(super) version: &'a str,
    pub(super) architecture: Architecture,
    pub(super) scripts: &'a Scripts,
    /// Whether it has files that operators edit.
    pub(super) has_config: bool,
    /// The feature of rpm that unpacks the payload, and the version in which it came, if it takes one.
    pub(super) payload_feature: Option<(&'static str, &'static str)>,
}

type Dependency = (String, u32, String);

/// The tags of all dependencies.
pub(super) fn dependencies(subject: &Subject<'_>) -> Vec<(Tag, Value)> {
    let provides = arrays(
        [Tag::PROVIDENAME, Tag::PROVIDEFLAGS, Tag::PROVIDEVERSION],
        provides(subject),
    );
    let requires = arrays(
        [Tag::REQUIRENAME, Tag::REQUIREFLAGS, Tag::REQUIREVERSION],
        requires(subject),
    );
    provides.into_iter().chain(requires).collect()
}

fn provides(subject: &Subject<'_>) -> Vec<Dependency> {
    let Subject { name, version, .. } = subject;
    // The "isa" of rpm's platform macros.
    let isa = match subject.architecture {
        Architecture::Amd64 => "x86-64",
        Architecture::Arm64 => "aarch-64",
    };
    let mut provides = config(subject);
    provides.extend([name.to_string(), format!("{name}({isa})")].map(|name| (name, sense::EQUAL, version.to_string())));
    provides
}

fn requires(subject: &Subject<'_>) -> Vec<Dependency> {
    let scripts = subject.scripts;
    let mut requires: Vec<Dependency> = [
        (&scripts.post_transaction, sense::POST_TRANSACTION),
        (&scripts.pre_install, sense::PRE_INSTALL),
        (&scripts.post_install, sense::POST_INSTALL),
        (&scripts.pre_remove, sense::PRE_REMOVE),
        (&scripts.post_remove, sense::POST_REMOVE),
    ]
    .into_iter()
    .filter(|(script, _)| script.is_some())
    .map(|(_, moment)| (SHELL.to_owned(), sense::INTERPRETER | moment, String::new()))
    .collect();
    requires.extend(config(subject));
    // What rpm must be able to do, and since when it is.
    let tilde = subject.version.contains('~').then_some(("TildeInVersions", "4.10.0-1"));
    let features = [
        Some(("CompressedFileNames", "3.0.4-1")),
        Some(("FileDigests", "4.6.0-1")),
        Some(("PayloadFilesHavePrefix", "4.0-1")),
        subject.payload_feature,
        tilde,
    ];
    requires.extend(features.into_iter().flatten().map(|(feature, since)| {
        let flags = sense::RPMLIB | sense::LESS | sense::EQUAL;
        (format!("rpmlib({feature})"), flags, since.to_owned())
    }));
    requires
}

/// A package with configuration provides and requires its own.
fn config(subject: &Subject<'_>) -> Vec<Dependency> {
    let Subject { name, version, .. } = subject;
    let config = (
        format!("config({name})"),
        sense::CONFIG | sense::EQUAL,
        version.to_string(),
    );
    subject.has_config.then_some(config).into_iter().collect()
}

fn arrays([names, flags, versions]: [Tag; 3], dependencies: Vec<Dependency>) -> [(Tag, Value); 3] {
    let flag_values = dependencies.iter().map(|(_, flags, _)| *flags).collect();
    let (name_values, version_values) = dependencies
        .into_iter()
        .map(|(name, _, version)| (name, version))
        .unzip();
    [
        (names, Value::Texts(name_values)),
        (flags, Value::Int32(flag_values)),
        (versions, Value::Texts(version_values)),
    ]
}
