//! A place for a reference that comes later.
//!
//! Null or a `&'static T`, never anything else, so that reading it is safe. What is put here lives as long as
//! the program: shards and what hangs on them are reused, never freed.

use std::marker::PhantomData;

use crate::alloc;
use crate::sync::{AtomicPtr, Ordering, own};

/// Null, or a `&'static T`.
pub(crate) struct StaticPtr<T: 'static> {
    ptr: AtomicPtr<T>,
    _holds: PhantomData<&'static T>,
}

impl<T: 'static> StaticPtr<T> {
    #[cfg(not(loom))]
    pub(crate) const fn null() -> Self {
        Self { ptr: AtomicPtr::new(std::ptr::null_mut()), _holds: PhantomData }
    }

    #[cfg(loom)]
    pub(crate) fn null() -> Self {
        Self { ptr: AtomicPtr::new(std::ptr::null_mut()), _holds: PhantomData }
    }

    #[inline(always)]
    pub(crate) fn get(&self) -> Option<&'static T> {
        // Acquire pairs with the Release in `set`: what the reference leads to is initialised.
        let ptr = self.ptr.load(Ordering::Acquire);
        // SAFETY: only `null`, `set` and `clear` write, so `ptr` is null or was made of a `&'static T`; such a
        // reference stays valid and shared for ever. This type is `Sync` only if that reference may be sent.
        unsafe { ptr.as_ref() }
    }

    /// What this thread, which alone writes this place, has set.
    #[inline(always)]
    pub(crate) fn get_own(&self) -> Option<&'static T> {
        let ptr = own!(self.ptr);
        // SAFETY: as in `get`; what the reference leads to was initialised by this thread, or by one that handed
        // the place on.
        unsafe { ptr.as_ref() }
    }

    /// The same, or what `make` makes now, on nobody's account.
    #[inline]
    pub(crate) fn get_own_or_leak(&self, make: impl FnOnce() -> T) -> &'static T {
        self.get_own().unwrap_or_else(|| {
            let value = alloc::unseen(|| &*Box::leak(Box::new(make())));
            self.set(value);
            value
        })
    }

    pub(crate) fn set(&self, value: &'static T) {
        self.ptr.store(std::ptr::from_ref(value).cast_mut(), Ordering::Release);
    }

    pub(crate) fn clear(&self) {
        self.ptr.store(std::ptr::null_mut(), Ordering::Release);
    }
}

#[cfg(all(test, loom))]
mod models {
    use loom::thread;

    use super::*;
    use crate::sync::AtomicU64;

    /// Shows: whoever sees the reference sees what was written behind it before it was set.
    #[test]
    fn a_reference_leads_to_what_is_initialised() {
        loom::model(|| {
            let place: &'static StaticPtr<AtomicU64> = Box::leak(Box::new(StaticPtr::null()));
            let writer = thread::spawn(move || {
                let value: &'static AtomicU64 = Box::leak(Box::new(AtomicU64::new(1)));
                value.store(2, Ordering::Relaxed);
                place.set(value);
            });
            if let Some(value) = place.get() {
                assert_eq!(value.load(Ordering::Relaxed), 2);
            }
            writer.join().expect("the writer does not panic");
            assert_eq!(place.get().map(|value| value.load(Ordering::Relaxed)), Some(2));
        });
    }
}
