//! How many files this process may have open; each connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::accept::CONNECTIONS_MAX;

/// What a full server has open: its connections, and what is there anyway (media sockets, database, event queues,
/// administration).
const NEEDED: u64 = CONNECTIONS_MAX as u64 + 256;

/// Lets this process open as many files as the system allows it at most, for what it starts with (often 1,024) is less than
/// the people of a large summit need. Says in the log when even that is too few.
pub fn open_as_many_files_as_allowed() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
    let limit = getrlimit(Resource::Nofile);
    if let Some(allowed) = too_few(limit.current) {
        tracing::warn!(
            "this process may have {allowed} files open, but a full server needs {NEEDED}: more people than that cannot \
             come in; raise the limit (systemd: LimitNOFILE=, containers: --ulimit nofile=, shell: ulimit -n)"
        );
    }
}

/// The limit, when a full server needs more; none when there is no limit.
fn too_few(limit: Option<u64>) -> Option<u64> {
    limit.filter(|allowed| *allowed < NEEDED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_below_what_a_full_server_needs_is_too_few() {
        assert_eq!(too_few(Some(1024)), Some(1024));
        assert_eq!(too_few(Some(NEEDED)), None);
        assert_eq!(too_few(None), None);
    }
}
