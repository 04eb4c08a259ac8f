//! Switches: the whole program, and functions by name, at run time.

use obs::{counted, profiled, traced};

use crate::support::{Kept, totals, turn};

mod shop {
    use super::*;

    #[counted]
    #[profiled]
    #[traced]
    pub(crate) fn sell() {}

    pub(crate) mod db {
        use super::*;

        #[counted]
        #[profiled]
        #[traced]
        pub(crate) fn query() {}
    }
}

#[test]
fn everything_is_known_before_its_first_call() {
    #[counted]
    #[expect(dead_code, reason = "it is the point that nobody calls it")]
    fn never_called() {}

    let name = "everything_is_known_before_its_first_call::never_called";
    let listed = obs::callsites().any(|callsite| callsite.name().ends_with(name));
    assert!(listed || !cfg!(any(target_os = "linux", target_os = "macos", target_os = "windows")));
    assert_eq!(totals(name).calls(), 0);
}

#[test]
fn rules_switch_functions_by_name() {
    let kept = Kept::start();
    obs::control("it::switches::shop = count, it::switches::shop::db::query = off").expect("rules");
    shop::sell();
    shop::db::query();
    let sell = totals("shop::sell");
    assert_eq!((sell.calls(), sell.duration().expect("profiled").count()), (1, 0));
    assert_eq!(totals("shop::db::query").calls(), 0);
    obs::control("it::switches::shop::* = profile").expect("rules");
    shop::sell();
    shop::db::query();
    assert_eq!(totals("shop::sell").duration().expect("profiled").count(), 1);
    assert!(kept.spans("shop::sell").is_empty());
    obs::control("").expect("no rules");
    shop::sell();
    assert_eq!(kept.spans("shop::sell").len(), 1);
}

#[test]
fn rules_that_are_not_understood_change_nothing() {
    let _turn = turn();
    let error = obs::control("it::switches::shop = loud").expect_err("not a rule");
    assert!(error.to_string().contains("one of off, count, profile, trace"), "{error}");
    assert!(totals("shop::sell").callsite().is_enabled());
}

#[test]
fn without_a_taker_no_span_is_recorded() {
    let _turn = turn();
    let before = obs::snapshot().health().spans_finished;
    shop::sell();
    assert_eq!(obs::snapshot().health().spans_finished, before);
    assert!(!totals("shop::sell").callsite().is_traced());
}

#[test]
fn one_call_in_sixteen_is_timed_and_all_are_counted() {
    #[profiled(sample = 16)]
    fn sampled() {}

    (0..160).for_each(|_| sampled());
    let function = totals("one_call_in_sixteen_is_timed_and_all_are_counted::sampled");
    assert_eq!((function.calls(), function.duration().expect("profiled").count()), (160, 10));
}
