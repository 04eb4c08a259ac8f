//! The protobuf format with native histograms. A pure function from a page into bytes.
//!
//! # Source
//! `io.prometheus.client`, as published with the client data model; field numbers are beside each use.

use std::time::UNIX_EPOCH;

use obs_runtime::{Exemplar, Histogram};

use super::classic::{self, Bucket};
use super::exemplar::{self, Exemplars};
use super::native::{self, Buckets};
use super::page::PageFamily;
use crate::families::{Kind, Number, Point};
use crate::wire::Writer;

/// Writes the page: each family with its length before it.
pub(super) fn encode(page: &[PageFamily<'_>]) -> Vec<u8> {
    let mut out = Writer::new();
    for family in page {
        out.delimited(|message| write_family(message, family));
    }
    out.into_bytes()
}

fn write_family(out: &mut Writer, family: &PageFamily<'_>) {
    out.string(1, &format!("{}{}", family.name, family.suffix()));
    out.string(2, &family.help);
    out.uint(3, type_number(family.kind));
    for point in &family.points {
        out.message(4, |metric| write_metric(metric, family, point));
    }
    out.string(5, &family.unit);
}

const fn type_number(kind: Kind) -> u64 {
    match kind {
        Kind::Counter => 0,
        Kind::UpDown | Kind::Gauge | Kind::Info => 1,
        Kind::Histogram => 4,
    }
}

fn write_metric(out: &mut Writer, family: &PageFamily<'_>, point: &Point<'_>) {
    for (name, value) in &point.attributes {
        write_label(out, name, value);
    }
    match &point.value {
        Number::Histogram(histogram) => out.message(7, |message| {
            message.uint(1, histogram.count());
            message.double(2, histogram.sum());
            write_classic(message, histogram, classic::ladder(&family.unit), &point.exemplars);
            write_native(message, &native::fitted(histogram));
            for exemplar in &*point.exemplars {
                message.message(16, |message| write_exemplar(message, exemplar));
            }
        }),
        number => {
            let field = if family.kind == Kind::Counter { 3 } else { 2 };
            out.message(field, |message| message.double(1, number.as_f64()));
        }
    }
}

/// A pair of a label, also in an exemplar.
fn write_label(out: &mut Writer, name: &str, value: &str) {
    out.message(1, |pair| {
        pair.string(1, name);
        pair.string(2, value);
    });
}

fn write_classic(out: &mut Writer, histogram: &Histogram, ladder: &'static [i8], exemplars: &[Exemplar]) {
    let mut exemplars = Exemplars::new(exemplars);
    for bucket in classic::buckets(histogram, ladder) {
        let exemplar = exemplars.of_bucket(bucket.bound, bucket.own);
        // The last bucket goes without saying, unless an exemplar stands beside it.
        if bucket.bound.is_finite() || exemplar.is_some() {
            write_bucket(out, bucket, exemplar);
        }
    }
}

fn write_bucket(out: &mut Writer, bucket: Bucket, exemplar: Option<&Exemplar>) {
    out.message(3, |message| {
        message.uint(1, bucket.count);
        message.double(2, bucket.bound);
        if let Some(exemplar) = exemplar {
            message.message(3, |message| write_exemplar(message, exemplar));
        }
    });
}

fn write_exemplar(out: &mut Writer, exemplar: &Exemplar) {
    write_label(out, "trace_id", &exemplar.trace_id.to_string());
    write_label(out, "span_id", &exemplar.span_id.to_string());
    out.double(2, exemplar::seconds(exemplar));
    if let Ok(time) = exemplar.time.duration_since(UNIX_EPOCH) {
        out.message(3, |timestamp| {
            timestamp.uint(1, time.as_secs());
            timestamp.uint(2, time.subsec_nanos().into());
        });
    }
}

fn write_native(out: &mut Writer, histogram: &Histogram) {
    out.sint(5, i64::from(histogram.scale()));
    out.double(6, native::ZERO_THRESHOLD);
    out.uint(7, histogram.zero_count());
    Buckets::of(histogram).write(out, 12, 13);
}
