//! Errors by class, function and type: since the start, or of the last minutes.
//!
//! Counts are those of the series, so they are exact. Reads [`crate::error_history`]; each kind is an
//! [`ErrorCount`](crate::ErrorCount).

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use crate::error_count::{ClassCount, ErrorCount};
use crate::error_history::{self, ERRORS};
use crate::registry::{self, SeriesMeta};
use crate::text::rows;

/// How many errors there were, by class, function and type: since the start.
///
/// An error is a call that returned an `Err`; panics and cancelled futures are none. [`Errors::last`] is the same for the last
/// minutes or hours.
///
/// # Cost
/// Reads the counters of all errors in all threads; writers are not held up.
///
/// # Examples
/// ```
/// let errors = obs_runtime::errors();
/// assert_eq!(errors.count(), 0);
/// assert_eq!(errors.to_string(), "no errors");
/// ```
pub fn errors() -> Errors {
    if !crate::IS_ENABLED {
        return Errors::default();
    }
    let series = registry::series();
    let counts = error_history::totals(&series);
    Errors::new(&series, &counts, None)
}

/// How many errors there were, most frequent first.
///
/// # Examples
/// ```
/// use std::time::Duration;
///
/// let last_hour = obs_runtime::Errors::last(Duration::from_secs(3600));
/// for errors in &last_hour {
///     println!("{} times {} in {}", errors.count(), errors.error_type(), errors.name());
/// }
/// assert!(last_hour.by_class().is_empty(), "there were none");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Errors {
    window: Option<Duration>,
    kinds: Vec<ErrorCount>,
}

impl Errors {
    /// The errors of the last minutes or hours, up to 24 hours.
    ///
    /// # Shape
    /// Time is kept in steps: of 10 seconds for the last 10 minutes, of a minute for 2 hours, of 10 minutes before that. Nothing
    /// that belongs to the window is left out; what came up to one step before it may be in it. Without running telemetry
    /// (`builder().start()`) what came between two readings counts as one step.
    pub fn last(window: Duration) -> Self {
        if !crate::IS_ENABLED {
            return Self::default();
        }
        let (counts, window) = ERRORS.last(window);
        Self::new(&registry::series(), &counts, window)
    }

    fn new(series: &[Option<SeriesMeta>], counts: &HashMap<u32, u64>, window: Option<Duration>) -> Self {
        let kind = |(number, count): (&u32, &u64)| {
            let meta = series.get(*number as usize)?.as_ref()?;
            let &SeriesMeta { callsite, error_type, error_class, .. } = meta;
            Some(ErrorCount { callsite, error_type: error_type?, error_class, count: *count })
        };
        let mut kinds: Vec<_> = counts.iter().filter_map(kind).filter(|kind| kind.count > 0).collect();
        kinds.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.key().cmp(&b.key())));
        Self { window, kinds }
    }

    /// How long a time they are of; `None` for all since the start, also where a window reaches back to it.
    pub const fn window(&self) -> Option<Duration> {
        self.window
    }

    /// All of them together.
    pub fn count(&self) -> u64 {
        self.kinds.iter().map(|kind| kind.count).sum()
    }

    /// Each kind of error: one function, one type, one class. Most frequent first.
    pub fn iter(&self) -> std::slice::Iter<'_, ErrorCount> {
        self.kinds.iter()
    }

    /// Totals by the name of the class, most frequent first.
    pub fn by_class(&self) -> Vec<ClassCount> {
        let mut classes: Vec<ClassCount> = Vec::new();
        for kind in &self.kinds {
            match classes.iter_mut().find(|class| class.name() == kind.class_name()) {
                Some(class) => class.add(kind),
                None => classes.push(ClassCount::of(kind)),
            }
        }
        classes.sort_by(|a, b| b.count().cmp(&a.count()).then(a.name().cmp(b.name())));
        classes
    }
}

impl<'a> IntoIterator for &'a Errors {
    type Item = &'a ErrorCount;
    type IntoIter = std::slice::Iter<'a, ErrorCount>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A line for all, by class, and a table of each kind.
impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count() {
            0 => f.write_str("no errors")?,
            1 => f.write_str("1 error")?,
            count => write!(f, "{count} errors")?,
        }
        if let Some(window) = self.window {
            write!(f, " in the last {window:?}")?;
        }
        for (at, class) in self.by_class().iter().enumerate() {
            write!(f, "{}{} {}", if at == 0 { ": " } else { ", " }, class.count(), class.name())?;
        }
        if self.kinds.is_empty() {
            return Ok(());
        }
        let head = ["count", "class", "retryable", "severity", "error", "function"];
        rows::write(f, [true, false, false, false, false, false], head, self.kinds.iter().map(ErrorCount::cells))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callsite::{Callsite, Meta, Name};
    use crate::error_class::{ErrorClass, Severity};
    use crate::outcome::Outcome;

    fn function(name: &'static str) -> &'static Callsite {
        Box::leak(Box::new(Callsite::new(Meta { name: Name::Given(name), ..Meta::EMPTY })))
    }

    fn of(kinds: &[(&'static str, &'static str, Option<ErrorClass>, u64)], window: Option<Duration>) -> Errors {
        let meta = |&(name, error_type, error_class, _): &(_, _, _, _)| {
            let (callsite, labels, outcome) = (function(name), [].into(), Outcome::Error);
            Some(SeriesMeta { callsite, labels, overflow: false, outcome, error_type: Some(error_type), error_class })
        };
        let series: Vec<_> = kinds.iter().map(meta).collect();
        let counts = (0..).zip(kinds).map(|(number, kind)| (number, kind.3)).collect();
        Errors::new(&series, &counts, window)
    }

    #[test]
    fn the_most_frequent_come_first_and_classes_of_one_name_are_one() {
        let strict = ErrorClass::TRANSIENT.retryable(false).severity(Severity::High);
        let errors = of(
            &[
                ("pay", "Error::Limit", Some(ErrorClass::new("quota")), 3),
                ("pay", "Error::Timeout", Some(ErrorClass::TRANSIENT), 2),
                ("parse", "ParseIntError", None, 4),
                ("pay", "Error::Gone", Some(strict), 2),
                ("pay", "Error::Never", None, 0),
            ],
            Some(Duration::from_secs(60)),
        );
        let classes: Vec<_> = errors
            .by_class()
            .iter()
            .map(|class| (class.name(), class.count(), class.retryable(), class.severity()))
            .collect();
        let expected = [
            ("transient", 4, 2, Some(Severity::High)),
            ("unknown", 4, 0, None),
            ("quota", 3, 0, Some(Severity::Medium)),
        ];
        assert_eq!((classes, errors.count()), (expected.to_vec(), 11));
        let table = "\
11 errors in the last 60s: 4 transient, 4 unknown, 3 quota
count class     retryable severity error          function
    4 unknown   -         -        ParseIntError  parse
    3 quota     no        medium   Error::Limit   pay
    2 transient no        high     Error::Gone    pay
    2 transient yes       medium   Error::Timeout pay";
        assert_eq!(errors.to_string(), table);
    }

    #[test]
    fn one_error_and_none() {
        assert_eq!(of(&[], None).to_string(), "no errors");
        let one = of(&[("f", "E", None, 1)], None).to_string();
        assert!(one.starts_with("1 error: 1 unknown\ncount"), "{one}");
    }
}
