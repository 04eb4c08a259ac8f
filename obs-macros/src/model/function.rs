//! The instrumented function: what its attributes say together.

use proc_macro2::Span;
use quote::quote_spanned;
use syn::{LitStr, Path};

use super::form::Form;
use super::layer::Layer;
use super::options::{Budget, Counted, Options, Profiled, Show, Traced};
use super::values::Field;
use crate::errors::Errors;
use crate::parse::Function;

/// A function and everything its attributes say.
pub(crate) struct Instrumented<'a> {
    pub(crate) function: Function,
    /// The path of the facade.
    pub(crate) krate: proc_macro2::TokenStream,
    pub(crate) name: Option<LitStr>,
    pub(crate) traced: Option<&'a Traced>,
    pub(crate) profiled: Option<&'a Profiled>,
    pub(crate) counted: Option<&'a Counted>,
    pub(crate) budget: Option<&'a Budget>,
    pub(crate) form: Form,
    /// The paths of the attributes that were taken along.
    pub(crate) taken: Vec<proc_macro2::TokenStream>,
}

impl<'a> Instrumented<'a> {
    /// The one place where a function and its attributes meet. `own` says that they stand on the function itself,
    /// and not on the block around it.
    pub(crate) fn new(function: Function, layers: &[&'a Layer], own: &[Layer], errors: &Errors) -> Self {
        let traced = layers.iter().find_map(|layer| match &layer.options {
            Options::Traced(traced) => Some(traced),
            _ => None,
        });
        let form = Form::new(&function, traced.is_some_and(|traced| traced.ret.is_some()));
        let this = Self {
            krate: krate(layers.iter().find_map(|layer| layer.krate.as_ref())),
            name: layers.iter().find_map(|layer| layer.name.clone()),
            traced,
            profiled: layers.iter().find_map(|layer| match &layer.options {
                Options::Profiled(profiled) => Some(profiled),
                _ => None,
            }),
            counted: layers.iter().find_map(|layer| match &layer.options {
                Options::Counted(counted) => Some(counted),
                _ => None,
            }),
            budget: layers.iter().find_map(|layer| match &layer.options {
                Options::Budget(budget) => Some(budget),
                _ => None,
            }),
            function,
            form,
            taken: own.iter().filter_map(|layer| layer.path.clone()).collect(),
        };
        this.check(own, errors);
        this
    }

    fn check(&self, own: &[Layer], errors: &Errors) {
        let signature = &self.function.signature;
        if let (Some(constness), Some(layer)) = (&signature.constness, own.first()) {
            let name = layer.kind().name();
            errors.at(
                constness.span,
                format!("`#[{name}]` cannot be on a `const fn`, which may run in the compiler; remove one of the two"),
            );
        }
        let plain = match &signature.output {
            syn::ReturnType::Default => true,
            syn::ReturnType::Type(_, ty) => super::form::is_never_result(ty) && !self.form.is_async(),
        };
        if let (Form::InPlaceValue(..), Some(layer)) = (&self.form, own.iter().find(|layer| layer.shows_value())) {
            let message =
                "`ret` and `err` hold the value back, which `#[track_caller]` does not allow; remove one of them";
            errors.at(layer.at, message);
        }
        let own_err = own.iter().find_map(|layer| match &layer.options {
            Options::Traced(traced) => traced.err,
            _ => None,
        });
        if let (true, Some((_, span))) = (plain, own_err) {
            errors.at(span, "`err` records the error of a `Result`, which this function does not return; remove `err`");
        }
    }

    pub(crate) fn labels(&self) -> &'a [Field] {
        self.counted.map_or(&[], |counted| &counted.labels)
    }

    pub(crate) fn fields(&self) -> &'a [Field] {
        self.traced.map_or(&[], |traced| &traced.fields)
    }

    pub(crate) fn ret(&self) -> Option<Show> {
        self.traced.and_then(|traced| traced.ret)
    }

    pub(crate) fn err(&self) -> Option<Show> {
        self.traced.and_then(|traced| traced.err).map(|(show, _)| show)
    }

    pub(crate) const fn is_timed(&self) -> bool {
        self.profiled.is_some() || self.budget.is_some()
    }
}

/// `::obs`, or what `crate = path` says.
fn krate(given: Option<&Path>) -> proc_macro2::TokenStream {
    given.map_or_else(|| quote_spanned!(Span::mixed_site()=> ::obs), |path| quote_spanned!(Span::mixed_site()=> #path))
}
