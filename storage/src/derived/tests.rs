//! Both stores keep the same contract.

use super::*;

/// Runs the same check on each store.
fn on_each(check: impl Fn(&dyn DerivedStore)) {
    let folder = tempfile::tempdir().unwrap();
    check(&MemoryStore::default());
    check(&SledStore::open(&folder.path().join("views"), 1 << 20).unwrap());
}

fn keys(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|(key, _)| std::str::from_utf8(key).unwrap()).collect()
}

#[test]
fn a_scan_is_ascending_within_its_prefix_and_goes_on_after_a_key() {
    on_each(|store| {
        for key in ["a/2", "a/1", "b/1", "a/3", "a"] {
            store.insert(key.as_bytes(), b"x").unwrap();
        }
        assert_eq!(keys(&store.scan(b"a/", None, 9).unwrap()), ["a/1", "a/2", "a/3"]);
        assert_eq!(keys(&store.scan(b"a/", Some(b"a/1"), 1).unwrap()), ["a/2"]);
        assert_eq!(keys(&store.scan(b"a/", Some(b"a"), 1).unwrap()), ["a/1"]);
        assert_eq!(keys(&store.scan(b"", Some(b"a/3"), 9).unwrap()), ["b/1"]);
    });
}

#[test]
fn what_was_removed_or_cleared_is_gone() {
    on_each(|store| {
        store.insert(b"k", b"1").unwrap();
        store.insert(b"k", b"2").unwrap();
        assert_eq!(store.get(b"k").unwrap().as_deref(), Some(&b"2"[..]));
        store.remove(b"k").unwrap();
        store.remove(b"k").unwrap();
        assert_eq!(store.get(b"k").unwrap(), None);
        store.insert(b"k", b"3").unwrap();
        store.clear().unwrap();
        assert_eq!(store.scan(b"", None, 9).unwrap(), []);
    });
}

#[test]
fn what_was_flushed_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path(), 1 << 20).unwrap();
    store.insert(b"k", b"v").unwrap();
    store.flush().unwrap();
    drop(store);
    let store = SledStore::open_or_reset(folder.path(), 1 << 20).unwrap();
    assert_eq!(store.get(b"k").unwrap().as_deref(), Some(&b"v"[..]));
    assert!(!store.was_reset());
}
