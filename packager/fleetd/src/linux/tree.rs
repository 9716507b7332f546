//! The three trees of a Linux package.

use std::sync::Arc;

use packager_formats::{Content, Kind, OnUpgrade, Privacy, Tree};
use packager_spec::{PackageSpec, TlsClientIdentity};
use zeroize::Zeroizing;

use super::environment::environment;
use super::layout::{ENVIRONMENT_FILE, FLAGFILE, ROOT, UNIT, UNIT_FILE};
use crate::certificates;
use crate::{Agent, Bundle, Component, Error, LocalMetadata, Platform};

/// Files that all packages of one release share: those of the targets, and those that are the same for everybody. It
/// begins with the directories that the other trees rely on.
///
/// # Errors
/// [`Error::Component`] if a target is not in the form that it has for Linux; [`Error::Tree`] if a path in an archive
/// cannot stand in a package.
pub fn agent_tree(spec: &PackageSpec, agent: &Agent) -> Result<Tree, Error> {
    let platform = Platform::of(spec).as_str();
    let (orbit_channel, osqueryd_channel) = (&spec.orbit_channel, &spec.osqueryd_channel);
    let mut tree = Tree::new();
    for directory in [
        "etc",
        "etc/default",
        "usr",
        "usr/lib",
        "usr/lib/systemd",
        "usr/lib/systemd/system",
    ] {
        tree.directory(directory, 0o755)?;
    }
    // No package of the system owns these, so dpkg would remove them with the last one that carries them.
    for directory in ["opt", "usr/local", "usr/local/bin"] {
        tree.host_directory(directory)?;
    }
    for directory in [ROOT, "var", "var/log", "var/log/osquery", "var/log/orbit"] {
        tree.directory(directory, 0o755)?;
    }
    tree.file(UNIT_FILE, 0o644, text(UNIT))?;
    tree.file(&format!("{ROOT}/certs.pem"), 0o644, Arc::clone(&certificates::FILE))?;

    tree.directory(&format!("{ROOT}/bin"), 0o755)?;
    let orbit = channel_directory(&mut tree, "orbit", platform, orbit_channel.as_str())?;
    tree.file(&format!("{orbit}/orbit"), 0o755, program("orbit", &agent.orbit)?)?;
    let osqueryd = channel_directory(&mut tree, "osqueryd", platform, osqueryd_channel.as_str())?;
    tree.file(
        &format!("{osqueryd}/osqueryd"),
        0o755,
        program("osqueryd", &agent.osqueryd)?,
    )?;
    if let Some(desktop) = &agent.desktop {
        let Component::Bundle(bundle) = desktop else {
            return Err(Error::Component {
                component: "desktop",
                reason: "it is not an archive",
            });
        };
        let directory = channel_directory(&mut tree, "desktop", platform, spec.desktop_channel.as_str())?;
        add_bundle(&mut tree, &directory, bundle)?;
        let digest = text(&bundle.archive_sha512);
        tree.file(&format!("{directory}/desktop.tar.gz.sha512"), 0o600, digest)?;
    }
    tree.symlink(&format!("{ROOT}/bin/orbit/orbit"), &format!("/{orbit}/orbit"))?;
    tree.symlink("usr/local/bin/orbit", &format!("/{ROOT}/bin/orbit/orbit"))?;
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

/// Makes `opt/orbit/bin/<target>/<platform>/<channel>`.
fn channel_directory(tree: &mut Tree, target: &str, platform: &str, channel: &str) -> Result<String, Error> {
    let mut path = format!("{ROOT}/bin");
    for segment in [target, platform, channel] {
        path = format!("{path}/{segment}");
        tree.directory(&path, 0o755)?;
    }
    Ok(path)
}

fn add_bundle(tree: &mut Tree, directory: &str, bundle: &Bundle) -> Result<(), Error> {
    for entry in &bundle.entries {
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

fn program(component: &'static str, fetched: &Component) -> Result<Arc<dyn Content>, Error> {
    match fetched {
        Component::Program(program) => Ok(Arc::clone(&program.content)),
        Component::Bundle(_) => Err(Error::Component {
            component,
            reason: "it is an archive, not an executable",
        }),
    }
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
