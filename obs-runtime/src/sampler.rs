//! Which traces are recorded, decided when they begin.
//!
//! One word says it: the threshold that a trace's randomness must reach, as OpenTelemetry's consistent probability
//! sampling has it, and whether another process's decision comes first. Asked by [`crate::span`] for the first span of a
//! trace in this process; all other spans follow it.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::heads;
use crate::ids::TraceId;
use crate::trace_state::TraceState;

/// Thresholds are below this: 2^56, where nothing is kept.
const NEVER: u64 = 1 << 56;
/// The flag beside the threshold.
const PARENT_BASED: u64 = 1 << 63;

/// What every trace is asked. By default: all are recorded, unless another process said otherwise.
static HEAD: AtomicU64 = AtomicU64::new(PARENT_BASED);

/// Which traces are recorded, decided when they begin: OpenTelemetry's samplers.
///
/// The decision falls with the first span of a trace in this process; the spans inside follow it. A share is kept by
/// consistent probability: of the 56 random bits of a trace's id the larger ones are kept, so that services with
/// different ratios keep the same traces, and the ratio travels in `tracestate` (`ot=th:..`), from which others can
/// compute how many calls a kept span stands for.
///
/// Counts and histograms are never affected.
///
/// # Examples
/// ```
/// use obs_runtime::Sampler;
///
/// let one_in_ten = Sampler::parent_based(Sampler::ratio(0.1));
/// assert_eq!(one_in_ten.to_string(), "parentbased_traceidratio(0.1)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampler {
    ratio: f64,
    parent_based: bool,
}

impl Default for Sampler {
    /// `parentbased_always_on`.
    fn default() -> Self {
        Self::parent_based(Self::always_on())
    }
}

impl Sampler {
    /// All traces, whatever another process said.
    pub const fn always_on() -> Self {
        Self { ratio: 1.0, parent_based: false }
    }

    /// No trace.
    pub const fn always_off() -> Self {
        Self { ratio: 0.0, parent_based: false }
    }

    /// A share of the traces, from 0 to 1; what lies outside is taken for the nearer end.
    pub const fn ratio(ratio: f64) -> Self {
        Self { ratio: if ratio > 0.0 { ratio.min(1.0) } else { 0.0 }, parent_based: false }
    }

    /// What another process decided, where there is one, and what `root` says where there is none.
    pub const fn parent_based(root: Self) -> Self {
        Self { ratio: root.ratio, parent_based: true }
    }

    /// Whether a trace is kept by its id alone.
    #[expect(clippy::cast_possible_truncation, reason = "the low half")]
    pub(crate) fn keeps(self, trace: TraceId) -> bool {
        trace.get() as u64 & (NEVER - 1) >= threshold(self.ratio)
    }

    fn word(self) -> u64 {
        threshold(self.ratio) | if self.parent_based { PARENT_BASED } else { 0 }
    }
}

impl std::fmt::Display for Sampler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.parent_based { "parentbased_" } else { "" })?;
        match self.ratio {
            ratio if ratio >= 1.0 => f.write_str("always_on"),
            ratio if ratio <= 0.0 => f.write_str("always_off"),
            ratio => write!(f, "traceidratio({ratio})"),
        }
    }
}

/// The least randomness that is kept: (1 - ratio) * 2^56.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 2^56")]
fn threshold(ratio: f64) -> u64 {
    if ratio >= 1.0 { 0 } else { ((1.0 - ratio) * NEVER as f64).round() as u64 }
}

/// Sets what every trace is asked.
pub(crate) fn set(sampler: Sampler) {
    HEAD.store(sampler.word(), Ordering::Relaxed);
}

/// Whether every trace that begins here is recorded, but for functions that want a share only.
#[inline(always)]
pub(crate) fn keeps_all() -> bool {
    HEAD.load(Ordering::Relaxed) & !PARENT_BASED == 0
}

/// What another process said of a trace.
pub(crate) struct Remote {
    /// `None` when it left the decision to us.
    pub(crate) recorded: Option<bool>,
    pub(crate) state: TraceState,
}

/// Whether a trace is recorded, and the number of its `tracestate`.
///
/// `ratio` is that of the function it begins in.
#[inline]
pub(crate) fn decide(trace: [u64; 2], ratio: f64, remote: Option<&Remote>) -> (bool, u32) {
    let head = HEAD.load(Ordering::Relaxed);
    if ratio >= 1.0 && head & !PARENT_BASED == 0 && remote.is_none() {
        return (true, 0);
    }
    decide_slowly(trace, head, threshold(ratio), remote)
}

#[cold]
fn decide_slowly(trace: [u64; 2], head: u64, of_function: u64, remote: Option<&Remote>) -> (bool, u32) {
    let follows = remote.filter(|_| head & PARENT_BASED != 0).and_then(|remote| remote.recorded);
    let of_sampler = if follows.is_some() { 0 } else { head & !PARENT_BASED };
    let threshold = of_sampler.max(of_function);
    let randomness = remote.and_then(|remote| random_value(&remote.state)).unwrap_or(trace[1] & (NEVER - 1));
    let recorded = randomness >= threshold && follows.unwrap_or(true);
    let number = match remote {
        // Followed, the trace stays as rare as it came; decided anew, it is as rare as we made it.
        Some(remote) => {
            let came_with = threshold_of(&remote.state);
            let said = if follows.is_some() { came_with.unwrap_or(0).max(threshold) } else { threshold };
            let says_it = said == came_with.unwrap_or(0) && (said > 0 || came_with.is_none());
            let state = if says_it { remote.state.clone() } else { with_threshold(&remote.state, said) };
            heads::put(trace, state)
        }
        None if recorded && threshold > 0 => heads::share(&with_threshold(&TraceState::EMPTY, threshold)),
        None => 0,
    };
    (recorded, number)
}

