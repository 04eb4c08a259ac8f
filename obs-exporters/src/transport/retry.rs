//! Tries again, with waits that grow and are spread, until it works, is final, or has taken too long.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use obs_runtime::Reader;

use super::error::SendError;
use super::settings::Retry;

/// How one try went.
pub(crate) enum Attempt<T> {
    /// It worked.
    Done(T),
    /// It failed, and would again.
    Final(SendError),
    /// It failed, and may work later: not before a time, when the other side said one.
    Again { error: SendError, after: Option<Duration> },
}

/// Tries again; remembers when the other side wants to be left alone until.
pub(crate) struct Retrier {
    retry: Retry,
    held_until: Option<Instant>,
    /// Runs that failed since the last that did not.
    failed: u32,
}

impl Retrier {
    pub(crate) const fn new(retry: Retry) -> Self {
        Self { retry, held_until: None, failed: 0 }
    }

    /// Tries until it works. Each try is told how much time is left.
    ///
    /// When the telemetry is shutting down, one last try is made and nothing is waited for. `url` is for errors.
    pub(crate) fn run<T>(
        &mut self,
        reader: &Reader,
        url: &str,
        mut attempt: impl FnMut(Duration) -> Attempt<T>,
    ) -> Result<T, SendError> {
        let now = Instant::now();
        let end = now.checked_add(self.retry.total).unwrap_or(now + FOREVER);
        let mut is_last = !self.wait_until_wanted(reader, url, end)? || self.failed > 0;
        for made in 1.. {
            let left = end.saturating_duration_since(Instant::now()).max(LEAST);
            let (error, after) = match attempt(left) {
                Attempt::Done(value) => {
                    self.failed = 0;
                    return Ok(value);
                }
                Attempt::Final(error) => return Err(error.after(made)),
                Attempt::Again { error, after } => (error, after),
            };
            self.held_until = after.and_then(|wait| Instant::now().checked_add(wait));
            let wait = after.unwrap_or_else(|| self.backoff(made));
            let is_over = Instant::now().checked_add(wait).is_none_or(|next| next >= end);
            if is_last || is_over || made >= self.retry.tries {
                self.leave_alone();
                return Err(error.after(made));
            }
            is_last = !reader.pause(wait);
        }
        unreachable!("the tries are bounded")
    }

    /// Waits as long as the other side asked for in an earlier answer. Gives back whether there may be further waits.
    fn wait_until_wanted(&mut self, reader: &Reader, url: &str, end: Instant) -> Result<bool, SendError> {
        let Some(until) = self.held_until else { return Ok(true) };
        let now = Instant::now();
        let end = if self.retry.is_waited_for { now } else { end };
        let may_wait = reader.pause(until.min(end).saturating_duration_since(now));
        if may_wait && until > end {
            let wait = until.saturating_duration_since(Instant::now());
            return Err(SendError::NotYet { url: super::error::shown(url), wait });
        }
        self.held_until = None;
        Ok(may_wait)
    }

    /// Keeps what fails from taking the time of others.
    fn leave_alone(&mut self) {
        if self.retry.is_waited_for {
            let wait = self.retry.longest.saturating_mul(1 << self.failed.min(16)).min(LONGEST_REST);
            let until = Instant::now() + wait;
            self.held_until = Some(self.held_until.map_or(until, |asked| asked.max(until)));
            self.failed = self.failed.saturating_add(1);
        }
    }

    /// Anything up to a bound that doubles with each try, so that many programs do not come back at the same moment.
    fn backoff(&self, made: u32) -> Duration {
        let bound = self.retry.first.saturating_mul(1 << (made - 1).min(16)).min(self.retry.longest);
        bound.mul_f64(random())
    }
}

/// The least time a try is given, even when the time is up.
const LEAST: Duration = Duration::from_millis(100);

/// The longest that something that others wait for is left alone, unless it asks for more.
const LONGEST_REST: Duration = Duration::from_secs(60);

/// The time of all tries where the clock cannot count as far as asked for: a year.
const FOREVER: Duration = Duration::from_secs(365 * 86_400);

