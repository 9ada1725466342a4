//! What the server counts, and how it is written for Prometheus. No name, no title, no secret is ever a label.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::udp::Sent;

/// Upper bounds of the classes of append times, in microseconds.
const APPEND_BOUNDS: [u64; 10] = [500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 500_000, 1_000_000];

/// All figures of a server.
pub(crate) struct Metrics {
    started: Instant,
    threads: Vec<Arc<ThreadMetrics>>,
    /// WebSockets that said a good hello.
    pub(crate) connections: AtomicU64,
    /// WebSockets that said nothing yet.
    pub(crate) half_open: AtomicU64,
    /// WebSockets of parties' programs that proved their key.
    pub(crate) parties: AtomicU64,
    /// WebSockets of parties' programs that did not, or that may not.
    pub(crate) parties_refused: AtomicU64,
    /// Links and tokens that were refused.
    pub(crate) links_refused: AtomicU64,
    /// Connections ended for what they sent.
    pub(crate) malformed: AtomicU64,
    /// WebSockets refused because of their origin.
    pub(crate) foreign_origins: AtomicU64,
    /// Relays that browsers have.
    pub(crate) relays: AtomicU64,
    /// TCP connections refused because there were too many.
    pub(crate) connections_refused: AtomicU64,
    /// Changes that could not be stored.
    pub(crate) appends_failed: AtomicU64,
    appends: [AtomicU64; APPEND_BOUNDS.len() + 1],
    append_micros: AtomicU64,
}

/// The figures of one media thread; written by it alone.
#[derive(Default)]
pub(crate) struct ThreadMetrics {
    /// TCP connections that carry media.
    pub(crate) tcp_connections: AtomicU64,
    /// Summits that are open on it.
    pub(crate) rooms: AtomicU64,
    /// Datagrams that arrived, and their bytes.
    pub(crate) received: AtomicU64,
    pub(crate) received_bytes: AtomicU64,
    /// Datagrams that belonged to nobody.
    pub(crate) unknown: AtomicU64,
    sent: AtomicU64,
    sent_bytes: AtomicU64,
    send_calls: AtomicU64,
    dropped_full: AtomicU64,
    dropped_refused: AtomicU64,
    /// Connections that did not read in time.
    pub(crate) too_slow: AtomicU64,
    /// The most messages that waited for one connection since the figures were last read.
    pub(crate) queue_peak: AtomicU64,
    /// Media packets that came in.
    pub(crate) media_received: AtomicU64,
    /// Media packets and datagrams of rooms dropped because a queue was full.
    pub(crate) media_dropped: AtomicU64,
    /// Media packets written to listeners.
    pub(crate) forwarded: AtomicU64,
    /// Keyframes asked of browsers.
    pub(crate) keyframes_requested: AtomicU64,
    /// Packets that did not look sealed by their publisher, and were forwarded to nobody.
    pub(crate) suspect: AtomicU64,
    /// Peers that ended because their transport panicked.
    pub(crate) peer_panics: AtomicU64,
    /// How often the thread had to begin anew.
    pub(crate) panics: AtomicU64,
    /// When it last went round, in milliseconds after the start of the server.
    last_turn: AtomicU64,
}

impl ThreadMetrics {
    pub(crate) fn add_sent(&self, sent: Sent) {
        self.sent.fetch_add(sent.datagrams, Relaxed);
        self.sent_bytes.fetch_add(sent.bytes, Relaxed);
        self.send_calls.fetch_add(sent.calls, Relaxed);
        self.dropped_full.fetch_add(sent.dropped_full, Relaxed);
        self.dropped_refused.fetch_add(sent.dropped_refused, Relaxed);
    }

    pub(crate) fn went_round(&self, since_start: Duration) {
        self.last_turn.store(since_start.as_millis() as u64, Relaxed);
    }
}

