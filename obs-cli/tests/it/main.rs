//! The program as it is used: it runs the tests of a small package, which write figures by hand.
#![allow(missing_docs, unreachable_pub, reason = "tests")]

mod bless;
mod check;
mod failures;
mod package;
