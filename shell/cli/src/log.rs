//! The log of every subcommand: on standard error, so that what a person or a script is told stays apart from it.

use server::LogFormat;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

/// Our crates, which log no secret, no name and nothing that was said, at any level.
const OURS: &[&str] = &["client", "media", "node", "server", "sommet", "store", "summit", "wire"];

/// Crates that call every stranger's request an error, and log addresses with it.
const SILENT: &[&str] = &["stun_proto", "stun_types", "turn_server_proto", "turn_types"];

/// Starts the log. `SOMMET_LOG` says how much is written; without it, what is of this `level` or above.
///
/// Other crates are never heard below `info`, whatever is asked for: there they write down what passes through them, such
/// as tokens, names and session descriptions.
pub(crate) fn start_log(format: LogFormat, level: &str) {
    let asked = EnvFilter::try_from_env("SOMMET_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let discreet = filter_fn(|what| may_be_heard(*what.level(), what.target()));
    let log = tracing_subscriber::registry().with(asked).with(discreet);
    match format {
        LogFormat::Text => log.with(fmt::layer().with_writer(std::io::stderr)).init(),
        LogFormat::Json => log.with(fmt::layer().json().with_writer(std::io::stderr)).init(),
    }
}

fn may_be_heard(level: tracing::Level, target: &str) -> bool {
    let is_of = |crates: &[&str]| target.split("::").next().is_some_and(|name| crates.contains(&name));
    is_of(OURS) || (level <= tracing::Level::INFO && !is_of(SILENT))
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::may_be_heard;

    #[test]
    fn a_crate_of_ours_is_known_by_its_whole_name() {
        let is_ours = |target| may_be_heard(Level::TRACE, target);
        assert!(is_ours("server::websocket") && is_ours("sommet"));
        assert!(
            !is_ours("tungstenite::protocol") && !is_ours("serverless") && !is_ours("str0m::media") && !is_ours("")
        );
    }

    #[test]
    fn others_are_heard_above_debug_but_those_that_name_who_comes() {
        assert!(may_be_heard(Level::INFO, "str0m::media") && !may_be_heard(Level::DEBUG, "str0m::media"));
        assert!(!may_be_heard(Level::ERROR, "stun_proto::auth"));
        assert!(!may_be_heard(Level::WARN, "turn_server_proto::server"));
    }
}
