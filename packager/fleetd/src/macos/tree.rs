//! The trees of a macOS package.

use std::sync::Arc;

use packager_formats::Tree;
use packager_spec::{PackageSpec, Service};

use super::launchd::{DAEMON_FILE, daemon};
use crate::agent_folder::{ROOT, add_archive, add_own_files, add_program_folder, add_secret, certificates};
use crate::{Component, Error, Fetched, Program};

/// Files that are the same in all packages. The other trees rely on its directories.
///
/// # Errors
/// None in practice: the paths are constants.
pub(crate) fn base_tree() -> Result<Tree, Error> {
    let mut tree = Tree::new();
    // Installer leaves those alone that a host has.
    for directory in ["Library", "Library/LaunchDaemons", "opt", ROOT] {
        tree.directory(directory, 0o755)?;
    }
    tree.file(&format!("{ROOT}/certs.pem"), 0o644, certificates())?;
    for directory in ["bin", "staging"] {
        tree.directory(&format!("{ROOT}/{directory}"), 0o755)?;
    }
    Ok(tree)
}

/// Files of one program.
///
/// # Errors
/// [`Error::Component`] if the target is not in the form that it has for macOS; [`Error::Tree`] if a path in an archive
/// cannot stand in a package.
pub(crate) fn component_tree(component: &Component, fetched: &Fetched) -> Result<Tree, Error> {
    let mut tree = Tree::new();
    let directory = add_program_folder(&mut tree, ROOT, component)?;
    match (component.program, fetched) {
        (Program::Orbit, Fetched::Executable(content)) => {
            tree.file(&format!("{directory}/orbit"), 0o755, Arc::clone(content))?;
        }
        (Program::Osqueryd | Program::Desktop, Fetched::Archive(archive)) => {
            add_archive(&mut tree, &directory, archive, component.file_name())?;
        }
        _ => {
            return Err(Error::Component {
                component: component.program.as_str(),
                reason: "it is not in the form that it has for macOS",
            });
        }
    }
    Ok(tree)
}

/// Files of one package alone. `update_url` is the repository that the builder uses.
///
/// # Errors
/// [`Error::Tree`] if a value has a control character.
pub(crate) fn own_tree(spec: &PackageSpec, update_url: &str) -> Result<Tree, Error> {
    let mut tree = Tree::new();
    if spec.service == Service::Installed {
        tree.file(DAEMON_FILE, 0o644, Arc::new(daemon(spec, update_url)?))?;
    }
    add_secret(&mut tree, ROOT, spec)?;
    add_own_files(&mut tree, ROOT, spec)?;
    Ok(tree)
}
