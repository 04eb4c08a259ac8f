//! What may be set about sending.

use std::path::PathBuf;
use std::time::Duration;

/// How a client sends.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The time of one try, from the name's look-up to the last byte of the answer.
    pub(crate) timeout: Duration,
    pub(crate) retry: Retry,
    pub(crate) compression: Compression,
    pub(crate) tls: Tls,
}

/// When something is sent again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retry {
    /// Tries of one request, the first included.
    pub(crate) tries: u32,
    /// The time of all tries of one request and the waiting between them.
    pub(crate) total: Duration,
    /// The longest wait after the first try; it doubles after each.
    pub(crate) first: Duration,
    /// The longest wait.
    pub(crate) longest: Duration,
    /// Whether every status from 500 on may go away, and not only those of gateways and of overload.
    pub(crate) any_server_error: bool,
    /// Whether others wait while this is tried. After it failed it is left alone for `longest`, up to a minute when it
    /// goes on failing, and then it is tried once.
    pub(crate) is_waited_for: bool,
}

/// What is done to a body before it is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Compression {
    /// Nothing.
    #[default]
    None,
    /// gzip, and `Content-Encoding` says so.
    Gzip,
}

/// Certificates, as files in PEM; read when the client is made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tls {
    /// Who may vouch for the server, instead of the authorities that Mozilla trusts.
    pub(crate) authority: Option<PathBuf>,
    /// Who we are; needs the key too.
    pub(crate) certificate: Option<PathBuf>,
    /// The key of `certificate`.
    pub(crate) key: Option<PathBuf>,
}

impl Default for Settings {
    /// 10 s for a try, 30 s for all, no compression, the usual authorities.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            retry: Retry::default(),
            compression: Compression::default(),
            tls: Tls::default(),
        }
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            tries: 16,
            total: Duration::from_secs(30),
            first: Duration::from_millis(500),
            longest: Duration::from_secs(5),
            any_server_error: false,
            is_waited_for: false,
        }
    }
}
