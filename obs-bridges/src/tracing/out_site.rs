//! The callsites that our functions and events have in `tracing`: made at run time, one for each set of keys.
//!
//! `tracing` wants the names of all fields beforehand; ours are known when they are captured. What was made is kept for
//! the life of the program, as a static is, and found without a lock.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use obs_runtime::Level;
use tracing_core::callsite::{self, Callsite, Identifier};
use tracing_core::field::{Field, FieldSet};
use tracing_core::metadata::{Kind, LevelFilter};
use tracing_core::subscriber::Interest;
use tracing_core::{Dispatch, Metadata};

use super::known;
use super::table::{Table, put};

/// Callsites at most; past it calls and events are not shown.
const MAX_SITES: usize = 8192;
/// Fields of one callsite, at most.
pub(super) const MAX_FIELDS: usize = 32;
/// What a span may be given when it ends.
pub(super) const LATE: [&str; 4] = ["return", "exception.message", "error.type", "outcome"];

static SITES: Table<Made> = Table::new();

struct Made {
    key: SiteKey<'static>,
    site: &'static OutSite,
}

/// What a callsite is found by: what it is the callsite of, by its address, and the keys in their order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct SiteKey<'a> {
    pub(super) of: usize,
    pub(super) level: Level,
    pub(super) keys: &'a [&'static str],
}

/// What `tracing` is told of a callsite when it is made.
#[derive(Clone, Copy)]
pub(super) struct Description {
    pub(super) name: &'static str,
    pub(super) target: &'static str,
    pub(super) module: &'static str,
    pub(super) file: &'static str,
    pub(super) line: u32,
    pub(super) is_span: bool,
}

/// A callsite of ours in `tracing`.
pub(super) struct OutSite {
    meta: OnceLock<Metadata<'static>>,
    fields: OnceLock<Vec<Field>>,
    interest: AtomicU8,
}

const NEVER: u8 = 0;
const SOMETIMES: u8 = 1;
const ALWAYS: u8 = 2;

impl OutSite {
    /// The callsite of a key, made when it is new; `None` when there are too many.
    pub(super) fn of(key: SiteKey<'_>, describe: impl FnOnce() -> Description) -> Option<&'static Self> {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let found = SITES.find(key.of, |made| made.key == key);
        let place = match found {
            Ok(made) => return Some(made.site),
            Err(place) => place,
        };
        if MADE.fetch_add(1, Ordering::Relaxed) >= MAX_SITES {
            return None;
        }
        let key = SiteKey { keys: key.keys.to_vec().leak(), ..key };
        let site = Self::make(key, describe());
        let made = put(place, Made { key, site }, |made| made.key == key);
        if std::ptr::eq(made.site, site) {
            callsite::register(site);
        }
        Some(made.site)
    }

    fn make(key: SiteKey<'static>, what: Description) -> &'static Self {
        let site: &'static Self = Box::leak(Box::new(Self {
            meta: OnceLock::new(),
            fields: OnceLock::new(),
            interest: AtomicU8::new(SOMETIMES),
        }));
        let late = LATE.into_iter().filter(|name| what.is_span && !key.keys.contains(name));
        let names: &'static [&'static str] = key.keys.iter().copied().chain(late).collect::<Vec<_>>().leak();
        let kind = if what.is_span { Kind::SPAN } else { Kind::EVENT };
        let (file, module) = (some(what.file), some(what.module));
        let line = (what.line > 0).then_some(what.line);
        let fields = FieldSet::new(names, Identifier(site));
        let meta = site
            .meta
            .get_or_init(|| Metadata::new(what.name, what.target, level(key.level), file, line, module, fields, kind));
        site.fields.get_or_init(|| meta.fields().iter().collect());
        known::is_ours(meta);
        site
    }

    pub(super) fn meta(&self) -> &Metadata<'static> {
        self.meta.get().expect("set when it was made")
    }

    /// The fields in the order of the keys, then the late ones.
    pub(super) fn fields(&self) -> &[Field] {
        self.fields.get().expect("set when it was made")
    }

    /// Whether a subscriber wants what happens here.
    pub(super) fn is_wanted(&self, dispatch: &Dispatch) -> bool {
        *self.meta().level() <= LevelFilter::current()
            && match self.interest.load(Ordering::Relaxed) {
                NEVER => false,
                ALWAYS => true,
                _ => dispatch.enabled(self.meta()),
            }
    }
}

impl Callsite for OutSite {
    fn set_interest(&self, interest: Interest) {
        let interest = match () {
            () if interest.is_never() => NEVER,
            () if interest.is_always() => ALWAYS,
            () => SOMETIMES,
        };
        self.interest.store(interest, Ordering::Relaxed);
    }

    fn metadata(&self) -> &Metadata<'_> {
        self.meta()
    }
}

fn some(text: &'static str) -> Option<&'static str> {
    (!text.is_empty()).then_some(text)
}

fn level(level: Level) -> tracing_core::Level {
    match level {
        Level::Error => tracing_core::Level::ERROR,
        Level::Warn => tracing_core::Level::WARN,
        Level::Info => tracing_core::Level::INFO,
        Level::Debug => tracing_core::Level::DEBUG,
        Level::Trace => tracing_core::Level::TRACE,
    }
}
