//! The redactor that comes along: keys by name, e-mail addresses, card numbers, tokens, and patterns of one's own.

use std::ops::Range;

use crate::redact::Redact;
use crate::sensitive::REDACTED;
use crate::uuid;

/// Letters and digits in a row from which on they count as a token.
const TOKEN: usize = 32;
/// Digits of a card's number.
const CARD: std::ops::RangeInclusive<usize> = 13..=19;

/// Finds something in a text.
type Pattern = Box<dyn Fn(&str) -> Option<Range<usize>> + Send>;

/// Puts `[redacted]` in the place of what should not leave the process.
///
/// A second net: what is sensitive is best not named in `fields(..)` at all, or wrapped in [`crate::Sensitive`]. Ids of
/// traces and spans are left alone wherever they stand.
///
/// # Examples
/// ```
/// use obs_runtime::{Redact as _, Redactor};
///
/// let redactor = Redactor::standard().key("iban").pattern(|text| text.find("X-").map(|at| at..at + 4));
/// let redacted = |key, text| redactor.redact(key, text).map(String::from);
/// assert_eq!(redacted("user.password", "hunter2").as_deref(), Some("[redacted]"));
/// assert_eq!(redacted("note", "mail ada@example.org or X-12").as_deref(), Some("mail [redacted] or [redacted]"));
/// assert_eq!(redacted("card", "4111 1111 1111 1111").as_deref(), Some("[redacted]"));
/// assert_eq!(redacted("card", "4111 1111 1111 1112"), None, "its checksum is wrong");
/// assert_eq!(redacted("note", "nothing to hide"), None);
/// ```
/// A regular expression makes a pattern of its own: `.pattern(move |text| regex.find(text).map(|found| found.range()))`.
#[derive(Default)]
pub struct Redactor {
    /// In lower case.
    keys: Vec<Box<str>>,
    allowed: Vec<Box<str>>,
    patterns: Vec<Pattern>,
}

impl Redactor {
    /// Redacts nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Redacts what is called like a secret, e-mail addresses, card numbers and tokens.
    pub fn standard() -> Self {
        let secrets = ["password", "passwd", "secret", "token", "authorization", "cookie", "api_key", "apikey"];
        secrets.into_iter().fold(Self::new(), Self::key).emails().cards().tokens()
    }

    /// Redacts all values of a key, in any case, also as a part of a longer one: `password` covers `user.password` and
    /// `password_hash`, and not `passwords`.
    pub fn key(mut self, key: &str) -> Self {
        self.keys.push(key.to_ascii_lowercase().into());
        self
    }

    /// Leaves the values of a key alone, whatever is in them.
    pub fn allow_key(mut self, key: &str) -> Self {
        self.allowed.push(key.into());
        self
    }

    /// Redacts e-mail addresses.
    pub fn emails(self) -> Self {
        self.pattern(email)
    }

    /// Redacts card numbers: 13 to 19 digits, perhaps in groups, whose checksum is right.
    pub fn cards(self) -> Self {
        self.pattern(card)
    }

    /// Redacts tokens: 32 or more letters, digits, `-` and `_` in a row, of which some are digits and some letters. A UUID
    /// is none.
    pub fn tokens(self) -> Self {
        self.pattern(token)
    }

    /// Redacts UUIDs: five groups of hexadecimal digits with dashes between them.
    ///
    /// Not part of [`Redactor::standard`]: an order's or a request's id is what joins records, and rarely a secret.
    ///
    /// # Examples
    /// ```
    /// use obs_runtime::{Redact as _, Redactor};
    ///
    /// let text = "user 67e55044-10b1-426f-9247-bb680e5fe0c8 left";
    /// assert_eq!(Redactor::standard().redact("note", text), None);
    /// assert_eq!(Redactor::standard().uuids().redact("note", text).as_deref(), Some("user [redacted] left"));
    /// ```
    pub fn uuids(self) -> Self {
        self.pattern(uuid::find)
    }

    /// Redacts what a function finds: the first place in the text it is given, as a range of bytes.
    pub fn pattern(mut self, find: impl Fn(&str) -> Option<Range<usize>> + Send + 'static) -> Self {
        self.patterns.push(Box::new(find));
        self
    }

    fn is_secret(&self, key: &str) -> bool {
        let key = key.to_ascii_lowercase();
        let is_part = |c: char| !c.is_alphanumeric();
        self.keys.iter().any(|secret| {
            key.match_indices(&**secret).any(|(at, found)| {
                let (before, after) = (key[..at].chars().next_back(), key[at + found.len()..].chars().next());
                before.is_none_or(is_part) && after.is_none_or(is_part)
            })
        })
    }
}

impl Redact for Redactor {
    fn redact(&self, key: &str, text: &str) -> Option<Box<str>> {
        if self.allowed.iter().any(|allowed| &**allowed == key) {
            return None;
        }
        if self.is_secret(key) {
            return (text != REDACTED).then(|| REDACTED.into());
        }
        let mut redacted = None;
        for find in &self.patterns {
            let text = redacted.as_deref().unwrap_or(text);
            redacted = replaced(find, text).or(redacted);
        }
        redacted.map(Into::into)
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor").field("keys", &self.keys).finish_non_exhaustive()
    }
}

/// The text without what a pattern finds in it; `None` when it finds nothing.
fn replaced(find: &Pattern, text: &str) -> Option<String> {
    let (mut out, mut rest) = (String::new(), text);
    // A pattern of the user's that finds nothing, or something that is no range of the text, has found nothing.
    while let Some(found) = find(rest).filter(|found| !found.is_empty() && rest.get(found.clone()).is_some()) {
        out.push_str(&rest[..found.start]);
        out.push_str(REDACTED);
        rest = &rest[found.end..];
    }
    let is_changed = rest.len() < text.len();
    out.push_str(rest);
    is_changed.then_some(out)
}

