//! One address and how it is posted to: what the exporters have in common that push one kind of message.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use obs_runtime::Reader;

use super::client::{Client, Request, check};
use super::error::{SendError, shown};
use super::settings::{Compression, Settings, Tls};

/// Posts messages to one address; opened when the telemetry starts.
pub(crate) struct Outbox {
    pub(crate) url: String,
    content_type: &'static str,
    headers: Vec<(String, String)>,
    pub(crate) settings: Settings,
    open: Option<(Client, Reader)>,
}

impl fmt::Debug for Outbox {
    /// Without headers and the address's secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").field("url", &shown(&self.url)).finish_non_exhaustive()
    }
}

impl Outbox {
    pub(crate) fn new(url: impl Into<String>, content_type: &'static str) -> Self {
        Self { url: url.into(), content_type, headers: Vec::new(), settings: Settings::default(), open: None }
    }

    /// Sends a header with every message, in the place of one of the same name.
    pub(crate) fn set_header(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let name = name.into().to_ascii_lowercase();
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
    }

    pub(crate) fn set_timeout(&mut self, timeout: Duration) {
        self.settings.timeout = timeout;
    }

    pub(crate) fn set_retry_for(&mut self, total: Duration) {
        self.settings.retry.total = total;
    }

    pub(crate) fn set_backoff(&mut self, first: Duration, longest: Duration) {
        self.settings.retry.first = first;
        self.settings.retry.longest = longest;
    }

    pub(crate) fn set_gzip(&mut self, gzip: bool) {
        self.settings.compression = if gzip { Compression::Gzip } else { Compression::None };
    }

    pub(crate) fn set_certificate(&mut self, path: impl Into<PathBuf>) {
        self.settings.tls = Tls { authority: Some(path.into()), ..std::mem::take(&mut self.settings.tls) };
    }

    /// Looks at the address and reads certificates; connects nowhere yet.
    pub(crate) fn open(&mut self, reader: Reader) -> Result<(), SendError> {
        check(&self.url)?;
        self.open = Some((Client::new(&self.settings)?, reader));
        Ok(())
    }

    /// Sends a message until it is taken, refused for good, or has taken too long.
    pub(crate) fn send(&mut self, message: &[u8]) -> Result<(), SendError> {
        if self.open.is_none() {
            self.open(Reader::default())?;
        }
        let Some((client, reader)) = &mut self.open else { return Ok(()) };
        let Self { url, content_type, headers, .. } = self;
        client.send(reader, &Request { url, content_type, headers, body: message }).map(drop)
    }

    /// Sends what says the same and more the next time: a message that is refused holds up none of the others, and when one
    /// cannot be brought at all the rest is left for the next time.
    pub(crate) fn send_all<M: AsRef<[u8]>>(&mut self, messages: impl IntoIterator<Item = M>) -> Result<(), SendError> {
        let mut result = Ok(());
        for message in messages {
            match self.send(message.as_ref()) {
                Ok(()) => {}
                Err(error) if error.is_about_the_message() => result = result.and(Err(error)),
                Err(error) => return Err(error),
            }
        }
        result
    }
}

/// What people may set about sending, as methods of an exporter with a field `outbox`.
macro_rules! outbox_options {
    () => {
        /// Sends a header with every message, in the place of one of the same name.
        pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
            self.outbox.set_header(name, value);
            self
        }

        /// How long one try may take; 10 s when nothing is said.
        pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
            self.outbox.set_timeout(timeout);
            self
        }

        /// How long all tries of one message may take together; 30 s when nothing is said.
        pub fn retry_for(mut self, total: std::time::Duration) -> Self {
            self.outbox.set_retry_for(total);
            self
        }

        /// How long is waited before another try: anything up to `first`, which doubles with each try up to `longest`. 0.5 s
        /// and 5 s when nothing is said.
        pub fn backoff(mut self, first: std::time::Duration, longest: std::time::Duration) -> Self {
            self.outbox.set_backoff(first, longest);
            self
        }

        /// Who may vouch for the server: a file of certificates in PEM, instead of the authorities that Mozilla trusts.
        pub fn certificate(mut self, path: impl Into<std::path::PathBuf>) -> Self {
            self.outbox.set_certificate(path);
            self
        }
    };
}

pub(crate) use outbox_options;
