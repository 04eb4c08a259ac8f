//! Where events come from, and whether they are wanted there: data that every event looks at before it happens.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::event::EventSource;
use crate::level::Level;
use crate::sync::lock;

/// The least severity that anybody wants, with the number of the policy that says so above it.
static WANTED: AtomicU32 = AtomicU32::new(NOBODY);
/// A severity that no level reaches.
const NOBODY: u32 = 0xff;

/// Whether an exporter takes events: a mirror may want them too.
static RECORDED: AtomicBool = AtomicBool::new(false);

/// Every place that an event came from, by number.
static SITES: Mutex<Vec<EventSource>> = Mutex::new(Vec::new());

/// The static of one place that events come from.
#[derive(Debug)]
pub struct EventSite {
    source: EventSource,
    /// What this place may say, as [`WANTED`]; 0 before it was asked.
    wanted: AtomicU32,
    number: AtomicU32,
}

impl EventSite {
    /// Makes the site of a place.
    pub const fn new(target: &'static str, file: &'static str, line: u32) -> Self {
        let source = EventSource { target, file, line };
        Self { source, wanted: AtomicU32::new(0), number: AtomicU32::new(u32::MAX) }
    }

    /// Where it is.
    pub const fn source(&self) -> EventSource {
        self.source
    }

    /// Whether anybody may want an event of this level: two loads, when nobody does one.
    #[inline]
    pub fn is_wanted(&self, level: Level) -> bool {
        let wanted = WANTED.load(Ordering::Relaxed);
        u32::from(level.severity_number()) >= wanted & 0xff && self.allows(level, wanted)
    }

    fn allows(&self, level: Level, wanted: u32) -> bool {
        let own = self.wanted.load(Ordering::Relaxed);
        // A policy it was not asked under: the one who asks says what holds now.
        own >> 8 != wanted >> 8 || u32::from(level.severity_number()) >= own & 0xff
    }

    /// Whether what it may say was settled under the policy that holds.
    pub(crate) fn is_settled(&self) -> bool {
        self.wanted.load(Ordering::Relaxed) >> 8 == WANTED.load(Ordering::Relaxed) >> 8
    }

    /// Settles what it may say: the least severity, or `None` for nothing.
    pub(crate) fn settle(&self, least: Option<Level>) {
        let severity = least.map_or(NOBODY, |level| level.severity_number().into());
        self.wanted.store(WANTED.load(Ordering::Relaxed) & !0xff | severity, Ordering::Relaxed);
    }

    /// The number under which its source is found.
    #[expect(clippy::cast_possible_truncation, reason = "sites are lines of the program")]
    pub(crate) fn number(&self) -> u32 {
        match self.number.load(Ordering::Relaxed) {
            u32::MAX => {
                let mut sites = lock(&SITES);
                let number = sites.len() as u32;
                sites.push(self.source);
                self.number.store(number, Ordering::Relaxed);
                number
            }
            number => number,
        }
    }
}

/// Whether anybody may want an event of this level from anywhere: one load.
pub fn is_event_wanted_anywhere(level: Level) -> bool {
    u32::from(level.severity_number()) >= WANTED.load(Ordering::Relaxed) & 0xff
}

/// Whether events are recorded, and not only shown.
pub(crate) fn are_recorded() -> bool {
    RECORDED.load(Ordering::Relaxed)
}

/// Tells every site that the policy changed, and the least severity that it allows anywhere; whether an exporter takes
/// events.
pub(crate) fn change_policy(least: Option<Level>, recorded: bool) {
    RECORDED.store(recorded, Ordering::Relaxed);
    let severity = least.map_or(NOBODY, |level| level.severity_number().into());
    let generation = (WANTED.load(Ordering::Relaxed) >> 8) + 1;
    WANTED.store(generation << 8 | severity, Ordering::Relaxed);
}

/// Where the site of a number is.
pub(crate) fn source(number: u32) -> Option<EventSource> {
    lock(&SITES).get(number as usize).copied()
}
