//! What a build has come to, kept beside its request.

mod support;

use std::fs;

use packager_store::{Error, Retry};
use support::{at, create, fresh, killed, open, publish, sealed};

#[test]
fn what_was_kept_last_is_found_after_a_restart() {
    let (dir, store) = fresh();
    let id = create(&store, "a", at(0));
    assert!(store.work(id).unwrap().is_empty());
    for work in [&b"signed"[..], b"signed, submitted", b"waiting"] {
        store.keep_work(id, work).unwrap();
        assert_eq!(*store.work(id).unwrap(), work);
    }
    let copy = killed(dir.path());
    let again = open(copy.path(), at(1));
    assert_eq!(again.unfinished(), [id]);
    assert_eq!(*again.work(id).unwrap(), b"waiting");
    assert_eq!(*again.job(id).unwrap(), *store.job(id).unwrap());
}

/// The first that is kept writes the job, if nobody did.
#[test]
fn a_build_may_keep_something_before_its_promise_is_durable() {
    let (dir, store) = fresh();
    let asked = store.fingerprint(b"a");
    let id = store.reserve(asked, b"a", Retry::No, at(0), || Ok(())).unwrap().id;
    store.keep_work(id, b"signed").unwrap();
    store.make_durable(id).unwrap();
    let copy = killed(dir.path());
    assert_eq!(*open(copy.path(), at(0)).work(id).unwrap(), b"signed");
}

#[test]
fn what_is_replaced_is_overwritten_and_all_goes_with_the_job() {
    let (dir, store) = fresh();
    let id = create(&store, "a", at(0));
    let mut kept = Vec::new();
    for (number, work) in [vec![7; 9000], vec![8; 20_000]].into_iter().enumerate() {
        let [path] = sealed(dir.path()).try_into().unwrap();
        // A second name shows what became of the bytes.
        let other_name = dir.path().join(format!("kept-{number}"));
        fs::hard_link(&path, &other_name).unwrap();
        kept.push(other_name);
        store.keep_work(id, &work).unwrap();
    }
    let [path] = sealed(dir.path()).try_into().unwrap();
    let other_name = dir.path().join("kept-last");
    fs::hard_link(&path, &other_name).unwrap();
    kept.push(other_name);
    publish(&store, id, at(0));
    for name in kept {
        let bytes = fs::read(&name).unwrap();
        assert!(
            !bytes.is_empty() && bytes.iter().all(|byte| *byte == 0),
            "{}",
            name.display()
        );
    }
}

#[test]
fn nothing_is_kept_of_a_build_that_is_over() {
    let (dir, store) = fresh();
    let id = create(&store, "a", at(0));
    store.keep_work(id, b"signed").unwrap();
    store.destroy(id, at(1)).unwrap();
    assert!(matches!(store.keep_work(id, b"more"), Err(Error::NotInProgress)));
    assert!(matches!(store.work(id), Err(Error::NotInProgress)));
    assert!(sealed(dir.path()).is_empty());
}

#[test]
fn it_is_sealed() {
    let (dir, store) = fresh();
    let id = create(&store, "a", at(0));
    store.keep_work(id, b"a secret of the package").unwrap();
    let [path] = sealed(dir.path()).try_into().unwrap();
    let bytes = fs::read(path).unwrap();
    assert!(!bytes.windows(8).any(|window| window == b"a secret"));
}

#[test]
fn who_is_not_admitted_leaves_nothing_and_who_joins_is_not_asked() {
    let (dir, store) = fresh();
    let asked = store.fingerprint(b"a");
    let until = at(99);
    let refused = store.reserve(asked, b"a", Retry::No, at(0), || Err(Error::Limited(until)));
    assert!(matches!(refused, Err(Error::Limited(time)) if time == until));
    assert!(store.unfinished().is_empty() && sealed(dir.path()).is_empty());
    let id = store.reserve(asked, b"a", Retry::No, at(0), || Ok(())).unwrap().id;
    let joined = store.reserve(asked, b"a", Retry::No, at(0), || Err(Error::Limited(until)));
    assert_eq!(joined.unwrap().id, id);
}
