//! Calls that `reqwest` makes: `client` spans that send their context along.
//!
//! A trait on the request, not a middleware: `reqwest` has no place for one, and the crate that adds it wraps the client
//! in a type of its own. Here only the last word of a call changes, from `send` to `send_traced`.

use std::future::Future;

use ::reqwest::{Error, Request, RequestBuilder, Response};
use obs_runtime::expand::probe::{ErrorName, Seen};
use obs_runtime::expand::{Fields, NoLabels, Task, Trace, WithFields};
use obs_runtime::{Context, SpanKind};

use crate::call::{self, Side};
use crate::http::inject;

/// For requests of `reqwest`.
pub trait RequestBuilderExt {
    /// Sends the request as a `client` span, with the span's context in its headers.
    ///
    /// The span is called by its method. A status of 400 and above is an error. The address is told without user, password
    /// and query. The span ends when the response's head is there; its body is read later.
    ///
    /// # Cost
    /// That of an async `#[traced]` function with four fields, two headers, and a look-up by name under a lock.
    /// # Errors
    /// As [`RequestBuilder::send`].
    /// # Examples
    /// ```no_run
    /// use obs_bridges::reqwest::RequestBuilderExt as _;
    ///
    /// # async fn ask(client: reqwest::Client) -> Result<String, reqwest::Error> {
    /// client.get("http://127.0.0.1:8080/stock/7").send_traced().await?.text().await
    /// # }
    /// ```
    fn send_traced(self) -> impl Future<Output = Result<Response, Error>> + Send;
}

impl RequestBuilderExt for RequestBuilder {
    async fn send_traced(self) -> Result<Response, Error> {
        let (client, request) = self.build_split();
        let mut request = request?;
        let task = task(&request);
        let answer = async move {
            inject(&Context::current(), request.headers_mut());
            client.execute(request).await
        };
        task.drive(answer, end as fn(&mut _, _) -> _).await
    }
}

/// Prepares the call of a request.
fn task(request: &Request) -> Task<Trace, Fields> {
    let (method, url) = (request.method(), request.url());
    let callsite = call::callsite(call::method(method), None, SpanKind::Client);
    let fields = |fields: &mut Fields| {
        let full = url.as_str().parse().map_or_else(|_| url.path().to_owned(), |uri| call::without_secrets(&uri));
        call::client_fields(fields, method, &full, url.host_str(), url.port_or_known_default());
    };
    Task::<Trace>::new(callsite, NoLabels, WithFields(fields))
}

/// Looks at the answer when the call ends.
fn end(task: &mut Task<Trace, Fields>, answer: Result<Response, Error>) -> Result<Response, Error> {
    let mut extra = Fields::empty();
    let seen = match &answer {
        Ok(response) => {
            extra.value("http.response.status_code", &response.status().as_u16());
            call::seen(Side::Client, response.status())
        }
        Err(error) => Seen::Err(ErrorName::named(class(error))),
    };
    task.finish_with(seen, &extra);
    answer
}

/// What kind of error it is.
fn class(error: &Error) -> &'static str {
    match error {
        error if error.is_timeout() => "timeout",
        error if error.is_connect() => "connect",
        error if error.is_redirect() => "redirect",
        error if error.is_body() || error.is_decode() => "body",
        _ => "reqwest::Error",
    }
}
