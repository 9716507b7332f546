//! The `msi` crate, `cfb` and `cab` read packages back, and stock tools decide in `tests/tools.rs`.

mod files;
mod product;
mod refused;
mod sample;
mod signature;
mod tools;

use packager_artifact::Part;

use self::sample::{Reader, Shelf, base_tree, compose_with, content, own_tree, program_tree, sample};
use super::*;
use crate::{Architecture, Error, Package};

#[test]
fn each_part_is_a_stream() {
    let (shelf, package) = compose_with(&sample(), "hunter2");
    assert_eq!(
        (package.file_name.as_str(), package.media_type),
        ("sample-agent.msi", MEDIA_TYPE)
    );
    let [Part::Own(_), Part::Shared(base), Part::Shared(program), Part::Own(_)] = package.parts[..] else {
        panic!("{:?}", package.parts)
    };
    let mut reader = Reader::new(shelf.bytes(&package));
    assert!(reader.stream("shared1.cab") == shelf.0[&base]);
    assert!(reader.stream("shared2.cab") == shelf.0[&program]);
    assert!(reader.stream("own.cab").starts_with(b"MSCF"));
    assert_eq!(reader.stream("Binary.Tell"), b"// Does nothing.\n");
    let mut streams: Vec<_> = reader.0.streams().collect();
    streams.sort_unstable();
    assert_eq!(
        streams,
        ["Binary.Leave", "Binary.Tell", "own.cab", "shared1.cab", "shared2.cab"]
    );
    assert!(!reader.0.has_digital_signature());
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let [one, again] = [(); 2].map(|()| compose_with(&sample(), "hunter2"));
    assert_eq!(one.1, again.1);
    let other = compose_with(&sample(), "hunter3").1;
    assert_eq!(one.1.parts[..3], other.parts[..3]);
    assert_ne!(one.1.parts[3], other.parts[3]);
}

#[test]
fn large_shared_parts_have_an_index_behind_them() {
    let mut large = base_tree();
    let noise = |seed: u64| -> Vec<u8> {
        let mix = |number: u64| (number ^ (number >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let word = |number: u64| mix(mix(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ seed)).to_le_bytes();
        (0..300_000).flat_map(word).collect()
    };
    for seed in [1, 2] {
        large
            .file(&format!("Agent/{seed}"), 0o644, content(noise(seed)))
            .unwrap();
    }
    let mut shelf = Shelf::default();
    let package = shelf.compose(&sample(), &[large, program_tree("1.58.0")], &own_tree("x"));
    let [
        Part::Own(_),
        Part::Shared(_),
        Part::Shared(_),
        Part::Shared(index),
        Part::Own(_),
    ] = &package.parts[..]
    else {
        panic!("{:?}", package.parts)
    };
    assert_eq!(index.size_bytes, 4096);
    assert_eq!(Reader::new(shelf.bytes(&package)).rows("Media").len(), 3);
}

/// Beside the secret, with the largest file of flags that can be asked for.
#[test]
fn little_is_a_packages_own() {
    let (_, package) = compose_with(&sample(), &"f".repeat(64 << 10));
    let own = package.parts.iter().map(|part| match part {
        Part::Own(own) => own.size_bytes(),
        Part::Shared(_) => 0,
    });
    let own = own.sum::<u64>();
    assert!(own < 112 << 10, "{own}");
}

#[test]
fn the_summary_says_which_processor_it_is_for() {
    for (architecture, name, template) in [
        (Architecture::Amd64, "sample-agent.msi", "x64"),
        (Architecture::Arm64, "sample-agent-arm64.msi", "Arm64"),
    ] {
        let package = Package {
            architecture,
            ..sample()
        };
        let (shelf, composed) = compose_with(&package, "hunter2");
        assert_eq!(composed.file_name, name);
        let reader = Reader::new(shelf.bytes(&composed));
        let summary = reader.0.summary_info();
        assert_eq!(summary.arch(), Some(template));
        assert_eq!(summary.languages(), [msi::LanguageId::from_id(1033)]);
        assert_eq!(summary.uuid().unwrap().as_u128(), 2);
        assert_eq!(summary.subject(), Some("Sample <agent> & more"));
    }
}

/// Every value is one that its column's description allows, as the `msi` crate understands it.
#[test]
fn every_value_is_one_that_validation_allows() {
    let mut reader = Reader::of(&sample());
    let tables: Vec<_> = reader.0.tables().map(|table| table.name().to_owned()).collect();
    for name in tables {
        let rows = reader.rows(&name);
        let table = reader.0.get_table(&name).unwrap();
        for row in rows {
            for (value, column) in row.iter().zip(table.columns()) {
                let place = format!("{name}.{}", column.name());
                // Several tables are no identifier, though the documentation says that this is one.
                let is_allowed = column.is_valid_value(value) || place == "_Validation.KeyTable";
                assert!(is_allowed, "{place}: {value}");
            }
        }
    }
}

#[test]
fn notes_survive_being_stored() {
    for tree in [base_tree(), program_tree("1.58.0")] {
        let (_, notes) = Shelf::default().add(&tree);
        let text = serde_json::to_string(&notes).unwrap();
        assert_eq!(serde_json::from_str::<SharedNotes>(&text).unwrap(), notes);
    }
}
