//! Errors are counted by the class that their type says, and nothing that ends well pays for it.

use std::time::Duration;

use obs::{Classify, ErrorClass, Errors, ManualClock, Severity};

use crate::outcomes::{block_on, pause};
use crate::support::{Kept, totals};

/// The classes of a function's failed calls with their counts, by name.
fn classes(function: &str) -> Vec<(&'static str, u64)> {
    let function = totals(function);
    let failed = function.series().iter().filter(|series| series.outcome() == obs::Outcome::Error);
    let class = |series: &obs::Series| series.error_class().map_or("none", |class| class.name);
    let mut classes: Vec<_> = failed.map(|series| (class(series), series.calls())).collect();
    classes.sort_unstable();
    classes
}

/// The kinds of errors of a function, as they are summed up.
fn kinds(errors: &Errors, function: &str) -> Vec<(&'static str, Option<ErrorClass>, u64)> {
    let ours = errors.iter().filter(|kind| kind.name().ends_with(function));
    ours.map(|kind| (kind.error_type(), kind.error_class(), kind.count())).collect()
}

#[derive(Debug, Clone, Copy, Classify)]
#[expect(dead_code, reason = "only the class is asked for")]
enum PayError {
    #[class(transient)]
    Timeout,
    #[class("quota", retryable, severity = high)]
    Limit { left: u32 },
    #[class(inner)]
    Db(DbError),
}

#[derive(Debug, Clone, Copy, Classify)]
enum DbError {
    #[class(resource)]
    Full,
    #[class(data)]
    Row,
}

const ALL: [PayError; 4] =
    [PayError::Timeout, PayError::Limit { left: 3 }, PayError::Db(DbError::Full), PayError::Db(DbError::Row)];

type Result<T, E = PayError> = std::result::Result<T, E>;

#[obs::counted]
fn pay(error: Option<PayError>) -> Result<u8> {
    error.map_or(Ok(1), |error| Err(error)?)
}

#[test]
fn each_class_has_a_series_of_its_own_also_within_one_variant() {
    assert!(pay(None).is_ok());
    for error in ALL.into_iter().chain([PayError::Timeout]) {
        assert!(pay(Some(error)).is_err());
    }
    assert_eq!(classes("classify::pay"), [("data", 1), ("quota", 1), ("resource", 1), ("transient", 2)]);
    let quota = ErrorClass::new("quota").retryable(true).severity(Severity::High);
    let kinds = kinds(&obs::errors(), "classify::pay");
    let expected = [
        ("it::classify::PayError::Timeout", Some(ErrorClass::TRANSIENT), 2),
        ("it::classify::PayError::Db", Some(ErrorClass::DATA), 1),
        ("it::classify::PayError::Db", Some(ErrorClass::RESOURCE), 1),
        ("it::classify::PayError::Limit", Some(quota), 1),
    ];
    assert_eq!(kinds, expected);
}

#[obs::traced]
#[obs::profiled]
async fn pay_later(error: PayError) -> Result<u8> {
    pause().await;
    Err(error)
}

#[test]
fn spans_and_series_of_futures_carry_the_class() {
    let kept = Kept::start();
    for error in ALL {
        assert!(block_on(pay_later(error)).is_err());
    }
    let spans = kept.spans("classify::pay_later");
    let of_spans: Vec<_> = spans.iter().map(obs::Span::error_class).collect();
    assert_eq!(of_spans, ALL.map(|error| Some(error.class())));
    assert_eq!(classes("classify::pay_later"), [("data", 1), ("quota", 1), ("resource", 1), ("transient", 1)]);
}

#[obs::counted]
#[track_caller]
fn watched(error: PayError, returned: bool) -> Result<u8> {
    if returned {
        return Err(error);
    }
    let n: u8 = "1".parse().map_err(|_| error)?;
    if n == 1 { Err(error) } else { Ok(n) }
}

#[obs::counted]
#[track_caller]
fn question(error: PayError) -> Result<u8> {
    Err(error)?
}

#[obs::counted(labels(shop))]
fn labelled(shop: u8, error: PayError) -> Result<u8> {
    let _ = shop;
    Err(error)
}

#[test]
fn every_form_of_function_learns_the_class() {
    assert!(watched(PayError::Timeout, false).is_err() && watched(PayError::Timeout, true).is_err());
    assert_eq!(classes("classify::watched"), [("transient", 2)]);
    assert!(question(PayError::Timeout).is_err());
    assert_eq!(classes("classify::question"), [("none", 1)], "under `#[track_caller]` a `?` does not know the type");
    assert!((0..3).all(|shop| labelled(shop, PayError::Timeout).is_err()));
    assert_eq!(classes("classify::labelled"), [("transient", 1); 3]);
    let errors = obs::errors();
    let [(.., count)] = kinds(&errors, "classify::labelled")[..] else { panic!("one kind under all labels: {errors}") };
    assert_eq!(count, 3);
}

