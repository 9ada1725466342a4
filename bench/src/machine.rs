//! The machine: which core does what, and how much time the kernel says a process has used.

use std::fs;
use std::time::Duration;

/// The core of what is measured.
pub(crate) const SERVER_CORE: usize = 0;
/// The core of everything else.
pub(crate) const LOAD_CORE: usize = 1;

/// Keeps this thread on one core, where the machine has it.
pub(crate) fn pin(core: usize) {
    core_affinity::set_for_current(core_affinity::CoreId { id: core });
}

/// The processor time all threads of a process have used, as the scheduler counts it: nanoseconds, not ticks.
pub(crate) fn cpu_time_of(process: u32) -> Result<Duration, String> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).map_err(|error| format!("process {process}: {error}"))?;
    let times = tasks.flatten().filter_map(|task| cpu_time_in(&task.path().join("schedstat").to_string_lossy()));
    Ok(times.sum())
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