impl Metrics {
    pub(crate) fn new(threads: usize) -> Self {
        Self {
            started: Instant::now(),
            threads: (0..threads).map(|_| Arc::default()).collect(),
            connections: AtomicU64::new(0),
            half_open: AtomicU64::new(0),
            parties: AtomicU64::new(0),
            parties_refused: AtomicU64::new(0),
            links_refused: AtomicU64::new(0),
            malformed: AtomicU64::new(0),
            foreign_origins: AtomicU64::new(0),
            relays: AtomicU64::new(0),
            connections_refused: AtomicU64::new(0),
            appends_failed: AtomicU64::new(0),
            appends: Default::default(),
            append_micros: AtomicU64::new(0),
        }
    }

    /// When the server began to count.
    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    /// The figures of one media thread.
    pub(crate) fn thread(&self, index: usize) -> Arc<ThreadMetrics> {
        self.threads[index].clone()
    }

    /// How long it took to store something.
    pub(crate) fn appended(&self, took: Duration, stored: bool) {
        if !stored {
            self.appends_failed.fetch_add(1, Relaxed);
        }
        let micros = took.as_micros() as u64;
        let class = APPEND_BOUNDS.iter().position(|bound| micros <= *bound).unwrap_or(APPEND_BOUNDS.len());
        self.appends[class].fetch_add(1, Relaxed);
        self.append_micros.fetch_add(micros, Relaxed);
    }

    /// How long ago the slowest media thread last went round.
    pub(crate) fn loop_age(&self) -> Duration {
        let now = self.started.elapsed();
        let ages = self.threads.iter().map(|thread| Duration::from_millis(thread.last_turn.load(Relaxed)));
        ages.map(|last| now.saturating_sub(last)).max().unwrap_or_default()
    }

    /// All figures in the text format of Prometheus (0.0.4).
    pub(crate) fn render(&self) -> String {
        let sum = |field: fn(&ThreadMetrics) -> &AtomicU64| -> u64 {
            self.threads.iter().map(|thread| field(thread).load(Relaxed)).sum()
        };
        let queue_peak = self.threads.iter().map(|thread| thread.queue_peak.swap(0, Relaxed)).max().unwrap_or(0);
        let mut page = Page::default();
        page.gauge("rooms", "Summits that are open.", sum(|t| &t.rooms));
        page.gauge("connections", "WebSockets of people.", self.connections.load(Relaxed));
        page.gauge("connections_half_open", "WebSockets that said no hello yet.", self.half_open.load(Relaxed));
        page.gauge("party_connections", "WebSockets of parties' programs.", self.parties.load(Relaxed));
        page.gauge("websocket_queue_peak", "Most messages waiting for one connection since last read.", queue_peak);
        page.counter(
            "websocket_too_slow",
            "Connections ended because they did not read in time.",
            sum(|t| &t.too_slow),
        );
        page.counter("websocket_malformed", "Connections ended for what they sent.", self.malformed.load(Relaxed));
        page.counter("foreign_origins", "WebSockets refused for their origin.", self.foreign_origins.load(Relaxed));
        page.counter("links_refused", "Links and tokens refused.", self.links_refused.load(Relaxed));
        page.counter("parties_refused", "Parties' programs refused.", self.parties_refused.load(Relaxed));
        page.counter(
            "connections_refused",
            "TCP connections beyond the limit.",
            self.connections_refused.load(Relaxed),
        );
        page.gauge("media_tcp_connections", "TCP connections that carry media.", sum(|t| &t.tcp_connections));
        page.gauge("media_relays", "Relays inside of TLS that browsers have.", self.relays.load(Relaxed));
        page.counter("datagrams_received", "Datagrams that arrived, by whatever way.", sum(|t| &t.received));
        page.counter("bytes_received", "Bytes of those.", sum(|t| &t.received_bytes));
        page.counter("datagrams_sent", "Datagrams sent.", sum(|t| &t.sent));
        page.counter("bytes_sent", "Bytes of those.", sum(|t| &t.sent_bytes));
        page.counter("send_calls", "System calls that sent them.", sum(|t| &t.send_calls));
        let dropped = [
            ("unknown_peer", sum(|t| &t.unknown)),
            ("send_buffer_full", sum(|t| &t.dropped_full)),
            ("refused_by_kernel", sum(|t| &t.dropped_refused)),
            ("room_queue_full", sum(|t| &t.media_dropped)),
        ];
        page.counters("datagrams_dropped", "Datagrams dropped.", "reason", &dropped);
        page.counter("packets_received", "Media packets that came in.", sum(|t| &t.media_received));
        page.counter("packets_forwarded", "Media packets written to listeners.", sum(|t| &t.forwarded));
        page.counter("keyframes_requested", "Keyframes asked of browsers.", sum(|t| &t.keyframes_requested));
        page.counter(
            "suspect_packets",
            "Packets not sealed by their publisher, and not forwarded.",
            sum(|t| &t.suspect),
        );
        page.counter("peer_panics", "Peers that ended because of a panic.", sum(|t| &t.peer_panics));
        page.counter("media_thread_panics", "Times a media thread had to begin anew.", sum(|t| &t.panics));
        page.counter("appends_failed", "Changes that could not be stored.", self.appends_failed.load(Relaxed));
        self.render_appends(&mut page);
        let age = self.loop_age().as_secs_f64();
        page.sample(
            "media_loop_age_seconds",
            "gauge",
            "Since the slowest media thread went round.",
            &format!(" {age}"),
        );
        page.0
    }

