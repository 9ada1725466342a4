//! How a line is, in words: `delay=30ms jitter=5ms loss=5% burst=3 rate=300kbps queue=200ms reorder=1% duplicate=1%`.
//! What is not said is perfect.

use std::time::Duration;

use sim::network::{Bottleneck, Conditions, Loss};

/// How long a datagram waits at most at a bottleneck of which nothing else is said.
const QUEUE: Duration = Duration::from_millis(200);

/// Reads conditions. The error says which word is wrong and what would be right.
pub(crate) fn read<'a>(words: impl Iterator<Item = &'a str>) -> Result<Conditions, String> {
    let mut conditions = Conditions::perfect(Duration::ZERO);
    let (mut loss, mut burst, mut rate, mut queue) = (0.0, 1.0, None, QUEUE);
    for word in words {
        let (name, value) = word.split_once('=').ok_or_else(|| format!("\"{word}\" is not NAME=VALUE"))?;
        match name {
            "delay" => conditions.delay = time(value)?,
            "jitter" => conditions.jitter = time(value)?,
            "loss" => loss = share(value)?,
            "burst" => burst = number(value, "")?.max(1.0),
            "rate" => rate = Some(number(value, "kbps")?),
            "queue" => queue = time(value)?,
            "reorder" => conditions.reordered = share(value)?,
            "duplicate" => conditions.duplicated = share(value)?,
            unknown => {
                return Err(format!("there is no \"{unknown}\": delay jitter loss burst rate queue reorder duplicate"));
            }
        }
    }
    conditions.loss = in_bursts(loss, burst);
    conditions.bottleneck = rate.map(|kilobits| Bottleneck { bytes_per_second: (kilobits * 125.0) as u32, queue });
    Ok(conditions)
}

/// So much is lost on the whole, so many in a row on average (Gilbert 1960: all is lost while the way is bad).
fn in_bursts(loss: f64, burst: f64) -> Loss {
    if burst <= 1.0 || loss >= 1.0 {
        return Loss { when_good: loss, when_bad: loss, turns_bad: 0.0, turns_good: 1.0 };
    }
    let turns_good = 1.0 / burst;
    Loss { when_good: 0.0, when_bad: 1.0, turns_bad: turns_good * loss / (1.0 - loss), turns_good }
}

fn time(value: &str) -> Result<Duration, String> {
    Ok(Duration::from_secs_f64(number(value, "ms")? / 1000.0))
}

fn share(value: &str) -> Result<f64, String> {
    let percent = number(value, "%")?;
    if percent <= 100.0 { Ok(percent / 100.0) } else { Err(format!("\"{value}\" is more than all")) }
}

fn number(value: &str, unit: &str) -> Result<f64, String> {
    let digits = value.strip_suffix(unit).ok_or_else(|| format!("\"{value}\" lacks its unit, {unit}"))?;
    let number: f64 = digits.parse().map_err(|_| format!("\"{value}\" is not a number"))?;
    if (0.0..1e9).contains(&number) { Ok(number) } else { Err(format!("\"{value}\" cannot be")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_so_and_the_rest_is_perfect() {
        let read = |words: &str| super::read(words.split_whitespace());
        assert_eq!(read(""), Ok(Conditions::perfect(Duration::ZERO)));
        let narrow = read("delay=30ms rate=300kbps queue=150ms").unwrap();
        assert_eq!(narrow.delay, Duration::from_millis(30));
        let bottleneck = Bottleneck { bytes_per_second: 37_500, queue: Duration::from_millis(150) };
        assert_eq!(narrow.bottleneck, Some(bottleneck));
        let bursts = read("loss=20% burst=4").unwrap().loss;
        assert_eq!((bursts.turns_good, bursts.turns_bad), (0.25, 0.0625));
        for wrong in ["loss", "loss=5", "loss=101%", "speed=1", "delay=-1ms", "delay=xms"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
