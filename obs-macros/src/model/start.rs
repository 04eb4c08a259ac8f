//! Where a call's span begins: `root`, `parent = ..`, `links = ..`.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Expr, UnOp};

use super::reader::{Reader, expression, flag};
use crate::errors::Errors;
use crate::parse::Entry;

/// Where a call's span begins; by default under the running span, with no links.
#[derive(Default)]
pub(crate) struct Start {
    pub(crate) parent: Parent,
    pub(crate) links: Option<Links>,
}

/// What the span hangs on.
#[derive(Default)]
pub(crate) enum Parent {
    /// The running span.
    #[default]
    Running,
    /// Nothing: it begins a trace.
    Root,
    Is(TokenStream),
}

/// What the span is tied to beside its parent.
pub(crate) enum Links {
    /// What has a place of its own, `self.links`: it is borrowed.
    Place(TokenStream),
    /// What is made for the purpose, `self.links.iter()`.
    Made(TokenStream),
}

impl Start {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let errors = reader.errors;
        let root = reader.take("root").filter(|entry| flag(entry, errors));
        let parent = reader.take("parent");
        let links = reader.take("links").and_then(|entry| links(&entry, errors));
        Self { parent: Parent::new(root.as_ref(), parent.as_ref(), errors), links }
    }

    /// Whether the span simply hangs on the running one.
    pub(crate) const fn is_plain(&self) -> bool {
        matches!(self.parent, Parent::Running) && self.links.is_none()
    }

    /// What the user wrote.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &TokenStream> {
        let parent = match &self.parent {
            Parent::Is(expr) => Some(expr),
            Parent::Running | Parent::Root => None,
        };
        let links = self.links.as_ref().map(|(Links::Place(expr) | Links::Made(expr))| expr);
        parent.into_iter().chain(links)
    }
}

impl Parent {
    fn new(root: Option<&Entry>, parent: Option<&Entry>, errors: &Errors) -> Self {
        match (root, parent) {
            (None, None) => Self::Running,
            (Some(_), None) => Self::Root,
            (None, Some(parent)) => Self::named(parent, errors),
            (Some(_), Some(parent)) => {
                let message = "`root` begins a trace, `parent` goes on with another; remove one of them";
                errors.at(parent.key.span(), message);
                Self::Root
            }
        }
    }

    fn named(entry: &Entry, errors: &Errors) -> Self {
        if let Some(expr) = expression(entry) {
            return Self::Is(expr.to_token_stream());
        }
        errors.at(entry.value_span(), "`parent` takes an expression; write `parent = context`");
        Self::Running
    }
}

fn links(entry: &Entry, errors: &Errors) -> Option<Links> {
    let Some(expr) = expression(entry) else {
        errors.at(entry.value_span(), "`links` takes an expression; write `links = contexts.iter()`");
        return None;
    };
    let tokens = expr.to_token_stream();
    Some(if is_place(expr) { Links::Place(tokens) } else { Links::Made(tokens) })
}

/// Whether the expression names something that is there already.
fn is_place(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) | Expr::Field(_) | Expr::Index(_) => true,
        Expr::Unary(unary) => matches!(unary.op, UnOp::Deref(_)),
        Expr::Paren(paren) => is_place(&paren.expr),
        Expr::Group(group) => is_place(&group.expr),
        _ => false,
    }
}
