//! The protobuf page, read back by prost.

use std::collections::HashMap;

use obs_exporters::prometheus::{Format, render};
use obs_runtime::{ManualClock, snapshot};
use prost::Message;

use crate::functions::wide;

/// `io.prometheus.client`, as far as the page uses it.
pub mod proto {
    #[derive(Clone, PartialEq, prost::Message)]
    pub struct MetricFamily {
        #[prost(string, tag = "1")]
        pub name: String,
        #[prost(string, tag = "2")]
        pub help: String,
        #[prost(int32, tag = "3")]
        pub kind: i32,
        #[prost(message, repeated, tag = "4")]
        pub metric: Vec<Metric>,
        #[prost(string, tag = "5")]
        pub unit: String,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Metric {
        #[prost(message, repeated, tag = "1")]
        pub label: Vec<LabelPair>,
        #[prost(message, optional, tag = "2")]
        pub gauge: Option<Value>,
        #[prost(message, optional, tag = "3")]
        pub counter: Option<Value>,
        #[prost(message, optional, tag = "7")]
        pub histogram: Option<Histogram>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct LabelPair {
        #[prost(string, tag = "1")]
        pub name: String,
        #[prost(string, tag = "2")]
        pub value: String,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Value {
        #[prost(double, optional, tag = "1")]
        pub value: Option<f64>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Histogram {
        #[prost(uint64, tag = "1")]
        pub sample_count: u64,
        #[prost(double, tag = "2")]
        pub sample_sum: f64,
        #[prost(message, repeated, tag = "3")]
        pub bucket: Vec<Bucket>,
        #[prost(sint32, tag = "5")]
        pub schema: i32,
        #[prost(double, tag = "6")]
        pub zero_threshold: f64,
        #[prost(uint64, tag = "7")]
        pub zero_count: u64,
        #[prost(message, repeated, tag = "12")]
        pub positive_span: Vec<Span>,
        #[prost(sint64, repeated, packed = "false", tag = "13")]
        pub positive_delta: Vec<i64>,
        #[prost(message, repeated, tag = "16")]
        pub exemplars: Vec<Exemplar>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Bucket {
        #[prost(uint64, tag = "1")]
        pub cumulative_count: u64,
        #[prost(double, tag = "2")]
        pub upper_bound: f64,
        #[prost(message, optional, tag = "3")]
        pub exemplar: Option<Exemplar>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Exemplar {
        #[prost(message, repeated, tag = "1")]
        pub label: Vec<LabelPair>,
        #[prost(double, tag = "2")]
        pub value: f64,
        #[prost(message, optional, tag = "3")]
        pub timestamp: Option<Timestamp>,
    }

    #[derive(Clone, Copy, PartialEq, prost::Message)]
    pub struct Timestamp {
        #[prost(int64, tag = "1")]
        pub seconds: i64,
        #[prost(int32, tag = "2")]
        pub nanos: i32,
    }

    #[derive(Clone, Copy, PartialEq, prost::Message)]
    pub struct Span {
        #[prost(sint32, tag = "1")]
        pub offset: i32,
        #[prost(uint32, tag = "2")]
        pub length: u32,
    }
}

pub fn families(mut page: &[u8]) -> Vec<proto::MetricFamily> {
    let mut families = Vec::new();
    while !page.is_empty() {
        families.push(proto::MetricFamily::decode_length_delimited(&mut page).unwrap());
    }
    families
}

/// Native index and count of each bucket that is not empty.
fn native(histogram: &proto::Histogram) -> HashMap<i32, u64> {
    let (mut index, mut count, mut deltas) = (0, 0, histogram.positive_delta.iter());
    let mut buckets = HashMap::new();
    for span in &histogram.positive_span {
        index += span.offset;
        for _ in 0..span.length {
            count += deltas.next().unwrap();
            buckets.insert(index, u64::try_from(count).unwrap());
            index += 1;
        }
    }
    assert_eq!(deltas.next(), None);
    buckets.retain(|_, count| *count > 0);
    buckets
}

#[test]
fn native_buckets_are_the_recorded_ones() {
    let clock = ManualClock::new();
    clock.run(|| (0..40).for_each(|shift| (0..=shift).for_each(|_| wide(&clock, 1 << shift))));
    clock.run(|| wide(&clock, 0));
    let snapshot = snapshot();
    let recorded = snapshot.callsite("functions::wide").unwrap().duration().unwrap();
    let families = families(&render(&snapshot, Format::Protobuf));
    let family = families.iter().find(|family| family.name == "obs_function_duration_seconds").unwrap();
    assert_eq!((family.kind, family.unit.as_str()), (4, "seconds"));
    let is_wide = |metric: &&proto::Metric| metric.label[0].value.ends_with("functions::wide");
    let histogram = family.metric.iter().find(is_wide).unwrap().histogram.clone().unwrap();

    // 2^0 ns to 2^39 ns take more than 160 buckets of scale 4.
    assert!(recorded.counts().len() > 160);
    let fitted = (1..).map(|by| recorded.downscale(by)).find(|fitted| fitted.counts().len() <= 160).unwrap();
    let want: HashMap<i32, u64> =
        (fitted.offset()..).zip(fitted.counts().iter().copied()).filter(|(_, count)| *count > 0).collect();
    assert_eq!(histogram.schema, i32::from(fitted.scale()));
    assert_eq!(native(&histogram), want);
    assert_eq!((histogram.sample_count, histogram.zero_count), (recorded.count(), recorded.zero_count()));
    assert_eq!(histogram.sample_sum.to_bits(), recorded.sum().to_bits());
    assert_eq!(histogram.bucket.len(), 13, "classic buckets are beside the native ones");
    let last = histogram.bucket.last().unwrap();
    assert_eq!((last.upper_bound.to_bits(), last.cumulative_count), (16.0_f64.to_bits(), recorded.cumulative(64)));
}

#[test]
fn both_pages_have_the_same_families() {
    let snapshot = snapshot();
    let text = String::from_utf8(render(&snapshot, Format::Text)).unwrap();
    let named: Vec<_> =
        text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next().map(str::to_owned)).collect();
    let families = families(&render(&snapshot, Format::Protobuf));
    assert_eq!(families.iter().map(|family| family.name.clone()).collect::<Vec<_>>(), named);
    assert!(families.iter().all(|family| !family.help.is_empty() && !family.metric.is_empty()));
}
