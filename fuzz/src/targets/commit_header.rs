//! The plain header of a commit (RFC 9420 section 6), which is all that the server reads of MLS.

pub(super) fn run(bytes: &[u8]) {
    if let Some(group) = node::strangers::group_of_commit(bytes) {
        assert!(bytes.windows(group.len().max(1)).any(|part| part == group) || group.is_empty(), "it was not there");
    }
}
