//! What the room needs to know of an SDP offer (RFC 8866, RFC 9429): its m-lines, in order, and their directions. The
//! rest of the offer is the transport's business. Reading it here first means that a hopeless offer is refused before
//! it has touched a living connection.

/// The most m-lines a connection may have: a publisher's four and fifty slots, with room to spare. Each costs the
/// transport time on every packet, so an offer with more is refused.
pub(crate) const LINES_MAX: usize = 64;

/// The most simulcast layers of one m-line; the client offers three. An offer with more is refused.
pub(crate) const LAYERS_MAX: usize = 4;

/// The largest offer, in bytes; 30 m-lines of Chromium take 25 kB. A larger one is refused unread.
const OFFER_BYTES_MAX: usize = 64 * 1024;

/// Why an offer cannot be used. The text never holds a piece of the offer, which names addresses and passwords.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the offer cannot be used: {0}")]
pub struct OfferError(pub String);

impl OfferError {
    pub(crate) fn new(why: &str) -> Self {
        Self(why.to_owned())
    }
}

/// Sound or pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineKind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
}

/// One m-line, as the browser sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OfferedLine {
    pub(crate) mid: String,
    pub(crate) kind: LineKind,
    /// The browser may send on it: it may become a source.
    pub(crate) sends: bool,
    /// The browser receives on it: it is a slot.
    pub(crate) receives: bool,
    /// The restriction ids of its simulcast layers (RFC 8851), in the order offered; empty without simulcast.
    pub(crate) rids: Vec<String>,
    /// It reads dependency descriptors.
    pub(crate) takes_descriptors: bool,
}

/// An offer that has passed the first look.
pub(crate) struct Offer {
    pub(crate) lines: Vec<OfferedLine>,
    /// The offer without the browser's candidates: an ICE-lite server answers checks and never makes them
    /// (RFC 8445 2.5), so a participant's addresses are not even kept.
    pub(crate) sdp: String,
}

impl Offer {
    /// Reads an offer.
    pub(crate) fn read(sdp: &str) -> Result<Self, OfferError> {
        if sdp.len() > OFFER_BYTES_MAX {
            return Err(OfferError::new("it is too large"));
        }
        if !sdp.starts_with("v=0") {
            return Err(OfferError::new("it is not a session description"));
        }
        let mut lines: Vec<OfferedLine> = Vec::new();
        for text in sdp.lines() {
            if let Some(media) = text.strip_prefix("m=") {
                if lines.len() == LINES_MAX {
                    return Err(OfferError::new("it has too many m-lines"));
                }
                lines.push(OfferedLine::begin(media)?);
            } else if let Some(line) = lines.last_mut() {
                line.read_attribute(text)?;
            }
        }
        check_mids(&lines)?;
        Ok(Self { lines, sdp: without_candidates(sdp) })
    }
}

impl OfferedLine {
    fn begin(media: &str) -> Result<Self, OfferError> {
        let kind = match media.split(' ').next() {
            Some("audio") => LineKind::Audio,
            Some("video") => LineKind::Video,
            _ => return Err(OfferError::new("it has an m-line that is neither audio nor video")),
        };
        let (mid, rids) = (String::new(), Vec::new());
        Ok(Self { mid, kind, sends: true, receives: true, rids, takes_descriptors: false })
    }

    fn read_attribute(&mut self, text: &str) -> Result<(), OfferError> {
        match text {
            "a=sendrecv" => (self.sends, self.receives) = (true, true),
            "a=sendonly" => (self.sends, self.receives) = (true, false),
            "a=recvonly" => (self.sends, self.receives) = (false, true),
            "a=inactive" => (self.sends, self.receives) = (false, false),
            other => {
                if let Some(mid) = other.strip_prefix("a=mid:") {
                    self.mid = mid.to_owned();
                } else if let Some(simulcast) = other.strip_prefix("a=simulcast:") {
                    self.rids = sent_layers(simulcast)?;
                } else if let Some(extension) = other.strip_prefix("a=extmap:") {
                    self.takes_descriptors |= is_taken_descriptor(extension);
                }
            }
        }
        Ok(())
    }
}

/// Whether an extension is the dependency descriptor, and one that the browser does not only send: `8/sendonly <URI>` (RFC 8285 5).
/// Firefox writes it so.
fn is_taken_descriptor(extension: &str) -> bool {
    let mut words = extension.split_ascii_whitespace();
    let (Some(id), Some(name)) = (words.next(), words.next()) else { return false };
    name == crate::dependency::URI && !id.ends_with("/sendonly") && !id.ends_with("/inactive")
}

