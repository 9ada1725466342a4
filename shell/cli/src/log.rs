//! The log of every subcommand: on standard error, so that what a person or a script is told stays apart from it.

use server::LogFormat;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

/// Our crates, which log no secret, no name and nothing that was said, at any level.
const OURS: &[&str] = &["client", "media", "node", "server", "sommet", "store", "summit", "wire"];

/// Starts the log. `SOMMET_LOG` says how much is written; without it, what is of this `level` or above.
///
/// Other crates are never heard below `info`, whatever is asked for: there they write down what passes through them, such
/// as tokens, names and session descriptions.
pub(crate) fn start_log(format: LogFormat, level: &str) {
    let asked = EnvFilter::try_from_env("SOMMET_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let discreet = filter_fn(|what| *what.level() <= tracing::Level::INFO || is_ours(what.target()));
    let log = tracing_subscriber::registry().with(asked).with(discreet);
    match format {
        LogFormat::Text => log.with(fmt::layer().with_writer(std::io::stderr)).init(),
        LogFormat::Json => log.with(fmt::layer().json().with_writer(std::io::stderr)).init(),
    }
}

fn is_ours(target: &str) -> bool {
    target.split("::").next().is_some_and(|name| OURS.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn a_crate_of_ours_is_known_by_its_whole_name() {
        assert!(is_ours("server::websocket") && is_ours("sommet"));
        assert!(
            !is_ours("tungstenite::protocol") && !is_ours("serverless") && !is_ours("str0m::media") && !is_ours("")
        );
    }
}
