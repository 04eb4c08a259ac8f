//! One signal's lane: encodes a message, sends it, and says what did not arrive.

use std::fmt;

use obs_runtime::{Reader, Resource};

use super::answer::Partial;
use super::message::{Encoder, LONGEST, SHORT};
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

    /// Encodes and sends records in as many messages as it takes, counts those that arrived, and gives the rest and the
    /// first reason.
    pub(super) fn send_records<T>(
        &mut self,
        records: &[T],
        encode: impl Fn(&mut Encoder, &[T]),
    ) -> Result<(), (usize, SendError)> {
        let (mut left, mut failure) = (records.len(), None);
        // The next is the last.
        let mut parts: Vec<&[T]> = records.chunks(self.max_batch).rev().collect();
        while let Some(part) = parts.pop() {
            encode(&mut self.encoder, part);
            let length = self.encoder.message().len();
            if length > LONGEST && part.len() > 1 {
                halve(part, &mut parts);
                continue;
            }
            match self.deliver() {
                Ok(rejected) => {
                    left -= part.len();
                    self.count(part.len() as u64, rejected);
                }
                Err(SendError::TooLong { .. }) if length > SHORT && part.len() > 1 => halve(part, &mut parts),
                Err(error) => {
                    // A server that is away is not asked once more for each part.
                    let is_away = !error.is_about_the_message();
                    failure.get_or_insert(error);
                    if is_away {
                        break;
                    }
                }
            }
        }
        failure.map_or(Ok(()), |error| Err((left, error)))
    }

    /// Sends the message that was encoded, and says how many of its records were rejected.
    fn deliver(&mut self) -> Result<u64, SendError> {
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
        self.encoder.metrics(resource, families, window);
        self.deliver().map(drop)
    }

    /// Counts records that arrived, some of them for nothing. Of events only those that failed are counted.
    fn count(&self, arrived: u64, rejected: u64) {
        if self.signal == Signal::Traces {
            self.reader.count_delivered(arrived);
            self.reader.count_rejected(rejected);
        } else {
            self.count_failed_events(rejected);
        }
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

/// Puts both halves before the other parts.
fn halve<'a, T>(part: &'a [T], parts: &mut Vec<&'a [T]>) {
    let (first, second) = part.split_at(part.len() / 2);
    parts.extend([second, first]);
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
