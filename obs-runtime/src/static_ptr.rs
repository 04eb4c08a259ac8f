//! A place for a reference that comes later.
//!
//! Null or a `&'static T`, never anything else, so that reading it is safe. What is put here lives as long as
//! the program: shards and what hangs on them are reused, never freed.

use std::marker::PhantomData;

use crate::sync::{AtomicPtr, Ordering};

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
        // SAFETY: `set` is the only writer after `null`, so `ptr` is null or was made of a `&'static T`.
        unsafe { ptr.as_ref() }
    }

    pub(crate) fn set(&self, value: &'static T) {
        self.ptr.store(std::ptr::from_ref(value).cast_mut(), Ordering::Release);
    }

    pub(crate) fn clear(&self) {
        self.ptr.store(std::ptr::null_mut(), Ordering::Release);
    }
}
