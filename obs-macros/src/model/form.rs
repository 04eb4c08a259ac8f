//! Which of the forms of expansion a function gets.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Block, Expr, ExprMethodCall, GenericArgument, PathArguments, ReturnType, Stmt, Type, TypeParamBound};

use crate::parse::Function;

/// How the body is run, and whether its value is looked at.
pub(crate) enum Form {
    /// The body stays where it is: its value cannot be a `Result`.
    InPlace,
    /// The body runs in a closure and its value is looked at.
    Value(Box<Type>),
    /// The value is looked at where it leaves the body: a closure would hide the caller's location.
    InPlaceValue(Box<Type>, Box<Block>),
    /// `async fn`.
    Async,
    /// Returns `impl Future`.
    ImplFuture(Box<Type>),
    /// Returns a boxed future, and the body ends in `Box::pin(future)` or `future.boxed()`.
    BoxPin { output: Box<Type>, tail: PinnedTail },
    /// Returns a boxed future made in some other way.
    Boxed(Box<Type>),
}

impl Form {
    pub(crate) fn new(function: &Function, shows_value: bool) -> Self {
        let signature = &function.signature;
        if signature.asyncness.is_some() {
            return Self::Async;
        }
        let ReturnType::Type(_, output) = &signature.output else {
            return Self::of_unit(function, shows_value);
        };
        if signature.variadic.is_some() || matches!(bare(output), Type::Never(_)) {
            return Self::InPlace;
        }
        if let Some(form) = Self::of_future(function, output) {
            return form;
        }
        if is_never_result(output) && !shows_value {
            return Self::InPlace;
        }
        Self::of_value(function, output.clone())
    }

    fn of_unit(function: &Function, shows_value: bool) -> Self {
        if shows_value { Self::of_value(function, Box::new(syn::parse_quote!(()))) } else { Self::InPlace }
    }

    fn of_value(function: &Function, output: Box<Type>) -> Self {
        if !function.has_attribute("track_caller") {
            return Self::Value(output);
        }
        syn::parse2(function.body.to_token_stream())
            .map_or(Self::InPlace, |block| Self::InPlaceValue(output, Box::new(block)))
    }

    fn of_future(function: &Function, output: &Type) -> Option<Self> {
        if let Type::ImplTrait(bounds) = bare(output) {
            let is_future = bounds.bounds.iter().any(is_future);
            return (is_future && bounds.bounds.iter().all(keeps_to_futures))
                .then(|| Self::ImplFuture(Box::new(output.clone())));
        }
        let boxed = is_boxed_future(output);
        match tail_pin(function) {
            Some(tail) if boxed || is_async_block(&tail.future) => {
                Some(Self::BoxPin { output: Box::new(output.clone()), tail })
            }
            _ => boxed.then(|| Self::Boxed(Box::new(output.clone()))),
        }
    }

    /// Whether what is measured is a future.
    pub(crate) const fn is_async(&self) -> bool {
        matches!(self, Self::Async | Self::ImplFuture(_) | Self::BoxPin { .. } | Self::Boxed(_))
    }
}

/// The type without parentheses and invisible groups.
fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Paren(inner) => bare(&inner.elem),
        Type::Group(inner) => bare(&inner.elem),
        _ => ty,
    }
}

const PRIMITIVES: &[&str] = &[
    "bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
    "f32", "f64",
];

/// Whether the way the type is written rules out a `Result`.
pub(crate) fn is_never_result(ty: &Type) -> bool {
    match bare(ty) {
        Type::Array(_)
        | Type::FnPtr(_)
        | Type::ImplTrait(_)
        | Type::Never(_)
        | Type::Ptr(_)
        | Type::Reference(_)
        | Type::Slice(_)
        | Type::Tuple(_) => true,
        Type::Path(path) => {
            path.qself.is_none()
                && path.path.get_ident().is_some_and(|ident| PRIMITIVES.iter().any(|name| ident == name))
        }
        _ => false,
    }
}

fn is_future(bound: &TypeParamBound) -> bool {
    let TypeParamBound::Trait(bound) = bound else { return false };
    bound.path.segments.last().is_some_and(|last| last.ident == "Future")
}

