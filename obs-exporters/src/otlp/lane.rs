//! One signal's lane: encodes a message, sends it, and says what did not arrive.

use std::fmt;

use obs_runtime::{Reader, Resource};

use super::answer::Partial;
use super::message::Encoder;
use super::signal::Signal;
use super::target::Target;
use super::way::Way;
use crate::families::{Family, Window};
use crate::transport::{SendError, excerpt};

/// One signal's encoder, buffer and way.
pub(super) struct Lane {
    encoder: Encoder,
    way: Way,
    reader: Reader,
    failures: Row,
    rejections: Row,
    signal: Signal,
    max_batch: usize,
}

impl Lane {
    pub(super) fn new(target: &Target, signal: Signal, reader: Reader) -> Result<Self, SendError> {
        let way = Way::to(target, signal)?;
        let encoder = Encoder::new(way.is_json());
        let max_batch = target.records();
        Ok(Self { encoder, way, reader, failures: Row::default(), rejections: Row::default(), signal, max_batch })
    }

    /// Encodes and sends one message, and says how many of its records were rejected.
    pub(super) fn send(&mut self, encode: impl FnOnce(&mut Encoder)) -> Result<u64, SendError> {
        encode(&mut self.encoder);
        let partial = self.way.send(&self.reader, self.encoder.message())?;
        self.tell_rejections(&partial);
        Ok(partial.rejected)
    }

    pub(super) fn send_totals(
        &mut self,
        resource: &Resource,
        families: &[Family<'_>],
        window: Window,
    ) -> Result<(), SendError> {
        if families.is_empty() {
            return Ok(());
        }
        self.send(|encoder| encoder.metrics(resource, families, window)).map(drop)
    }

    /// Counts spans that arrived, some of them for nothing.
    pub(super) fn count_spans(&self, delivered: u64, rejected: u64) {
        self.reader.count_delivered(delivered);
        self.reader.count_rejected(rejected);
    }

    /// Counts events that did not arrive.
    pub(super) fn count_failed_events(&self, events: u64) {
        self.reader.count_failed_events(events);
    }

    /// Says, once for each row, why something did not arrive.
    pub(super) fn tell_failure(&mut self, error: &SendError) {
        self.failures.tell(error);
    }

    /// Says that something arrived.
    pub(super) fn end_failures(&mut self) {
        self.failures.end();
    }

    /// Records in one message, at most.
    pub(super) const fn max_batch(&self) -> usize {
        self.max_batch
    }

    fn tell_rejections(&mut self, partial: &Partial) {
        if partial.says_nothing() {
            self.rejections.end();
        } else {
            let (rejected, records) = (partial.rejected, self.signal.records());
            let message = excerpt(partial.message.as_bytes());
            self.rejections.tell(&format_args!("the server rejected {rejected} {records}: {message}"));
        }
    }
}

/// What is told once for each row of the same, not each time.
#[derive(Default)]
struct Row {
    told: bool,
}

impl Row {
    fn tell(&mut self, what: &impl fmt::Display) {
        if !std::mem::replace(&mut self.told, true) {
            eprintln!("obs: exporter otlp: {what}; more of this is counted, not printed");
        }
    }

    fn end(&mut self) {
        self.told = false;
    }
}
