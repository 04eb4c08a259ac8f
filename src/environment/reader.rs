//! Variables as values: words, numbers, lists.

use std::fmt::Display;
use std::num::NonZeroUsize;
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
        self.warnings.push(format!("{name} is {value:?}, expected {expected}; using {used}"));
    }

    /// One of a few words, in any case.
    pub(super) fn word<T: Copy>(&mut self, name: &str, words: &[(&str, T)], used: &str) -> Option<T> {
        let value = self.text(name)?;
        let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(&value)).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            self.warn(name, &value, words.join(", "), used);
        }
        found
    }

    pub(super) fn parsed<T: FromStr>(&mut self, name: &str, expected: &str, used: &str) -> Option<T> {
        let value = self.text(name)?;
        let parsed = value.parse().ok();
        if parsed.is_none() {
            self.warn(name, &value, expected, used);
        }
        parsed
    }

    pub(super) fn filter(&mut self, name: &str) -> Option<String> {
        let value = self.text(name)?;
        if let Err(error) = obs_runtime::builder().filter(&value) {
            self.warnings.push(format!("{name}: {error}; using no filter"));
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

    /// A time in milliseconds.
    pub(super) fn millis(&mut self, name: &str, used: &str) -> Option<Duration> {
        self.parsed(name, "milliseconds", used).map(Duration::from_millis)
    }

    /// A number that is not 0.
    pub(super) fn positive(&mut self, name: &str, used: &str) -> Option<usize> {
        self.parsed(name, "a number from 1", used).map(NonZeroUsize::get)
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
        let path = self.text(name)?;
        if std::fs::File::open(&path).is_err() {
            self.warn(name, &path, "a file that can be read", "none");
            return None;
        }
        Some(path)
    }
}

fn is_url(url: &str) -> bool {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let host = rest.and_then(|rest| rest.split('/').next()).unwrap_or("");
    !host.is_empty() && !url.contains(char::is_whitespace)
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
