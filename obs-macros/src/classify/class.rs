//! What stands in `#[class(..)]`: a class, and what is special about it.

use super::attribute::{Attribute, Entry};
use super::mistakes::Mistakes;
use crate::tokens::{Ident, TokenTree};

/// The other ways out of a missing class.
pub(super) const CLASSES: &str = "`configuration`, `data`, `resource`, `inner` or one of your own in quotes";

/// The classes of the runtime, and the constants that hold them.
const OURS: [(&str, &str); 4] =
    [("transient", "TRANSIENT"), ("configuration", "CONFIGURATION"), ("data", "DATA"), ("resource", "RESOURCE")];

const SEVERITIES: [(&str, &str); 4] =
    [("low", "Low"), ("medium", "Medium"), ("high", "High"), ("critical", "Critical")];

/// The class of one variant.
pub(super) enum Class {
    /// That of its only field.
    Inner,
    Is {
        name: Name,
        retryable: Option<bool>,
        severity: Option<&'static str>,
    },
}

/// What a class is called.
pub(super) enum Name {
    /// A constant of the runtime.
    Ours(&'static str),
    /// The user's string.
    Own(TokenTree),
}

impl Class {
    /// Stands for one that is mistaken.
    pub(super) const ANY: Self = Self::Is { name: Name::Ours("DATA"), retryable: None, severity: None };

    // Input:  #[class(transient, retryable = false, severity = high)]
    pub(super) fn new(attribute: &Attribute, of: &Ident, fields: usize, mistakes: &Mistakes) -> Self {
        let Some((first, options)) = attribute.entries.split_first() else {
            mistakes.at(attribute.span, format!("`#[class]` needs a class; write `#[class(transient)]`, {CLASSES}"));
            return Self::ANY;
        };
        if first.key.to_string() == "inner" {
            return Self::inner(attribute, of, fields, mistakes);
        }
        let Some(name) = Name::new(first, mistakes) else { return Self::ANY };
        let (mut retryable, mut severity) = (None, None);
        for (at, option) in options.iter().enumerate() {
            let key = option.key.to_string();
            match &*key {
                _ if options[..at].iter().any(|other| other.key.to_string() == key) => {
                    mistakes.at(option.key.span(), format!("`{key}` is given twice; remove one of them"));
                }
                "retryable" => retryable = self::retryable(option, mistakes),
                "severity" => severity = self::severity(option, mistakes),
                _ => {
                    let message = format!("`#[class(..)]` has no option `{key}`; it takes `retryable`, `severity`");
                    mistakes.at(option.key.span(), message);
                }
            }
        }
        Self::Is { name, retryable, severity }
    }

    fn inner(attribute: &Attribute, of: &Ident, fields: usize, mistakes: &Mistakes) -> Self {
        if let [_, option, ..] = &*attribute.entries {
            mistakes.at(option.key.span(), "`inner` leaves everything to the field; write `#[class(inner)]`");
        } else if fields != 1 {
            let message = format!(
                "`inner` takes the class of the only field, and `{of}` has {fields} fields; name a class, `#[class(transient)]`"
            );
            mistakes.at(attribute.entries[0].key.span(), message);
        }
        if fields == 1 { Self::Inner } else { Self::ANY }
    }
}

impl Name {
    // Input:  transient
    // Input:  "quota"
    fn new(entry: &Entry, mistakes: &Mistakes) -> Option<Self> {
        let text = entry.key.to_string();
        let constant = OURS.iter().find(|(name, _)| *name == text).map(|(_, constant)| Self::Ours(constant));
        let own = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        let message = match (constant, own) {
            _ if !entry.is_bare() => {
                format!("the class stands alone and first; write `#[class(transient)]`, {CLASSES}")
            }
            (Some(constant), _) => return Some(constant),
            (None, Some(own)) => match objection(own) {
                None => return Some(Self::Own(entry.key.clone())),
                Some(objection) => objection,
            },
            (None, None) => format!("`{text}` is no class; write `transient`, {CLASSES}"),
        };
        mistakes.at(entry.key.span(), message);
        None
    }
}

/// What is wrong with a name of the user's own.
fn objection(name: &str) -> Option<String> {
    if OURS.iter().any(|(ours, _)| *ours == name) {
        return Some(format!("`{name}` is a class without quotes; write `#[class({name})]`"));
    }
    if name == "unknown" {
        return Some("`unknown` is what errors without a class are; write another name".to_owned());
    }
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let is_name = !name.is_empty() && name.chars().all(fits);
    (!is_name)
        .then(|| "a class of your own is lower-case letters, digits and `_`; write `#[class(\"quota\")]`".to_owned())
}

// Input:  retryable
// Input:  retryable = false
fn retryable(option: &Entry, mistakes: &Mistakes) -> Option<bool> {
    match option.word().as_deref() {
        None if option.is_bare() => Some(true),
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => {
            let message = "`retryable` is `true` or `false`; write `retryable` or `retryable = false`";
            mistakes.at(option.value_span(), message);
            None
        }
    }
}

// Input:  severity = high
// Output: High
fn severity(option: &Entry, mistakes: &Mistakes) -> Option<&'static str> {
    let word = option.word();
    let found = SEVERITIES.iter().find(|(name, _)| word.as_deref() == Some(name)).map(|&(_, variant)| variant);
    if found.is_none() {
        let message = "`severity` is one of `low`, `medium`, `high`, `critical`; write `severity = high`";
        mistakes.at(option.value_span(), message);
    }
    found
}
