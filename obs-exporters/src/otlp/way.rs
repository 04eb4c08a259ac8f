//! Takes an encoded message to its target.

use obs_runtime::Reader;

use super::answer::Partial;
use super::signal::Signal;
use super::target::{Protocol, Target};
use crate::transport::{Client, Request, SendError, check};

/// The way of one signal.
pub(super) enum Way {
    Http(Box<Http>),
    #[cfg(feature = "otlp-grpc")]
    Grpc(Box<super::grpc::Grpc>),
}

impl Way {
    /// Reads certificates and looks at the address; connects nowhere yet.
    pub(super) fn to(target: &Target, signal: Signal) -> Result<Self, SendError> {
        match target.spoken() {
            Protocol::HttpProtobuf | Protocol::HttpJson => Ok(Self::Http(Box::new(Http::new(target, signal)?))),
            #[cfg(feature = "otlp-grpc")]
            Protocol::Grpc => Ok(Self::Grpc(Box::new(super::grpc::Grpc::new(target, signal)?))),
        }
    }

    /// Whether messages are to be JSON.
    pub(super) fn is_json(&self) -> bool {
        match self {
            Self::Http(http) => http.is_json,
            #[cfg(feature = "otlp-grpc")]
            Self::Grpc(_) => false,
        }
    }

    /// Sends a message until it is taken, and says what of it was not.
    pub(super) fn send(&mut self, reader: &Reader, message: &[u8]) -> Result<Partial, SendError> {
        match self {
            Self::Http(http) => http.send(reader, message),
            #[cfg(feature = "otlp-grpc")]
            Self::Grpc(grpc) => grpc.send(reader, message),
        }
    }
}

impl Target {
    /// Whether a signal can be sent there: looks at the address and the headers, and reads the certificates.
    ///
    /// # Errors
    /// The one that the telemetry would not start with.
    pub fn check(&self, signal: Signal) -> Result<(), SendError> {
        Way::to(self, signal).map(drop)
    }
}

pub(super) struct Http {
    client: Client,
    url: String,
    headers: Vec<(String, String)>,
    is_json: bool,
    signal: Signal,
}

impl Http {
    fn new(target: &Target, signal: Signal) -> Result<Self, SendError> {
        let url = target.address(signal);
        check(&url)?;
        let client = Client::new(target.settings())?;
        let is_json = target.spoken() == Protocol::HttpJson;
        Ok(Self { client, url, headers: target.headers().to_vec(), is_json, signal })
    }

    fn send(&mut self, reader: &Reader, message: &[u8]) -> Result<Partial, SendError> {
        let content_type = if self.is_json { "application/json" } else { "application/x-protobuf" };
        let request = Request { url: &self.url, content_type, headers: &self.headers, body: message };
        let body = self.client.send(reader, &request)?.body;
        Ok(if self.is_json { Partial::of_json(&body, self.signal) } else { Partial::of_protobuf(&body) })
    }
}
