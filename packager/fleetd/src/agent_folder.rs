//! orbit's own folder, which has the same files on all platforms.

use std::sync::Arc;

use packager_formats::{Content, Format, Kind, OnUpgrade, Privacy, Tree};
use packager_spec::{PackageSpec, TlsClientIdentity};
use zeroize::Zeroizing;

use crate::fetched::EntryContent;
use crate::{Archive, Component, Error, LocalMetadata, certificates};

/// The folder on Linux and on macOS.
pub(crate) const ROOT: &str = "opt/orbit";
/// The folder on Windows, among other programs' folders.
pub(crate) const WINDOWS_ROOT: &str = "Orbit";
/// The flags that orbit starts osqueryd with. orbit itself writes flags from the Fleet server into it.
const FLAGFILE: &str = "osquery.flags";
/// The enroll secret, where it does not stand in the environment.
pub(crate) const SECRET_FILE: &str = "secret.txt";

/// `certs.pem`.
pub(crate) fn certificates() -> Arc<dyn Content> {
    Arc::clone(&certificates::FILE)
}

/// Adds the folder of a program's channel, with those on the way, and returns its path.
pub(crate) fn add_program_folder(tree: &mut Tree, root: &str, component: &Component) -> Result<String, Error> {
    let mut directory = format!("{root}/bin");
    for segment in [
        component.program.as_str(),
        component.platform_folder(),
        component.channel.as_str(),
    ] {
        directory = format!("{directory}/{segment}");
        tree.directory(&directory, 0o755)?;
    }
    Ok(directory)
}

/// Adds what is in `archive` to `directory`, and the digest of the archive, called `name`, in its place: by it orbit sees
/// whether what is installed is current.
pub(crate) fn add_archive(tree: &mut Tree, directory: &str, archive: &Archive, name: &str) -> Result<(), Error> {
    for entry in &archive.entries {
        let path = format!("{directory}/{}", entry.path);
        // Nothing that an archive says makes a file run with its owner's rights, or writable by others.
        let mode = entry.mode & 0o755;
        match &entry.content {
            EntryContent::File(content) => tree.file(&path, mode, Arc::clone(content))?,
            EntryContent::Directory => tree.directory(&path, mode)?,
            EntryContent::Symlink(target) => tree.symlink(&path, target)?,
        };
    }
    tree.file(&format!("{directory}/{name}.sha512"), 0o600, text(&archive.sha512))?;
    Ok(())
}

/// The update repository's metadata, under its present name and under the one that orbit up to 1.37 reads.
///
/// # Errors
/// None in practice: the paths are constants.
pub fn metadata_tree(format: Format, metadata: &LocalMetadata) -> Result<Tree, Error> {
    let root = match format {
        Format::Deb | Format::Rpm | Format::Arch | Format::Pkg => ROOT,
        Format::Msi => WINDOWS_ROOT,
    };
    let mut tree = Tree::new();
    for name in ["updates-metadata.json", "tuf-metadata.json"] {
        tree.file(&format!("{root}/{name}"), 0o600, metadata.content())?;
    }
    Ok(tree)
}

/// Adds osquery's flags, certificates and keys that `spec` has.
pub(crate) fn add_own_files(tree: &mut Tree, root: &str, spec: &PackageSpec) -> Result<(), Error> {
    let flags = Zeroizing::new(spec.osquery_flagfile.as_str().as_bytes().to_vec());
    tree.push(
        &format!("{root}/{FLAGFILE}"),
        0o600,
        secret(flags, OnUpgrade::KeepEdited),
    )?;
    for (name, chain) in [
        ("fleet.pem", &spec.fleet_certificate),
        ("update.pem", &spec.update_tls_certificate),
    ] {
        if let Some(chain) = chain {
            tree.file(&format!("{root}/{name}"), 0o644, text(chain.as_pem()))?;
        }
    }
    add_client(tree, root, "fleet", spec.fleet_tls_client.as_ref())?;
    add_client(tree, root, "update", spec.update_tls_client.as_ref())
}

/// Adds the secret's file.
pub(crate) fn add_secret(tree: &mut Tree, root: &str, spec: &PackageSpec) -> Result<(), Error> {
    // orbit looks for the file even if it is told to take the secret from elsewhere.
    let enroll_secret = spec
        .enrollment
        .in_package()
        .map_or("", |credentials| credentials.enroll_secret.expose_secret());
    let enroll_secret = Zeroizing::new(enroll_secret.as_bytes().to_vec());
    let path = format!("{root}/{SECRET_FILE}");
    tree.push(&path, 0o600, secret(enroll_secret, OnUpgrade::Replace))?;
    Ok(())
}

fn add_client(tree: &mut Tree, root: &str, server: &str, identity: Option<&TlsClientIdentity>) -> Result<(), Error> {
    if let Some(identity) = identity {
        for (ending, pem) in [
            ("crt", identity.certificate().as_pem()),
            ("key", identity.expose_key_pem()),
        ] {
            let content = Zeroizing::new(pem.as_bytes().to_vec());
            let path = format!("{root}/{server}_client.{ending}");
            tree.push(&path, 0o600, secret(content, OnUpgrade::Replace))?;
        }
    }
    Ok(())
}

/// A file's content.
pub(crate) fn text(text: &str) -> Arc<dyn Content> {
    Arc::new(Zeroizing::new(text.as_bytes().to_vec()))
}

/// A file that holds a secret.
pub(crate) fn secret(content: Zeroizing<Vec<u8>>, on_upgrade: OnUpgrade) -> Kind {
    Kind::File {
        content: Arc::new(content),
        on_upgrade,
        privacy: Privacy::Secret,
    }
}
