//! `fields(..)` and `labels(..)`: names with values, and what a name may be.

use proc_macro2::TokenStream;
use quote::ToTokens;

use super::reader::first_of_each;
use crate::errors::Errors;
use crate::parse::{Entry, Key, Pair, Sigil, Value, pair};

/// A name and the expression of its value.
pub(crate) struct Field {
    pub(crate) key: String,
    pub(crate) value: TokenStream,
    pub(crate) sigil: Sigil,
}

/// Which rules the names follow.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    Fields,
    Labels,
}

/// Labels that a histogram, a summary or our own series use.
const RESERVED: &[&str] = &["le", "quantile", "error_type", "code_function_name", "otel_metric_overflow"];

/// Reads `fields(..)` or `labels(..)`.
pub(super) fn read(entry: &Entry, names: Names, errors: &Errors) -> Vec<Field> {
    let Value::List(group) = &entry.value else {
        errors.at(entry.value_span(), names.way_out());
        return Vec::new();
    };
    let pairs = pair::pairs(group, errors).into_iter();
    let fields = pairs.filter_map(|pair| Some((pair.key.span, field(pair, names, errors)?)));
    first_of_each(fields, |field| &field.key, errors)
}

impl Names {
    const fn way_out(self) -> &'static str {
        match self {
            Self::Fields => "`fields` takes `name = value`; write `fields(user = user.id)`",
            Self::Labels => "`labels` takes `name = value`; write `labels(method = method.as_str())`",
        }
    }
}

// Input:  %user
// Output: key "user", value `user`, by `Display`
fn field(pair: Pair, names: Names, errors: &Errors) -> Option<Field> {
    let Pair { key, sigil, value, name } = pair;
    let value = value.map(ToTokens::into_token_stream).or_else(|| name.map(ToTokens::into_token_stream));
    let Some(value) = value else {
        errors.at(key.span, format!("`{0}` needs a value; write `{0} = expression`", key.text));
        return None;
    };
    if names == Names::Labels {
        if sigil != Sigil::None {
            errors.at(key.span, "a label's value is used as it is; write `labels(method = method.as_str())`");
            return None;
        }
        check_label(&key, errors)?;
    } else if key.text.is_empty() {
        errors.at(key.span, "a field needs a name; write `fields(user = user.id)`");
        return None;
    }
    Some(Field { key: key.text, value, sigil })
}

fn check_label(key: &Key, errors: &Errors) -> Option<()> {
    let text = &*key.text;
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    let well_formed = text.starts_with(letter) && text.chars().all(|c| letter(c) || c.is_ascii_digit());
    if !well_formed {
        let message = "a label's name has letters, digits and `_`, and does not start with a digit; rename the label";
        errors.at(key.span, message);
    } else if text.starts_with("__") {
        errors.at(key.span, "label names that start with `__` belong to Prometheus; rename the label");
    } else if RESERVED.contains(&text) {
        errors.at(key.span, format!("`{text}` has a meaning of its own in what is exported; rename the label"));
    } else {
        return Some(());
    }
    None
}
