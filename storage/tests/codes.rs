//! Values that never come to a log: a name that is none, bytes that are no event.

use dure_storage::{Explain, Position, RecordedEvent, StreamId};

#[test]
fn a_name_that_is_none_and_bytes_that_are_no_event_are_refused_with_their_codes() {
    for name in ["", "a b", "a\u{7}", &"x".repeat(10_000)] {
        assert_eq!(StreamId::new(name).expect_err("no name").code().0, "E-stream-name", "{name}");
    }
    for bytes in [&b"{}"[..], b"", b"[1]", b"\xff"] {
        let event = RecordedEvent { position: Position(3), bytes: bytes.into() };
        let unread = event.envelope::<serde_json::Value>().expect_err("no event");
        assert_eq!(unread.code().0, "E-event-unreadable");
        assert!(unread.to_string().contains('3'), "it names the position: {unread}");
    }
}
