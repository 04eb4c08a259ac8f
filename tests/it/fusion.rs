//! Attributes in any order, on anything, are one call: one enter, one exit, one pair of clock reads.

use obs::ManualClock;

use crate::outcomes::{block_on, of, outcomes, pause};

mod stacked {
    #[obs::traced]
    #[obs::profiled]
    #[obs::counted]
    #[obs::budget(ms = 10)]
    pub(super) fn forward() -> Result<u8, u8> {
        Ok(1)
    }

    #[obs::budget(ms = 10)]
    #[inline]
    #[obs::counted]
    /// Documented in between.
    #[obs::profiled]
    #[must_use]
    #[obs::traced]
    pub(super) fn backward() -> Option<u8> {
        Some(1)
    }

    #[obs::profiled]
    #[obs::budget(ms = 10)]
    #[obs::traced]
    #[obs::counted]
    pub(super) async fn later() -> Result<u8, u8> {
        super::pause().await;
        Ok(1)
    }
}

#[test]
fn four_attributes_read_the_clock_twice() {
    let clock = ManualClock::new();
    clock.run(stacked::forward).expect("it is ok");
    assert_eq!(clock.reads(), 2);
    clock.run(stacked::backward).expect("it is some");
    assert_eq!(clock.reads(), 4);
    for name in ["stacked::forward", "stacked::backward"] {
        assert_eq!(of(name), outcomes(1, 0, 0, 0));
        assert_eq!(obs::callsites().filter(|callsite| callsite.name().ends_with(name)).count(), 1);
    }
}

#[test]
fn a_future_reads_the_clock_twice_for_each_poll() {
    let clock = ManualClock::new();
    clock.run(|| block_on(stacked::later())).expect("it is ok");
    assert_eq!(clock.reads(), 4);
    assert_eq!(of("stacked::later"), outcomes(1, 0, 0, 0));
}

#[test]
fn what_all_attributes_say_is_in_one_callsite() {
    let find = |name: &str| obs::callsites().find(|callsite| callsite.name().ends_with(name)).expect("it is listed");
    for name in ["stacked::forward", "stacked::backward", "stacked::later"] {
        let meta = find(name).meta();
        assert!(meta.traced && meta.timed && meta.counted);
        assert_eq!(meta.budget.map(|budget| budget.limits[0].at_most), Some(10_000_000));
        assert_eq!(meta.is_async, name.ends_with("later"));
    }
    assert_eq!(find("stacked::backward").meta().doc, "Documented in between.");
}

mod options {
    pub(super) fn hook(_: &obs::Violation) {}

    const LINE: u32 = line!() + 6;

    #[obs::traced(level = warn, kind = server, sample = 0.25, name = "options.all")]
    #[obs::profiled(sample = 4)]
    #[obs::counted(in_flight, labels(method = "GET", path = path))]
    #[obs::budget(us = 1.5, on_exceed = hook)]
    pub(super) fn all(path: &str) -> usize {
        path.len()
    }

    #[test]
    fn every_option_reaches_the_callsite() {
        assert_eq!(all("/cart"), 5);
        let callsite = obs::callsites().find(|callsite| callsite.name() == "options.all").expect("it is listed");
        let meta = callsite.meta();
        assert_eq!((meta.level, meta.kind), (obs::Level::Warn, obs::SpanKind::Server));
        assert!((meta.trace_ratio - 0.25).abs() < f64::EPSILON);
        // A budget looks at every call, whatever `sample` says.
        assert_eq!((meta.time_one_in, meta.in_flight, meta.labels), (1, true, &["method", "path"][..]));
        assert_eq!(meta.budget.map(|budget| budget.limits[0].at_most), Some(1_500));
        assert_eq!((meta.file, meta.line, meta.column), (file!(), LINE, 19));
        assert_eq!(meta.module, module_path!());
    }
}

mod blocks {
    pub(super) struct Cart(pub(super) u32);

    #[obs::counted]
    #[obs::budget(ms = 50)]
    impl Cart {
        pub(super) fn plain(&self) -> u32 {
            self.0
        }

        #[obs::counted(labels(n = n))]
        #[obs::traced]
        pub(super) fn own(&mut self, n: u32) -> Option<u32> {
            self.0 += n;
            Some(self.0)
        }

        #[obs::skip]
        pub(super) fn skipped(&self) -> u32 {
            self.0
        }

        pub(super) const fn constant(&self) -> u32 {
            self.0
        }
    }

    #[obs::counted]
    pub(super) mod inside {
        pub(in super::super) fn first() -> Option<u8> {
            deeper::second()
        }

        mod deeper {
            pub(super) fn second() -> Option<u8> {
                Some(super::Speak::speak(&super::Speaker))
            }
        }

        struct Speaker;

        trait Speak {
            fn speak(&self) -> u8 {
                self.volume()
            }
            fn volume(&self) -> u8;
        }

        impl Speak for Speaker {
            fn volume(&self) -> u8 {
                3
            }
        }
    }
}

#[test]
fn each_function_of_a_block_is_instrumented() {
    let mut cart = blocks::Cart(1);
    assert_eq!(cart.plain() + cart.skipped() + cart.constant(), 3);
    assert_eq!(cart.own(2), Some(3));
    let find = |name: &str| obs::callsites().find(|callsite| callsite.name().ends_with(name));
    assert_eq!(of("Cart::plain"), outcomes(1, 0, 0, 0));
    assert_eq!(of("Cart::own"), outcomes(1, 0, 0, 0));
    assert!(find("Cart::skipped").is_none() && find("Cart::constant").is_none());
    let own = find("Cart::own").expect("it is listed").meta();
    assert!(own.traced && own.counted && own.labels == ["n"]);
    assert_eq!(own.budget.map(|budget| budget.limits[0].at_most), Some(50_000_000));
    assert!(!find("Cart::plain").expect("it is listed").meta().traced);
}

#[test]
fn a_module_reaches_into_everything_inside() {
    assert_eq!(blocks::inside::first(), Some(3));
    for name in ["inside::first", "deeper::second", "Speak::speak", "Speaker::volume"] {
        assert_eq!(of(name), outcomes(1, 0, 0, 0), "{name}");
    }
}

mod renamed {
    use obs::{counted as numbered, traced as watched};

    #[watched]
    #[numbered]
    pub(super) fn unfused() -> Option<u8> {
        Some(1)
    }
}

#[test]
fn renamed_imports_expand_one_inside_the_other() {
    assert_eq!(renamed::unfused(), Some(1));
    let calls: u64 = obs::snapshot()
        .callsites()
        .filter(|callsite| callsite.name().contains("renamed::unfused"))
        .map(obs::CallsiteSnapshot::calls)
        .sum();
    assert_eq!(calls, 2);
}
