//! Sends a request and reads the answer.

use std::error::Error;
use std::io::{Read, Write};
use std::time::{Duration, SystemTime};

use flate2::write::GzEncoder;
use obs_runtime::Reader;
use ureq::http::uri::{Scheme, Uri};
use ureq::{Agent, Body, http};

use super::answer::{Verdict, retry_after, verdict};
use super::error::{SendError, excerpt, shown};
use super::retry::{Attempt, Retrier};
use super::settings::{Compression, Settings};
use super::tls;

/// The most that is read of an answer.
const ANSWER: u64 = 4 << 20;

/// A blocking HTTP client for one exporter's thread; keeps its connections.
pub(crate) struct Client {
    agent: Agent,
    timeout: Duration,
    compression: Compression,
    any_server_error: bool,
    retrier: Retrier,
    /// Kept, so that its memory is reused.
    compressed: Vec<u8>,
}

/// What is sent: a POST.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) url: &'a str,
    pub(crate) content_type: &'a str,
    /// Sent beside `Content-Type`, `Content-Encoding` and `User-Agent`.
    pub(crate) headers: &'a [(String, String)],
    /// Compressed here when the settings say so.
    pub(crate) body: &'a [u8],
}

/// The answer to what was taken.
#[derive(Debug)]
pub(crate) struct Response {
    /// At most 4 MiB; what came of it when the connection broke after the status.
    pub(crate) body: Vec<u8>,
}

impl Client {
    /// Reads the certificates and makes a client; connects nowhere yet.
    pub(crate) fn new(settings: &Settings) -> Result<Self, SendError> {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // A redirect is an answer like any other: what is sent may hold credentials, and goes where it was told to.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("obs/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls::config(&settings.tls)?)
            .build();
        Ok(Self {
            agent: config.new_agent(),
            timeout: settings.timeout,
            compression: settings.compression,
            any_server_error: settings.retry.any_server_error,
            retrier: Retrier::new(settings.retry),
            compressed: Vec::new(),
        })
    }

    /// Sends a request until it is taken, refused for good, or has taken too long.
    ///
    /// # Cost
    /// Blocks, at most as long as the settings say; a wait between tries ends when the telemetry shuts down.
    /// # Errors
    /// The last try's.
    pub(crate) fn send(&mut self, reader: &Reader, request: &Request<'_>) -> Result<Response, SendError> {
        check(request.url)?;
        let body = match self.compression {
            Compression::None => request.body,
            Compression::Gzip => gzip(&mut self.compressed, request.body),
        };
        let (agent, timeout, compression) = (&self.agent, self.timeout, self.compression);
        let any_server_error = self.any_server_error;
        self.retrier.run(reader, request.url, |left| {
            let timeout = timeout.min(left);
            match post(agent, request, body, compression, timeout) {
                Ok(response) => read(request.url, response, any_server_error),
                Err(error) => no_answer(request.url, error),
            }
        })
    }
}

/// Whether an address can be sent to: asked when settings are made, so that a mistake is told at once.
pub(crate) fn check(url: &str) -> Result<(), SendError> {
    let bad = |reason: &str| SendError::Address { url: shown(url), reason: reason.to_owned() };
    let uri: Uri = url.parse().map_err(|error: http::uri::InvalidUri| bad(&error.to_string()))?;
    match uri.scheme() {
        None => Err(bad("it does not begin with http:// or https://")),
        Some(scheme) if *scheme != Scheme::HTTP && *scheme != Scheme::HTTPS => Err(bad("it is neither http nor https")),
        Some(_) if uri.host().is_none_or(str::is_empty) => Err(bad("it names no host")),
        // Without a port that is one, the scheme's would be used, which may be somebody else's.
        Some(_) if has_bad_port(&uri) => Err(bad("its port is not a number from 0 to 65535")),
        Some(_) => Ok(()),
    }
}

fn has_bad_port(uri: &Uri) -> bool {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let host = authority.rsplit('@').next().unwrap_or("");
    let after_address = host.rsplit(']').next().unwrap_or("");
    after_address.contains(':') && uri.port_u16().is_none()
}

fn post(
    agent: &Agent,
    request: &Request<'_>,
    body: &[u8],
    compression: Compression,
    timeout: Duration,
) -> Result<http::Response<Body>, ureq::Error> {
    let mut post = agent.post(request.url).content_type(request.content_type);
    if compression == Compression::Gzip {
        post = post.header("content-encoding", "gzip");
    }
    for (name, value) in request.headers {
        post = post.header(name, value);
    }
    let config = post.config().timeout_global(Some(timeout));
    // What stays on this machine needs no proxy.
    let post = if is_local(request.url) { config.proxy(None).build() } else { config.build() };
    post.send(body)
}

