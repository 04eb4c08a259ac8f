//! Functions under `#[track_caller]` whose value is looked at.
//!
//! A closure would be a caller of its own, so the body stays where it is, and the value is looked at where it
//! leaves: at the tail, at `return` and at `?`. What leaves through a macro's own `return` counts as ok. At a `?` the type of
//! the value may still have to be inferred, so the class of such an error is not known.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Stmt, Type};

use super::{braces, enter, inferable, is_complete, private};
use crate::model::Instrumented;

// Input:  #[track_caller] fn f() -> R { a?; if b { return c; } d }
// Output: let guard = Guard::enter(..).watched();
//         { seen(a)?; if b { return seen(typed::<R>(c)); } seen(typed::<R>(d)) }
pub(super) fn in_place_value(call: &Instrumented<'_>, output: &Type, block: &Block) -> TokenStream {
    let guard = enter::guard(call);
    let mut block = block.clone();
    let mut exits = Exits { call, output: inferable(output), is_complete: is_complete(output) };
    exits.visit_block_mut(&mut block);
    if let Some(tail) = block.stmts.last_mut() {
        exits.tail(tail);
    }
    let statements = block.stmts.iter().map(ToTokens::to_token_stream).collect();
    let body = braces(statements, call.function.body.span());
    ours!(let __obs_guard = #guard.watched(); #body)
}

/// Where a value leaves the function.
struct Exits<'a> {
    call: &'a Instrumented<'a>,
    output: Type,
    is_complete: bool,
}

impl Exits<'_> {
    fn tail(&self, tail: &mut Stmt) {
        let expr = match tail {
            Stmt::Expr(Expr::Return(_) | Expr::Loop(_), None) => return,
            Stmt::Expr(Expr::Macro(diverges), None) if is_panic(&diverges.mac.path) => return,
            Stmt::Expr(expr, None) => expr.to_token_stream(),
            Stmt::Macro(stmt) if stmt.semi_token.is_none() && !is_panic(&stmt.mac.path) => stmt.to_token_stream(),
            _ => return,
        };
        *tail = Stmt::Expr(self.leave(&expr), None);
    }

    // Input:  d
    // Output: typed::<R>(d), looked at
    fn leave(&self, expr: &TokenStream) -> Expr {
        let private = private(self.call);
        let output = &self.output;
        self.observed(&ours!(#private::typed::<#output>(#expr)), self.is_complete)
    }

    // Input:  a
    // Output: (match a { value => { guard.observe(seen!(&value)); value } })
    /// A `match` keeps temporaries of the expression alive to the end of the statement, as they were.
    fn observed(&self, expr: &TokenStream, is_known: bool) -> Expr {
        let private = private(self.call);
        let seen = if is_known { ours!(seen) } else { ours!(seen_without_class) };
        Expr::Verbatim(ours! {
            (match #expr {
                __obs_value => {
                    __obs_guard.observe(#private::#seen!(&__obs_value));
                    __obs_value
                }
            })
        })
    }
}

impl VisitMut for Exits<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Closure(_) | Expr::Async(_) | Expr::Const(_) => return,
            _ => visit_mut::visit_expr_mut(self, expr),
        }
        match expr {
            Expr::Return(leaving) => {
                let value = leaving.expr.take().map_or_else(|| ours!(()), ToTokens::into_token_stream);
                leaving.expr = Some(Box::new(self.leave(&value)));
            }
            Expr::Try(question) => *question.expr = self.observed(&question.expr.to_token_stream(), false),
            _ => {}
        }
    }

    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
}

/// Nothing comes after these, and rustc says so.
fn is_panic(path: &syn::Path) -> bool {
    let names = ["panic", "todo", "unimplemented", "unreachable"];
    path.segments.last().is_some_and(|last| names.iter().any(|name| last.ident == name))
}
