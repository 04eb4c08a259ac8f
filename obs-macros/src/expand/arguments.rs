//! Arguments that become those of the closure around the body.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit_mut::VisitMut;
use syn::{Attribute, FnArg, PatIdent, Signature, Token};

use crate::model::{Field, Instrumented};

/// What the arguments' patterns bind. `self` is not among them: it cannot be bound, so the closure captures it.
pub(super) struct Arguments<'a> {
    call: &'a Instrumented<'a>,
    bindings: Vec<Binding>,
    /// `#[allow(..)]` and its like on arguments.
    attributes: Vec<Attribute>,
}

/// A name that is bound outside the closure, and again inside.
struct Binding {
    outside: Ident,
    mutability: Option<Token![mut]>,
    inside: Ident,
}

impl<'a> Arguments<'a> {
    // Input:  fn f(self, mut a: A, (b, ref c): (B, C))
    // Output: a, b, c      and the signature without the first `mut`
    pub(super) fn new(call: &'a Instrumented<'a>, signature: &mut Signature) -> Self {
        let mut this = Self { call, bindings: Vec::new(), attributes: Vec::new() };
        for argument in &mut signature.inputs {
            if let FnArg::Typed(argument) = argument {
                this.visit_pat_mut(&mut argument.pat);
                let lints = argument.attrs.extract_if(.., |attribute| is_lint(attribute));
                this.attributes.extend(lints);
            }
        }
        this
    }

    // Output: (a, b, c)
    pub(super) fn values(&self) -> TokenStream {
        let names = self.bindings.iter().map(|binding| &binding.outside);
        ours!((#(#names,)*))
    }

    // Output: (mut a, b, c)
    pub(super) fn parameter(&self) -> TokenStream {
        let attributes = &self.attributes;
        let patterns = self.bindings.iter().map(|Binding { mutability, inside, .. }| ours!(#mutability #inside));
        ours!(#(#attributes)* (#(#patterns,)*))
    }

    // Input:  labels(method = a)
    // Output: let _ = &a;
    /// An argument that only the attribute uses is used.
    pub(super) fn uses(&self) -> TokenStream {
        let names = self.bindings.iter().map(|binding| &binding.inside).filter(|name| is_named(name, self.call));
        names.map(|name| ours!(let _ = &#name;)).collect()
    }
}

impl VisitMut for Arguments<'_> {
    /// A name with an underscore asks not to be used, and we use it to pass it on: outside the closure it becomes a
    /// name of ours.
    fn visit_pat_ident_mut(&mut self, binding: &mut PatIdent) {
        let mutability = if binding.by_ref.is_none() { binding.mutability.take() } else { None };
        let inside = binding.ident.clone();
        let text = inside.to_string();
        if text.starts_with('_') && !text.starts_with("__obs_") && !is_named(&inside, self.call) {
            binding.ident.set_span(Span::mixed_site().located_at(inside.span()));
        }
        self.bindings.push(Binding { outside: binding.ident.clone(), mutability, inside });
        if let Some((_, inner)) = &mut binding.subpat {
            self.visit_pat_mut(inner);
        }
    }

    /// Either side of an or-pattern binds the same names.
    fn visit_pat_or_mut(&mut self, or: &mut syn::PatOr) {
        for (at, case) in or.cases.iter_mut().enumerate() {
            let seen = self.bindings.len();
            self.visit_pat_mut(case);
            self.bindings.truncate(if at == 0 { self.bindings.len() } else { seen });
        }
    }

    fn visit_expr_mut(&mut self, _: &mut syn::Expr) {}
}

fn is_lint(attribute: &Attribute) -> bool {
    ["allow", "expect", "warn", "deny", "forbid"].iter().any(|level| attribute.path().is_ident(level))
}

/// Whether an expression in the attribute mentions the argument.
fn is_named(name: &Ident, call: &Instrumented<'_>) -> bool {
    let mentions = |field: &Field| mentions(field.value.to_token_stream(), name);
    call.labels().iter().any(mentions) || call.fields().iter().any(mentions)
}

fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Literal(literal) => literal.to_string().contains(&name.to_string()),
        TokenTree::Punct(_) => false,
    })
}
