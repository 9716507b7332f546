//! The tree of resources (*PE Format*, "The .rsrc Section").

use object::LittleEndian as LE;
use object::pe::{ImageResourceDataEntry, ImageResourceDirectoryEntry, RT_VERSION};
use object::read::pe::{ResourceDirectory, ResourceDirectoryEntryData, ResourceDirectoryTable, ResourceNameOrId};

use super::image::ResourceSection;

/// The name of the version resource: `VS_VERSION_INFO`.
const VERSION_NAME: u16 = 1;
/// The languages that are preferred where a resource is in several: none, and English of the United States. A system would
/// take its own first.
const PREFERRED_LANGUAGES: [u16; 2] = [0, 1033];

/// The data of the version resource. `section` says what `data` is.
pub(super) fn version_resource<'data>(data: &'data [u8], section: &ResourceSection) -> Option<&'data [u8]> {
    let directory = ResourceDirectory::new(data.get(section.root..)?);
    let types = directory.root().ok()?;
    let names = below(directory, &types, RT_VERSION)?.table()?;
    let languages = below(directory, &names, VERSION_NAME)?.table()?;
    let preferred = PREFERRED_LANGUAGES
        .into_iter()
        .find_map(|language| below(directory, &languages, language));
    let found = preferred.or_else(|| languages.entries.first()?.data(directory).ok())?;
    bytes(data, section, found.data()?)
}

/// What the entry `id` of `table` leads to.
fn below<'data>(
    directory: ResourceDirectory<'data>,
    table: &ResourceDirectoryTable<'data>,
    id: u16,
) -> Option<ResourceDirectoryEntryData<'data>> {
    let has_id = |entry: &&ImageResourceDirectoryEntry| match entry.name_or_id() {
        ResourceNameOrId::Id(found) => found == id,
        ResourceNameOrId::Name(_) => false,
    };
    table.entries.iter().find(has_id)?.data(directory).ok()
}

fn bytes<'data>(data: &'data [u8], section: &ResourceSection, entry: &ImageResourceDataEntry) -> Option<&'data [u8]> {
    let begin = entry.offset_to_data.get(LE).checked_sub(section.address)?;
    let end = begin.checked_add(entry.size.get(LE))?;
    data.get(usize::try_from(begin).ok()?..usize::try_from(end).ok()?)
}
