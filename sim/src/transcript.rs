//! What happened in a run, line by line: the proof that one seed is one run, and what a finding is explained with.
//!
//! Only the meeting counts for the proof. Keys, SSRCs and ICE names are drawn by the cryptography itself and differ from
//! run to run, so SDP and packets stay out altogether, and whatever depends on the moment of a packet (who is shown as
//! reconnecting, when pictures are asked for) is written down as a remark that does not count.

use std::fmt::Write;
use std::time::Duration;

/// The lines of a run.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    lines: Vec<Line>,
}

#[derive(Clone, Debug)]
struct Line {
    text: String,
    counts: bool,
}

impl Transcript {
    /// Writes down what is the same in every run of a seed.
    pub(crate) fn note(&mut self, at: Duration, line: &str) {
        self.add(at, line, true);
    }

    /// Writes down what may differ.
    pub(crate) fn remark(&mut self, at: Duration, line: &str) {
        self.add(at, line, false);
    }

    /// One number for the whole run, remarks left out (FNV-1a).
    pub fn hash(&self) -> u64 {
        let counting = self.lines.iter().filter(|line| line.counts);
        let bytes = counting.flat_map(|line| line.text.bytes().chain([b'\n']));
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    }

    /// How many lines count.
    pub fn length(&self) -> usize {
        self.lines.iter().filter(|line| line.counts).count()
    }

    /// The last lines, remarks among them, for a finding.
    pub(crate) fn tail(&self, count: usize) -> String {
        let from = self.lines.len().saturating_sub(count);
        self.lines[from..].iter().fold(String::new(), |mut text, line| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}", line.text);
            text
        })
    }

    fn add(&mut self, at: Duration, line: &str, counts: bool) {
        let text = format!("{:>9.3} {line}", at.as_secs_f64());
        self.lines.push(Line { text, counts });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_does_not_count() {
        let mut transcript = Transcript::default();
        transcript.note(Duration::ZERO, "the server starts");
        let hash = transcript.hash();
        transcript.remark(Duration::ZERO, "a packet came late");
        assert_eq!((transcript.hash(), transcript.length()), (hash, 1));
        transcript.note(Duration::ZERO, "the server is killed");
        assert_ne!(transcript.hash(), hash);
    }
}