    fn render_appends(&self, page: &mut Page) {
        let mut lines = String::new();
        let mut below = 0;
        let bounds = APPEND_BOUNDS.iter().map(|micros| format!("{}", *micros as f64 / 1e6));
        for (class, bound) in self.appends.iter().zip(bounds.chain(["+Inf".to_owned()])) {
            below += class.load(Relaxed);
            // Writing to a `String` cannot fail, here and below.
            let _ = writeln!(lines, "sommet_append_seconds_bucket{{le=\"{bound}\"}} {below}");
        }
        let total = self.append_micros.load(Relaxed) as f64 / 1e6;
        let _ = write!(lines, "sommet_append_seconds_sum {total}\nsommet_append_seconds_count {below}");
        page.head("append_seconds", "histogram", "Time to store a change for good.");
        page.0.push_str(&lines);
        page.0.push('\n');
    }
}

/// The text that is built.
#[derive(Default)]
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP sommet_{name} {help}\n# TYPE sommet_{name} {kind}");
    }

    fn sample(&mut self, name: &str, kind: &str, help: &str, labels_and_value: &str) {
        self.head(name, kind, help);
        let _ = writeln!(self.0, "sommet_{name}{labels_and_value}");
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) {
        self.sample(name, "gauge", help, &format!(" {value}"));
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.sample(&format!("{name}_total"), "counter", help, &format!(" {value}"));
    }

    fn counters(&mut self, name: &str, help: &str, label: &str, values: &[(&str, u64)]) {
        self.head(&format!("{name}_total"), "counter", help);
        for (key, value) in values {
            let _ = writeln!(self.0, "sommet_{name}_total{{{label}=\"{key}\"}} {value}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_comment_or_a_name_and_a_number() {
        let metrics = Metrics::new(2);
        metrics.appended(Duration::from_millis(3), true);
        metrics.appended(Duration::from_secs(3), false);
        for line in metrics.render().lines().filter(|line| !line.starts_with('#')) {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with("sommet_"), "{line}");
            assert!(value.parse::<f64>().is_ok(), "{line}");
        }
    }

    #[test]
    fn the_classes_of_a_histogram_add_up() {
        let metrics = Metrics::new(1);
        metrics.appended(Duration::from_micros(400), true);
        metrics.appended(Duration::from_millis(3), true);
        metrics.appended(Duration::from_secs(3), false);
        let text = metrics.render();
        assert!(text.contains("sommet_append_seconds_bucket{le=\"0.0005\"} 1\n"), "{text}");
        assert!(text.contains("sommet_append_seconds_bucket{le=\"0.005\"} 2\n"), "{text}");
        assert!(text.contains("sommet_append_seconds_bucket{le=\"+Inf\"} 3\n"), "{text}");
        assert!(text.contains("sommet_append_seconds_count 3\n"), "{text}");
        assert!(text.contains("sommet_appends_failed_total 1\n"), "{text}");
    }
}
