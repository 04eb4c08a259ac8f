//! The rules of `#[derive(Classify)]`: what needs a class and where it may stand.

use super::attribute::Attribute;
use super::class::{CLASSES, Class};
use super::generics::Generics;
use super::mistakes::Mistakes;
use super::parse::{Fields, Item, Shape, Variant};
use crate::tokens::{Ident, TokenStream};

/// A type and the class of each of its values.
pub(super) struct Classified {
    /// Where `obs` is found, when it is not `::obs`.
    pub(super) krate: Option<TokenStream>,
    pub(super) name: Ident,
    pub(super) generics: Generics,
    pub(super) body: Body,
}

/// A struct is one case, an enum has one for each variant.
pub(super) enum Body {
    Struct(Case),
    Enum(Vec<Case>),
}

/// What has one class.
pub(super) struct Case {
    pub(super) name: Ident,
    pub(super) fields: Fields,
    pub(super) class: Class,
}

impl Classified {
    /// Checks everything; what is mistaken is of some class, so that one mistake is one error.
    pub(super) fn new(item: Item, mistakes: &Mistakes) -> Self {
        let Item { attributes, name, generics, shape } = item;
        let krate = krate(&attributes, mistakes);
        let body = match shape {
            Shape::Struct(fields) => Body::Struct(Case::new(name.clone(), &attributes, fields, mistakes)),
            Shape::Enum(variants) => {
                for class in named("class", &attributes) {
                    mistakes.at(
                        class.span,
                        "an enum has the classes of its variants; write `#[class(..)]` on each of them",
                    );
                }
                let case = |Variant { attributes, name, fields }| Case::new(name, &attributes, fields, mistakes);
                Body::Enum(variants.into_iter().map(case).collect())
            }
        };
        Self { krate, name, generics, body }
    }

    pub(super) fn cases(&self) -> &[Case] {
        match &self.body {
            Body::Struct(case) => std::slice::from_ref(case),
            Body::Enum(cases) => cases,
        }
    }
}

impl Case {
    fn new(name: Ident, attributes: &[Attribute], fields: Fields, mistakes: &Mistakes) -> Self {
        let misplaced = fields.list.iter().flat_map(|field| named("class", &field.attributes)).next();
        let mut written = named("class", attributes);
        let class = match (written.next(), misplaced) {
            (Some(attribute), _) => Class::new(attribute, &name, fields.list.len(), mistakes),
            (None, None) => {
                mistakes.at(name.span(), format!("`{name}` has no class; write `#[class(transient)]`, {CLASSES}"));
                Class::ANY
            }
            (None, Some(_)) => Class::ANY,
        };
        if let Some(misplaced) = misplaced {
            let message =
                format!("a field has no class; write `#[class(inner)]` on `{name}` to take that of its field");
            mistakes.at(misplaced.span, message);
        }
        written.for_each(|again| mistakes.at(again.span, format!("`{name}` has a class already; remove one of them")));
        Self { name, fields, class }
    }
}

// Input:  #[obs(crate = my_crate::obs)]
// Output: my_crate::obs
fn krate(attributes: &[Attribute], mistakes: &Mistakes) -> Option<TokenStream> {
    let attribute = named("obs", attributes).next()?;
    let path = match &*attribute.entries {
        [entry] if entry.key.to_string() == "crate" => entry.value(),
        _ => None,
    };
    if path.is_none() {
        let message = "`#[obs(..)]` takes the path of the `obs` crate; write `#[obs(crate = my_crate::obs)]`";
        mistakes.at(attribute.span, message);
    }
    path.map(|path| path.iter().cloned().collect())
}

fn named<'a>(name: &'static str, attributes: &'a [Attribute]) -> impl Iterator<Item = &'a Attribute> {
    attributes.iter().filter(move |attribute| attribute.name == name)
}
