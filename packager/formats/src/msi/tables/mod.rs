//! The rows of an installer's tables (Windows Installer SDK, "Database Tables").

mod files;
mod product;
mod scripts;
mod sequences;
mod service;

use super::database::Database;
use super::listed::Listed;
use super::{Product, names};
use crate::{Error, Package};

/// A cabinet's files, in its order, and the directories that come with them.
pub(super) struct Cabinet {
    /// The name of its stream.
    pub(super) stream: String,
    /// What is in it.
    pub(super) entries: Vec<Listed>,
}

/// The database of a package whose files are in these cabinets.
///
/// # Errors
/// [`Error::Invalid`] when a text cannot stand in a table; [`Error::Mismatch`] when a path is there twice, lacks its directory or
/// is named by the product and not there.
pub(super) fn database(package: &Package, product: &Product, cabinets: &[Cabinet]) -> Result<Database, Error> {
    let mut database = Database::default();
    let names = Names(product);
    files::insert(&mut database, &names, cabinets)?;
    product::insert(&mut database, &names, package)?;
    if let Some(service) = &product.service {
        service::insert(&mut database, &names, service)?;
    }
    scripts::insert(&mut database, &product.scripts)?;
    sequences::insert(&mut database, product)?;
    Ok(database)
}

/// What things are called in tables.
struct Names<'a>(&'a Product);

impl Names<'_> {
    fn directory(&self, path: &str) -> String {
        let known = self.0.known.iter().find(|known| known.path == path);
        let known = known.and_then(|known| known.directory.clone());
        known.unwrap_or_else(|| names::directory(path))
    }

    /// The name and the code of the component of a file, or of a directory.
    fn component(&self, path: &str) -> (String, String) {
        let known = self.0.known.iter().find(|known| known.path == path);
        let (name, code) = known.and_then(|known| known.component.clone()).unwrap_or_else(|| {
            let code = names::component_code(self.0.upgrade_code, path);
            (names::component(path), code)
        });
        (name, names::code(code))
    }
}
