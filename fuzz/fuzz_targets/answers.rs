//! What servers answer to an export: partial success in protobuf and JSON, and `Retry-After`.

#![no_main]

libfuzzer_sys::fuzz_target!(|body: &[u8]| obs_exporters::fuzz::answer(body));
