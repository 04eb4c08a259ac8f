//! What the attributes expand into needs no unsafe code, warns about nothing, and allows nothing: what is forbidden
//! cannot be.
#![forbid(unsafe_code, warnings, unused, unreachable_code, let_underscore_drop, nonstandard_style)]
#![deny(warnings, missing_docs, unreachable_pub, unused, future_incompatible, rust_2018_idioms, unused_qualifications)]
#![deny(elided_lifetimes_in_paths, single_use_lifetimes, trivial_casts, unused_results, let_underscore_drop)]

use obs::{Classify, budget, counted, profiled, traced};

#[traced(fields(n, text = %text), ret, err)]
#[profiled(sample = 2)]
#[counted(labels(n = n), in_flight)]
#[budget(ms = 100, p99 = "50ms", allocs = 10, calls(in_place = 1, Cart::seen = 2, "other" = 0), on_exceed = warn)]
fn value(n: u32, text: &str) -> Result<u32, String> {
    text.parse::<u32>().map(|parsed| parsed + n).map_err(|error| error.to_string())
}

#[traced(root)]
#[counted]
fn in_place(n: &mut u32) {
    *n += 1;
}

#[traced]
#[profiled(cpu, alloc)]
#[counted]
#[budget(s = 1, objective = 99.9, busy_ms = 900, poll_ms = 100, polls = 10, calls(later = 1, boxed = 0))]
async fn later(n: u32) -> Option<u32> {
    Some(n)
}

#[counted]
fn boxed(n: u32) -> std::pin::Pin<Box<dyn Future<Output = u32> + Send>> {
    Box::pin(async move { n })
}

#[counted]
#[track_caller]
fn located(fail: bool) -> Result<u32, ()> {
    if fail {
        return Err(());
    }
    Ok(std::panic::Location::caller().line())
}

#[counted]
#[budget(calls(<Option<u32> as Default>::default = 1, diverges = 1))]
fn diverges(n: u32) -> u32 {
    panic!("{n}")
}

#[counted]
fn never_ends() {
    loop {
        std::thread::park();
    }
}

#[counted]
async fn diverges_later(n: u32) -> Option<u32> {
    panic!("{n}")
}

#[derive(Clone, Copy, Classify)]
enum PayError<E> {
    #[class(transient)]
    Timeout,
    #[class("quota", retryable, severity = high)]
    Limit { left: u32 },
    #[class(inner)]
    Other(E),
}

#[derive(Clone, Copy, Classify)]
#[class(data)]
struct ParseError(u32);

#[counted]
fn pay(left: u32) -> Result<u32, PayError<ParseError>> {
    match left {
        0 => Err(PayError::Timeout),
        1 => Err(PayError::Other(ParseError(left))),
        left => Err(PayError::Limit { left }),
    }
}

struct Cart(u32);

#[counted]
impl Cart {
    #[obs::skip]
    const fn skipped(&self) -> u32 {
        self.0
    }

    #[traced(parent = obs::Context::current(), links = [obs::Context::current()])]
    fn seen(self) -> Option<Self> {
        (self.0 > 0).then_some(self)
    }
}

fn main() {
    assert_eq!(value(1, "2"), Ok(3));
    assert!(value(1, "x").is_err());
    let mut n = 1;
    in_place(&mut n);
    assert_eq!(located(false), Ok(line!()));
    assert!(located(true).is_err());
    let left = |error| match error {
        PayError::Limit { left } | PayError::Other(ParseError(left)) => left,
        PayError::Timeout => 0,
    };
    assert_eq!([0, 1, 2].map(|n| pay(n).map_err(left)), [Err(0), Err(1), Err(2)]);
    drop(later(n));
    drop(boxed(n));
    drop(diverges_later(n));
    assert_eq!(Cart(1).seen().map(|cart| cart.skipped()), Some(1));
    if n == 0 {
        never_ends();
        std::process::exit(i32::from(diverges(n) == 0));
    }
    let calls = obs::snapshot().callsite("value").map(obs::CallsiteSnapshot::outcomes);
    assert_eq!(calls.map(|outcomes| (outcomes.ok, outcomes.error)), Some((1, 1)));
    println!("forbid_unsafe: ok");
}
