//! A table that is read without a lock and only grows.
//!
//! Of fixed size, each place the head of a list. What is found stays where it is for as long as the program runs.

use std::sync::OnceLock;

/// A power of two; a program has hundreds to some thousands of callsites.
const PLACES: usize = 4096;

/// Values by a number that is spread well enough by a multiplication, such as an address.
pub(super) struct Table<T: 'static> {
    places: [Place<T>; PLACES],
}

/// The end of a list, or the next value in it.
pub(super) type Place<T> = OnceLock<&'static Entry<T>>;

/// A value, and what comes after it.
pub(super) struct Entry<T: 'static> {
    value: T,
    next: Place<T>,
}

impl<T> Table<T> {
    #[expect(clippy::large_stack_arrays, reason = "only ever a static")]
    pub(super) const fn new() -> Self {
        Self { places: [const { OnceLock::new() }; PLACES] }
    }

    /// The value that fits, or the end of the list that it belongs in.
    #[inline]
    pub(super) fn find(&'static self, key: usize, fits: impl Fn(&T) -> bool) -> Result<&'static T, &'static Place<T>> {
        // Fibonacci hashing: the high bits of the product depend on all bits of the key.
        let at = ((key as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52) as usize % PLACES;
        let mut place = &self.places[at];
        while let Some(entry) = place.get() {
            if fits(&entry.value) {
                return Ok(&entry.value);
            }
            place = &entry.next;
        }
        Err(place)
    }
}

/// Puts a value at the end of a list, unless another thread has put there meanwhile what fits: then that.
#[cold]
pub(super) fn put<T>(mut place: &'static Place<T>, value: T, fits: impl Fn(&T) -> bool) -> &'static T {
    let entry: &'static Entry<T> = Box::leak(Box::new(Entry { value, next: OnceLock::new() }));
    loop {
        let winner = *place.get_or_init(|| entry);
        if std::ptr::eq(winner, entry) || fits(&winner.value) {
            return &winner.value;
        }
        place = &winner.next;
    }
}