/// `th` of OpenTelemetry's member: up to 14 hex digits, those cut off at the end are zero.
fn threshold_of(state: &TraceState) -> Option<u64> {
    let digits = fields(state).find_map(|(key, value)| (key == "th").then_some(value))?;
    let is_hex = (1..=14).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let digits = u64::from_str_radix(digits, 16).ok().filter(|_| is_hex)? << (4 * (14 - digits.len()));
    Some(digits)
}

/// `rv` of OpenTelemetry's member: 14 hex digits that stand in for the randomness of the id.
fn random_value(state: &TraceState) -> Option<u64> {
    let digits = fields(state).find_map(|(key, value)| (key == "rv").then_some(value))?;
    if digits.len() == 14 { u64::from_str_radix(digits, 16).ok() } else { None }
}

/// The parts of OpenTelemetry's member.
fn fields(state: &TraceState) -> impl Iterator<Item = (&str, &str)> {
    state.get("ot").unwrap_or("").split(';').filter_map(|field| field.split_once(':'))
}

/// The same state with `th` set in OpenTelemetry's member, which moves to the front.
fn with_threshold(state: &TraceState, threshold: u64) -> TraceState {
    let digits = format!("{threshold:014x}");
    let digits = match digits.trim_end_matches('0') {
        "" => "0",
        digits => digits,
    };
    let mut text = format!("ot=th:{digits}");
    for (key, value) in fields(state).filter(|(key, _)| *key != "th") {
        text = format!("{text};{key}:{value}");
    }
    for (key, value) in state.members().filter(|(key, _)| *key != "ot").take(31) {
        text = format!("{text},{key}={value}");
    }
    TraceState::from_valid(&text)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_written_as_the_specification_does() {
        let written = |ratio| with_threshold(&TraceState::EMPTY, threshold(ratio)).to_string();
        assert_eq!(written(1.0), "ot=th:0");
        assert_eq!(written(0.5), "ot=th:8");
        assert_eq!(written(0.25), "ot=th:c");
        assert!(written(0.01).starts_with("ot=th:fd70a3d70a3d7"), "{}", written(0.01));
    }

    #[test]
    fn our_threshold_replaces_another_and_keeps_the_rest() {
        let state = TraceState::from_valid("a=1,ot=th:8;rv:0123456789abcd;x:y,b=2");
        assert_eq!(with_threshold(&state, threshold(0.25)).as_str(), "ot=th:c;rv:0123456789abcd;x:y,a=1,b=2");
        assert_eq!(random_value(&state), Some(0x01_2345_6789_abcd));
    }

    #[test]
    fn a_share_is_kept_by_the_low_56_bits_of_the_id() {
        let keeps = |low: u64| decide_slowly([1, low], 0, threshold(0.25), None).0;
        assert!(keeps(0x00c0_0000_0000_0000));
        assert!(keeps(0xffff_ffff_ffff_ffff));
        assert!(!keeps(0xffbf_ffff_ffff_ffff), "the high byte is not looked at");
    }

    #[test]
    fn the_strictest_threshold_travels() {
        let sent = |head, of_function, state: &str, recorded| {
            let remote = Remote { recorded: Some(recorded), state: TraceState::from_valid(state) };
            let (_, number) = decide_slowly([7, u64::MAX], head, of_function, Some(&remote));
            heads::get(number, [7, u64::MAX]).to_string()
        };
        assert_eq!(sent(PARENT_BASED, threshold(0.5), "ot=th:c,a=1", true), "ot=th:c,a=1", "as rare as it came");
        assert_eq!(sent(PARENT_BASED, threshold(0.25), "ot=th:8", true), "ot=th:c");
        assert_eq!(sent(PARENT_BASED, 0, "a=1", true), "a=1");
        assert_eq!(sent(0, 0, "ot=th:c;rv:00000000000000", false), "ot=th:0;rv:00000000000000", "decided anew");
        assert_eq!(sent(0, threshold(0.5), "a=1", false), "ot=th:8,a=1");
    }

    #[test]
    fn another_process_decides_only_where_it_is_asked() {
        let remote = |recorded| Remote { recorded: Some(recorded), state: TraceState::EMPTY };
        let low = u64::MAX;
        assert!(!decide_slowly([1, low], PARENT_BASED, 0, Some(&remote(false))).0);
        assert!(decide_slowly([1, low], PARENT_BASED | NEVER, 0, Some(&remote(true))).0);
        assert!(decide_slowly([1, low], 0, 0, Some(&remote(false))).0);
        assert!(!decide_slowly([1, low], NEVER, 0, Some(&remote(true))).0);
    }
}
