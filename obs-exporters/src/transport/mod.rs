//! The way out of exporters that push: one request at a time, over HTTP, on the exporter's own thread.
//!
//! Everything is bounded: the time of a try, the number of tries, the time of all tries, the bytes read of an answer.
//! Waiting goes through [`obs_runtime::Reader::pause`], so a shutdown is not held up. `client` sends, `outbox` posts to
//! one address, `retry` decides when again (and serves other protocols too), `answer` reads what a status means,
//! `settings` says what may be set, `error` what is told to people.

mod settings;

mod error;

mod answer;

mod retry;

mod tls;

mod client;

mod outbox;

#[cfg(fuzzing)]
pub(crate) use answer::retry_after;
pub use error::SendError;

pub(crate) use error::{excerpt, shown};

pub(crate) use client::{Client, Request, Response, check};
pub(crate) use outbox::{Outbox, outbox_options};
pub(crate) use retry::{Attempt, Retrier};
pub(crate) use settings::{Compression, Retry, Settings, Tls};
