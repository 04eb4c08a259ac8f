//! The protobuf format with native histograms. A pure function from a page into bytes.
//!
//! # Source
//! `io.prometheus.client`, as published with the client data model; field numbers are beside each use.

use std::borrow::Cow;

use obs_runtime::Histogram;

use super::classic;
use super::page::PageFamily;
use crate::families::{Attribute, Kind, Number};
use crate::wire::Writer;

/// Native buckets of one histogram; above, resolution is halved until they fit.
const MAX_BUCKETS: usize = 160;

/// Values up to here count as zero: 2^-128, the default of the client libraries. Ours are exactly zero.
const ZERO_THRESHOLD: f64 = 2.938_735_877_055_719e-39;

/// Empty buckets between two spans; fewer are cheaper inside a span.
const GAP: usize = 2;

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
    for (labels, value) in &family.points {
        out.message(4, |metric| write_metric(metric, family, labels, value));
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

fn write_metric(out: &mut Writer, family: &PageFamily<'_>, labels: &[Attribute<'_>], value: &Number<'_>) {
    for (name, value) in labels {
        out.message(1, |pair| {
            pair.string(1, name);
            pair.string(2, value);
        });
    }
    match value {
        Number::Histogram(histogram) => {
            out.message(7, |message| write_histogram(message, histogram, classic::ladder(&family.unit)));
        }
        number => {
            let field = if family.kind == Kind::Counter { 3 } else { 2 };
            out.message(field, |message| message.double(1, number.as_f64()));
        }
    }
}

fn write_histogram(out: &mut Writer, histogram: &Histogram, ladder: &'static [i8]) {
    out.uint(1, histogram.count());
    out.double(2, histogram.sum());
    for (&exponent, count) in ladder.iter().zip(classic::counts(histogram, ladder)) {
        out.message(3, |bucket| {
            bucket.uint(1, count);
            bucket.double(2, classic::bound(exponent));
        });
    }
    write_native(out, &fitted(histogram));
}

fn fitted(histogram: &Histogram) -> Cow<'_, Histogram> {
    let mut fitted = Cow::Borrowed(histogram);
    while fitted.counts().len() > MAX_BUCKETS {
        fitted = Cow::Owned(fitted.downscale(1));
    }
    fitted
}

fn write_native(out: &mut Writer, histogram: &Histogram) {
    out.sint(5, i64::from(histogram.scale()));
    out.double(6, ZERO_THRESHOLD);
    out.uint(7, histogram.zero_count());
    let spans = spans(histogram.counts());
    // A histogram without a span would pass for a classic one.
    if spans.is_empty() {
        write_span(out, 0, 0);
    }
    let mut end = 0;
    for &(start, length) in &spans {
        let from = if end == 0 { i64::from(histogram.offset()) } else { 0 };
        write_span(out, from + signed(start - end), length);
        end = start + length;
    }
    let mut previous = 0;
    for (start, length) in spans {
        for &count in &histogram.counts()[start..start + length] {
            let count = count.cast_signed();
            out.sint(13, count - previous);
            previous = count;
        }
    }
}

fn write_span(out: &mut Writer, offset: i64, length: usize) {
    out.message(12, |span| {
        span.sint(1, offset);
        span.uint(2, length as u64);
    });
}

fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// Start and length of each stretch of buckets, without gaps longer than [`GAP`].
fn spans(counts: &[u64]) -> Vec<(usize, usize)> {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for (at, _) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        match spans.last_mut() {
            Some((start, length)) if at - (*start + *length) <= GAP => *length = at + 1 - *start,
            _ => spans.push((at, 1)),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_gaps_stay_inside_a_span() {
        assert_eq!(spans(&[1, 0, 0, 2, 0, 0, 0, 3]), [(0, 4), (7, 1)]);
        assert_eq!(spans(&[]), []);
    }

    #[test]
    fn wide_histograms_lose_resolution_but_no_count() {
        let mut histogram = Histogram::default();
        (0..60).for_each(|shift| histogram.record_nanos(1 << shift));
        let fitted = fitted(&histogram);
        assert!(histogram.counts().len() > MAX_BUCKETS && fitted.counts().len() <= MAX_BUCKETS);
        assert_eq!((fitted.count(), fitted.scale()), (60, 1));
    }
}
