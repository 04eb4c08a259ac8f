//! Totals to `InfluxDB`, as lines of its line protocol.
//!
//! `line` escapes and writes, `tags` are what a point is about, `functions`, `costs`, `budgets` and `others` make points of a
//! snapshot, `points` puts them together as a pure function, `address` says where versions 1 and 2 take them, `exporter` posts them.
//!
//! # Points
//! Totals since the program started, at the time of the snapshot, with the tags of the resource: `service_name`,
//! `service_instance_id`, and `service_namespace`, `host_name`, `deployment_environment_name` where they are known.
//!
//! | measurement | tags | fields |
//! |---|---|---|
//! | `obs_function` | `code_function_name`, labels | `calls`, `ok`, `error`, `panic`, `cancelled`; where it is timed also `sum_seconds`, `max_seconds`, `p50_seconds`, `p90_seconds`, `p95_seconds`, `p99_seconds`, `p999_seconds` |
//! | `obs_function_errors` | `code_function_name`, `error_type`, `error_class` where there is one, labels | `calls` |
//! | `obs_function_active` | `code_function_name` | `calls` |
//! | `obs_function_polls` | `code_function_name` | `polls`, `busy_seconds`, `longest_poll_seconds` |
//! | `obs_function_costs` | `code_function_name` | what was measured of `cpu_seconds`, `allocations`, `allocated_bytes`, `self_allocations`, `self_allocated_bytes`, `max_held_bytes` |
//! | `obs_budget` | `code_function_name`, `budget`, of calls `callee` | `limit_seconds`, `limit_bytes` or `limit`, and `violations`; `objective` where only a share of the calls must keep it |
//! | any other, under its name in Prometheus | labels | `value`, or of a distribution `count`, `sum`, `max` and the quantiles |
//!
//! # Loss
//! A snapshot that does not arrive is no loss of data: the next one says the same and more.

mod line;

mod tags;

mod functions;

mod costs;

mod budgets;

mod others;

mod points;

mod address;

mod exporter;

pub use exporter::Influx;
pub use points::encode;
