//! What the web client is tested with is what the server says today. To renew: `cargo run -p sim -- record`.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::path::Path;

use sim::{Finding, recordings};
use wire::{MeetingView, ServerMessage};

#[test]
fn the_recordings_are_what_the_server_says_today() -> Result<(), Finding> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/src/meeting/fixtures");
    for recording in recordings()? {
        let kept = std::fs::read_to_string(folder.join(recording.file)).unwrap_or_default();
        assert!(kept == recording.text, "{} is out of date: cargo run -p sim -- record", recording.file);
        let value: serde_json::Value = serde_json::from_str(&kept).unwrap();
        let messages: Vec<ServerMessage> = serde_json::from_value(value["messages"].clone()).unwrap();
        let Some(ServerMessage::Welcome { meeting, .. }) = messages.first() else { panic!("no welcome comes first") };
        let mut folded = meeting.clone();
        messages.iter().for_each(|message| client::view::fold(&mut folded, message));
        let view: MeetingView = serde_json::from_value(value["view"].clone()).unwrap();
        assert_eq!(*folded, view);
    }
    Ok(())
}
