//! The families in which the runtime speaks of itself.

use std::borrow::Cow;

use obs_runtime::{Memory, Snapshot};

use super::family::{Family, Kind, Number};
use super::overhead;

pub(super) fn families(snapshot: &Snapshot) -> Vec<Family<'_>> {
    let mut families =
        vec![build_info(snapshot), dropped(snapshot), sampling(snapshot), series(snapshot), finished(snapshot)];
    families.extend(snapshot.memory().into_iter().flat_map(memory));
    families.extend(overhead::families(snapshot));
    families
}

fn build_info(snapshot: &Snapshot) -> Family<'_> {
    let mut family = Family::new("obs.build.info", "", Kind::Info, "What was built: its version and revision.");
    let mut attributes = Vec::new();
    for (name, key) in [("revision", "vcs.ref.head.revision"), ("version", "service.version")] {
        if let Some(value) = snapshot.resource().get(key) {
            attributes.push((Cow::Borrowed(name), Cow::Owned(value.to_string())));
        }
    }
    family.push(attributes, Number::Int(1));
    family
}

fn dropped(snapshot: &Snapshot) -> Family<'_> {
    // Names the settings that would have kept it: whoever sees the number grow wants to know.
    let help = "What was lost, refused or bent on its way, by signal and reason. What keeps spans: Builder::span_memory for \
        ring_full, Builder::queue_capacity (OTEL_BSP_MAX_QUEUE_SIZE) for queue_full.";
    let mut family = Family::new("obs.events.dropped", "{event}", Kind::Counter, help);
    for (signal, reason, count) in snapshot.health().counters() {
        let attributes =
            vec![(Cow::Borrowed("reason"), Cow::Borrowed(reason)), (Cow::Borrowed("signal"), Cow::Borrowed(signal))];
        family.push(attributes, Number::Int(count));
    }
    family.settle()
}

fn sampling(snapshot: &Snapshot) -> Family<'_> {
    let help = "Decisions about recording and keeping traces and spans, by reason.";
    let mut family = Family::new("obs.sampling.decisions", "{decision}", Kind::Counter, help);
    for (what, decision, reason, count) in snapshot.health().sampling() {
        let attributes = [("decision", decision), ("reason", reason), ("what", what)];
        family
            .push(attributes.map(|(key, value)| (Cow::Borrowed(key), Cow::Borrowed(value))).into(), Number::Int(count));
    }
    family.settle()
}

fn series(snapshot: &Snapshot) -> Family<'_> {
    let mut family = Family::new("obs.series", "{series}", Kind::UpDown, "Series of annotated functions.");
    let count: usize = snapshot.callsites().map(|callsite| callsite.series().len()).sum();
    family.push(Vec::new(), Number::Int(count as u64));
    family
}

fn finished(snapshot: &Snapshot) -> Family<'_> {
    let mut family = Family::new("obs.spans.finished", "{span}", Kind::Counter, "Spans that were to be recorded.");
    family.push(Vec::new(), Number::Int(snapshot.health().spans_finished));
    family
}

/// What the whole process asked of its allocator.
fn memory<'a>(memory: Memory) -> [Family<'a>; 4] {
    let one = |name, unit, kind, help, value| {
        let mut family = Family::new(name, unit, kind, help);
        family.push(Vec::new(), Number::Int(value));
        family
    };
    let allocations = "Blocks of the process that were allocated or grew.";
    let peak = "The most bytes that the process held at any time.";
    [
        one("obs.memory.allocations", "{allocation}", Kind::Counter, allocations, memory.allocs),
        one("obs.memory.allocated", "By", Kind::Counter, "Bytes that the process asked for.", memory.bytes),
        one("obs.memory.live", "By", Kind::UpDown, "Bytes that the process holds.", memory.live),
        one("obs.memory.peak", "By", Kind::Gauge, peak, memory.peak),
    ]
}
