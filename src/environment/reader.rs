//! Variables as values: words, numbers, lists.

use std::fmt::Display;
use std::num::{NonZeroU64, NonZeroUsize};
use std::str::FromStr;
use std::time::Duration;

/// Where variables come from: the process, or a list in tests.
pub(super) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads variables, and collects a sentence about each that was not understood.
pub(super) struct Reader<'a> {
    lookup: Lookup<'a>,
    pub(super) warnings: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(lookup: Lookup<'a>) -> Self {
        Self { lookup, warnings: Vec::new() }
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        (self.lookup)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    pub(super) fn warn(&mut self, name: &str, value: &str, expected: impl Display, used: impl Display) {
        self.tell(format!("{name} is {value:?}, expected {expected}; using {used}"));
    }

    /// Says it once: a variable of all signals is read for each.
    pub(super) fn tell(&mut self, warning: String) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// What a text means; a warning where that is nothing.
    fn meaning<T>(
        &mut self,
        name: &str,
        expected: &str,
        used: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.text(name)?;
        let found = read(&value);
        if found.is_none() {
            self.warn(name, &value, expected, used);
        }
        found
    }

    /// One of a few words, in any case.
    pub(super) fn word<T: Copy>(&mut self, name: &str, words: &[(&str, T)], used: &str) -> Option<T> {
        let expected: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        self.meaning(name, &expected.join(", "), used, |value| {
            words.iter().find(|(word, _)| word.eq_ignore_ascii_case(value)).map(|(_, meaning)| *meaning)
        })
    }

    pub(super) fn parsed<T: FromStr>(&mut self, name: &str, expected: &str, used: &str) -> Option<T> {
        self.meaning(name, expected, used, |value| value.parse().ok())
    }

    pub(super) fn filter(&mut self, name: &str) -> Option<String> {
        let value = self.text(name)?;
        if let Err(error) = obs_runtime::builder().filter(&value) {
            self.tell(format!("{name}: {error}; using no filter"));
            return None;
        }
        Some(value)
    }

    /// `key=value,key=value`, values percent-encoded, as W3C Baggage has it.
    pub(super) fn attributes(&mut self, name: &str) -> Vec<(String, String)> {
        let Some(value) = self.text(name) else { return Vec::new() };
        let mut attributes = Vec::new();
        for pair in value.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            match pair.split_once('=').map(|(key, value)| (key.trim(), value.trim())) {
                Some((key, value)) if !key.is_empty() => attributes.push((key.to_owned(), percent_decoded(value))),
                _ => self.warn(name, pair, "`key=value`", "the other pairs"),
            }
        }
        attributes
    }

    /// Headers as [`Reader::attributes`] has them, without those that HTTP, or gRPC when that is spoken, does not allow.
    pub(super) fn headers(&mut self, name: &str, is_grpc: bool) -> Vec<(String, String)> {
        let Some(value) = self.text(name) else { return Vec::new() };
        let mut headers = Vec::new();
        for (number, pair) in (1..).zip(value.split(',').map(str::trim).filter(|pair| !pair.is_empty())) {
            let header = pair.split_once('=').map(|(key, value)| (key.trim(), percent_decoded(value.trim())));
            match header {
                Some((key, value)) if is_header(key, &value, is_grpc) => headers.push((key.to_owned(), value)),
                // The pair is not shown: it may hold credentials.
                _ => self.warn(name, &format!("(pair {number})"), "`key=value` of a header", "the other pairs"),
            }
        }
        headers
    }

    /// A time limit in milliseconds. None at all would let nothing pass.
    pub(super) fn millis(&mut self, name: &str, used: &str) -> Option<Duration> {
        self.parsed(name, "milliseconds from 1", used).map(|millis: NonZeroU64| Duration::from_millis(millis.get()))
    }

    /// A time between two of something, in milliseconds. None at all would be a loop that never rests.
    pub(super) fn interval(&mut self, name: &str, used: &str) -> Option<Duration> {
        const LEAST: Duration = Duration::from_millis(10);
        let is_zero = self.text(name).is_some_and(|value| value.parse() == Ok(0_u64));
        let used = if is_zero { "10" } else { used };
        self.millis(name, used).or(is_zero.then_some(LEAST))
    }

    /// A number that is not 0.
    pub(super) fn positive(&mut self, name: &str, used: &str) -> Option<usize> {
        self.parsed(name, "a number from 1", used).map(NonZeroUsize::get)
    }

    /// A share of something that is not nothing: `1%`, or `0.01`.
    pub(super) fn share(&mut self, name: &str, used: &str) -> Option<f64> {
        self.meaning(name, "a share such as 1% or 0.01", used, |value| {
            let (number, whole) = value.strip_suffix('%').map_or((value, 1.0), |percent| (percent.trim_end(), 100.0));
            number.parse::<f64>().ok().map(|part| part / whole).filter(|share| *share > 0.0 && *share <= 1.0)
        })
    }

    /// An address.
    pub(super) fn url(&mut self, name: &str, used: &str) -> Option<String> {
        let url = self.text(name)?;
        self.checked_url(name, url, used)
    }

    /// The address, when it is one.
    pub(super) fn checked_url(&mut self, name: &str, url: String, used: &str) -> Option<String> {
        if is_url(&url) {
            return Some(url);
        }
        // The value is not shown: it may hold credentials.
        self.warn(name, "(not an address)", "http://host:port or https://host:port", used);
        None
    }

    /// The path of a file, when it can be opened.
    pub(super) fn file(&mut self, name: &str) -> Option<String> {
        self.meaning(name, "a file that can be read", "none", |path| {
            std::fs::File::open(path).is_ok().then(|| path.to_owned())
        })
    }
}

