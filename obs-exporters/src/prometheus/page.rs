//! The families of one scrape, under the names of Prometheus. Read by the encoders.

use std::borrow::Cow;
use std::collections::HashSet;

use obs_runtime::Snapshot;

use super::{info, process};
use crate::families::{self, Attribute, Family, Kind, Point};
use crate::name::{MetricKind, label_name, prom_name, unit_word};

/// One family as Prometheus sees it.
#[derive(Debug)]
pub(super) struct PageFamily<'a> {
    /// Without the suffix of a kind: what `OpenMetrics` calls the family.
    pub(super) name: String,
    pub(super) kind: Kind,
    /// `seconds`; empty where the name does not end in a unit.
    pub(super) unit: Cow<'static, str>,
    pub(super) help: Cow<'a, str>,
    /// Their attributes are labels, with names that are valid.
    pub(super) points: Vec<Point<'a>>,
}

impl PageFamily<'_> {
    /// What samples of this kind have after the family's name.
    pub(super) const fn suffix(&self) -> &'static str {
        match self.kind {
            Kind::Counter => "_total",
            Kind::Info => "_info",
            _ => "",
        }
    }
}

/// Collects the page.
pub(super) fn of(snapshot: &Snapshot) -> Vec<PageFamily<'_>> {
    // OpenMetrics wants the target first.
    let families = info::target(snapshot)
        .into_iter()
        .chain([info::functions(snapshot)])
        .chain(families::of(snapshot))
        .chain(process::families());
    let mut page: Vec<PageFamily<'_>> = families.map(convert).filter(|family| !family.points.is_empty()).collect();
    make_names_unique(&mut page);
    page
}

pub(super) fn convert(family: Family<'_>) -> PageFamily<'_> {
    let kind = match family.kind {
        Kind::Counter => MetricKind::Counter,
        Kind::Histogram => MetricKind::Histogram,
        Kind::UpDown | Kind::Gauge | Kind::Info => MetricKind::Gauge,
    };
    let mut name = prom_name(&family.name, family.unit, kind);
    let suffix = match family.kind {
        Kind::Counter => "_total",
        Kind::Info => "_info",
        _ => "",
    };
    name.truncate(name.strip_suffix(suffix).unwrap_or(&name).len());
    let unit = unit_word(family.unit).filter(|word| name.ends_with(&**word)).unwrap_or_default();
    let mut points = family.points;
    for point in &mut points {
        point.attributes = labels(std::mem::take(&mut point.attributes));
    }
    PageFamily { name, kind: family.kind, unit, help: family.help, points }
}

/// Makes label names valid; where two become the same their values are joined, as OpenTelemetry asks for.
fn labels(attributes: Vec<Attribute<'_>>) -> Vec<Attribute<'_>> {
    let mut labels: Vec<Attribute<'_>> = Vec::with_capacity(attributes.len());
    for (name, value) in attributes {
        let name = match name {
            Cow::Borrowed(name) => label_name(name),
            Cow::Owned(name) => Cow::Owned(label_name(&name).into_owned()),
        };
        match labels.iter_mut().find(|(known, _)| *known == name) {
            Some((_, joined)) => *joined = Cow::Owned(format!("{joined};{value}")),
            None => labels.push((name, value)),
        }
    }
    labels
}

/// Two foreign names can become one; the page must not have a family twice.
fn make_names_unique(page: &mut [PageFamily<'_>]) {
    let mut known = HashSet::with_capacity(page.len());
    for family in page {
        let mut number = 2;
        let plain = family.name.clone();
        while !known.insert(family.name.clone()) {
            family.name = format!("{plain}_{number}");
            family.unit = Cow::Borrowed("");
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::Number;

    fn family(name: &'static str, kind: Kind) -> Family<'static> {
        let mut family = Family::new(name, "", kind, "help");
        family.push(vec![("a.b".into(), "1".into()), ("a_b".into(), "2".into())], Number::Int(1));
        family
    }

    #[test]
    fn names_that_meet_are_numbered() {
        let mut page: Vec<_> =
            [family("a.b", Kind::Counter), family("a_b", Kind::Gauge), family("a_b_total", Kind::Counter)]
                .into_iter()
                .map(convert)
                .collect();
        make_names_unique(&mut page);
        let names: Vec<_> = page.iter().map(|family| format!("{}{}", family.name, family.suffix())).collect();
        assert_eq!(names, ["a_b_total", "a_b_2", "a_b_3_total"]);
    }

    #[test]
    fn labels_that_meet_are_joined() {
        let page = convert(family("a", Kind::Gauge));
        assert_eq!(page.points[0].attributes, [("a_b".into(), Cow::Borrowed("1;2"))]);
    }
}
