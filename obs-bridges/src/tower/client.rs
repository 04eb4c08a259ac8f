//! Calls that go out.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use ::http::{Request, Response};
use obs_runtime::expand::{Driven, Fields, NoLabels, Task, Trace, WithFields};
use obs_runtime::{Context, SpanKind};
use tower_layer::Layer;
use tower_service::Service;

use super::end::{self, End};
use crate::call::{self, Grpc};
use crate::http::inject;

/// The future of a call that goes out. Boxed: the headers can only be written when the span has begun.
pub type ClientFuture<R, E> =
    Driven<Pin<Box<dyn Future<Output = Result<Response<R>, E>> + Send>>, End<R, E>, Trace, Fields>;

/// Makes a `client` span of each call, under the span that runs, and sends its context along.
///
/// The span is called by its method; a gRPC call by method and path. A status of 400 and above is an error, and so is what
/// the service gives as one. The address is told without user, password and query.
///
/// # Cost
/// That of an async `#[traced]` function with four fields, two headers, one box, and a look-up by name under a lock.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClientLayer;

impl ClientLayer {
    /// The layer.
    pub const fn new() -> Self {
        Self
    }
}

impl<S> Layer<S> for ClientLayer {
    type Service = Client<S>;

    fn layer(&self, inner: S) -> Client<S> {
        Client { inner }
    }
}

/// A service whose calls are `client` spans; made by [`ClientLayer`].
#[derive(Clone, Copy, Debug)]
pub struct Client<S> {
    inner: S,
}

impl<S, B, R> Service<Request<B>> for Client<S>
where
    S: Service<Request<B>, Response = Response<R>, Future: Send> + Clone + Send + 'static,
    B: Send + 'static,
    R: 'static,
    S::Error: 'static,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = ClientFuture<R, S::Error>;

    fn poll_ready(&mut self, task: &mut TaskContext<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(task)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let task = task(&request);
        // The one that was found ready is called, and another takes its place.
        let next = self.inner.clone();
        let mut ready = mem::replace(&mut self.inner, next);
        let answer = async move {
            inject(&Context::current(), request.headers_mut());
            ready.call(request).await
        };
        let answer: Pin<Box<dyn Future<Output = _> + Send>> = Box::pin(answer);
        // It begins where it is first polled: behind a server's layer that is inside the server's span, which has not begun
        // when this is called.
        task.drive(answer, end::client as End<R, S::Error>)
    }
}

/// Prepares the call of a request.
fn task<B>(request: &Request<B>) -> Task<Trace, Fields> {
    let (uri, is_grpc) = (request.uri(), Grpc::is_in(request.headers()));
    // The path of gRPC names a method.
    let callsite = call::callsite(call::method(request.method()), is_grpc.then(|| uri.path()), SpanKind::Client);
    let fields = |fields: &mut Fields| {
        let full = call::without_secrets(uri);
        call::client_fields(fields, request.method(), &full, uri.host(), uri.port_u16());
        if is_grpc {
            Grpc::fields(fields, uri.path());
        }
    };
    Task::<Trace>::new(callsite, NoLabels, WithFields(fields))
}
