//! The way over gRPC: one call for each message, on the exporter's own thread.
//!
//! The runtime is driven only while a call is made, so nothing runs between calls.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use obs_runtime::Reader;
use tokio::runtime::Runtime;
use tonic::codec::CompressionEncoding;
use tonic::metadata::{MetadataKey, MetadataMap};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Code, Request, Status};
use ureq::http::uri::PathAndQuery;

use super::answer::Partial;
use super::codec::Raw;
use super::message::SHORT;
use super::signal::Signal;
use super::target::Target;
use crate::transport::{Attempt, Compression, Retrier, SendError, Tls, check, excerpt, shown};
use crate::wire::{Field, Fields};

/// A connection, and what goes with each call.
pub(super) struct Grpc {
    runtime: Runtime,
    client: tonic::client::Grpc<Channel>,
    retrier: Retrier,
    metadata: MetadataMap,
    timeout: Duration,
    url: String,
    signal: Signal,
}

impl Grpc {
    /// Reads certificates and makes a connection that is opened by the first call.
    pub(super) fn new(target: &Target, signal: Signal) -> Result<Self, SendError> {
        let url = target.address(signal);
        check(&url)?;
        let settings = target.settings();
        let bad = |source: &dyn Error| SendError::Address { url: shown(&url), reason: source.to_string() };
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| bad(&error))?;
        let mut endpoint = Endpoint::from_shared(url.clone()).map_err(|error| bad(&error))?;
        if url.starts_with("https:") {
            endpoint = endpoint.tls_config(tls(&settings.tls)?).map_err(|error| bad(&error))?;
        }
        endpoint = endpoint.connect_timeout(settings.timeout);
        let channel = runtime.block_on(async { endpoint.connect_lazy() });
        let mut client = tonic::client::Grpc::new(channel).accept_compressed(CompressionEncoding::Gzip);
        if settings.compression == Compression::Gzip {
            client = client.send_compressed(CompressionEncoding::Gzip);
        }
        let metadata = metadata(target.headers()).map_err(|error| bad(&*error))?;
        let (retrier, timeout) = (Retrier::new(settings.retry), settings.timeout);
        Ok(Self { runtime, client, retrier, metadata, timeout, url, signal })
    }

    /// Calls until the message is taken.
    pub(super) fn send(&mut self, reader: &Reader, message: &[u8]) -> Result<Partial, SendError> {
        let message = Bytes::copy_from_slice(message);
        let Self { runtime, client, retrier, metadata, timeout, url, signal } = self;
        retrier.run(reader, url, |left| {
            let limit = left.min(*timeout);
            let mut request = Request::new(message.clone());
            *request.metadata_mut() = metadata.clone();
            request.set_timeout(limit);
            let answered = runtime.block_on(async {
                let call = call(client, request, *signal);
                tokio::time::timeout(limit, call)
                    .await
                    .unwrap_or_else(|_| Err(Status::deadline_exceeded("no answer in time")))
            });
            match answered {
                Ok(body) => Attempt::Done(Partial::of_protobuf(&body)),
                Err(status) => failed(url, &status, message.len()),
            }
        })
    }
}

async fn call(
    client: &mut tonic::client::Grpc<Channel>,
    request: Request<Bytes>,
    signal: Signal,
) -> Result<Bytes, Status> {
    client.ready().await.map_err(|error| Status::from_error(error.into()))?;
    let response = client.unary(request, PathAndQuery::from_static(signal.method()), Raw).await?;
    Ok(response.into_inner())
}

fn metadata(headers: &[(String, String)]) -> Result<MetadataMap, Box<dyn Error + Send + Sync>> {
    let mut metadata = MetadataMap::new();
    for (name, value) in headers {
        metadata.insert(MetadataKey::from_bytes(name.as_bytes())?, value.parse()?);
    }
    Ok(metadata)
}

fn tls(tls: &Tls) -> Result<ClientTlsConfig, SendError> {
    let mut config = ClientTlsConfig::new();
    config = match &tls.authority {
        Some(path) => config.ca_certificate(Certificate::from_pem(read(path)?)),
        None => config.with_webpki_roots(),
    };
    if let (Some(certificate), Some(key)) = (&tls.certificate, &tls.key) {
        config = config.identity(Identity::from_pem(read(certificate)?, read(key)?));
    }
    Ok(config)
}

fn read(path: &Path) -> Result<Vec<u8>, SendError> {
    std::fs::read(path).map_err(|error| SendError::Certificate { path: path.to_owned(), source: error.into() })
}

