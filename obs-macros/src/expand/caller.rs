//! Functions under `#[track_caller]` whose value is looked at.
//!
//! A closure would be a caller of its own, so the body stays where it is, and the value is looked at where it
//! leaves: at the tail, at `return` and at `?`. What leaves through a macro's own `return` counts as ok.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Stmt, Type};

use super::{braces, enter, inferable, private};
use crate::model::Instrumented;

// Input:  #[track_caller] fn f() -> R { a?; if b { return c; } d }
// Output: let guard = Guard::enter(..);
//         { question!(guard, a)?; if b { return leave!(guard, c as R); } leave!(guard, d as R) }
pub(super) fn in_place_value(call: &Instrumented<'_>, output: &Type, block: &Block) -> TokenStream {
    let guard = enter::guard(call);
    let mut block = block.clone();
    let mut exits = Exits { call, output: inferable(output) };
    exits.visit_block_mut(&mut block);
    if let Some(tail) = block.stmts.last_mut() {
        exits.tail(tail);
    }
    let statements = block.stmts.iter().map(ToTokens::to_token_stream).collect();
    let body = braces(statements, call.function.body.span());
    ours!(let __obs_guard = #guard; #body)
}

/// Where a value leaves the function.
struct Exits<'a> {
    call: &'a Instrumented<'a>,
    output: Type,
}

impl Exits<'_> {
    fn tail(&self, tail: &mut Stmt) {
        let expr = match tail {
            Stmt::Expr(expr, None) => expr.to_token_stream(),
            Stmt::Macro(stmt) if stmt.semi_token.is_none() => stmt.to_token_stream(),
            _ => return,
        };
        *tail = Stmt::Expr(self.leave(&expr), None);
    }

    // Input:  d
    // Output: match typed::<R>(d) { value => { observe!(guard, value); value } }
    /// A `match` keeps temporaries of the expression alive to the end of the statement, as they were.
    fn leave(&self, expr: &TokenStream) -> Expr {
        let private = private(self.call);
        let output = &self.output;
        let observe = self.observe(&ours!(observe));
        Expr::Verbatim(ours!(match #private::typed::<#output>(#expr) { __obs_value => { #observe __obs_value } }))
    }

    // Input:  a
    // Output: match a { value => { observe_error!(guard, value); value } }
    fn question(&self, expr: &Expr) -> Expr {
        let observe = self.observe(&ours!(observe_error));
        Expr::Verbatim(ours!((match #expr { __obs_value => { #observe __obs_value } })))
    }

    fn observe(&self, how: &TokenStream) -> TokenStream {
        let private = private(self.call);
        ours!(#private::#how!(__obs_guard, __obs_value);)
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
            Expr::Try(question) => *question.expr = self.question(&question.expr),
            _ => {}
        }
    }

    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
}
