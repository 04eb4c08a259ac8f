//! Every order, foreign attributes between, renamed imports, whole blocks.
#![deny(warnings)]
#![deny(missing_docs)]
#![forbid(unsafe_code)]
#![allow(dead_code, unused_braces)]

use obs::{budget, counted, profiled, skip, traced as watched};

#[watched]
#[inline]
#[obs::profiled(sample = 2)]
/// Documented between attributes.
#[counted]
#[must_use]
#[budget(us = 1.5, on_exceed = hook)]
pub fn mixed(n: u32) -> Option<u32> {
    n.checked_sub(1)
}

fn hook(violation: &obs::Violation) {
    let _ = violation;
}

#[budget(ms = 10, on_exceed = count)]
#[counted(name = "other", crate = ::obs)]
#[profiled]
#[watched(name = "other", level = "debug", kind = client, sample = 0.5)]
/// Documented.
pub async fn reversed() {}

/// A documented type.
pub struct Cart(Vec<u32>);

#[counted]
#[allow(clippy::unused_self)]
impl Cart {
    /// A constant.
    pub const EMPTY: Self = Self::empty();

    /// Stays as it is.
    pub const fn empty() -> Self {
        Self(Vec::new())
    }

    #[skip]
    fn skipped(&self) -> u32 {
        1
    }

    /// Its own labels.
    #[counted(labels(n = n))]
    #[watched]
    pub fn add(&mut self, n: u32) -> &mut Self {
        self.0.push(n);
        self
    }
}

#[obs::traced]
#[obs::counted]
pub mod inside {
    //! Every function here.

    use std::fmt;

    const LIMIT: [u8; { 1 + 1 }] = [0; 2];
    static NAME: &str = { "name" };
    type Pair = (u8, u8);

    macro_rules! local {
        () => {
            fn made() {}
        };
    }
    local!();

    /// Generic by a block.
    pub struct Array<const N: usize>;

    impl Array<{ 2 }> {
        /// A function.
        pub fn len(&self) -> usize {
            LIMIT.len()
        }

        #[obs::skip]
        #[allow(clippy::unused_self)]
        fn left_out(&self) {}
    }

    impl fmt::Display for Array<3> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(NAME)
        }
    }

    /// A trait.
    pub trait Speak {
        /// No body.
        fn name(&self) -> String;
        /// A body.
        fn speak(&self) -> Option<String> {
            Some(self.name())
        }
    }

    /// A nested module.
    pub mod deeper {
        /// A function.
        pub(crate) fn down() -> Result<super::Pair, ()> {
            super::made();
            Ok((1, 2))
        }
    }

    #[obs::skip]
    /// A module of its own.
    pub mod without {
        /// A function.
        pub const fn plain() {}
    }

    extern "C" fn callback(n: i32) -> i32 {
        n
    }

    /// Uses it.
    pub fn call() -> i32 {
        callback(3)
    }
}

struct Named;

#[obs::profiled]
impl inside::Speak for Named {
    fn name(&self) -> String {
        String::from("named")
    }
}

fn main() {
    use inside::Speak;

    assert_eq!(mixed(1), Some(0));
    drop(reversed());
    let mut cart = Cart::EMPTY;
    assert_eq!(cart.add(1).add(2).0.len(), 2);
    assert_eq!(cart.skipped(), 1);
    assert_eq!(inside::Array::<2>.len(), 2);
    assert_eq!(inside::Array::<3>.to_string(), "name");
    assert_eq!(inside::deeper::down(), Ok((1, 2)));
    assert_eq!(inside::call(), 3);
    assert_eq!(Named.speak().as_deref(), Some("named"));
}
