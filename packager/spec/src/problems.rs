//! Collecting the problems of a request.

use packager_api::{Field, FieldProblem};

use crate::InvalidValue;

/// The problems found so far.
#[derive(Default)]
pub(crate) struct Problems(Vec<(Field, String)>);

impl Problems {
    pub(crate) fn report(&mut self, field: Field, detail: impl Into<String>) {
        self.0.push((field, detail.into()));
    }

    /// The value that `read` makes of what was given. `None` if nothing was given, or if it is refused: then the
    /// problem is noted, and whatever the caller takes instead never leaves it.
    pub(crate) fn read_with<'a, T>(
        &mut self,
        field: Field,
        given: Option<&'a str>,
        read: impl FnOnce(&'a str) -> Result<T, InvalidValue>,
    ) -> Option<T> {
        match read(given?) {
            Ok(value) => Some(value),
            Err(error) => {
                self.report(field, error.to_string());
                None
            }
        }
    }

    /// The same for a type that reads itself.
    pub(crate) fn read<'a, T>(&mut self, field: Field, given: Option<&'a str>) -> Option<T>
    where
        T: TryFrom<&'a str, Error = InvalidValue>,
    {
        self.read_with(field, given, T::try_from)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The problems in the contract's order of fields.
    pub(crate) fn into_field_problems(mut self) -> Vec<FieldProblem> {
        self.0.sort_by_key(|(field, _)| *field);
        self.0
            .into_iter()
            .map(|(field, detail)| FieldProblem::new(field.name(), detail))
            .collect()
    }
}
