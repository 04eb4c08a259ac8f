//! What is on: the switches of the whole program, and a filter by name.

use std::collections::HashMap;
use std::fmt;

use crate::callsite::Callsite;
use crate::control_word::Control;
use crate::level::Level;

/// What is on. The registry turns it into one control word for each callsite.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Policy {
    pub(crate) enabled: bool,
    /// Somebody takes spans: without anybody, none are recorded.
    pub(crate) spans_wanted: bool,
    /// Somebody takes events.
    pub(crate) events_wanted: bool,
    /// All traced calls are listed while they run.
    pub(crate) live_spans: bool,
    /// A mirror is shown spans and events, whoever else takes them.
    pub(crate) mirrored: bool,
    /// Tests record: every call asks whether it is in one of their recordings.
    pub(crate) recording: bool,
    /// The paths of calls are kept, of some trees at least.
    pub(crate) profiling: bool,
    /// Spans and events less important than this are not recorded.
    pub(crate) level: Level,
    pub(crate) filter: Filter,
    /// What the governor has functions record less, by the series of their callsites. What a rule names it leaves alone.
    pub(crate) turned_down: HashMap<u32, TurnedDown>,
}

/// How far the governor has turned a function down ([`crate::Builder::max_overhead`]). Its calls are counted all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TurnedDown {
    /// Its calls become no spans.
    Spans,
    /// They become no spans, and one in 16 is timed.
    Times,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            enabled: true,
            spans_wanted: false,
            events_wanted: false,
            live_spans: false,
            mirrored: false,
            recording: false,
            profiling: false,
            level: Level::Trace,
            filter: Filter::default(),
            turned_down: HashMap::new(),
        }
    }
}

impl Policy {
    pub(crate) fn control(&self, callsite: &Callsite) -> Control {
        self.control_at(callsite, self.turned_down.get(&callsite.series()).copied())
    }

    /// The control word of a callsite that the governor has, or would have, turned down so far.
    pub(crate) fn control_at(&self, callsite: &Callsite, turned_down: Option<TurnedDown>) -> Control {
        let meta = callsite.meta();
        let detail = self.filter.detail(callsite);
        if !self.enabled || detail == Detail::Off {
            return Control::OFF;
        }
        let turned_down = turned_down.filter(|_| !self.filter.names(callsite));
        let flag = |on, flag| if on { flag } else { 0 };
        let timed = meta.timed && detail >= Detail::Profile;
        let shown = meta.traced && detail >= Detail::Trace && meta.level >= self.level;
        let some_timed = meta.time_one_in > 1 || turned_down == Some(TurnedDown::Times) && callsite.may_time_some();
        let traced = shown && (self.spans_wanted || self.recording) && turned_down.is_none();
        let limits = callsite.limits();
        let flags = Control::COUNT
            | flag(timed, Control::TIME)
            | flag(timed && some_timed, Control::TIME_SOME)
            | flag(traced, Control::TRACE)
            | flag(traced && meta.trace_ratio < 1.0, Control::TRACE_SOME)
            | flag(shown && self.mirrored, Control::MIRROR)
            | flag(self.needs_frame(callsite, detail), Control::FRAME)
            | flag(timed && limits.iter().any(|limit| limit.kind.is_polled()), Control::LIMITS)
            | flag(meta.in_flight || traced && self.live_spans, Control::IN_FLIGHT);
        Control::new(callsite.series(), flags)
    }

    /// Whether calls keep a frame, or ask whether they need one.
    fn needs_frame(&self, callsite: &Callsite, detail: Detail) -> bool {
        self.recording
            || callsite.is_bounded()
            || detail >= Detail::Profile && (callsite.needs().frame || self.profiling)
    }

    /// The least important event that is recorded anywhere; `None` for none.
    pub(crate) fn events(&self) -> Option<Level> {
        (self.enabled && (self.events_wanted || self.mirrored || self.recording)).then_some(self.level)
    }

