//! The trees of a Windows package. Its folder lies among those of other programs.

use std::sync::Arc;

use packager_formats::Tree;
use packager_spec::PackageSpec;

use super::event_log::{MANIFEST_FILE, manifest};
use crate::agent_folder::{WINDOWS_ROOT as ROOT, add_own_files, add_program_folder, add_secret, certificates, text};
use crate::{Component, Error, Fetched, Program};

/// Files that are the same in all packages. The other trees rely on its directories.
///
/// # Errors
/// None in practice: the paths are constants.
pub(crate) fn base_tree() -> Result<Tree, Error> {
    let mut tree = Tree::new();
    tree.directory(ROOT, 0o755)?;
    tree.file(&format!("{ROOT}/certs.pem"), 0o644, certificates())?;
    for directory in ["bin", "staging"] {
        tree.directory(&format!("{ROOT}/{directory}"), 0o755)?;
    }
    Ok(tree)
}

/// Files of one program.
///
/// # Errors
/// [`Error::Component`] if the target is not in the form that it has for Windows; [`Error::Tree`] if a path cannot stand in a
/// package.
pub(crate) fn component_tree(component: &Component, fetched: &Fetched) -> Result<Tree, Error> {
    let Fetched::Executable(content) = fetched else {
        return Err(Error::Component {
            component: component.program.as_str(),
            reason: "it is not in the form that it has for Windows",
        });
    };
    let mut tree = Tree::new();
    let directory = add_program_folder(&mut tree, ROOT, component)?;
    let file = format!("{directory}/{}", component.file_name());
    match component.program {
        Program::Orbit => {
            // What the service runs; the other one is what the updater compares with the repository.
            tree.file(&service_program(), 0o755, Arc::clone(content))?;
            tree.file(&file, 0o755, Arc::clone(content))?;
        }
        Program::Osqueryd => {
            tree.file(&file, 0o755, Arc::clone(content))?;
            tree.file(&format!("{ROOT}/{MANIFEST_FILE}"), 0o644, text(&manifest(&file)))?;
        }
        Program::Desktop => {
            tree.file(&file, 0o755, Arc::clone(content))?;
        }
    }
    Ok(tree)
}

/// Files of one package alone.
///
/// # Errors
/// None in practice: the paths are constants.
pub(crate) fn own_tree(spec: &PackageSpec) -> Result<Tree, Error> {
    let mut tree = Tree::new();
    add_secret(&mut tree, ROOT, spec)?;
    add_own_files(&mut tree, ROOT, spec)?;
    Ok(tree)
}

/// The program of the service.
pub(super) fn service_program() -> String {
    format!("{ROOT}/bin/orbit/orbit.exe")
}
