//! Moments and lengths of time, as people write and read them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use wire::WallTime;

/// Now.
pub(crate) fn now() -> WallTime {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    WallTime(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// A moment in the time zone of this machine, to the minute: `2026-11-23 18:50 UTC`.
pub(crate) fn written(at: WallTime) -> String {
    Timestamp::from_millisecond(at.0).map_or_else(
        |_| "-".to_owned(),
        |at| at.to_zoned_datetime(TimeZone::system()).strftime("%Y-%m-%d %H:%M %Z").to_string(),
    )
}

/// Reads a length of time: `30m`, `12h`, `7d`, `2w`; at least a minute, at most a year.
pub(crate) fn length(text: &str) -> Result<Duration, String> {
    const WRONG: &str = "write a number and m, h, d or w, from 1m to 365d, such as 12h or 7d";
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let minutes = match &text[digits.len()..] {
        "m" => 1,
        "h" => 60,
        "d" => 24 * 60,
        "w" => 7 * 24 * 60,
        _ => return Err(WRONG.to_owned()),
    };
    let number: u64 = digits.parse().map_err(|_| WRONG)?;
    match number.checked_mul(minutes) {
        Some(minutes @ 1..=525_600) => Ok(Duration::from_secs(minutes * 60)),
        Some(_) | None => Err(WRONG.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_people_write_them() {
        assert_eq!(length("90m"), Ok(Duration::from_secs(5400)));
        assert_eq!(length("7d"), Ok(Duration::from_secs(7 * 86_400)));
        assert_eq!(length("2w"), length("14d"));
        for wrong in ["", "7", "d", "0d", "366d", "-1d", "7 d", "7days", "99999999999999999999w"] {
            assert!(length(wrong).is_err(), "{wrong}");
        }
    }
}
