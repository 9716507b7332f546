//! The trees of a Linux package.

use std::sync::Arc;

use packager_formats::{Content, Format, Kind, OnUpgrade, Privacy, Tree};
use packager_spec::{PackageSpec, TlsClientIdentity};
use zeroize::Zeroizing;

use super::environment::environment;
use super::layout::{ENVIRONMENT_FILE, FLAGFILE, ROOT, UNIT, UNIT_FILE};
use crate::certificates;
use crate::{Archive, Component, Error, Fetched, LocalMetadata, Program};

/// Files that are the same in all packages of a format. The other trees rely on its directories.
///
/// # Errors
/// None in practice: the paths are constants.
pub fn base_tree(format: Format) -> Result<Tree, Error> {
    let mut tree = Tree::new();
    for directory in [
        "etc",
        "etc/default",
        "usr",
        "usr/lib",
        "usr/lib/systemd",
        "usr/lib/systemd/system",
        "var",
        "var/log",
    ] {
        match format {
            // Debs and Arch packages have every directory that they have something in.
            Format::Deb | Format::Arch => tree.directory(directory, 0o755)?,
            // An rpm has none that another package has: they would have to agree on modes, which are not the same on all
            // systems.
            Format::Rpm => tree.host_directory(directory)?,
        };
    }
    // No package of a Debian system owns these, so dpkg would remove them with the last one that carries them.
    for directory in ["opt", "usr/local", "usr/local/bin"] {
        tree.host_directory(directory)?;
    }
    for directory in [ROOT, "var/log/osquery", "var/log/orbit"] {
        tree.directory(directory, 0o755)?;
    }
    tree.file(UNIT_FILE, 0o644, text(UNIT))?;
    tree.file(&format!("{ROOT}/certs.pem"), 0o644, Arc::clone(&certificates::FILE))?;
    tree.directory(&format!("{ROOT}/bin"), 0o755)?;
    Ok(tree)
}

/// Files of one program, which lie below `opt/orbit/bin/<program>/<platform>/<channel>`.
///
/// # Errors
/// [`Error::Component`] if the target is not in the form that it has for Linux; [`Error::Tree`] if a path in an archive
/// cannot stand in a package.
pub fn component_tree(component: &Component, fetched: &Fetched) -> Result<Tree, Error> {
    let program = component.program.as_str();
    let mut tree = Tree::new();
    let mut directory = format!("{ROOT}/bin");
    for segment in [program, component.platform.as_str(), component.channel.as_str()] {
        directory = format!("{directory}/{segment}");
        tree.directory(&directory, 0o755)?;
    }
    match (component.program, fetched) {
        (Program::Orbit | Program::Osqueryd, Fetched::Executable(content)) => {
            tree.file(&format!("{directory}/{program}"), 0o755, Arc::clone(content))?;
        }
        (Program::Desktop, Fetched::Archive(archive)) => {
            add_archive(&mut tree, &directory, archive)?;
            let digest = text(&archive.sha512);
            tree.file(&format!("{directory}/desktop.tar.gz.sha512"), 0o600, digest)?;
        }
        _ => {
            return Err(Error::Component {
                component: program,
                reason: "it is not in the form that it has for Linux",
            });
        }
    }
    if component.program == Program::Orbit {
        tree.symlink(&format!("{ROOT}/bin/orbit/orbit"), &format!("/{directory}/orbit"))?;
        tree.symlink("usr/local/bin/orbit", &format!("/{ROOT}/bin/orbit/orbit"))?;
    }
    Ok(tree)
}

/// The update repository's metadata, under its present name and under the one that orbit up to 1.37 reads.
///
/// # Errors
/// None in practice: the paths are constants.
pub fn metadata_tree(metadata: &LocalMetadata) -> Result<Tree, Error> {
    let mut tree = Tree::new();
    for name in ["updates-metadata.json", "tuf-metadata.json"] {
        tree.file(&format!("{ROOT}/{name}"), 0o600, metadata.content())?;
    }
    Ok(tree)
}

/// Files of one package alone. `update_url` is the repository that the builder uses.
///
/// # Errors
/// [`Error::Tree`] if a value has a control character.
pub fn own_tree(spec: &PackageSpec, update_url: &str) -> Result<Tree, Error> {
    let mut tree = Tree::new();
    let environment = environment(spec, update_url)?;
    tree.push(ENVIRONMENT_FILE, 0o600, secret(environment, OnUpgrade::Replace))?;
    let flags = Zeroizing::new(spec.osquery_flagfile.as_str().as_bytes().to_vec());
    tree.push(FLAGFILE, 0o600, secret(flags, OnUpgrade::KeepEdited))?;
    for (name, chain) in [
        ("fleet.pem", &spec.fleet_certificate),
        ("update.pem", &spec.update_tls_certificate),
    ] {
        if let Some(chain) = chain {
            tree.file(&format!("{ROOT}/{name}"), 0o644, text(chain.as_pem()))?;
        }
    }
    add_client(&mut tree, "fleet", spec.fleet_tls_client.as_ref())?;
    add_client(&mut tree, "update", spec.update_tls_client.as_ref())?;
    Ok(tree)
}

fn add_client(tree: &mut Tree, server: &str, identity: Option<&TlsClientIdentity>) -> Result<(), Error> {
    if let Some(identity) = identity {
        for (ending, pem) in [
            ("crt", identity.certificate().as_pem()),
            ("key", identity.expose_key_pem()),
        ] {
            let content = Zeroizing::new(pem.as_bytes().to_vec());
            let path = format!("{ROOT}/{server}_client.{ending}");
            tree.push(&path, 0o600, secret(content, OnUpgrade::Replace))?;
        }
    }
    Ok(())
}

fn add_archive(tree: &mut Tree, directory: &str, archive: &Archive) -> Result<(), Error> {
    for entry in &archive.entries {
        let path = format!("{directory}/{}", entry.path);
        // Nothing that an archive says makes a file run with its owner's rights, or writable by others.
        let mode = entry.mode & 0o755;
        match &entry.content {
            Some(content) => tree.file(&path, mode, Arc::clone(content))?,
            None => tree.directory(&path, mode)?,
        };
    }
    Ok(())
}

fn text(text: &str) -> Arc<dyn Content> {
    Arc::new(Zeroizing::new(text.as_bytes().to_vec()))
}

fn secret(content: Zeroizing<Vec<u8>>, on_upgrade: OnUpgrade) -> Kind {
    Kind::File {
        content: Arc::new(content),
        on_upgrade,
        privacy: Privacy::Secret,
    }
}