    /// The same for one module, or what stands in for one.
    pub(crate) fn events_from(&self, target: &str) -> Option<Level> {
        self.events().filter(|_| self.filter.detail_of(target) == Detail::Trace)
    }
}

/// How much of a function is recorded: each step includes the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Detail {
    Off,
    Count,
    Profile,
    Trace,
}

/// Rules by name: `my_crate::db = off, my_crate::cart::* = trace`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    path: String,
    detail: Detail,
}

impl Rule {
    /// Whether the rule is about this function: its name, or a module or type that it lies in.
    fn covers(&self, name: &str) -> bool {
        self.path == "*" || name.strip_prefix(&*self.path).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    }
}

impl Filter {
    /// Reads rules: `path = off|count|profile|trace`, separated by commas. A path names a function, or a module
    /// or type with all in it (`::*` may be added), or `*` all functions. The longest path that fits decides.
    ///
    /// # Errors
    /// The first rule that is not understood.
    pub(crate) fn parse(text: &str) -> Result<Self, ParseFilterError> {
        let mut rules = Vec::new();
        for rule in text.split(',').map(str::trim).filter(|rule| !rule.is_empty()) {
            rules.push(Self::parse_rule(rule)?);
        }
        Ok(Self { rules })
    }

    fn parse_rule(rule: &str) -> Result<Rule, ParseFilterError> {
        let error = |expected| ParseFilterError { rule: rule.to_owned(), expected };
        let (path, detail) = rule.split_once('=').ok_or_else(|| error("`path = off|count|profile|trace`"))?;
        let path = path.trim();
        let path = path.strip_suffix("::*").unwrap_or(path);
        let legal = |c: char| c.is_alphanumeric() || "_:#".contains(c);
        if path != "*" && (path.is_empty() || !path.chars().all(legal)) {
            return Err(error("a path such as `my_crate::cart`, or `*`"));
        }
        let detail = match detail.trim() {
            "off" => Detail::Off,
            "count" => Detail::Count,
            "profile" => Detail::Profile,
            "trace" | "on" => Detail::Trace,
            _ => return Err(error("one of off, count, profile, trace after the `=`")),
        };
        Ok(Rule { path: path.to_owned(), detail })
    }

    fn detail(&self, callsite: &Callsite) -> Detail {
        self.rule(callsite).map_or(Detail::Trace, |rule| rule.detail)
    }

    fn detail_of(&self, name: &str) -> Detail {
        self.rule_where(|rule| rule.covers(name)).map_or(Detail::Trace, |rule| rule.detail)
    }

    /// Whether a rule says what a function does, and not just what all do: nobody else changes that.
    pub(crate) fn names(&self, callsite: &Callsite) -> bool {
        self.rule(callsite).is_some_and(|rule| rule.path != "*")
    }

    /// The rule that decides about a function.
    fn rule(&self, callsite: &Callsite) -> Option<&Rule> {
        if self.rules.is_empty() {
            return None;
        }
        // Where `name = ".."` says something else, the module still is where the function lies.
        self.rule_where(|rule| rule.covers(callsite.name()) || rule.covers(callsite.meta().module))
    }

    fn rule_where(&self, covers: impl Fn(&Rule) -> bool) -> Option<&Rule> {
        let rules = self.rules.iter().filter(|rule| covers(rule));
        // The longest path; of equal ones the last, as the user wrote it later.
        rules.max_by_key(|rule| if rule.path == "*" { 0 } else { rule.path.len() })
    }
}

/// A filter that was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseFilterError {
    rule: String,
    expected: &'static str,
}

impl fmt::Display for ParseFilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "found filter rule {:?}, expected {}", self.rule, self.expected)
    }
}

