//! The head of a scrape, and the format that its `Accept` asks for.

#![no_main]

libfuzzer_sys::fuzz_target!(|head: &[u8]| obs_exporters::fuzz::page_head(head));
