//! Totals as an `ExportMetricsServiceRequest`, which is a `MetricsData`.

use std::time::SystemTime;

use obs_runtime::{Exemplar, Histogram, Resource, Snapshot};

use super::common::{attribute, envelope, unix_nanos};
use crate::attributes::Attribute;
use crate::families::{self, Family, Kind, Number, Point, Temporality, Window};
use crate::wire::Writer;

/// Writes a snapshot as OTLP's protobuf, a `MetricsData`; every total is since the program started.
///
/// # Shape
/// Durations are exponential histograms with exactly the buckets that were recorded. No bound of theirs is that of a budget;
/// the calls past one are in `obs.budget.violations`.
pub fn encode(snapshot: &Snapshot) -> Vec<u8> {
    let mut to = Writer::new();
    write(&mut to, snapshot.resource(), &families::of(snapshot), Window::whole(snapshot));
    to.into_bytes()
}

/// Writes families of metrics.
pub(in super::super) fn write(to: &mut Writer, resource: &Resource, families: &[Family<'_>], window: Window) {
    envelope(to, resource, |to| {
        families.iter().for_each(|family| to.message(2, |to| write_family(to, family, window)));
    });
}

fn write_family(to: &mut Writer, family: &Family<'_>, window: Window) {
    to.string(1, &family.name);
    to.string(2, &family.help);
    to.string(3, family.unit);
    let (temporality, begin) = window.of(family.kind);
    let times = Times { begin, end: window.end };
    match family.kind {
        Kind::Gauge | Kind::Info => to.message(5, |to| write_numbers(to, family, times)),
        Kind::Counter | Kind::UpDown => to.message(7, |to| {
            write_numbers(to, family, times);
            to.uint(2, temporality as u64);
            to.uint(3, u64::from(family.kind == Kind::Counter));
        }),
        Kind::Histogram => to.message(10, |to| {
            for point in &family.points {
                if let Number::Histogram(histogram) = &point.value {
                    to.message(1, |to| write_histogram(to, point, histogram, times, temporality));
                }
            }
            to.uint(2, temporality as u64);
        }),
    }
}

#[derive(Clone, Copy)]
struct Times {
    begin: SystemTime,
    end: SystemTime,
}

fn write_numbers(to: &mut Writer, family: &Family<'_>, times: Times) {
    for point in &family.points {
        to.message(1, |to| {
            write_times(to, times);
            match &point.value {
                Number::Int(value) => to.fixed64(6, (*value).min(i64::MAX.cast_unsigned())),
                value => to.double(4, value.as_f64()),
            }
            write_attributes(to, 7, point);
        });
    }
}

fn write_histogram(to: &mut Writer, point: &Point<'_>, histogram: &Histogram, times: Times, temporality: Temporality) {
    write_attributes(to, 1, point);
    write_times(to, times);
    to.fixed64(4, histogram.count());
    to.double(5, histogram.sum());
    to.sint(6, histogram.scale().into());
    to.fixed64(7, histogram.zero_count());
    to.message(8, |to| {
        if !histogram.counts().is_empty() {
            // OTLP counts buckets from their lower bound, Prometheus from their upper.
            to.sint(1, i64::from(histogram.offset()) - 1);
            to.packed(2, histogram.counts());
        }
    });
    point.exemplars.iter().for_each(|exemplar| to.message(11, |to| write_exemplar(to, exemplar)));
    // Of a delta only the largest value ever is known, not that of its window.
    if histogram.count() > 0 && temporality == Temporality::Cumulative {
        to.double(13, histogram.max());
    }
}

fn write_exemplar(to: &mut Writer, exemplar: &Exemplar) {
    to.fixed64(2, unix_nanos(exemplar.time));
    to.double(3, exemplar.duration.as_secs_f64());
    to.bytes(4, &exemplar.span_id.to_bytes());
    to.bytes(5, &exemplar.trace_id.to_bytes());
}

/// The window, in fields 2 and 3 of every kind of point.
fn write_times(to: &mut Writer, times: Times) {
    to.fixed64(2, unix_nanos(times.begin));
    to.fixed64(3, unix_nanos(times.end));
}

fn write_attributes(to: &mut Writer, field: u32, point: &Point<'_>) {
    point.attributes.iter().for_each(|(key, value)| attribute(to, field, key, Attribute::Text(value)));
}