impl std::error::Error for ParseFilterError {}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::callsite::{Budget, Meta, Name, OnExceed};
    use crate::limit::{Limit, LimitKind};

    fn control(filter: &str, name: &'static str) -> u32 {
        let callsite = Callsite::new(Meta { name: Name::Given(name), traced: true, timed: true, ..Meta::EMPTY });
        callsite.set_series(1);
        let filter = Filter::parse(filter).expect("a valid filter");
        Policy { spans_wanted: true, filter, ..Policy::default() }.control(&callsite).word() & 0xffff
    }

    const ALL: u32 = Control::COUNT | Control::TIME | Control::TRACE;

    #[test]
    fn the_longest_path_that_fits_decides() {
        let filter = "shop = count, shop::db = off, shop::db::query = trace, * = profile";
        assert_eq!(control(filter, "shop::cart::add"), Control::COUNT);
        assert_eq!(control(filter, "shop::db::open"), 0);
        assert_eq!(control(filter, "shop::db::query"), ALL);
        assert_eq!(control(filter, "other::f"), Control::COUNT | Control::TIME);
        assert_eq!(control("shop = off", "shopping::f"), ALL, "a path ends at a `::`");
        assert_eq!(control("shop::* = off", "shop::f"), 0);
        assert_eq!(control("a = off, a = trace", "a"), ALL, "of two equal paths the last counts");
    }

    fn turned_down(filter: &str, name: &'static str, step: TurnedDown, budget: Option<LimitKind>) -> Control {
        let limits = budget.map(|kind| &*Box::leak(Box::new([Limit { kind, at_most: 9, share: 1.0 }])));
        let budget = limits.map(|limits| Budget { limits, on_exceed: OnExceed::Count });
        let meta = Meta { name: Name::Given(name), traced: true, timed: true, budget, ..Meta::EMPTY };
        let (callsite, filter) = (Callsite::new(meta), Filter::parse(filter).expect("a valid filter"));
        callsite.set_series(7);
        let turned_down = HashMap::from([(7, step)]);
        Policy { spans_wanted: true, filter, turned_down, ..Policy::default() }.control(&callsite)
    }

    #[test]
    fn what_is_turned_down_is_counted_in_the_same_series() {
        for (step, flags) in [
            (TurnedDown::Spans, Control::COUNT | Control::TIME),
            (TurnedDown::Times, Control::COUNT | Control::TIME | Control::TIME_SOME),
        ] {
            assert!(turned_down("", "f", step, None) == Control::new(7, flags), "{step:?}");
        }
    }

    #[test]
    fn a_budget_that_needs_every_time_keeps_them() {
        let word = |kind| turned_down("", "f", TurnedDown::Times, Some(kind));
        for kind in [LimitKind::Wall, LimitKind::Quantile("p99"), LimitKind::Poll, LimitKind::Polls] {
            assert!(word(kind).has(Control::TIME) && !word(kind).has(Control::TIME_SOME | Control::TRACE), "{kind:?}");
        }
        assert!(word(LimitKind::Allocs).has(Control::TIME_SOME));
    }

    #[test]
    fn what_a_rule_names_is_not_turned_down() {
        let word = |filter| turned_down(filter, "shop::f", TurnedDown::Times, None).word() & 0xffff;
        assert_eq!(word("shop = trace"), ALL);
        assert_eq!(word("shop::f = profile, * = off"), Control::COUNT | Control::TIME);
        for filter in ["", "* = trace", "shopping = trace"] {
            assert_eq!(word(filter), Control::COUNT | Control::TIME | Control::TIME_SOME, "{filter}");
        }
    }

    #[test]
    fn a_rule_that_is_not_understood_is_named() {
        let error = |text| Filter::parse(text).expect_err("not a filter").to_string();
        assert_eq!(error("a = off, b"), "found filter rule \"b\", expected `path = off|count|profile|trace`");
        assert!(error("a = loud").contains("one of off, count, profile, trace"));
        assert!(error("a b = off").contains("a path such as"));
    }
}
