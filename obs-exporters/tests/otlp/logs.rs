//! Events.

use obs_exporters::otlp::encode_logs;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use prost::Message;

use crate::functions::{alone, batches_of, everything};
use crate::read::{any, attribute, int, text};

#[test]
fn an_event_is_a_log_record_with_the_ids_of_its_span() {
    let batches = batches_of(|| {
        everything().unwrap_err();
        alone();
    });
    let requests = batches.iter().map(|batch| ExportLogsServiceRequest::decode(&*encode_logs(batch)).unwrap());
    let records: Vec<LogRecord> = requests
        .flat_map(|request| request.resource_logs)
        .flat_map(|resource| resource.scope_logs)
        .flat_map(|scope| scope.log_records)
        .collect();
    let said = |body: &str| records.iter().find(|record| record.body == Some(any(text(body)))).unwrap();
    let span =
        batches.iter().flat_map(obs_runtime::Batch::spans).find(|span| span.name().ends_with("everything")).unwrap();

    let record = said("the card is old");
    assert_eq!((record.severity_number, record.severity_text.as_str()), (13, "WARN"));
    assert_eq!(record.trace_id, span.trace_id().to_bytes());
    assert_eq!(record.span_id, span.span_id().to_bytes());
    assert_eq!(record.flags, 1);
    assert!(record.time_unix_nano > 0 && record.observed_time_unix_nano == record.time_unix_nano);
    assert_eq!(attribute(&record.attributes, "years"), Some(&int(9)));
    assert_eq!(attribute(&record.attributes, "code.file.path"), Some(&text("tests/otlp/functions.rs")));
    assert_eq!(attribute(&record.attributes, "code.line.number"), Some(&int(42)));

    let record = said("nobody is here");
    assert_eq!((record.severity_number, record.severity_text.as_str()), (17, "ERROR"));
    assert!(record.trace_id.is_empty() && record.span_id.is_empty() && record.flags == 0);
    assert_eq!(attribute(&record.attributes, "code.file.path"), None);
}
