//! `OTEL_BSP_*` and `OTEL_BLRP_*`, as far as they are about the way to all exporters.

use std::time::Duration;

use super::reader::Reader;

/// Spans and events share the collector and the queues: of two values the one that both can live with counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Batches {
    /// The smaller of `OTEL_BSP_SCHEDULE_DELAY` and `OTEL_BLRP_SCHEDULE_DELAY`.
    pub(crate) delay: Option<Duration>,
    /// The larger of `OTEL_BSP_MAX_QUEUE_SIZE` and `OTEL_BLRP_MAX_QUEUE_SIZE`.
    pub(crate) queue: Option<usize>,
}

impl Batches {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let delays = ["OTEL_BSP_SCHEDULE_DELAY", "OTEL_BLRP_SCHEDULE_DELAY"];
        let delays = delays.map(|name| reader.interval(name, "the preset's interval"));
        let queues = ["OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BLRP_MAX_QUEUE_SIZE"];
        let queues = queues.map(|name| reader.positive(name, "65536"));
        Self { delay: delays.into_iter().flatten().min(), queue: queues.into_iter().flatten().max() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_of_nothing_does_not_make_a_collector_that_never_rests() {
        let lookup = |name: &str| name.ends_with("SCHEDULE_DELAY").then(|| "0".to_owned());
        assert_eq!(Batches::read(&mut Reader::new(&lookup)).delay, Some(Duration::from_millis(10)));
    }

    #[test]
    fn the_shorter_delay_and_the_longer_queue_count() {
        let lookup = |name: &str| {
            let value = match name {
                "OTEL_BSP_SCHEDULE_DELAY" => "5000",
                "OTEL_BLRP_SCHEDULE_DELAY" => "1000",
                "OTEL_BSP_MAX_QUEUE_SIZE" => "4096",
                _ => return None,
            };
            Some(value.to_owned())
        };
        let want = Batches { delay: Some(Duration::from_secs(1)), queue: Some(4096) };
        assert_eq!(Batches::read(&mut Reader::new(&lookup)), want);
    }
}
