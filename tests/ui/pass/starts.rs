//! `root`, `parent` and `links` on every form.
#![deny(warnings)]
#![deny(missing_docs)]
#![forbid(unsafe_code)]
#![allow(dead_code)]

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use obs::{AsContext, Context, CurrentSpan, counted, profiled, traced};

/// Names that the expansion uses too.
#[allow(missing_docs)]
mod clashes {
    #[derive(Clone)]
    pub struct Start;
    pub struct Guard;
    pub enum Outcome {
        Ok,
        Err,
        Some,
        None,
    }

    #[obs::traced(parent = start, links = links)]
    pub fn f(start: &obs::Context, links: [obs::Context; 1], guard: Guard, __private: u8) -> Outcome {
        let _ = (guard, __private);
        let Start = Start;
        drop(links);
        Outcome::Ok
    }
}

struct Worker {
    context: Context,
    links: Vec<Context>,
    by_name: HashMap<String, Context>,
    shared: Arc<[Context]>,
}

impl Worker {
    fn parents(&self) -> impl Iterator<Item = &Context> {
        self.links.iter()
    }

    fn boxed(&self) -> Box<dyn Iterator<Item = Context> + '_> {
        Box::new(self.links.iter().cloned())
    }

    #[traced(parent = &self.context)]
    fn by_reference(&self) {}

    #[traced(parent = self.context)]
    fn of_place(&self) {}

    #[traced(parent = self.context, links = self.links)]
    fn by_value(self) -> Self {
        self
    }

    #[traced(parent = self.context, links = self.links.iter())]
    fn by_mutable_reference(&mut self) -> &mut Context {
        &mut self.context
    }

    #[traced(links = self.parents())]
    fn opaque(&self) -> Option<&Context> {
        self.links.first()
    }

    #[traced(links = self.boxed())]
    #[counted]
    #[profiled]
    async fn dynamic(&self) -> Result<usize, ()> {
        Ok(self.links.len())
    }

    #[traced(links = self.by_name.values())]
    fn values(self: Arc<Self>) -> usize {
        self.by_name.len()
    }

    #[traced(links = self.shared, parent = self.by_name["a"])]
    async fn shared(self: Arc<Self>) -> usize {
        self.shared.len()
    }

    #[traced(parent = self.context, links = self.links)]
    async fn moved(mut self) -> Vec<Context> {
        self.links.clear();
        self.links
    }
}

#[traced(root)]
fn root<T: Clone, const N: usize>(values: [T; N]) -> [T; N] {
    values.clone()
}

#[traced(parent = parent)]
fn generic<C: AsContext>(parent: C) -> C {
    parent
}

#[traced(parent = parent, links = [&parent, &parent])]
fn impl_trait(parent: impl AsContext) -> impl AsContext {
    parent
}

#[traced(links = links)]
fn generic_iterator<'a, I: Iterator<Item = &'a Context>>(links: &[Context], _rest: I) -> usize {
    links.len()
}

#[traced(links = links)]
fn const_generic<const N: usize>(links: [Context; N]) -> [Context; N] {
    links
}

#[traced(parent = parent.as_ref(), links = parent)]
fn optional(parent: Option<Context>) -> Option<Context> {
    parent
}

#[traced(parent = parent)]
fn only_the_attribute_uses_it(parent: CurrentSpan) {}

#[traced(parent = _parent)]
async fn only_the_attribute_uses_it_async(_parent: CurrentSpan) -> Result<(), ()> {
    Ok(())
}

#[traced(parent = links[0], links = links[1..])]
fn indexed(links: &[Context]) -> &[Context] {
    links
}

#[traced(parent = *parent, links = &*links)]
fn behind_references<'a>(parent: &'a Context, links: &mut Vec<Context>) -> &'a Context {
    links.clear();
    parent
}

#[traced(links = links.iter().filter(|link| link.is_sampled()).take(3))]
fn filtered(links: &[Context]) -> Result<(), std::num::ParseIntError> {
    "1".parse::<u8>()?;
    let _ = links;
    Ok(())
}

#[traced(root)]
#[track_caller]
fn caller(n: u8) -> Option<u32> {
    let n = n.checked_sub(1)?;
    Some(std::panic::Location::caller().line() + u32::from(n))
}

#[traced(parent = context)]
fn impl_future(context: Context) -> impl Future<Output = Option<Context>> {
    async move { Some(context) }
}

#[traced(parent = context)]
fn boxed_future(context: &Context) -> Pin<Box<dyn Future<Output = Context> + Send + '_>> {
    Box::pin(async move { context.clone() })
}

#[traced(root)]
fn boxed_twice(now: bool) -> Pin<Box<dyn Future<Output = u8> + Send>> {
    if now {
        return Box::pin(std::future::ready(1));
    }
    Box::pin(std::future::ready(2))
}

#[traced(root)]
fn endless(stop: bool) -> ! {
    assert!(!stop);
    loop {}
}

