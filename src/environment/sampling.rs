//! `OTEL_TRACES_SAMPLER` and its argument, and the filter of exemplars.

use obs_runtime::Sampler;

use super::reader::Reader;

/// Whether the sampler takes a ratio, and the sampler for it.
type Make = (bool, fn(f64) -> Sampler);

const SAMPLERS: [(&str, Make); 6] = [
    ("parentbased_always_on", (false, |_| Sampler::parent_based(Sampler::always_on()))),
    ("parentbased_always_off", (false, |_| Sampler::parent_based(Sampler::always_off()))),
    ("parentbased_traceidratio", (true, |ratio| Sampler::parent_based(Sampler::ratio(ratio)))),
    ("always_on", (false, |_| Sampler::always_on())),
    ("always_off", (false, |_| Sampler::always_off())),
    ("traceidratio", (true, Sampler::ratio)),
];

/// What `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` ask for.
pub(super) fn sampler(reader: &mut Reader<'_>) -> Option<Sampler> {
    let (takes_ratio, make) = reader.word("OTEL_TRACES_SAMPLER", &SAMPLERS, "parentbased_always_on")?;
    Some(make(if takes_ratio { ratio(reader) } else { 1.0 }))
}

fn ratio(reader: &mut Reader<'_>) -> f64 {
    let name = "OTEL_TRACES_SAMPLER_ARG";
    let Some(ratio) = reader.parsed(name, "a ratio from 0 to 1", "1") else { return 1.0 };
    if (0.0..=1.0).contains(&ratio) {
        return ratio;
    }
    reader.warn(name, &ratio.to_string(), "a ratio from 0 to 1", "1");
    1.0
}

/// Whether `OTEL_METRICS_EXEMPLAR_FILTER` switches exemplars off. Only recorded calls become exemplars, so `always_on` is the
/// same as `trace_based`.
pub(super) fn no_exemplars(reader: &mut Reader<'_>) -> bool {
    let filters = [("trace_based", false), ("always_on", false), ("always_off", true)];
    reader.word("OTEL_METRICS_EXEMPLAR_FILTER", &filters, "trace_based").unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(sampler_is: &str, argument: &str) -> (Option<String>, Vec<String>) {
        let lookup = |name: &str| {
            let value = if name.ends_with("_ARG") { argument } else { sampler_is };
            Some(value.to_owned())
        };
        let mut reader = Reader::new(&lookup);
        let sampler = sampler(&mut reader).map(|sampler| sampler.to_string());
        (sampler, reader.warnings)
    }

    #[test]
    fn every_sampler_of_the_specification_is_known() {
        for (name, (takes_ratio, _)) in SAMPLERS {
            let expected = if takes_ratio { format!("{name}(0.25)") } else { name.to_owned() };
            assert_eq!(read(name, "0.25"), (Some(expected), Vec::new()));
        }
        assert_eq!(read("", "0.25"), (None, Vec::new()));
    }

    #[test]
    fn a_ratio_that_is_none_keeps_everything_and_is_told() {
        for (argument, shown) in [("2", "2"), ("-0.5", "-0.5"), ("half", "half")] {
            let (sampler, warnings) = read("traceidratio", argument);
            assert_eq!(sampler.as_deref(), Some("always_on"));
            let warning = format!("OTEL_TRACES_SAMPLER_ARG is {shown:?}, expected a ratio from 0 to 1; using 1");
            assert_eq!(warnings, [warning]);
        }
        let (sampler, warnings) = read("jaeger_remote", "");
        assert_eq!((sampler, warnings.len()), (None, 1));
    }
}
