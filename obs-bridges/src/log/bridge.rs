//! Records of `log` as events.

use std::fmt;

use log::{LevelFilter, Log, Metadata, Record, SetLoggerError};
use obs_runtime::{IS_ENABLED, Level, event_at, event_site_of, is_event_wanted_anywhere, is_wanted};

use super::keys;

/// A logger that makes every record an event: message, target, file, line, level, keys and values with their types, and the
/// ids of the span that runs. What the program's level and rules leave out is not recorded; rules name targets.
///
/// A logger that is there already goes on as before, behind this one.
///
/// # Cost
/// Nobody wants events: two loads. Otherwise a look-up by place, and what an event costs.
#[derive(Default)]
pub struct LogBridge {
    next: Option<Box<dyn Log>>,
}

impl LogBridge {
    /// Makes a logger that only makes events.
    pub const fn new() -> Self {
        Self { next: None }
    }

    /// Hands all records on to another logger, which decides for itself what it takes.
    pub fn before(mut self, next: impl Log + 'static) -> Self {
        self.next = Some(Box::new(next));
        self
    }

    /// Makes this the program's logger, for records of all levels: what is wanted is decided here. `log::set_max_level`
    /// leaves levels out for good.
    ///
    /// # Errors
    /// There is a logger already: give it to [`LogBridge::before`] instead of installing it.
    pub fn install(self) -> Result<(), SetLoggerError> {
        log::set_boxed_logger(Box::new(self))?;
        log::set_max_level(LevelFilter::Trace);
        Ok(())
    }
}

impl fmt::Debug for LogBridge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogBridge").field("has_next", &self.next.is_some()).finish()
    }
}

impl Log for LogBridge {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        IS_ENABLED && is_event_wanted_anywhere(level(metadata.level()))
            || self.next.as_ref().is_some_and(|next| next.enabled(metadata))
    }

    fn log(&self, record: &Record<'_>) {
        if IS_ENABLED && is_event_wanted_anywhere(level(record.level())) {
            make_event(record);
        }
        if let Some(next) = self.next.as_ref().filter(|next| next.enabled(record.metadata())) {
            next.log(record);
        }
    }

    fn flush(&self) {
        if let Some(next) = &self.next {
            next.flush();
        }
    }
}

fn make_event(record: &Record<'_>) {
    let (file, line) = (record.file().unwrap_or_default(), record.line().unwrap_or_default());
    let (site, level) = (event_site_of(record.target(), file, line), level(record.level()));
    if !is_wanted(site, level) {
        return;
    }
    event_at(site, level, None, |fields| {
        fields.display("message", record.args());
        keys::add(fields, record.key_values());
    });
}

fn level(level: log::Level) -> Level {
    match level {
        log::Level::Error => Level::Error,
        log::Level::Warn => Level::Warn,
        log::Level::Info => Level::Info,
        log::Level::Debug => Level::Debug,
        log::Level::Trace => Level::Trace,
    }
}