/// The layers in `send q;h;f` (RFC 8853 5.1). Of alternatives (`a,b`) the first counts, `~` (paused) does not matter.
fn sent_layers(simulcast: &str) -> Result<Vec<String>, OfferError> {
    let mut words = simulcast.split_ascii_whitespace();
    let mut rids = Vec::new();
    while let (Some(direction), Some(list)) = (words.next(), words.next()) {
        if direction == "send" {
            rids =
                list.split(';').filter_map(|layer| layer.split(',').next()).map(bare_rid).collect::<Result<_, _>>()?;
        }
    }
    if rids.len() > LAYERS_MAX { Err(OfferError::new("it has too many simulcast layers")) } else { Ok(rids) }
}

fn bare_rid(text: &str) -> Result<String, OfferError> {
    let rid = text.trim_start_matches('~');
    // Eight is what fits the transport's type; a longer one would be cut and could be taken for another.
    if is_plain_token(rid, 8) { Ok(rid.to_owned()) } else { Err(OfferError::new("it has a malformed simulcast layer")) }
}

fn check_mids(lines: &[OfferedLine]) -> Result<(), OfferError> {
    if lines.is_empty() {
        return Err(OfferError::new("it has no m-line"));
    }
    for (index, line) in lines.iter().enumerate() {
        // Sixteen is what fits in a one-byte header extension and the transport's type.
        if !is_plain_token(&line.mid, 16) {
            return Err(OfferError::new("it has an m-line without a usable mid"));
        }
        if lines[..index].iter().any(|earlier| earlier.mid == line.mid) {
            return Err(OfferError::new("two of its m-lines have the same mid"));
        }
    }
    Ok(())
}

fn is_plain_token(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn without_candidates(sdp: &str) -> String {
    let mut kept = String::with_capacity(sdp.len());
    for line in sdp.lines().filter(|line| !line.starts_with("a=candidate:")) {
        kept.push_str(line);
        kept.push_str("\r\n");
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=sendonly\r\na=candidate:1 1 udp 1 192.0.2.7 9 typ host\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=sendonly\r\na=simulcast:send q;~h;f,g\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:2\r\na=recvonly\r\n";

    #[test]
    fn lines_directions_and_layers_are_read_in_order() {
        let offer = Offer::read(OFFER).unwrap();
        let summary: Vec<_> = offer.lines.iter().map(|l| (l.mid.as_str(), l.kind, l.sends, l.receives)).collect();
        assert_eq!(
            summary,
            [
                ("0", LineKind::Audio, true, false),
                ("1", LineKind::Video, true, false),
                ("2", LineKind::Video, false, true)
            ]
        );
        assert_eq!(offer.lines[1].rids, ["q", "h", "f"]);
    }

    #[test]
    fn a_browser_that_only_sends_descriptors_takes_none() {
        let takes = |extension: &str| {
            let offer = format!("{OFFER}a=extmap:{extension}\r\n");
            Offer::read(&offer).unwrap().lines[2].takes_descriptors
        };
        let name = crate::dependency::URI;
        for id in ["12", "12/sendrecv", "12/recvonly"] {
            assert!(takes(&format!("{id} {name}")), "{id}");
        }
        for other in [format!("8/sendonly {name}"), format!("8/inactive {name}"), "12 urn:x".into(), "12".into()] {
            assert!(!takes(&other), "{other}");
        }
        assert!(!Offer::read(OFFER).unwrap().lines[2].takes_descriptors);
    }

    #[test]
    fn the_addresses_of_a_participant_are_not_kept() {
        assert!(!Offer::read(OFFER).unwrap().sdp.contains("192.0.2.7"));
    }

    #[test]
    fn hopeless_offers_are_refused() {
        let lines = |n: usize| {
            let mut sdp = String::from("v=0\r\n");
            for mid in 0..n {
                sdp.push_str(&format!("m=audio 9 x 111\r\na=mid:{mid}\r\n"));
            }
            sdp
        };
        assert!(Offer::read(&lines(LINES_MAX)).is_ok());
        for bad in [
            String::new(),
            "hello".into(),
            "v=0\r\n".into(),
            lines(LINES_MAX + 1),
            "v=0\r\nm=audio 9 x 111\r\n".into(),
            "v=0\r\nm=audio 9 x 111\r\na=mid:0\r\nm=audio 9 x 111\r\na=mid:0\r\n".into(),
            "v=0\r\nm=application 9 x 111\r\na=mid:0\r\n".into(),
            "v=0\r\nm=audio 9 x 111\r\na=mid:a-name-that-is-too-long\r\n".into(),
            "v=0\r\nm=video 9 x 111\r\na=mid:0\r\na=simulcast:send a;b;c;d;e\r\n".into(),
            format!("v=0\r\n{}", "a".repeat(OFFER_BYTES_MAX)),
        ] {
            assert!(Offer::read(&bad).is_err(), "{bad:.60}");
        }
    }
}
