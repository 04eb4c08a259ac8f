//! The console prints one table, at the end.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use obs_exporters::Console;
use obs_exporters::console::{Style, render};
use obs_runtime::ManualClock;

use crate::functions::{counted_by_method, shown};
use crate::support::Running;

/// A writer that a test can read.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn report_comes_once_at_shutdown() {
    let out = Shared::default();
    let running = Running::with(Console::new().writer(out.clone()));
    let clock = ManualClock::new();
    clock.run(|| (0..100).for_each(|_| shown(&clock, 2)));
    running.flush();
    assert_eq!(out.text(), "");
    running.shutdown();
    let text = out.text();
    assert!(text.starts_with("obs: shop, "), "{text}");
    assert_eq!(text.matches("functions::shown").count(), 1, "{text}");
    assert!(!text.contains('\x1b'), "colour without a terminal");
}

#[test]
fn lines_fit_into_eighty_columns() {
    let clock = ManualClock::new();
    clock.run(|| shown(&clock, 7_000));
    let text = render(&obs_runtime::snapshot(), &Style::default());
    for line in text.lines().skip(1).filter(|line| line.contains("functions::")) {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn functions_that_are_not_timed_show_dashes() {
    counted_by_method("GET");
    let text = render(&obs_runtime::snapshot(), &Style { width: 200, ..Style::default() });
    let line = text.lines().find(|line| line.contains("counted_by_method")).unwrap();
    assert_eq!(line.matches(" -").count(), 6, "{line}");
}

#[test]
fn colour_is_there_when_asked_for() {
    let text = render(&obs_runtime::snapshot(), &Style { color: true, ..Style::default() });
    assert!(text.starts_with("\x1b[1mobs: "), "{text}");
}

#[test]
fn a_closed_pipe_is_no_error() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut console = Console::new().writer(Closed);
    obs_runtime::Exporter::report(&mut console, &obs_runtime::snapshot()).unwrap();
    obs_runtime::Exporter::shutdown(&mut console).unwrap();
}