#[traced(root)]
async fn endless_async() -> ! {
    std::future::pending::<()>().await;
    unreachable!()
}

#[async_trait::async_trait]
trait Handle {
    fn context(&self) -> &Context;

    #[traced(parent = self.context())]
    async fn handle(&self, n: u8) -> Result<u8, ()> {
        Ok(n)
    }

    async fn twice(&mut self) -> u8;
}

#[async_trait::async_trait]
impl Handle for Worker {
    fn context(&self) -> &Context {
        &self.context
    }

    #[traced(parent = self.context, links = self.links.iter(), ret)]
    async fn twice(&mut self) -> u8 {
        self.links.clear();
        2
    }
}

#[traced(root)]
mod whole {
    pub(super) fn a() {}
    pub(super) async fn b() {}
    #[obs::traced]
    pub(super) fn c() {}
}

struct Place(Mutex<Context>);

impl AsContext for Place {
    fn as_context(&self) -> Option<Context> {
        Some(self.0.lock().unwrap().clone())
    }
}

trait HasPlace: AsContext + Sized {
    #[traced(parent = self)]
    fn under_itself(self) -> Self {
        self
    }

    #[traced(parent = Self::place())]
    fn under_its_type() -> Result<(), ()> {
        Ok(())
    }

    fn place() -> Context {
        Context::NONE
    }
}

impl HasPlace for Place {}

impl Place {
    #[traced(parent = *self.0.lock().unwrap())]
    fn locked_for_a_moment(&self) -> bool {
        self.0.try_lock().is_ok()
    }
}

#[traced(parent = a, links = [&a, b])]
fn patterns((a, b): (Context, &Context), [c, ..]: [u8; 2]) -> u8 {
    drop(a);
    let _ = b;
    c
}

#[traced(parent = pair.0, links = pair.1)]
fn parts(pair: (Context, Vec<Context>)) -> (Context, Vec<Context>) {
    pair
}

#[traced(parent = r#type)]
fn raw(r#type: Context) -> Context {
    r#type
}

#[traced(parent = match n { 0 => None, _ => Some(Context::current()) }, links = (0..n).map(|_| Context::current()))]
fn computed(n: u8) -> impl Fn(&str) -> usize {
    move |text| text.len() + usize::from(n)
}

#[traced(parent = context)]
fn shadowed(mut context: Context, count: &mut u8) -> &mut u8 {
    context.clone_from(&Context::NONE);
    drop(context);
    *count += 1;
    count
}

macro_rules! made {
    ($name:ident, $parent:expr, $argument:ident) => {
        #[obs::traced(parent = $parent, links = $argument)]
        fn $name($argument: Vec<Context>) -> Vec<Context> {
            $argument
        }
    };
}

made!(by_macro, Context::current(), argument);

#[traced(parent = context)]
extern "C" fn callback(context: &Context) -> u64 {
    context.span_id().map_or(0, |id| id.get())
}

fn spawned(_: impl Future + Send) {}

fn main() {
    let worker = || Worker {
        context: Context::current(),
        links: vec![Context::current()],
        by_name: HashMap::from([("a".to_owned(), Context::NONE)]),
        shared: Arc::new([Context::NONE]),
    };
    let mut one = worker().by_value();
    one.by_reference();
    one.of_place();
    one.by_mutable_reference();
    assert!(one.opaque().is_some());
    spawned(one.handle(1));
    drop(one.twice());
    drop(worker().moved());
    let one = Arc::new(one);
    assert_eq!(Arc::clone(&one).values(), 1);
    spawned(one.shared());
    assert_eq!(root([1, 2]), [1, 2]);
    let context = generic(Context::NONE);
    impl_trait(obs::current());
    assert_eq!(generic_iterator(&[], std::iter::empty()), 0);
    const_generic([context.clone()]);
    optional(Some(context.clone()));
    only_the_attribute_uses_it(obs::current());
    drop(only_the_attribute_uses_it_async(obs::current()));
    indexed(&[context.clone(), context.clone()]);
    behind_references(&context, &mut Vec::new());
    filtered(&[]).unwrap();
    assert_eq!(caller(1), Some(line!()));
    spawned(impl_future(context.clone()));
    spawned(boxed_future(&context));
    spawned(boxed_twice(true));
    drop(endless_async());
    whole::a();
    drop(whole::b());
    whole::c();
    assert!(by_macro(vec![context.clone()]).len() == 1);
    Place::under_its_type().unwrap();
    assert!(Place(Mutex::new(Context::NONE)).under_itself().locked_for_a_moment());
    assert_eq!(patterns((context.clone(), &context), [3, 4]), 3);
    parts((context.clone(), vec![context.clone()]));
    raw(context.clone());
    assert_eq!(computed(2)("ab"), 4);
    assert_eq!(*shadowed(context.clone(), &mut 1), 2);
    clashes::f(&context, [context.clone()], clashes::Guard, 1);
}