/// Whether the transports take it: asked here, because what they do not take would stop the program.
fn is_url(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")) else { return false };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let is_path = path.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>`".contains(&byte));
    is_path && user.bytes().all(|byte| is_unreserved(byte) || b":%".contains(&byte)) && is_host(host)
}

/// A name, an address of IPv4, or one of IPv6 in brackets; and a port.
fn is_host(host: &str) -> bool {
    let (is_name, port) = match host.strip_prefix('[').map(|rest| rest.split_once(']')) {
        Some(Some((address, port))) => (address.parse::<std::net::Ipv6Addr>().is_ok(), port),
        Some(None) => return false,
        None => {
            let (name, port) = host.split_at(host.find(':').unwrap_or(host.len()));
            (!name.is_empty() && name.bytes().all(is_unreserved), port)
        }
    };
    is_name && (port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok()))
}

/// What may stand anywhere in an authority, by RFC 3986.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte)
}

/// By RFC 9110; gRPC keeps names that end with `-bin` for bytes, and takes only ASCII.
fn is_header(name: &str, value: &str, is_grpc: bool) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let is_name = !name.is_empty() && name.bytes().all(is_token);
    let is_value = !value.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t');
    is_name && is_value && !(is_grpc && (name.to_ascii_lowercase().ends_with("-bin") || !value.is_ascii()))
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).and_then(|hex| str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str, is_grpc: bool) -> (Vec<(String, String)>, Vec<String>) {
        let lookup = |_: &str| Some(value.to_owned());
        let mut reader = Reader::new(&lookup);
        let headers = reader.headers("X_HEADERS", is_grpc);
        (headers, reader.warnings)
    }

    #[test]
    fn headers_that_are_not_allowed_are_left_out_and_not_shown() {
        let ok = [("api-key".to_owned(), "a b".to_owned())];
        for bad in ["Bearer sk-secret", "x-y=%0Asecret", "a secret=c", "=secret", "x=a%00secret", "x%0A=secret"] {
            let (found, warnings) = headers(&format!("{bad}, api-key=a%20b"), false);
            assert!(found.iter().all(|(key, _)| key == "x%0A" || key == "api-key"), "{bad}: {found:?}");
            assert!(found.contains(&ok[0]) && !warnings.concat().contains("secret"), "{bad}: {warnings:?}");
        }
        let (found, warnings) = headers("api-key=a%20b,secret", false);
        assert_eq!(found, ok);
        assert_eq!(warnings, ["X_HEADERS is \"(pair 2)\", expected `key=value` of a header; using the other pairs"]);
    }

    #[test]
    fn grpc_allows_less_than_http() {
        for bad in ["trace-Bin=a", "x=%C3%BC"] {
            assert_eq!(headers(bad, false).0.len(), 1, "{bad}");
            assert_eq!((headers(bad, true).0.len(), headers(bad, true).1.len()), (0, 1), "{bad}");
        }
    }

    #[test]
    fn zero_is_no_time() {
        let lookup = |_: &str| Some("0".to_owned());
        let mut reader = Reader::new(&lookup);
        assert_eq!(reader.millis("X_TIMEOUT", "10000"), None, "the default");
        assert_eq!(reader.interval("X_DELAY", "60000"), Some(Duration::from_millis(10)));
        assert_eq!(
            reader.warnings,
            [
                "X_TIMEOUT is \"0\", expected milliseconds from 1; using 10000",
                "X_DELAY is \"0\", expected milliseconds from 1; using 10",
            ]
        );
    }

    #[test]
    fn a_share_is_a_percentage_or_a_part_of_one() {
        let read = |value: &'static str| {
            let lookup = |_: &str| Some(value.to_owned());
            let mut reader = Reader::new(&lookup);
            (reader.share("X_SHARE", "none"), reader.warnings.len())
        };
        for (value, share) in [("1%", 0.01), ("0.01", 0.01), ("0.5 %", 0.005), ("100%", 1.0), ("1", 1.0)] {
            assert_eq!(read(value), (Some(share), 0), "{value}");
        }
        for value in ["0", "0%", "-1%", "101%", "2", "nan", "inf", "one percent", "%", "1%%"] {
            assert_eq!(read(value), (None, 1), "{value}");
        }
        assert_eq!(read(" "), (None, 0));
    }

    #[test]
    fn an_address_is_one_that_the_transports_take() {
        let good = ["http://h", "https://me:a%20b@a_b.c:1/x?y={z}", "http://[::1]:4318", "http://127.0.0.1:65535/"];
        assert!(good.into_iter().all(is_url));
        for bad in ["h:1", "http://", "http://a_b{}", "http://h:99999", "http://h:x", "http://a:b:1", "http://[::1"] {
            assert!(!is_url(bad), "{bad}");
        }
        for bad in ["http://h/a b", "http://h/<", "http://@", "http://[x]", "http://[::1]x", "ftp://h", "http://h:"] {
            assert!(!is_url(bad), "{bad}");
        }
    }
}
