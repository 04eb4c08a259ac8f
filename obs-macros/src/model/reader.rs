//! The arguments of one attribute, handed out by key: what is repeated or left over is a mistake.

use proc_macro2::Span;
use syn::{Expr, Lit, LitStr, Path};

use crate::errors::Errors;
use crate::parse::{Entry, Value};

/// Hands out the arguments of one attribute by key.
pub(super) struct Reader<'a> {
    /// The attribute's name.
    attribute: &'static str,
    /// The options it has, in words.
    known: &'static str,
    entries: Vec<Entry>,
    pub(super) errors: &'a Errors,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(
        attribute: &'static str,
        known: &'static str,
        entries: Vec<Entry>,
        errors: &'a Errors,
    ) -> Self {
        Self { attribute, known, entries, errors }
    }

    pub(super) fn take(&mut self, key: &str) -> Option<Entry> {
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        let found = self.entries.remove(at);
        while let Some(again) = self.entries.iter().position(|entry| entry.key == key) {
            let again = self.entries.remove(again);
            self.errors.at(again.key.span(), format!("`{key}` is given twice; remove one of them"));
        }
        Some(found)
    }

    /// The first whose key is one of those, in the order in which they were written.
    pub(super) fn take_first(&mut self, is_key: fn(&str) -> bool) -> Option<Entry> {
        let key = self.entries.iter().map(|entry| entry.key.to_string()).find(|key| is_key(key))?;
        self.take(&key)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn name(&mut self) -> Option<LitStr> {
        let entry = self.take("name")?;
        match literal(&entry) {
            Some(Lit::Str(name)) if name.value().is_empty() => {
                self.errors.at(name.span(), "the name is empty; leave `name` out to use the function's path");
                None
            }
            Some(Lit::Str(name)) => Some(name),
            _ => {
                self.errors.at(entry.value_span(), "`name` takes a string; write `name = \"checkout\"`");
                None
            }
        }
    }

    pub(super) fn krate(&mut self) -> Option<Path> {
        let entry = self.take("crate")?;
        let found = path(&entry);
        if found.is_none() {
            self.errors
                .at(entry.value_span(), "`crate` takes the path of the `obs` crate; write `crate = my_crate::obs`");
        }
        found
    }

    /// What nobody took is a mistake.
    pub(super) fn rest(self) {
        let Self { attribute, known, entries, errors } = self;
        for entry in entries {
            let key = &entry.key;
            errors.at(key.span(), format!("`#[{attribute}]` has no option `{key}`; it takes {known}"));
        }
    }
}

/// The first of each name: another is a mistake where it stands.
pub(super) fn first_of_each<T>(
    given: impl Iterator<Item = (Span, T)>,
    name: impl Fn(&T) -> &str,
    errors: &Errors,
) -> Vec<T> {
    let mut found: Vec<T> = Vec::new();
    for (at, next) in given {
        if found.iter().any(|other| name(other) == name(&next)) {
            errors.at(at, format!("`{}` is given twice; remove one of them", name(&next)));
        } else {
            found.push(next);
        }
    }
    found
}

/// An option that is there or not.
pub(super) fn flag(entry: &Entry, errors: &Errors) -> bool {
    if !matches!(entry.value, Value::Nothing) {
        let key = &entry.key;
        errors.at(entry.value_span(), format!("`{key}` takes no value; write `{key}` alone"));
    }
    true
}

/// The value after `=`.
pub(super) fn expression(entry: &Entry) -> Option<&Expr> {
    match &entry.value {
        Value::Is(expr) => Some(expr),
        Value::Nothing | Value::List(_) => None,
    }
}

/// A value that is a literal.
pub(super) fn literal(entry: &Entry) -> Option<Lit> {
    literal_of(expression(entry)?)
}

/// An expression that is a literal.
pub(super) fn literal_of(expr: &Expr) -> Option<Lit> {
    match strip(expr) {
        Expr::Lit(expr) => Some(expr.lit.clone()),
        _ => None,
    }
}

/// A value that is a path.
pub(super) fn path(entry: &Entry) -> Option<Path> {
    match strip(expression(entry)?) {
        Expr::Path(expr) if expr.qself.is_none() => Some(expr.path.clone()),
        _ => None,
    }
}

/// One of a few words, and what it stands for.
// Input:  level = debug
// Input:  level = "debug"
pub(super) fn one_of(entry: &Entry, choices: &[(&str, &'static str)], errors: &Errors) -> Option<&'static str> {
    let written = match (literal(entry), path(entry)) {
        (Some(Lit::Str(text)), _) => Some(text.value()),
        (_, Some(path)) => path.get_ident().map(ToString::to_string),
        _ => None,
    };
    let chosen = choices.iter().find(|(word, _)| written.as_deref() == Some(word)).map(|&(_, variant)| variant);
    if chosen.is_none() {
        let words: Vec<String> = choices.iter().map(|(word, _)| format!("`{word}`")).collect();
        let key = &entry.key;
        let message = format!("`{key}` is one of {}; write `{key} = {}`", words.join(", "), choices[0].0);
        errors.at(entry.value_span(), message);
    }
    chosen
}

/// The expression without what `macro_rules!` puts around it.
fn strip(mut expr: &Expr) -> &Expr {
    while let Expr::Group(group) = expr {
        expr = &group.expr;
    }
    expr
}
