//! The decoders, for `fuzz/`: each takes any bytes and must come back.

use std::time::SystemTime;

/// Reads the head of a scrape, and the format it asks for.
#[cfg(feature = "prometheus")]
pub fn page_head(head: &[u8]) {
    if let Ok(Some(request)) = crate::prometheus::parse_head(head) {
        crate::prometheus::Format::negotiate(&request.accept);
    }
}

/// Reads what a server answers to an export.
#[cfg(feature = "otlp")]
pub fn answer(body: &[u8]) {
    crate::otlp::read_answer(body);
    if let Ok(text) = str::from_utf8(body) {
        crate::transport::retry_after(text, SystemTime::UNIX_EPOCH);
    }
}

/// Reads a line of a file back.
#[cfg(feature = "json")]
pub fn json_line(line: &[u8]) {
    crate::json::read_line(line);
}
