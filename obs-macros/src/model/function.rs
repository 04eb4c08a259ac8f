//! The instrumented function: what its attributes say together.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{LitStr, Path, ReturnType};

use super::budget::Budget;
use super::callee::Callee;
use super::form::{Form, is_never_result};
use super::layer::Layer;
use super::limit::{Limit, LimitKind};
use super::options::{Counted, Options, Profiled, Shown, Traced};
use super::start::Start;
use super::values::Field;
use crate::errors::Errors;
use crate::parse::Function;

/// A function and everything its attributes say.
pub(crate) struct Instrumented<'a> {
    pub(crate) function: Function,
    /// The path of the facade.
    pub(crate) krate: TokenStream,
    pub(crate) name: Option<LitStr>,
    pub(crate) traced: Option<&'a Traced>,
    pub(crate) profiled: Option<&'a Profiled>,
    pub(crate) counted: Option<&'a Counted>,
    pub(crate) budget: Option<&'a Budget>,
    pub(crate) form: Form,
    /// `err` stands on the function itself, which then has to return a `Result`.
    pub(crate) needs_result: bool,
    /// The paths of the attributes that were taken along.
    pub(crate) taken: Vec<TokenStream>,
}

impl<'a> Instrumented<'a> {
    /// The one place where a function and its attributes meet. `own` says that they stand on the function itself,
    /// and not on the block around it.
    pub(crate) fn new(function: Function, layers: &[&'a Layer], own: &[Layer], errors: &Errors) -> Self {
        let traced = layers.iter().find_map(|layer| layer.traced());
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
            budget: layers.iter().find_map(|layer| layer.budget()),
            function,
            form,
            needs_result: own.iter().find_map(Layer::traced).is_some_and(|traced| traced.err.is_some()),
            taken: own.iter().filter_map(|layer| layer.path.clone()).collect(),
        };
        this.check(own, errors);
        this
    }

    fn check(&self, own: &[Layer], errors: &Errors) {
        if let (Some(constness), Some(layer)) = (&self.function.signature.constness, own.first()) {
            let name = layer.kind().name();
            let message = "cannot be on a `const fn`, which may run in the compiler; remove one of the two";
            errors.at(constness.span, format!("`#[{name}]` {message}"));
        }
        if let (false, Some(budget)) = (self.form.is_async(), own.iter().find_map(Layer::budget)) {
            budget.check_sync(errors);
        }
        let Some(traced) = own.iter().find_map(Layer::traced) else { return };
        if let (Form::InPlaceValue(..), Some(shown)) = (&self.form, traced.ret.or(traced.err)) {
            let message =
                "`ret` and `err` hold the value back, which `#[track_caller]` does not allow; remove one of them";
            errors.at(shown.at, message);
        }
        if let (true, Some(err)) = (self.is_never_result(), traced.err) {
            errors
                .at(err.at, "`err` records the error of a `Result`, which this function does not return; remove `err`");
        }
    }

    /// Whether the way the signature is written rules out an error.
    fn is_never_result(&self) -> bool {
        match &self.function.signature.output {
            ReturnType::Default => true,
            ReturnType::Type(_, ty) => is_never_result(ty) && !matches!(self.form, Form::ImplFuture(_)),
        }
    }

    pub(crate) fn labels(&self) -> &'a [Field] {
        self.counted.map_or(&[], |counted| &counted.labels)
    }

    pub(crate) fn fields(&self) -> &'a [Field] {
        self.traced.map_or(&[], |traced| &traced.fields)
    }

    /// Where the span begins, when it does not simply hang on the running one.
    pub(crate) fn start(&self) -> Option<&'a Start> {
        self.traced.map(|traced| &traced.start).filter(|start| !start.is_plain())
    }

    /// Every expression of the user's in the attributes that is evaluated before the body.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &TokenStream> {
        let values = self.labels().iter().chain(self.fields()).map(|field| &field.value);
        values.chain(self.start().into_iter().flat_map(Start::expressions))
    }

    pub(crate) fn ret(&self) -> Option<Shown> {
        self.traced.and_then(|traced| traced.ret)
    }

    pub(crate) fn err(&self) -> Option<Shown> {
        self.traced.and_then(|traced| traced.err)
    }

    /// The limits that apply: a budget on a block says of its futures, too, what other functions do not have.
    pub(crate) fn limits(&self) -> impl Iterator<Item = &'a Limit> + Clone {
        let is_async = self.form.is_async();
        let limits = self.budget.map_or(&[][..], |budget| &budget.limits);
        limits.iter().filter(move |limit| is_async || !limit.kind.is_of_future())
    }

    /// The functions whose calls are bounded.
    pub(crate) fn callees(&self) -> impl Iterator<Item = &'a Callee> {
        self.limits().filter_map(|limit| match &limit.kind {
            LimitKind::Calls(callee) => Some(callee),
            _ => None,
        })
    }

    pub(crate) fn is_timed(&self) -> bool {
        self.profiled.is_some() || self.limits().any(|limit| limit.kind.needs_clock())
    }

    /// Whether nothing is said of this function, as when a block bounds what only futures have.
    pub(crate) fn is_plain(&self) -> bool {
        let Self { traced, profiled, counted, .. } = self;
        traced.is_none() && profiled.is_none() && counted.is_none() && self.limits().next().is_none()
    }
}

/// `::obs`, or what `crate = path` says.
pub(super) fn krate(given: Option<&Path>) -> TokenStream {
    given.map_or_else(|| quote_spanned!(Span::mixed_site()=> ::obs), |path| quote_spanned!(Span::mixed_site()=> #path))
}
