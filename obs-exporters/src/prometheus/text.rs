//! The two text formats: 0.0.4 and `OpenMetrics` 1.0. A pure function from a page into a string.

use std::fmt::Write;

use obs_runtime::Histogram;

use super::page::PageFamily;
use super::{classic, float};
use crate::families::{Attribute, Kind, Number};

/// Which of the two.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Prometheus,
    OpenMetrics,
}

/// Writes the page.
pub(super) fn encode(page: &[PageFamily<'_>], dialect: Dialect) -> String {
    let mut out = String::with_capacity(4096);
    let mut labels = String::new();
    for family in page {
        head(&mut out, family, dialect);
        for (attributes, value) in &family.points {
            labels.clear();
            write_labels(&mut labels, attributes);
            samples(&mut out, family, &labels, value);
        }
    }
    if dialect == Dialect::OpenMetrics {
        out.push_str("# EOF\n");
    }
    out
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

fn samples(out: &mut String, family: &PageFamily<'_>, labels: &str, value: &Number<'_>) {
    if let Number::Histogram(histogram) = value {
        return histogram_samples(out, family, labels, histogram);
    }
    sample_name(out, &family.name, family.suffix(), labels);
    match value {
        Number::Int(count) => {
            let _ = write!(out, "{count}");
        }
        other => float::write(out, other.as_f64()),
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

fn histogram_samples(out: &mut String, family: &PageFamily<'_>, labels: &str, histogram: &Histogram) {
    let comma = if labels.is_empty() { "" } else { "," };
    let name = &family.name;
    for (bound, count) in classic::buckets(histogram, classic::ladder(&family.unit)) {
        let _ = write!(out, "{name}_bucket{{{labels}{comma}le=\"");
        float::write_bound(out, bound);
        let _ = writeln!(out, "\"}} {count}");
    }
    let count = histogram.count();
    let _ = writeln!(out, "{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {count}");
    sample_name(out, name, "_sum", labels);
    float::write(out, histogram.sum());
    out.push('\n');
    sample_name(out, name, "_count", labels);
    let _ = writeln!(out, "{count}");
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
