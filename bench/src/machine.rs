//! The machine: which core does what, and how much time the kernel says a process has used.

use std::fs;
use std::time::Duration;

use core_affinity::CoreId;

/// Which core does what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cores {
    /// What is measured.
    pub(crate) server: CoreId,
    /// Everything else.
    pub(crate) load: CoreId,
}

impl Cores {
    /// The first two that this process may use.
    pub(crate) fn find() -> Result<Self, String> {
        Self::among(&core_affinity::get_core_ids().unwrap_or_default())
    }

    fn among(cores: &[CoreId]) -> Result<Self, String> {
        match cores {
            [server, load, ..] => Ok(Self { server: *server, load: *load }),
            _ => Err(format!(
                "this process may use {} core(s), but the server and the load need one each; measure on a machine with two",
                cores.len()
            )),
        }
    }
}

/// Keeps this thread, and what it starts, on one core.
pub(crate) fn pin(core: CoreId) {
    core_affinity::set_for_current(core);
}

/// The processor time a process has used in all its threads, also in those that have ended; in steps of a tick, which is
/// 10 ms. (`/proc/PID/schedstat` is finer, but only of the first thread, and those below `task/` go with their threads.)
pub(crate) fn cpu_time_of(process: u32) -> Result<Duration, String> {
    let path = format!("/proc/{process}/stat");
    let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let ticks = ticks_in(&text).ok_or_else(|| format!("{path} is not as proc_pid_stat(5) says"))?;
    Ok(Duration::from_secs(1) * ticks / u32::try_from(rustix::param::clock_ticks_per_second()).unwrap_or(100))
}

/// The memory of a process that is in the machine's memory now, in bytes.
pub(crate) fn memory_of(process: u32) -> Result<u64, String> {
    let path = format!("/proc/{process}/status");
    let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.map(|kilobytes| kilobytes * 1024).ok_or_else(|| format!("{path} is not as proc_pid_status(5) says"))
}

/// How much a core had to do since the machine was started, and how much time that was, in ticks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ticks {
    busy: u64,
    all: u64,
}

impl Ticks {
    /// Of a core, until now: for all processes, and for the kernel itself.
    pub(crate) fn of(core: CoreId) -> Result<Self, String> {
        let text = fs::read_to_string("/proc/stat").map_err(|error| format!("/proc/stat: {error}"))?;
        Self::read(&text, core).ok_or_else(|| "/proc/stat is not as proc_stat(5) says".to_owned())
    }

    fn read(stat: &str, core: CoreId) -> Option<Self> {
        let name = format!("cpu{} ", core.id);
        let line = stat.lines().find_map(|line| line.strip_prefix(&name))?;
        // user, nice, system, idle, iowait, irq, softirq, steal; what guests had is in the first two already.
        let fields: Vec<u64> = line.split_whitespace().take(8).map(str::parse).collect::<Result<_, _>>().ok()?;
        let (all, idle) = (fields.iter().sum(), fields.get(3)? + fields.get(4)?);
        Some(Self { busy: all - idle, all })
    }

    /// The share of the time since `before` in which it was busy, in percent.
    pub(crate) fn busy_since(self, before: Self) -> f64 {
        let all = self.all.saturating_sub(before.all).max(1);
        self.busy.saturating_sub(before.busy) as f64 * 100.0 / all as f64
    }
}

/// `utime` and `stime` together: fields 14 and 15, of which the second, a name in brackets, may hold spaces.
fn ticks_in(stat: &str) -> Option<u32> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let (user, system): (u32, u32) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    user.checked_add(system)
}

/// The processor time this thread has used.
pub(crate) fn cpu_time_of_this_thread() -> Duration {
    cpu_time_in("/proc/thread-self/schedstat").unwrap_or_default()
}

/// The first field: time on the processor in nanoseconds (Linux `Documentation/scheduler/sched-stats.rst`).
fn cpu_time_in(path: &str) -> Option<Duration> {
    let text = fs::read_to_string(path).ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// The middle one of some figures.
pub(crate) fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_threads_that_have_ended_is_kept() {
        let work = Duration::from_millis(100);
        let before = cpu_time_of(std::process::id()).expect("this process is there");
        let thread = std::thread::spawn(move || while cpu_time_of_this_thread() < work {});
        thread.join().expect("it only turns round");
        let spent = cpu_time_of(std::process::id()).expect("this process is there") - before;
        // A tick may be missing at either end.
        assert!(spent + Duration::from_millis(20) >= work, "{spent:?}");
    }

    #[test]
    fn a_name_with_spaces_and_brackets_moves_no_field() {
        let stat = "71 (a) b (c) S 1 71 71 0 -1 4194304 9 0 0 0 250 50 7 7 20 0 8 0 1";
        assert_eq!(ticks_in(stat), Some(300));
        assert_eq!(ticks_in("71 (a) S 1"), None);
    }

    #[test]
    fn memory_that_is_used_is_counted() {
        let before = memory_of(std::process::id()).expect("this process is there");
        let taken = vec![1_u8; 32 << 20];
        let after = memory_of(std::process::id()).expect("this process is there");
        assert!(after > before + (taken.len() as u64) / 2, "{before} and then {after}");
    }

    #[test]
    fn a_core_is_busy_when_it_is_not_idle() {
        let stat = "cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\ncpu1 10 20 30 100 40 0 5 5 7 0\n";
        let ticks = Ticks::read(stat, CoreId { id: 1 }).expect("it is there");
        assert_eq!(ticks, Ticks { busy: 70, all: 210 });
        assert_eq!(Ticks { busy: 90, all: 310 }.busy_since(ticks), 20.0);
        assert_eq!(Ticks::read(stat, CoreId { id: 2 }), None);
    }

    #[test]
    fn one_core_is_too_few() {
        let core = |id| CoreId { id };
        assert_eq!(Cores::among(&[core(2), core(5), core(6)]), Ok(Cores { server: core(2), load: core(5) }));
        assert!(Cores::among(&[core(0)]).is_err_and(|why| why.contains("1 core(s)")));
    }
}