/// What to do about a status: the list of OTLP, and connections that break.
fn failed(url: &str, status: &Status, length: usize) -> Attempt<Partial> {
    let after = retry_delay(status.details());
    let is_transient = match status.code() {
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unavailable
        | Code::DataLoss => true,
        // Only a server that says when to come back can recover from being full.
        Code::ResourceExhausted => after.is_some(),
        // Not a status of the server's: the connection.
        Code::Unknown | Code::Internal => status.source().is_some(),
        _ => false,
    };
    let url = shown(url);
    if length > SHORT && says_too_long(status) {
        let (status, said) = (status.code().to_string(), excerpt(status.message().as_bytes()));
        return Attempt::Final(SendError::TooLong { url, status, said });
    }
    let error = if let Some(causes) = causes(status) {
        SendError::NoAnswer { url, source: causes.into(), tries: 1 }
    } else {
        let (status, said) = (status.code().to_string(), excerpt(status.message().as_bytes()));
        SendError::Refused { url, status, said, tries: 1 }
    };
    if is_transient && !is_bad_handshake(status) { Attempt::Again { error, after } } else { Attempt::Final(error) }
}

/// Whether it may be the length of the message: implementations of gRPC say either of a message past their limit.
fn says_too_long(status: &Status) -> bool {
    match status.code() {
        Code::ResourceExhausted => retry_delay(status.details()).is_none(),
        Code::OutOfRange => true,
        _ => false,
    }
}

/// The errors behind a status.
fn chain(status: &Status) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let mut next = status.source();
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

/// What broke the connection, from the outside in; `None` when the server answered.
fn causes(status: &Status) -> Option<String> {
    let causes: Vec<String> = chain(status).map(ToString::to_string).collect();
    (!causes.is_empty()).then(|| causes.join(": "))
}

/// Whether a handshake failed: what it does not accept, it will not accept later.
fn is_bad_handshake(status: &Status) -> bool {
    chain(status).any(|error| {
        let error = error.downcast_ref::<std::io::Error>();
        error.is_some_and(|error| error.kind() == std::io::ErrorKind::InvalidData)
    })
}

/// The delay of a `google.rpc.RetryInfo` among the details of a status.
fn retry_delay(details: &[u8]) -> Option<Duration> {
    const RETRY_INFO: &[u8] = b"/google.rpc.RetryInfo";
    let any = Fields(details).filter(|(number, _)| *number == 3).filter_map(|(_, field)| field.bytes());
    let mut infos = any.filter(|any| {
        let url = Fields(any).last(1).and_then(Field::bytes);
        url.is_some_and(|url| url.ends_with(RETRY_INFO))
    });
    let info = Fields(infos.next()?).last(2)?.bytes()?;
    let delay = Fields(info).last(1)?.bytes()?;
    let part = |number| Fields(delay).last(number).and_then(Field::int).unwrap_or(0);
    Some(Duration::new(part(1), u32::try_from(part(2)).ok().filter(|nanos| *nanos < 1_000_000_000)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Writer;

    fn details(seconds: u64, nanos: u64) -> Vec<u8> {
        let mut to = Writer::new();
        to.uint(1, 8);
        to.message(3, |any| any.string(1, "type.googleapis.com/google.rpc.Help"));
        to.message(3, |any| {
            any.string(1, "type.googleapis.com/google.rpc.RetryInfo");
            any.message(2, |info| {
                info.message(1, |delay| {
                    delay.uint(1, seconds);
                    delay.uint(2, nanos);
                });
            });
        });
        to.into_bytes()
    }

    #[test]
    fn a_retry_info_is_found_among_the_details() {
        assert_eq!(retry_delay(&details(2, 500_000_000)), Some(Duration::from_millis(2_500)));
        assert_eq!(retry_delay(&details(2, u64::MAX)), None);
        assert_eq!(retry_delay(b""), None);
        assert_eq!(retry_delay(b"\x1a\x05hello"), None);
    }

    #[test]
    fn what_a_server_says_is_told_short_and_on_one_line() {
        let said = format!("\x1b[2Jno\n{}", "x".repeat(5_000));
        let Attempt::Final(error) = failed("u", &Status::new(Code::InvalidArgument, said), 9) else { panic!("final") };
        let told = error.to_string();
        assert!(told.len() < 300 && told.contains("no xxx") && !told.contains(char::is_control), "{told}");
    }

    #[test]
    fn only_the_codes_of_the_list_are_tried_again() {
        let again: Vec<i32> = (0..=16)
            .filter(|&code| matches!(failed("u", &Status::new(Code::from_i32(code), ""), SHORT), Attempt::Again { .. }))
            .collect();
        assert_eq!(again, [1, 4, 10, 11, 14, 15]);
        let too_long: Vec<i32> = (0..=16)
            .filter(|&code| {
                let failed = failed("u", &Status::new(Code::from_i32(code), ""), SHORT + 1);
                matches!(failed, Attempt::Final(SendError::TooLong { .. }))
            })
            .collect();
        assert_eq!(too_long, [8, 11]);
        let full = Status::with_details(Code::ResourceExhausted, "full", details(1, 0).into());
        assert!(matches!(failed("u", &full, usize::MAX), Attempt::Again { after: Some(_), .. }));
    }
}
