//! Arguments that move into the closure around the body.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit_mut::VisitMut;
use syn::{FnArg, PatIdent, Signature, Token};

use crate::model::{Field, Instrumented};

// Input:  fn f(self, mut a: A, (b, ref c): (B, C))
// Output: let mut a = a; let b = b; let c = c;      and the signature without the first `mut`
pub(super) fn rebind(call: &Instrumented<'_>, signature: &mut Signature) -> TokenStream {
    let mut bindings = Bindings::default();
    for argument in &mut signature.inputs {
        if let FnArg::Typed(argument) = argument {
            bindings.visit_pat_mut(&mut argument.pat);
        }
    }
    bindings.0.iter().map(|binding| again(binding, is_named(&binding.0, call))).collect()
}

/// What the arguments' patterns bind, with the `mut` taken away from them.
#[derive(Default)]
struct Bindings(Vec<(Ident, Option<Token![mut]>)>);

impl VisitMut for Bindings {
    fn visit_pat_ident_mut(&mut self, binding: &mut PatIdent) {
        let mutability = if binding.by_ref.is_none() { binding.mutability.take() } else { None };
        self.0.push((binding.ident.clone(), mutability));
        if let Some((_, inner)) = &mut binding.subpat {
            self.visit_pat_mut(inner);
        }
    }

    fn visit_expr_mut(&mut self, _: &mut syn::Expr) {}
}

// Input:  mut a
// Output: let mut a = a;
fn again((name, mutability): &(Ident, Option<Token![mut]>), is_named: bool) -> TokenStream {
    // An argument that only the attribute uses is used.
    let used = is_named.then(|| ours!(let _ = &#name;));
    ours!(let #mutability #name = #name; #used)
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