/// Whether a wrapped future still meets the bound.
fn keeps_to_futures(bound: &TypeParamBound) -> bool {
    let TypeParamBound::Trait(name) = bound else { return true };
    let autos = ["Send", "Sync", "Unpin", "UnwindSafe", "RefUnwindSafe"];
    is_future(bound) || name.path.segments.last().is_some_and(|last| autos.iter().any(|auto| last.ident == auto))
}

/// The output of `impl Future<Output = T>`.
pub(crate) fn future_output(ty: &Type) -> Option<&Type> {
    let Type::ImplTrait(bounds) = bare(ty) else { return None };
    let bound = bounds.bounds.iter().find(|bound| is_future(bound))?;
    let TypeParamBound::Trait(bound) = bound else { return None };
    let PathArguments::AngleBracketed(arguments) = &bound.path.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(assoc) if assoc.ident == "Output" => Some(&assoc.ty),
        _ => None,
    })
}

/// `Pin<Box<dyn Future ..>>`, by the last segments of the paths.
fn is_boxed_future(ty: &Type) -> bool {
    let inside = only_argument(ty, "Pin").and_then(|ty| only_argument(ty, "Box"));
    matches!(inside.map(bare), Some(Type::TraitObject(object)) if object.bounds.iter().any(is_future))
}

fn only_argument<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = bare(ty) else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

/// A body that ends by boxing a future.
pub(crate) struct PinnedTail {
    pub(crate) statements: TokenStream,
    pub(crate) future: TokenStream,
    /// `Box::pin`, or nothing.
    pub(crate) pin: TokenStream,
    /// Nothing, or `.boxed()`.
    pub(crate) boxed: TokenStream,
}

// Input:  statements; Box::pin(future)
// Input:  statements; future.boxed()
fn tail_pin(function: &Function) -> Option<PinnedTail> {
    let tokens: Vec<TokenTree> = function.body.stream().into_iter().collect();
    let [.., TokenTree::Ident(name), TokenTree::Group(_)] = &*tokens else { return None };
    if !["pin", "boxed", "boxed_local"].iter().any(|word| name == word) || returns(&tokens) {
        return None;
    }
    let block: Block = syn::parse2(function.body.to_token_stream()).ok()?;
    let (tail, statements) = block.stmts.split_last()?;
    let (future, pin, boxed) = match tail {
        Stmt::Expr(Expr::Call(call), None) => {
            let Expr::Path(path) = &*call.func else { return None };
            let mut segments = path.path.segments.iter().rev();
            let is_pin = segments.next()?.ident == "pin" && segments.next()?.ident == "Box";
            let future = call.args.first().filter(|_| is_pin && call.args.len() == 1 && call.attrs.is_empty())?;
            (future, path.to_token_stream(), TokenStream::new())
        }
        Stmt::Expr(Expr::MethodCall(call), None) if call.args.is_empty() && call.attrs.is_empty() => {
            let (dot, method, parens) = (&call.dot_token, &call.method, TokenTree::from(empty(call)));
            (&*call.receiver, TokenStream::new(), quote!(#dot #method #parens))
        }
        _ => return None,
    };
    let statements = statements.iter().map(ToTokens::to_token_stream).collect();
    Some(PinnedTail { statements, future: future.to_token_stream(), pin, boxed })
}

/// The parentheses of a call without arguments.
fn empty(call: &ExprMethodCall) -> Group {
    let mut parens = Group::new(Delimiter::Parenthesis, TokenStream::new());
    parens.set_span(call.paren_token.span.join());
    parens
}

fn is_async_block(future: &TokenStream) -> bool {
    matches!(future.clone().into_iter().next(), Some(TokenTree::Ident(ident)) if ident == "async")
        && matches!(future.clone().into_iter().last(), Some(TokenTree::Group(_)))
}

/// Whether a `return` or `?` may leave the function before its tail: those in an async block do not.
fn returns(tokens: &[TokenTree]) -> bool {
    let mut in_async = false;
    tokens.iter().any(|token| match token {
        TokenTree::Ident(ident) if ident == "async" => {
            in_async = true;
            false
        }
        TokenTree::Ident(ident) if ident == "move" => false,
        TokenTree::Ident(ident) => ident == "return",
        TokenTree::Punct(punct) => punct.as_char() == '?',
        TokenTree::Group(group) => {
            let own = std::mem::take(&mut in_async) && group.delimiter() == Delimiter::Brace;
            !own && returns(&group.stream().into_iter().collect::<Vec<_>>())
        }
        TokenTree::Literal(_) => false,
    })
}
