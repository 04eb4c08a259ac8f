//! Arguments that become those of the closure around the body.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::visit_mut::VisitMut;
use syn::{Attribute, FnArg, PatIdent, Signature, Token};

use crate::model::Instrumented;

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
            if let FnArg::Typed(argument) = argument
                && !is_conditional(&argument.attrs)
            {
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
    fn visit_pat_ident_mut(&mut self, binding: &mut PatIdent) {
        let mutability = if binding.by_ref.is_none() { binding.mutability.take() } else { None };
        let inside = binding.ident.clone();
        hides(binding, self.call);
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

/// Names the arguments in reverse, at the start of an async block: it captures them in this order, and drops them in it.
///
/// An argument that the body does not name is left alone, so that it is warned about, unless its own name says that
/// nobody will: then it becomes a name of ours, as above.
// Input:  async fn f(self, a: A, _b: B) { self.g(a) }
// Output: let _ = (&_b, &a, &self);
pub(super) fn captured(call: &Instrumented<'_>, signature: &mut Signature) -> TokenStream {
    let body = call.function.body.stream();
    let mut captured = Captured { body: &body, call, names: Vec::new() };
    for argument in &mut signature.inputs {
        match argument {
            FnArg::Receiver(receiver) if mentions(body.clone(), &receiver.self_token.into()) => {
                captured.names.push(receiver.self_token.into());
            }
            FnArg::Typed(argument) if !is_conditional(&argument.attrs) => captured.visit_pat_mut(&mut argument.pat),
            FnArg::Receiver(_) | FnArg::Typed(_) => {}
        }
    }
    let names = captured.names.iter().rev();
    if captured.names.is_empty() { TokenStream::new() } else { ours!(let _ = (#(&#names,)*);) }
}

struct Captured<'a> {
    body: &'a TokenStream,
    call: &'a Instrumented<'a>,
    names: Vec<Ident>,
}

impl VisitMut for Captured<'_> {
    fn visit_pat_ident_mut(&mut self, binding: &mut PatIdent) {
        let is_mentioned = mentions(self.body.clone(), &binding.ident);
        if is_mentioned || hides(binding, self.call) {
            self.names.push(binding.ident.clone());
        }
        if let Some((_, inner)) = &mut binding.subpat {
            self.visit_pat_mut(inner);
        }
    }

    fn visit_pat_or_mut(&mut self, _: &mut syn::PatOr) {}

    fn visit_expr_mut(&mut self, _: &mut syn::Expr) {}
}

/// Makes a name with an underscore one of ours. Such a name asks not to be used, and we use it to pass it on.
fn hides(binding: &mut PatIdent, call: &Instrumented<'_>) -> bool {
    let name = binding.ident.to_string();
    let hides = name.starts_with('_') && !name.starts_with("__obs_") && !is_named(&binding.ident, call);
    if hides {
        binding.ident.set_span(Span::mixed_site().located_at(binding.ident.span()));
    }
    hides
}

/// Whether the argument may not be there: nothing of ours can name it. The body captures it, if it does.
fn is_conditional(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| ["cfg", "cfg_attr"].iter().any(|name| attribute.path().is_ident(name)))
}

fn is_lint(attribute: &Attribute) -> bool {
    ["allow", "expect", "warn", "deny", "forbid"].iter().any(|level| attribute.path().is_ident(level))
}

/// Whether an expression in the attribute mentions the argument.
fn is_named(name: &Ident, call: &Instrumented<'_>) -> bool {
    call.expressions().any(|expression| mentions(expression.clone(), name))
}

fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Literal(literal) => literal.to_string().contains(&name.to_string()),
        TokenTree::Punct(_) => false,
    })
}