/// A class, but no `Debug`.
#[derive(Classify)]
#[class(configuration, severity = critical)]
struct Silent;

#[obs::counted]
fn silent() -> Result<u8, Silent> {
    Err(Silent)
}

#[obs::counted]
fn foreign(text: &str) -> Result<u8, std::num::ParseIntError> {
    text.parse()
}

#[obs::counted]
fn boxed(fail: bool) -> Result<u8, Box<dyn std::error::Error>> {
    if fail { Err("timeout: transient".into()) } else { Ok(1) }
}

#[obs::counted]
fn unwinds() -> Result<u8> {
    panic!("as asked")
}

#[test]
fn what_says_no_class_has_none_whatever_its_message() {
    assert!(silent().is_err() && foreign("x").is_err() && boxed(true).is_err());
    assert!(std::panic::catch_unwind(unwinds).is_err());
    assert_eq!(classes("classify::silent"), [("configuration", 1)]);
    assert_eq!(classes("classify::foreign"), [("none", 1)]);
    assert_eq!(classes("classify::boxed"), [("none", 1)]);
    assert_eq!(classes("classify::unwinds"), [], "a panic is no error");
    let errors = obs::errors();
    assert_eq!(kinds(&errors, "classify::foreign"), [("core::num::error::ParseIntError", None, 1)]);
    let unknown = errors.by_class().into_iter().find(|class| class.name() == "unknown").expect("there are some");
    assert_eq!((unknown.retryable(), unknown.severity()), (0, None));
    assert!(unknown.count() >= 2);
}

/// Written by hand: more kinds than a function may have.
struct Wide(u8);

impl Classify for Wide {
    fn class(&self) -> ErrorClass {
        const OTHERS: [&str; 3] = ["first", "second", "third"];
        match self.0 {
            0 => ErrorClass::TRANSIENT,
            1 => ErrorClass::DATA,
            n => ErrorClass::new(OTHERS[usize::from(n - 2) % 3]),
        }
    }
}

impl std::fmt::Debug for Wide {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&format!("Variant{}", self.0))
    }
}

#[obs::counted]
fn wide(n: u8) -> Result<u8, Wide> {
    Err(Wide(n))
}

#[test]
fn past_the_bound_of_error_types_the_class_is_still_counted() {
    (0..100).for_each(|n| drop(wide(n)));
    let mut sums = std::collections::BTreeMap::new();
    classes("classify::wide").into_iter().for_each(|(class, calls)| *sums.entry(class).or_insert(0) += calls);
    assert_eq!(
        sums.into_iter().collect::<Vec<_>>(),
        [("data", 1), ("first", 33), ("second", 33), ("third", 32), ("transient", 1)]
    );
    let others = kinds(&obs::errors(), "classify::wide").into_iter().filter(|(name, ..)| *name == "_OTHER");
    assert_eq!(others.count(), 3);
}

#[obs::counted]
fn now_and_then(error: PayError) -> Result<u8> {
    Err(error)
}

/// The only test that reads windows: they are those of the process, and so is the time of their last reading.
#[test]
fn a_window_holds_what_came_within_it() {
    let clock = ManualClock::new();
    // Later than all that any other thread reads.
    clock.set(Duration::from_secs(1 << 32));
    let fail = |times: u64| assert!((0..times).all(|_| now_and_then(PayError::Timeout).is_err()));
    let last = |seconds| {
        let errors = Errors::last(Duration::from_secs(seconds));
        kinds(&errors, "now_and_then").first().map_or(0, |&(.., count)| count)
    };
    clock.run(|| {
        fail(2);
        assert_eq!(last(60), 2, "what came before the first reading");
        clock.advance(Duration::from_secs(1200));
        fail(3);
        assert_eq!((last(60), last(600), last(3600)), (3, 3, 5));
        clock.advance(Duration::from_secs(3600));
        assert_eq!((last(60), last(600), last(7200), last(u64::MAX)), (0, 0, 5, 5));
        clock.advance(Duration::from_secs(24 * 3600 - 3700));
        fail(1);
        assert_eq!((last(1), last(24 * 3600)), (1, 4), "what is a day old is forgotten");
        let errors = Errors::last(Duration::from_secs(600));
        assert_eq!(errors.window(), Some(Duration::from_secs(600)));
        assert!(errors.to_string().contains("in the last 600s: "), "{errors}");
    });
    assert_eq!(kinds(&obs::errors(), "now_and_then")[0].2, 6, "since the start nothing is forgotten");
}
