//! The two text formats: 0.0.4 and `OpenMetrics` 1.0. A pure function from a page into a string.

use std::borrow::Cow;
use std::fmt::Write;
use std::time::UNIX_EPOCH;

use obs_runtime::{Exemplar, Histogram};

use super::exemplar::{self, Exemplars};
use super::page::PageFamily;
use super::{classic, number};
use crate::families::{Attribute, Kind, Number};

/// Which of the two.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Prometheus,
    OpenMetrics,
}

/// Writes the page.
pub(super) fn encode(page: &[PageFamily<'_>], dialect: Dialect) -> String {
    let mut out = String::with_capacity(page.iter().map(expected_bytes).sum());
    let mut labels = String::new();
    for family in page {
        head(&mut out, family, dialect);
        let bounds = bounds(family);
        for point in &family.points {
            labels.clear();
            write_labels(&mut labels, &point.attributes);
            match &point.value {
                Number::Histogram(histogram) => {
                    // The old format has no place for them.
                    let shown = if dialect == Dialect::OpenMetrics { &*point.exemplars } else { &[] };
                    histogram_samples(&mut out, family, &bounds, &labels, histogram, Exemplars::new(shown));
                }
                plain => sample(&mut out, family, &labels, plain),
            }
        }
    }
    if dialect == Dialect::OpenMetrics {
        out.push_str("# EOF\n");
    }
    out
}

/// Near enough that a large page is not copied while it grows.
fn expected_bytes(family: &PageFamily<'_>) -> usize {
    let labels = |labels: &[Attribute<'_>]| labels.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
    let line = family.name.len() + family.points.first().map_or(0, |first| labels(&first.attributes)) + 32;
    let lines = if family.kind == Kind::Histogram { classic::ladder(&family.unit).len() + 3 } else { 1 };
    256 + family.points.len() * lines * line
}

/// What follows the labels in the lines of the ladder's buckets: written once for all points of a family.
fn bounds(family: &PageFamily<'_>) -> Vec<String> {
    if family.kind != Kind::Histogram {
        return Vec::new();
    }
    let finite = classic::ladder(&family.unit).iter().map(|&exponent| classic::bound(exponent));
    finite.chain([f64::INFINITY]).map(after_labels).collect()
}

/// What follows the labels in a bucket's line, up to the count.
fn after_labels(bound: f64) -> String {
    let mut text = "le=\"".to_owned();
    number::write_bound(&mut text, bound);
    text + "\"} "
}

fn head(out: &mut String, family: &PageFamily<'_>, dialect: Dialect) {
    let (name, kind, help) = (&family.name, family.kind, escape(&family.help, dialect == Dialect::OpenMetrics));
    let _ = match dialect {
        // The old format names the samples, OpenMetrics the family.
        Dialect::Prometheus => {
            let suffix = family.suffix();
            writeln!(out, "# HELP {name}{suffix} {help}\n# TYPE {name}{suffix} {}", old_type(kind))
        }
        Dialect::OpenMetrics => {
            let _ = writeln!(out, "# TYPE {name} {}", new_type(kind));
            if !family.unit.is_empty() {
                let _ = writeln!(out, "# UNIT {name} {}", family.unit);
            }
            writeln!(out, "# HELP {name} {help}")
        }
    };
}

const fn old_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter => "counter",
        Kind::UpDown | Kind::Gauge | Kind::Info => "gauge",
        Kind::Histogram => "histogram",
    }
}

const fn new_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Info => "info",
        other => old_type(other),
    }
}

fn sample(out: &mut String, family: &PageFamily<'_>, labels: &str, value: &Number<'_>) {
    sample_name(out, &family.name, family.suffix(), labels);
    match value {
        Number::Int(count) => number::write_count(out, *count),
        other => number::write(out, other.as_f64()),
    }
    out.push('\n');
}

fn sample_name(out: &mut String, name: &str, suffix: &str, labels: &str) {
    out.push_str(name);
    out.push_str(suffix);
    if !labels.is_empty() {
        out.push('{');
        out.push_str(labels);
        out.push('}');
    }
    out.push(' ');
}

fn histogram_samples(
    out: &mut String,
    family: &PageFamily<'_>,
    bounds: &[String],
    labels: &str,
    histogram: &Histogram,
    mut exemplars: Exemplars<'_>,
) {
    let name = &family.name;
    let comma = if labels.is_empty() { "" } else { "," };
    for bucket in classic::buckets(histogram, classic::ladder(&family.unit)) {
        let text = bucket.step.map_or_else(|| after_labels(bucket.bound).into(), |step| Cow::from(&bounds[step]));
        for part in [name, "_bucket{", labels, comma, &text] {
            out.push_str(part);
        }
        number::write_count(out, bucket.count);
        if let Some(exemplar) = exemplars.of_bucket(bucket.bound, bucket.own) {
            write_exemplar(out, exemplar);
        }
        out.push('\n');
    }
    sample_name(out, name, "_sum", labels);
    number::write(out, histogram.sum());
    out.push('\n');
    sample_name(out, name, "_count", labels);
    number::write_count(out, histogram.count());
    out.push('\n');
}

/// What follows a bucket's count: the span, its duration, and when it ended in seconds since 1970.
fn write_exemplar(out: &mut String, exemplar: &Exemplar) {
    let _ = write!(out, " # {{trace_id=\"{}\",span_id=\"{}\"}} ", exemplar.trace_id, exemplar.span_id);
    number::write(out, exemplar::seconds(exemplar));
    if let Ok(time) = exemplar.time.duration_since(UNIX_EPOCH) {
        let _ = write!(out, " {}.{:03}", time.as_secs(), time.subsec_millis());
    }
}

fn write_labels(out: &mut String, labels: &[Attribute<'_>]) {
    for (at, (name, value)) in labels.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(name);
        out.push_str("=\"");
        push_escaped(out, value, true);
        out.push('"');
    }
}

fn escape(text: &str, quotes: bool) -> String {
    let mut out = String::with_capacity(text.len());
    push_escaped(&mut out, text, quotes);
    out
}

/// Label values escape quotes, and so does the HELP of `OpenMetrics`; the HELP of 0.0.4 does not.
fn push_escaped(out: &mut String, text: &str, quotes: bool) {
    if !text.contains(['\\', '\n', '"']) {
        return out.push_str(text);
    }
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '"' if quotes => out.push_str("\\\""),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
