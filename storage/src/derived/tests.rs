//! Both stores keep the same contract.

use super::*;
use crate::explain::Explain;

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

/// A folder of a store with so many keys.
fn filled(keys: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path(), 1 << 20).unwrap();
    for key in 0..keys {
        store.insert(format!("key-{key:06}").as_bytes(), &key.to_be_bytes()).unwrap();
    }
    store.insert(b"watermark", &keys.to_be_bytes()).unwrap();
    store.flush().unwrap();
    folder
}

/// Reads everything; the store may say that it is damaged, but no value may be wrong, and keys may be missing only
/// together with the watermark that was written last.
fn read_damaged(folder: &std::path::Path, keys: u32) -> Result<(), StoreError> {
    let store = SledStore::open_or_reset(folder, 1 << 20)?;
    let mut missing = 0;
    for key in 0..keys {
        match store.get(format!("key-{key:06}").as_bytes())? {
            Some(value) => assert_eq!(value, key.to_be_bytes()),
            None => missing += 1,
        }
    }
    let watermark = store.get(b"watermark")?;
    assert!(missing == 0 || watermark.is_none(), "{missing} keys lost behind a watermark");
    store.scan(b"", None, 100)?;
    store.insert(b"key", b"value")?;
    store.flush()
}

#[test]
fn a_flipped_byte_never_panics_out_and_never_hides_behind_the_watermark() {
    let folder = filled(2_000);
    let file = folder.path().join("db");
    let whole = std::fs::read(&file).unwrap();
    for number in 0..60 {
        let copy = tempfile::tempdir().unwrap();
        std::fs::copy(folder.path().join("conf"), copy.path().join("conf")).unwrap();
        let mut bytes = whole.clone();
        let at = (number * 7_919 + 13) % whole.len();
        bytes[at] ^= 1 << (number % 8);
        std::fs::write(copy.path().join("db"), bytes).unwrap();
        if let Err(error) = read_damaged(copy.path(), 2_000) {
            assert_eq!(error.code().0, "E-derived-damaged", "byte {at}: {error}");
        }
    }
}
