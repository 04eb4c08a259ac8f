//! `obs::budgets()`: how budgets are kept, since the start and of late.

use std::time::Duration;

use obs::{BudgetStatus, Budgets, KeptLimit, ManualClock, budget, budgets};

#[budget(ms = 10, objective = 90, p50 = "4ms")]
fn promised(clock: &ManualClock, millis: u64) {
    clock.advance(Duration::from_millis(millis));
}

#[budget(ms = 10)]
fn strict(clock: &ManualClock, millis: u64) {
    clock.advance(Duration::from_millis(millis));
}

#[budget(allocs = 0)]
#[expect(dead_code, reason = "it is listed all the same")]
fn never_called() {}

fn of(budgets: &Budgets, name: &str, kind: &str) -> KeptLimit {
    let is_meant = |limit: &&KeptLimit| limit.name().ends_with(name) && limit.kind_name() == kind;
    *budgets.iter().find(is_meant).expect("every limit is there")
}

#[test]
fn a_summary_says_how_each_limit_is_kept_and_a_window_what_came_in_it() {
    let clock = ManualClock::new();
    let hour = Duration::from_secs(3600);
    clock.run(|| {
        clock.advance(Duration::from_secs(1_000_000));
        let _ = Budgets::last(hour);
        [1, 2, 3, 14, 5, 6, 3, 2, 1, 1].into_iter().for_each(|millis| promised(&clock, millis));
        strict(&clock, 30);
        let all = budgets();
        let wall = of(&all, "summary::promised", "wall");
        assert_eq!((wall.calls(), wall.over(), wall.status()), (10, 1, BudgetStatus::Kept));
        assert_eq!((wall.average_overage(), wall.max_overage()), (4_000_000, 4_000_000));
        assert_eq!(wall.average_overage_percent(), Some(40.0));
        assert!(wall.error_budget_left().expect("an objective").abs() < 1e-9, "one of ten may, and one did");
        let p50 = of(&all, "summary::promised", "p50");
        assert_eq!((p50.over(), p50.share_within(), p50.status()), (3, 0.7, BudgetStatus::Kept));
        assert!((p50.error_budget_left().expect("a share") - 0.4).abs() < 1e-9, "three of five are used up");
        let strict = of(&all, "summary::strict", "wall");
        assert_eq!((strict.status(), strict.error_budget_left()), (BudgetStatus::Broken, None));
        assert_eq!(of(&all, "summary::never_called", "allocs").status(), BudgetStatus::Unused);
        assert!(!all.are_kept() && all.broken().any(|limit| limit.name().ends_with("summary::strict")));
    });
    clock.run(|| {
        let _ = Budgets::last(hour);
        clock.advance(2 * hour);
        strict(&clock, 11);
        let late = Budgets::last(hour);
        let limit = of(&late, "summary::strict", "wall");
        assert_eq!((limit.calls(), limit.over()), (1, 1), "{late}");
        assert_eq!(of(&late, "summary::promised", "wall").status(), BudgetStatus::Unused);
        assert!(late.window().is_some_and(|window| window <= hour), "{:?}", late.window());
        let text = late.to_string();
        assert!(
            text.lines().any(|line| line.starts_with("broken kit::summary::strict") && line.contains("1/1")),
            "{text}"
        );
        assert_eq!(of(&budgets(), "summary::strict", "wall").over(), 2, "since the start there are both");
    });
}