/// `name@host.tld`.
fn email(text: &str) -> Option<Range<usize>> {
    let is_local = |c: char| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    let is_host = |c: char| c.is_alphanumeric() || ".-".contains(c);
    text.match_indices('@').find_map(|(at, _)| {
        let local = text[..at].trim_end_matches(is_local).len();
        let host = &text[at + 1..];
        let host = &host[..host.find(|c| !is_host(c)).unwrap_or(host.len())];
        let host = host.trim_end_matches(['.', '-']);
        let has_dot = host.split_once('.').is_some_and(|(name, rest)| !name.is_empty() && !rest.is_empty());
        (local < at && has_dot).then(|| local..at + 1 + host.len())
    })
}

/// Digits, one space or dash between groups, that pass the Luhn check.
fn card(text: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit).map(|found| at + found) else { break };
        let end = end_of_digits(bytes, start);
        let digits: Vec<u8> = bytes[start..end].iter().filter(|byte| byte.is_ascii_digit()).map(|d| d - b'0').collect();
        if CARD.contains(&digits.len()) && luhn(&digits) {
            return Some(start..end);
        }
        at = end;
    }
    None
}

/// Where a run of digits, with single separators inside, ends.
fn end_of_digits(bytes: &[u8], start: usize) -> usize {
    let mut end = start;
    while end < bytes.len() {
        let is_separator = matches!(bytes[end], b' ' | b'-') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        if !bytes[end].is_ascii_digit() && !is_separator {
            break;
        }
        end += 1;
    }
    end
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| match (place % 2, u32::from(digit)) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10)
}

fn token(text: &str) -> Option<Range<usize>> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut at = 0;
    for run in text.split(|c| !is_token(c)) {
        let start = at + text[at..].find(run).unwrap_or(0);
        at = start + run.len();
        let has = |is: fn(&u8) -> bool| run.as_bytes().iter().any(is);
        let is_long = run.len() >= TOKEN && !uuid::is(run.as_bytes());
        if is_long && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) {
            return Some(start..at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn standard(key: &str, text: &str) -> Option<String> {
        Redactor::standard().redact(key, text).map(Into::into)
    }

    #[test]
    fn keys_count_as_words() {
        for key in ["password", "user.Password", "db_password", "password-hash", "http.request.header.authorization"] {
            assert_eq!(standard(key, "x").as_deref(), Some(REDACTED), "{key}");
        }
        for key in ["passwords", "tokens", "tokenizer", "compass"] {
            assert_eq!(standard(key, "x"), None, "{key}");
        }
        assert!(Redactor::standard().allow_key("token.kind").redact("token.kind", "bearer").is_none());
    }

    #[test]
    fn addresses_are_found_wherever_they_stand() {
        let found = |text: &str| standard("k", text);
        assert_eq!(
            found("to <ada.l+x@mail.example.org>, and b@c.de.").as_deref(),
            Some("to <[redacted]>, and [redacted].")
        );
        assert_eq!(found("zoë@exämple.de").as_deref(), Some("[redacted]"));
        for text in ["@example.org", "a@b", "a@.b", "user@", "@", "5 @ 3.20"] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn cards_are_known_by_their_checksum() {
        let found = |text: &str| standard("k", text);
        for card in ["4111111111111111", "5500-0000-0000-0004", "3400 0000 0000 009", "6011000000000004"] {
            assert_eq!(found(&format!("card {card}!")).as_deref(), Some("card [redacted]!"), "{card}");
        }
        for number in ["4111111111111112", "1234567890123", "12", "20261120193000123"] {
            assert_eq!(found(number), None, "{number}");
        }
    }

    #[test]
    fn long_words_of_letters_and_digits_are_tokens() {
        let token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
        assert_eq!(standard("k", &format!("use {token}, please")).as_deref(), Some("use [redacted], please"));
        for text in ["f7a9", "an-unusually-long-name-without-any-digits-in-it", "12345678901234567890123456789012345"] {
            assert_eq!(standard("k", text), None, "{text}");
        }
    }

    #[test]
    fn uuids_are_redacted_where_they_are_asked_for() {
        let uuid = "67e55044-10b1-426f-9247-bb680e5fe0c8";
        let text = format!("{uuid} or {{{}}}, not 67e55044-10b1", uuid.to_uppercase());
        assert_eq!(standard("k", &text), None);
        let redacted = Redactor::new().uuids().redact("k", &text);
        assert_eq!(redacted.as_deref(), Some("[redacted] or {[redacted]}, not 67e55044-10b1"));
        // What only begins like one is a token.
        assert_eq!(standard("k", &format!("{uuid}-and-more")).as_deref(), Some("[redacted]"));
    }

    #[test]
    fn a_pattern_that_finds_nonsense_finds_nothing() {
        let nonsense = Redactor::new().pattern(|_| Some(3..999)).pattern(|_| Some(0..0)).pattern(|_| Some(1..2));
        assert!(nonsense.redact("k", "äöü").is_none());
    }

    proptest! {
        #[test]
        fn no_text_breaks_it_and_none_is_redacted_twice(key in ".{0,20}", text in ".{0,200}") {
            if let Some(once) = standard(&key, &text) {
                prop_assert_eq!(standard(&key, &once), None);
            }
        }
    }
}
