//! Encodes one message after the other into the same buffer.

use std::sync::Arc;

use obs_runtime::{Event, Resource, Span};

use super::protobuf;
use crate::families::{Family, Window};
use crate::otlp_json;
use crate::wire::Writer;

/// The longest message that is sent in one piece where it can be cut, in bytes: servers of gRPC take 4 MiB unless they
/// are told otherwise.
pub(super) const LONGEST: usize = 3 << 20;

/// What no server finds too long, in bytes: one that refuses less is out of something else.
pub(super) const SHORT: usize = 64 << 10;

/// Encodes messages, as protobuf or as JSON.
pub(super) struct Encoder {
    message: Vec<u8>,
    is_json: bool,
}

impl Encoder {
    pub(super) const fn new(is_json: bool) -> Self {
        Self { message: Vec::new(), is_json }
    }

    /// The message that was encoded last.
    pub(super) fn message(&self) -> &[u8] {
        &self.message
    }

    pub(super) fn traces(&mut self, resource: &Resource, spans: &[Span], with_events: bool) {
        if self.is_json {
            self.message = otlp_json::traces(resource, spans, with_events).into_bytes();
        } else {
            self.write(|to| protobuf::write_traces(to, resource, spans, with_events));
        }
    }

    pub(super) fn logs(&mut self, resource: &Resource, events: &[Arc<Event>]) {
        if self.is_json {
            self.message = otlp_json::logs(resource, events).into_bytes();
        } else {
            self.write(|to| protobuf::write_logs(to, resource, events));
        }
    }

    pub(super) fn metrics(&mut self, resource: &Resource, families: &[Family<'_>], window: Window) {
        if self.is_json {
            self.message = otlp_json::metrics(resource, families, window).into_bytes();
        } else {
            self.write(|to| protobuf::write_metrics(to, resource, families, window));
        }
    }

    fn write(&mut self, write: impl FnOnce(&mut Writer)) {
        let mut to = Writer::reusing(std::mem::take(&mut self.message));
        write(&mut to);
        self.message = to.into_bytes();
    }
}
