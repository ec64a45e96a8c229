//! The export against two Merkle trees that are not ours: the crate `ct-merkle`, and the definition of RFC 6962
//! written down once more.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::folder::played;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// RFC 6962, section 2.1, word for word.
fn tree_hash(lines: &[&str]) -> [u8; 32] {
    match lines {
        [] => Sha256::digest([]).into(),
        [line] => Sha256::new().chain_update([0]).chain_update(line).finalize().into(),
        _ => {
            let (left, right) = lines.split_at(lines.len().next_power_of_two() / 2);
            let node = Sha256::new().chain_update([1]).chain_update(tree_hash(left));
            node.chain_update(tree_hash(right)).finalize().into()
        }
    }
}

#[test]
fn i11_another_merkle_tree_over_the_export_has_the_root_of_the_head() {
    let folder = played().folder();
    let (export, head) = (folder.export(), folder.head());
    let mut tree = MemoryBackedTree::<Sha256, &str>::new();
    export.lines().for_each(|line| tree.push(line));
    assert_eq!(json!({"size": tree.len(), "root": hex(tree.root().as_bytes())}), head);
    let lines: Vec<&str> = export.lines().collect();
    assert_eq!(hex(&tree_hash(&lines)), head["root"]);
}

#[test]
fn i11_line_n_of_the_export_is_position_n() {
    let folder = played().folder();
    let export = folder.export();
    let size = export.lines().count();
    assert!(export.ends_with('\n') && size > 1);
    let tail = folder.run(&["log", "tail", "-n", &size.min(1_000).to_string(), "--json"]).ok();
    for document in tail.documents() {
        let position = document["position"].as_u64().expect("a position") as usize;
        let line = export.lines().nth(position).expect("a line");
        let event: Value = serde_json::from_str(line).expect("an event");
        assert_eq!(event, document["event"], "line {position}");
    }
}

#[test]
fn i11_the_segments_without_their_comments_are_the_export() {
    let folder = played().folder();
    let export = folder.export();
    let segments = folder.segments();
    let stored = segments.split_inclusive(|byte| *byte == b'\n');
    let events: Vec<u8> = stored.filter(|line| line[0] != b'#').flatten().copied().collect();
    assert!(events == export.as_bytes(), "{} bytes, not {}", events.len(), export.len());
}

#[test]
fn verifying_finds_what_the_export_says() {
    let folder = played().folder();
    let verified = folder.run(&["log", "verify", "--json"]).ok().document();
    assert_eq!(json!({"size": verified["size"], "root": verified["root"]}), folder.head());
}