fn is_local(url: &str) -> bool {
    let uri: Option<Uri> = url.parse().ok();
    let host = uri.as_ref().and_then(Uri::host).unwrap_or("");
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn read(url: &str, response: http::Response<Body>, any_server_error: bool) -> Attempt<Response> {
    let status = response.status();
    let after = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
    let after = after.and_then(|value| retry_after(value, SystemTime::now()));
    let mut body = Vec::new();
    // The status says whether it was taken. To send it again because the rest of the answer is missing would double it.
    let _ = response.into_body().into_reader().take(ANSWER).read_to_end(&mut body);
    let refused =
        |body: &[u8]| SendError::Refused { url: shown(url), status: status.to_string(), said: excerpt(body), tries: 1 };
    match verdict(status.as_u16(), any_server_error) {
        Verdict::Success => Attempt::Done(Response { body }),
        Verdict::Again => Attempt::Again { error: refused(&body), after },
        Verdict::Final if status == http::StatusCode::PAYLOAD_TOO_LARGE => {
            let (url, said) = (shown(url), excerpt(&body));
            Attempt::Final(SendError::TooLong { url, status: status.to_string(), said })
        }
        Verdict::Final => Attempt::Final(refused(&body)),
    }
}

/// What to do when no answer came: connections that break and servers that are not there may come back.
fn no_answer(url: &str, error: ureq::Error) -> Attempt<Response> {
    use ureq::Error::{BadUri, BodyStalled, ConnectionFailed, HostNotFound, Http, Io, Timeout};
    let again = match &error {
        // What a handshake does not accept, it will not accept later.
        Io(error) => error.kind() != std::io::ErrorKind::InvalidData,
        Timeout(_) | ConnectionFailed | HostNotFound | BodyStalled => true,
        _ => false,
    };
    let source: Box<dyn Error + Send + Sync> = match error {
        HostNotFound => "the host's name is not known".into(),
        BadUri(_) => "the address is not understood".into(),
        Http(_) => "a header has a name or a value that HTTP does not allow".into(),
        error => error.into(),
    };
    let error = SendError::NoAnswer { url: shown(url), source, tries: 1 };
    if again { Attempt::Again { error, after: None } } else { Attempt::Final(error) }
}

/// Compresses into a buffer that is used again.
fn gzip<'a>(into: &'a mut Vec<u8>, body: &[u8]) -> &'a [u8] {
    into.clear();
    let mut encoder = GzEncoder::new(std::mem::take(into), flate2::Compression::fast());
    // Writing to memory does not fail.
    let _ = encoder.write_all(body);
    *into = encoder.finish().unwrap_or_default();
    into
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_does_not_do_is_told_with_the_reason() {
        let reason = |url| check(url).unwrap_err().to_string();
        assert!(check("http://127.0.0.1:4318/v1/traces").is_ok() && check("https://[::1]").is_ok());
        assert!(reason("localhost:4318").contains("neither http") || reason("localhost:4318").contains("begin with"));
        assert!(check("http://me:secret@host/x").is_ok() && check("http://me:secret@[::1]:65535").is_ok());
        for url in ["http://127.0.0.1:99999", "http://[::1]:99999/v1", "http://me:secret@host:", "https://host:70000"] {
            assert!(reason(url).contains("its port is not a number"), "{url}");
        }
        assert!(reason("ftp://host").contains("neither http nor https"));
        assert!(
            reason("http://me:secret@a b").contains("cannot be sent to")
                && !reason("http://me:secret@a b").contains("secret")
        );
    }

    #[test]
    fn a_post_carries_what_it_was_given_and_brings_the_answer() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://me:secret@{}/v1/x?y=z", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut seen = Vec::new();
            while !seen.ends_with(b"body") {
                let mut piece = [0; 1024];
                let n = stream.read(&mut piece).unwrap();
                seen.extend_from_slice(&piece[..n]);
            }
            stream.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 6\r\n\r\nanswer").unwrap();
            String::from_utf8(seen).unwrap()
        });
        let headers = [("x-tenant".to_owned(), "blue".to_owned())];
        let request = Request { url: &url, content_type: "text/plain", headers: &headers, body: b"body" };
        let response = Client::new(&Settings::default()).unwrap().send(&Reader::default(), &request).unwrap();
        assert_eq!(response.body, b"answer");
        let seen = server.join().unwrap().to_lowercase();
        assert!(seen.starts_with("post /v1/x?y=z http/1.1\r\n"), "{seen}");
        for line in ["x-tenant: blue", "content-type: text/plain", "content-length: 4", "user-agent: obs/"] {
            assert!(seen.contains(&format!("\r\n{line}")), "{line} in {seen}");
        }
        assert!(seen.contains("authorization: basic"), "{seen}");
    }

    #[test]
    fn what_is_local_needs_no_proxy() {
        assert!(is_local("http://localhost:1/x") && is_local("http://127.9.0.1") && is_local("https://[::1]:9"));
        assert!(!is_local("http://localhost.example:1") && !is_local("http://10.0.0.1"));
    }

    #[test]
    fn a_compressed_body_is_the_body() {
        let mut buffer = Vec::new();
        for body in [&b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"[..], b"", b"b"] {
            let mut back = Vec::new();
            flate2::read::GzDecoder::new(gzip(&mut buffer, body)).read_to_end(&mut back).unwrap();
            assert_eq!(back, body);
        }
    }
}