/// A number from 0 to 1. The keys of a hash map are random enough to spread waits.
fn random() -> f64 {
    let bits = RandomState::new().hash_one(0) >> 11;
    bits as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: Retry = Retry {
        tries: 4,
        total: Duration::from_secs(60),
        first: Duration::from_millis(1),
        longest: Duration::from_millis(2),
        any_server_error: false,
        is_waited_for: false,
    };

    fn error() -> SendError {
        SendError::Refused { url: "u".into(), status: "503".into(), said: String::new(), tries: 0 }
    }

    #[test]
    fn what_fails_for_a_while_is_tried_until_it_works() {
        let mut calls = 0;
        let done = Retrier::new(QUICK).run(&Reader::default(), "u", |_| {
            calls += 1;
            if calls < 3 { Attempt::Again { error: error(), after: None } } else { Attempt::Done(calls) }
        });
        assert_eq!(done.unwrap(), 3);
    }

    #[test]
    fn tries_are_bounded_and_told() {
        let mut calls = 0;
        let failed = Retrier::new(QUICK).run::<()>(&Reader::default(), "u", |_| {
            calls += 1;
            Attempt::Again { error: error(), after: None }
        });
        assert_eq!((calls, failed.unwrap_err().to_string().as_str()), (4, "u answered 503 (4 tries)"));
    }

    #[test]
    fn what_is_final_is_tried_once() {
        let mut calls = 0;
        let failed = Retrier::new(QUICK).run::<()>(&Reader::default(), "u", |_| {
            calls += 1;
            Attempt::Final(error())
        });
        assert_eq!((calls, failed.unwrap_err().to_string().as_str()), (1, "u answered 503"));
    }

    #[test]
    fn a_wait_past_the_time_is_not_begun_and_nothing_is_sent_before_it_is_over() {
        let mut retrier = Retrier::new(Retry { total: Duration::from_millis(20), ..QUICK });
        let mut calls = 0;
        let mut busy = |_| {
            calls += 1;
            Attempt::<()>::Again { error: error(), after: Some(Duration::from_secs(3600)) }
        };
        assert!(matches!(retrier.run(&Reader::default(), "u", &mut busy), Err(SendError::Refused { tries: 1, .. })));
        assert!(matches!(retrier.run(&Reader::default(), "u", &mut busy), Err(SendError::NotYet { .. })));
        assert_eq!(calls, 1);
    }

    #[test]
    fn what_fails_while_others_wait_is_left_alone_and_then_tried_once() {
        let longest = Duration::from_millis(50);
        let mut retrier = Retrier::new(Retry { longest, is_waited_for: true, ..QUICK });
        let (mut calls, mut is_up) = (0, false);
        let mut run = |is_up: bool| {
            let before = calls;
            let result = retrier.run(&Reader::default(), "u", |_| {
                calls += 1;
                if is_up { Attempt::Done(()) } else { Attempt::Again { error: error(), after: None } }
            });
            (calls - before, result)
        };
        assert_eq!(run(is_up).0, QUICK.tries);
        let mut tried = Vec::new();
        while tried.len() < 3 {
            let (calls, result) = run(is_up);
            assert_eq!(calls == 0, matches!(result, Err(SendError::NotYet { .. })));
            tried.extend((calls > 0).then_some(calls));
        }
        assert_eq!(tried, [1; 3], "one try after each rest");
        is_up = true;
        while run(is_up).1.is_err() {}
        assert_eq!(run(false).0, QUICK.tries, "it worked, so it is tried as at first");
    }

    #[test]
    fn the_time_of_all_tries_may_be_endless() {
        let mut retrier = Retrier::new(Retry { total: Duration::MAX, ..QUICK });
        assert!(retrier.run(&Reader::default(), "u", |_| Attempt::Done(())).is_ok());
    }

    #[test]
    fn waits_grow_to_a_bound_and_differ() {
        let retrier = Retrier::new(Retry { first: Duration::from_secs(1), longest: Duration::from_secs(5), ..QUICK });
        let longest = |made| (0..200).map(|_| retrier.backoff(made)).max().unwrap();
        assert!(longest(1) <= Duration::from_secs(1) && longest(2) <= Duration::from_secs(2));
        assert!(longest(30) <= Duration::from_secs(5) && longest(30) > Duration::from_secs(2));
        assert_ne!(retrier.backoff(9), retrier.backoff(9));
    }
}
