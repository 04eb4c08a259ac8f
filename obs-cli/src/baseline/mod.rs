//! The file of figures that a change is compared with.
//!
//! TOML, by test and then by function, so that a change of one figure is a change of one line:
//! ```toml
//! version = 1
//!
//! ["shop::tests::adds_up"."shop::cart::Cart::checkout"]
//! calls = 3
//! allocs = 4
//! ```
//! Files and lines of functions are not in it: they move. Filled from [`crate::measured`], read by [`crate::compare`].

mod cases;
mod document;
mod error;

pub(crate) use cases::Baseline;
