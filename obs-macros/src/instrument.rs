//! From an attribute and its item to the expansion: the whole of it is a pure function.

use proc_macro2::{Group, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Path;

use crate::errors::Errors;
use crate::kind::Kind;
use crate::model::Instrumented;
use crate::model::layer::{self, Layer};
use crate::parse::item::inner_attributes;
use crate::parse::{Attribute, Function, Item, Shape};
use crate::{expand, fallback};

// Input:  kind `traced`, args `level = debug`, item `#[obs::counted] fn f() {}`
// Output: fn f() { <both> }
/// Expands the outermost attribute and takes those below it along.
pub(crate) fn instrument(kind: Kind, args: TokenStream, item: TokenStream) -> TokenStream {
    if expand::is_taken(&args) {
        return TokenStream::new();
    }
    let errors = Errors::default();
    let mut layers = vec![Layer::new(kind, Span::call_site(), args, &errors)];
    let mut items = Item::all(item).into_iter();
    let Some(item) = items.next() else { return errors.into_tokens() };
    let (foreign, item) = take_layers(item, &mut layers, None, &errors);
    let expanded = outermost(foreign, &item, &layers, &errors);
    let (rest, mistakes) = (items.map(Item::into_token_stream), errors.into_tokens());
    quote!(#expanded #(#rest)* #mistakes)
}

/// `#[skip]`: the block around it leaves the item alone, and so do we.
pub(crate) fn skip(args: &TokenStream, item: TokenStream) -> TokenStream {
    if args.is_empty() {
        return item;
    }
    if expand::is_taken(args) {
        return TokenStream::new();
    }
    let error =
        syn::Error::new(Span::call_site(), "`#[skip]` takes no options; write `#[obs::skip]`").to_compile_error();
    quote!(#item #error)
}

fn outermost(foreign: Vec<Attribute>, item: &Item, layers: &[Layer], errors: &Errors) -> TokenStream {
    let name = layers[0].kind().name();
    match (&item.shape, &item.body) {
        (Shape::Function, Some(body)) => function(foreign, item, body, &[], layers, errors),
        (Shape::Function, None) => {
            let message =
                format!("`#[{name}]` needs a body; put it on a default body or on the function in the `impl`");
            errors.at(item.keyword, message);
            fallback::item(&foreign, item)
        }
        (Shape::Module, None) => {
            errors.at(
                item.keyword,
                format!("`#[{name}]` cannot see into another file; write it inside, as in `mod foo {{ .. }}`"),
            );
            fallback::item(&foreign, item)
        }
        (Shape::Members | Shape::Module, Some(body)) => {
            check_block(layers, errors);
            block(&foreign, item, body, &layers.iter().collect::<Vec<_>>(), taken(layers), errors)
        }
        (Shape::Members | Shape::Other(_), _) => {
            let message =
                format!("`#[{name}]` goes on functions, `impl` blocks, traits and inline modules; remove it here");
            errors.at(item.keyword, message);
            fallback::item(&foreign, item)
        }
    }
}

/// A block has many functions: one name cannot be that of all.
fn check_block(layers: &[Layer], errors: &Errors) {
    for name in layers.iter().filter_map(|layer| layer.name.as_ref()) {
        errors.at(name.span(), "`name` is for one function; remove it, or write it on the function inside");
    }
}

fn function(
    foreign: Vec<Attribute>,
    item: &Item,
    body: &Group,
    around: &[&Layer],
    own: &[Layer],
    errors: &Errors,
) -> TokenStream {
    let before = errors.len();
    let plain = fallback::item(&foreign, item);
    let Some(function) = Function::read(foreign, item.head.clone(), body, errors) else { return plain };
    if function.signature.constness.is_some() && own.is_empty() {
        return plain;
    }
    let call = Instrumented::new(function, &effective(around, own), own, errors);
    if errors.len() > before || call.is_plain() { plain } else { expand::instrumented(&call) }
}

fn taken(layers: &[Layer]) -> TokenStream {
    layers.iter().filter_map(|layer| layer.path.as_ref()).map(expand::taken).collect()
}

/// An item's own attributes replace those of the same kind around it.
fn effective<'a>(around: &[&'a Layer], own: &'a [Layer]) -> Vec<&'a Layer> {
    let is_replaced = |layer: &Layer| own.iter().any(|other| other.kind() == layer.kind());
    own.iter().chain(around.iter().copied().filter(|layer| !is_replaced(layer))).collect()
}

// Input:  impl Cart { fn a(&self) {} #[obs::skip] fn b(&self) {} }
// Output: impl Cart { fn a(&self) { <instrumented> } fn b(&self) {} }
/// `uses` are the imports that the attributes taken along, and every `skip`, would have used.
fn block(
    foreign: &[Attribute],
    item: &Item,
    body: &Group,
    layers: &[&Layer],
    mut uses: TokenStream,
    errors: &Errors,
) -> TokenStream {
    let (inner, rest) = inner_attributes(body.stream());
    let krate = layers.iter().find_map(|layer| layer.krate.as_ref());
    let mut skips = TokenStream::new();
    let members: Vec<_> =
        Item::all(rest).into_iter().map(|item| member(item, layers, krate, &mut skips, errors)).collect();
    let is_module = item.shape == Shape::Module;
    let inside_uses = is_module.then(|| std::mem::take(&mut skips));
    uses.extend(skips);
    let mut inside = Group::new(body.delimiter(), quote!(#inner #(#members)* #inside_uses));
    inside.set_span(body.span());
    let head = &item.head;
    quote!(#(#foreign)* #head #inside #uses)
}

fn member(
    mut item: Item,
    around: &[&Layer],
    krate: Option<&Path>,
    skips: &mut TokenStream,
    errors: &Errors,
) -> TokenStream {
    let skipped: Vec<_> = item.attributes.extract_if(.., |attribute| attribute.is_skip(krate)).collect();
    skips.extend(skipped.iter().map(|attribute| expand::taken(&attribute.path_tokens)));
    if !skipped.is_empty() || item.body.is_none() || matches!(item.shape, Shape::Other(_)) {
        return item.into_token_stream();
    }
    let mut own = Vec::new();
    let (foreign, item) = take_layers(item, &mut own, krate, errors);
    let Some(body) = &item.body else { return item.into_token_stream() };
    if item.shape == Shape::Function {
        return function(foreign, &item, body, around, &own, errors);
    }
    check_block(&own, errors);
    block(&foreign, &item, body, &effective(around, &own), taken(&own), errors)
}

/// Takes our attributes off the item.
fn take_layers(
    mut item: Item,
    layers: &mut Vec<Layer>,
    krate: Option<&Path>,
    errors: &Errors,
) -> (Vec<Attribute>, Item) {
    let attributes = std::mem::take(&mut item.attributes);
    (layer::take(attributes, layers, krate, errors), item)
}
