//! Spans, totals and events to everything that speaks OTLP, over HTTP or gRPC.
//!
//! `exporter` is what the runtime drives. `target` says where a signal goes and how, `message` encodes (`protobuf` is
//! here, JSON is written by the encoders that files use too), `way` and, with its `codec`, `grpc` take an encoded message
//! there, `answer` reads what came back. `lane` is all that for one signal, and `running` says what is sent of a batch.
//!
//! # Jaeger, and others
//! Jaeger takes OTLP itself: gRPC on port 4317, HTTP on port 4318. It takes spans and nothing else, so the other two
//! signals are switched off. Collectors, Tempo, Phoenix, and Prometheus or `VictoriaMetrics` for totals, are reached the
//! same way:
//! ```
//! use obs_exporters::otlp::Otlp;
//!
//! let jaeger = Otlp::new().endpoint("http://127.0.0.1:4318").without_metrics().without_logs();
//! let prometheus = Otlp::new()
//!     .without_traces()
//!     .without_logs()
//!     .metrics(|target| target.url("http://127.0.0.1:9090/api/v1/otlp/v1/metrics"));
//! # drop((jaeger, prometheus));
//! ```

mod signal;

mod target;

mod protobuf;

mod message;

mod answer;

#[cfg(feature = "otlp-grpc")]
mod codec;

#[cfg(feature = "otlp-grpc")]
mod grpc;

mod way;

mod lane;

mod running;

mod exporter;

#[cfg(fuzzing)]
pub(crate) use answer::read as read_answer;

pub use crate::families::Temporality;
pub use exporter::Otlp;
pub use protobuf::{encode_logs, encode_metrics, encode_traces};
pub use signal::Signal;
pub use target::{Protocol, Target};
