use super::*;
use crate::MasterKey;

fn keyring(byte: u8) -> Keyring {
    Keyring::derive(&MasterKey::from_bytes(Zeroizing::new([byte; 32])))
}

fn sample() -> (Keyring, PackageId, Vec<u8>) {
    let (keyring, id) = (keyring(1), PackageId::random());
    let file = seal(&keyring, Purpose::Own, id, [b"{}", b"hunter2", b""]).unwrap();
    (keyring, id, file)
}

#[test]
fn what_was_sealed_opens_again() {
    let (keyring, id, file) = sample();
    assert_eq!(file.len(), HEADER_SIZE + 2 + 7 + 3 * TAG_SIZE);
    assert!(!file.windows(7).any(|window| window == b"hunter2"));
    let opened = open(&keyring, Purpose::Own, id, file).unwrap();
    assert_eq!(
        [&*opened.summary, &*opened.body, &*opened.extra],
        [&b"{}"[..], b"hunter2", b""]
    );
}

#[test]
fn every_byte_of_the_file_counts() {
    let (keyring, id, file) = sample();
    for position in 0..file.len() {
        let mut changed = file.clone();
        changed[position] ^= 0x80;
        assert_eq!(
            open(&keyring, Purpose::Own, id, changed).err(),
            Some(Broken::Torn),
            "{position}"
        );
    }
    for length in 0..file.len() {
        assert_eq!(
            open(&keyring, Purpose::Own, id, file[..length].to_vec()).err(),
            Some(Broken::Torn)
        );
    }
    let longer = [file.as_slice(), b"x"].concat();
    assert_eq!(open(&keyring, Purpose::Own, id, longer).err(), Some(Broken::Torn));
}

#[test]
fn a_file_is_bound_to_its_package_its_purpose_and_its_key() {
    let (right, id, file) = sample();
    let torn = Some(Broken::Torn);
    assert_eq!(
        open(&right, Purpose::Own, PackageId::random(), file.clone()).err(),
        torn
    );
    assert_eq!(open(&right, Purpose::Job, id, file.clone()).err(), torn);
    assert_eq!(open(&keyring(2), Purpose::Own, id, file.clone()).err(), torn);
    let mut as_job = file;
    as_job[7] = Purpose::Job.byte();
    assert_eq!(open(&right, Purpose::Job, id, as_job).err(), torn);
}

#[test]
fn two_files_have_nothing_in_common_but_the_head() {
    let (keyring, id, file) = sample();
    let again = seal(&keyring, Purpose::Own, id, [b"{}", b"hunter2", b""]).unwrap();
    assert_ne!(file[8..80], again[8..80]);
    assert_ne!(file[104..], again[104..]);
}

#[test]
fn a_zeroed_head_tells_a_destroyed_file_from_a_torn_one() {
    let (keyring, id, mut file) = sample();
    file[..HEADER_SIZE].fill(0);
    assert_eq!(open(&keyring, Purpose::Own, id, file).err(), Some(Broken::Destroyed));
}

#[test]
fn lengths_beyond_the_file_are_refused_before_anything_is_allocated() {
    let (keyring, id, file) = sample();
    for begin in [80, 88, 96] {
        let mut changed = file.clone();
        changed[begin..begin + 8].fill(0xff);
        assert_eq!(open(&keyring, Purpose::Own, id, changed).err(), Some(Broken::Torn));
    }
}
