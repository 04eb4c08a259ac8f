//! Calls that come in.

use std::task::{Context as TaskContext, Poll};

use ::http::request::Parts;
use ::http::{Request, Response};
use obs_runtime::expand::{Driven, Fields, NoLabels, Task, Trace, WithFields};
use obs_runtime::{Context, FutureExt as _, InContext, SpanKind};
use tower_layer::Layer;
use tower_service::Service;

use super::end::{self, End};
use crate::call::{self, Grpc};
use crate::http::extract;

/// Finds a request's route: the pattern, `/order/{id}`, never the path.
pub type RouteOf = fn(&Parts) -> Option<String>;

/// The future of a call that came in.
pub type ServerFuture<F, R, E> = InContext<Driven<F, End<R, E>, Trace, Fields>>;

/// Makes a `server` span of each call, under the context that its headers carry.
///
/// Without a trace in the headers a call hangs on the span that runs, if one does. The span is called
/// `{method} {route}`, and `{method}` where no route is known, see [`ServerLayer::route`]. A status of 500 and above is an
/// error, and so is what the service gives as one. Each name is also counted and timed.
///
/// # Cost
/// That of an async `#[traced]` function with seven fields, and a look-up by name under a lock.
#[derive(Clone, Copy, Debug)]
pub struct ServerLayer {
    route: RouteOf,
}

impl ServerLayer {
    /// Calls are named by their method.
    pub const fn new() -> Self {
        Self { route: |_| None }
    }

    /// Calls are named by method and route. `route` must give patterns: each different one is a name for ever.
    ///
    /// # Examples
    /// ```
    /// use obs_bridges::tower::ServerLayer;
    ///
    /// // axum leaves the pattern in the extensions.
    /// let axum = ServerLayer::new()
    ///     .route(|parts| parts.extensions.get::<axum::extract::MatchedPath>().map(|path| path.as_str().to_owned()));
    /// // In gRPC the path is the name of the method.
    /// let tonic = ServerLayer::new().route(|parts| Some(parts.uri.path().to_owned()));
    /// ```
    pub const fn route(mut self, route: RouteOf) -> Self {
        self.route = route;
        self
    }
}

impl Default for ServerLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Layer<S> for ServerLayer {
    type Service = Server<S>;

    fn layer(&self, inner: S) -> Server<S> {
        Server { inner, route: self.route }
    }
}

/// A service whose calls are `server` spans; made by [`ServerLayer`].
#[derive(Clone, Copy, Debug)]
pub struct Server<S> {
    inner: S,
    route: RouteOf,
}

impl<S, B, R> Service<Request<B>> for Server<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = ServerFuture<S::Future, R, S::Error>;

    fn poll_ready(&mut self, task: &mut TaskContext<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(task)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (parts, body) = request.into_parts();
        let (context, task) = (context(&parts), task(&parts, self.route));
        let answer = self.inner.call(Request::from_parts(parts, body));
        task.drive(answer, end::server as End<R, S::Error>).in_context(context)
    }
}

/// Prepares the call of a request.
fn task(parts: &Parts, route: RouteOf) -> Task<Trace, Fields> {
    let route = route(parts);
    let route = route.as_deref();
    let callsite = call::callsite(call::method(&parts.method), route, SpanKind::Server);
    let fields = |fields: &mut Fields| {
        call::server_fields(fields, parts, route);
        if Grpc::is_in(&parts.headers) {
            Grpc::fields(fields, parts.uri.path());
        }
    };
    Task::<Trace>::new(callsite, NoLabels, WithFields(fields))
}

/// Where the call hangs: where its headers say, or else on what runs.
fn context(parts: &Parts) -> Context {
    let came = extract(&parts.headers);
    if came.is_remote() {
        came
    } else if came.baggage().is_empty() {
        Context::current()
    } else {
        Context::current().with_baggage(came.baggage().clone())
    }
}
