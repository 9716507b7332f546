//! The trees of a Linux package.

use std::sync::Arc;

use packager_formats::{Format, OnUpgrade, Tree};
use packager_spec::PackageSpec;

use super::environment::environment;
use super::layout::{ENVIRONMENT_FILE, UNIT, UNIT_FILE};
use crate::agent_folder::{ROOT, add_archive, add_own_files, add_program_folder, certificates, secret, text};
use crate::{Component, Error, Fetched, Program};

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
            Format::Rpm | Format::Pkg | Format::Msi => tree.host_directory(directory)?,
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
    tree.file(&format!("{ROOT}/certs.pem"), 0o644, certificates())?;
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
    let directory = add_program_folder(&mut tree, ROOT, component)?;
    match (component.program, fetched) {
        (Program::Orbit | Program::Osqueryd, Fetched::Executable(content)) => {
            tree.file(&format!("{directory}/{program}"), 0o755, Arc::clone(content))?;
        }
        (Program::Desktop, Fetched::Archive(archive)) => {
            add_archive(&mut tree, &directory, archive, component.file_name())?;
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

/// Files of one package alone. `update_url` is the repository that the builder uses.
///
/// # Errors
/// [`Error::Tree`] if a value has a control character.
pub fn own_tree(spec: &PackageSpec, update_url: &str) -> Result<Tree, Error> {
    let mut tree = Tree::new();
    let environment = environment(spec, update_url)?;
    tree.push(ENVIRONMENT_FILE, 0o600, secret(environment, OnUpgrade::Replace))?;
    add_own_files(&mut tree, ROOT, spec)?;
    Ok(tree)
}
