//! A clock that tests move by hand.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::sync::lock;

/// A clock that tests move by hand, and that counts how often it was read.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// let clock = obs_runtime::ManualClock::new();
/// clock.advance(Duration::from_millis(3));
/// assert_eq!(clock.reads(), 0);
/// ```
#[derive(Clone, Debug, Default)]
pub struct ManualClock {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    nanos: AtomicU64,
    reads: AtomicU64,
}

/// Who uses manual clocks; while anybody does, the fast path is shut.
struct Users {
    scopes: usize,
    global: Option<ManualClock>,
}

/// Whether there is any user: all that a program without manual clocks ever reads.
static IN_USE: AtomicBool = AtomicBool::new(false);

static USERS: Mutex<Users> = Mutex::new(Users { scopes: 0, global: None });

impl Users {
    fn any(&self) -> bool {
        self.scopes > 0 || self.global.is_some()
    }

    fn announce(&self) {
        IN_USE.store(self.any(), Ordering::Relaxed);
        super::scale::open(!self.any());
    }
}

thread_local! {
    static SCOPE: RefCell<Vec<ManualClock>> = const { RefCell::new(Vec::new()) };
}

impl ManualClock {
    /// A clock that stands at its origin.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.inner.nanos.fetch_add(u64::try_from(by.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Moves the clock to a time since its origin; backwards too, to see what happens then.
    pub fn set(&self, to: Duration) {
        self.inner.nanos.store(u64::try_from(to.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How often the clock was read.
    pub fn reads(&self) -> u64 {
        self.inner.reads.load(Ordering::Relaxed)
    }

    /// Runs a closure in which this thread reads this clock. Other threads do not notice.
    pub fn run<R>(&self, body: impl FnOnce() -> R) -> R {
        let _scope = Scope::enter(self.clone());
        body()
    }

    fn read(&self) -> u64 {
        self.inner.reads.fetch_add(1, Ordering::Relaxed);
        self.inner.nanos.load(Ordering::Relaxed)
    }
}

struct Scope;

impl Scope {
    fn enter(clock: ManualClock) -> Self {
        SCOPE.with_borrow_mut(|scope| scope.push(clock));
        let mut users = lock(&USERS);
        users.scopes += 1;
        users.announce();
        Self
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        SCOPE.with_borrow_mut(Vec::pop);
        let mut users = lock(&USERS);
        users.scopes -= 1;
        users.announce();
    }
}

pub(super) fn install(clock: &ManualClock) {
    let mut users = lock(&USERS);
    users.global = Some(clock.clone());
    users.announce();
}

pub(super) fn is_installed() -> bool {
    SCOPE.try_with(|scope| !scope.borrow().is_empty()).unwrap_or(false) || lock(&USERS).global.is_some()
}

/// Whether the calling thread reads a manual clock.
pub(crate) fn is_read_here() -> bool {
    IN_USE.load(Ordering::Relaxed) && is_installed()
}

/// Opens the counter's fast path, unless a manual clock is in use.
pub(super) fn publish() {
    lock(&USERS).announce();
}

/// Whether any thread uses a manual clock.
pub(super) fn is_in_use() -> bool {
    IN_USE.load(Ordering::Relaxed)
}

/// The manual clock's time, if this thread or the whole program uses one.
pub(super) fn read() -> Option<u64> {
    if !is_in_use() {
        return None;
    }
    let scoped = SCOPE.try_with(|scope| scope.borrow().last().cloned()).ok().flatten();
    let clock = scoped.or_else(|| lock(&USERS).global.clone())?;
    Some(clock.read())
}
