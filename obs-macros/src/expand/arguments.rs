//! Arguments that become those of the closure around the body.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit_mut::VisitMut;
use syn::{Attribute, FnArg, PatIdent, Signature, Token};

use crate::model::{Field, Instrumented};

/// What the arguments' patterns bind. `self` is not among them: it cannot be bound, so the closure captures it.
#[derive(Default)]
pub(super) struct Arguments {
    bindings: Vec<(Ident, Option<Token![mut]>)>,
    /// `#[allow(..)]` and its like on arguments.
    attributes: Vec<Attribute>,
}

impl Arguments {
    // Input:  fn f(self, mut a: A, (b, ref c): (B, C))
    // Output: a, b, c      and the signature without the first `mut`
    pub(super) fn new(signature: &mut Signature) -> Self {
        let mut this = Self::default();
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
        let names = self.bindings.iter().map(|(name, _)| name);
        ours!((#(#names,)*))
    }

    // Output: (mut a, b, c)
    pub(super) fn parameter(&self) -> TokenStream {
        let attributes = &self.attributes;
        let patterns = self.bindings.iter().map(|(name, mutability)| ours!(#mutability #name));
        ours!(#(#attributes)* (#(#patterns,)*))
    }

    // Input:  labels(method = a)
    // Output: let _ = &a;
    /// An argument that only the attribute uses is used.
    pub(super) fn uses(&self, call: &Instrumented<'_>) -> TokenStream {
        let names = self.bindings.iter().map(|(name, _)| name).filter(|name| is_named(name, call));
        names.map(|name| ours!(let _ = &#name;)).collect()
    }
}

impl VisitMut for Arguments {
    fn visit_pat_ident_mut(&mut self, binding: &mut PatIdent) {
        let mutability = if binding.by_ref.is_none() { binding.mutability.take() } else { None };
        self.bindings.push((binding.ident.clone(), mutability));
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
