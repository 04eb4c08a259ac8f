//! One attribute with its options, and which of a function's attributes apply.

use proc_macro2::{Span, TokenStream};
use syn::{LitStr, Path};

use super::budget::Budget;
use super::options::{Options, Traced, known};
use super::reader::Reader;
use crate::errors::Errors;
use crate::kind::Kind;
use crate::parse::{Attribute, entry};

/// One of our attributes on an item.
pub(crate) struct Layer {
    /// The attribute's name, as the user wrote it.
    pub(crate) at: Span,
    pub(crate) name: Option<LitStr>,
    pub(crate) krate: Option<Path>,
    pub(crate) options: Options,
    /// The attribute's path, when it was found below the outermost one.
    pub(crate) path: Option<TokenStream>,
}

impl Layer {
    pub(crate) fn new(kind: Kind, at: Span, args: TokenStream, errors: &Errors) -> Self {
        let before = errors.len();
        let mut reader = reader(kind, args, errors);
        let name = reader.name();
        let krate = reader.krate();
        let options = Options::read(kind, at, &mut reader, before);
        reader.rest();
        Self { at, name, krate, options, path: None }
    }

    pub(crate) const fn traced(&self) -> Option<&Traced> {
        match &self.options {
            Options::Traced(traced) => Some(traced),
            _ => None,
        }
    }

    pub(crate) const fn budget(&self) -> Option<&Budget> {
        match &self.options {
            Options::Budget(budget) => Some(budget),
            _ => None,
        }
    }

    pub(crate) const fn kind(&self) -> Kind {
        match self.options {
            Options::Traced(_) => Kind::Traced,
            Options::Profiled(_) => Kind::Profiled,
            Options::Counted(_) => Kind::Counted,
            Options::Budget(_) => Kind::Budget,
        }
    }
}

/// Takes our attributes out of an item's, and adds them to those already expanded.
// Input:  #[doc = ""] #[counted] #[inline] #[obs::budget(ms = 1)]
// Output: #[doc = ""] #[inline]
pub(crate) fn take(
    attributes: Vec<Attribute>,
    layers: &mut Vec<Layer>,
    outer: Option<&Path>,
    errors: &Errors,
) -> Vec<Attribute> {
    let mut foreign = Vec::new();
    for attribute in attributes {
        let krate = layers.iter().find_map(|layer| layer.krate.clone()).or_else(|| outer.cloned());
        let krate = krate.or_else(|| own_crate(&attribute));
        match attribute.kind(krate.as_ref()) {
            Some(kind) => {
                let layer = Layer::new(kind, attribute.span, attribute.args, errors);
                add(Layer { path: Some(attribute.path_tokens), ..layer }, layers, errors);
            }
            None => foreign.push(attribute),
        }
    }
    foreign
}

/// Adds a layer, unless its kind is there already.
fn add(layer: Layer, layers: &mut Vec<Layer>, errors: &Errors) {
    let kind = layer.kind();
    if layers.iter().any(|other| other.kind() == kind) {
        let name = kind.name();
        errors.at(layer.at, format!("`#[{name}]` is already on this item; remove one of them"));
        return;
    }
    let given = layers.iter().find_map(|other| other.name.as_ref());
    if let (Some(given), Some(name)) = (given, &layer.name)
        && given.value() != name.value()
    {
        let message = format!("this function is already named `{}`; one `name` is enough", given.value());
        errors.at(name.span(), message);
    }
    layers.push(layer);
}

fn reader(kind: Kind, args: TokenStream, errors: &Errors) -> Reader<'_> {
    Reader::new(kind.name(), known(kind), entry::entries(args, errors), errors)
}

/// `crate = path` among an attribute's own arguments.
fn own_crate(attribute: &Attribute) -> Option<Path> {
    if attribute.args.is_empty() {
        return None;
    }
    let errors = Errors::default();
    reader(Kind::Traced, attribute.args.clone(), &errors).krate()
}
