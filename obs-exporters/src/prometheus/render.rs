//! A snapshot as a page, in one of the formats. No I/O but `/proc`.

use obs_runtime::Snapshot;

use super::accept::Format;
use super::{page, protobuf, text};

/// Writes a snapshot as a page of Prometheus.
///
/// # Shape
/// Families in a fixed order, points sorted by their labels; text ends in a newline, `OpenMetrics` in `# EOF`.
/// The page also speaks of the process, which is read from `/proc` where that exists.
/// # Cost
/// About 1 µs for a histogram with 13 classic buckets; takes no lock.
pub fn render(snapshot: &Snapshot, format: Format) -> Vec<u8> {
    let page = page::of(snapshot);
    match format {
        Format::Text => text::encode(&page, text::Dialect::Prometheus).into_bytes(),
        Format::OpenMetrics { .. } => text::encode(&page, text::Dialect::OpenMetrics).into_bytes(),
        Format::Protobuf => protobuf::encode(&page),
    }
}
