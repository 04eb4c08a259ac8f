//! JSON says what protobuf says.

use obs_exporters::otlp::{encode_logs, encode_metrics, encode_traces};
use obs_runtime::{ManualClock, snapshot};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

use crate::functions::{batches_of, counted_by, everything, timed_widely};

#[test]
fn both_formats_say_the_same() {
    let batches = batches_of(|| everything().unwrap_err().to_string().clear());
    for batch in &batches {
        let mut protobuf = ExportTraceServiceRequest::decode(&*encode_traces(batch)).unwrap();
        // JSON writes an empty status, which means the same as none.
        let scopes = protobuf.resource_spans.iter_mut().flat_map(|resource| &mut resource.scope_spans);
        scopes.flat_map(|scope| &mut scope.spans).for_each(|span| {
            span.status.get_or_insert_default();
        });
        let json: ExportTraceServiceRequest = serde_json::from_str(&obs_exporters::json::encode_traces(batch)).unwrap();
        assert_eq!(json, protobuf);
        let protobuf = ExportLogsServiceRequest::decode(&*encode_logs(batch)).unwrap();
        let json: ExportLogsServiceRequest = serde_json::from_str(&obs_exporters::json::encode_logs(batch)).unwrap();
        assert_eq!(json, protobuf);
    }
    let clock = ManualClock::new();
    clock.run(|| (0..20).for_each(|shift| timed_widely(&clock, 1 << shift)));
    counted_by("PATCH");
    let snapshot = snapshot();
    let protobuf = ExportMetricsServiceRequest::decode(&*encode_metrics(&snapshot)).unwrap();
    let json: ExportMetricsServiceRequest =
        serde_json::from_str(&obs_exporters::json::encode_metrics(&snapshot)).unwrap();
    assert_eq!(json, protobuf);
}
