//! A line of OTLP/JSON, read back as spans, events and metrics.

#![no_main]

libfuzzer_sys::fuzz_target!(|line: &[u8]| obs_exporters::fuzz::json_line(line));
