//! Why something could not be sent, in words for people.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Something could not be sent.
///
/// Addresses are shown without user, password and query, which may hold credentials.
#[derive(Debug)]
#[non_exhaustive]
pub enum SendError {
    /// The other side answered, and it was not a success.
    Refused {
        /// Where it was sent.
        url: String,
        /// The status it answered: of HTTP, or of gRPC in words.
        status: String,
        /// The beginning of what it said.
        said: String,
        /// How often it was tried.
        tries: u32,
    },
    /// The other side answered that the message is longer than it takes.
    TooLong {
        /// Where it was sent.
        url: String,
        /// The status it answered: of HTTP, or of gRPC in words.
        status: String,
        /// The beginning of what it said.
        said: String,
    },
    /// No answer came.
    NoAnswer {
        /// Where it was sent.
        url: String,
        /// What happened instead.
        source: Box<dyn Error + Send + Sync>,
        /// How often it was tried.
        tries: u32,
    },
    /// The other side is left alone for longer than may be waited: it asked for that by `Retry-After`, or it failed and
    /// would have held up what goes elsewhere.
    NotYet {
        /// Where it was to be sent.
        url: String,
        /// How long it is left alone.
        wait: Duration,
    },
    /// The address is not one that can be sent to.
    Address {
        /// What was given.
        url: String,
        /// Why it does not do.
        reason: String,
    },
    /// A certificate or key cannot be used.
    Certificate {
        /// The file.
        path: PathBuf,
        /// Why it does not do.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl SendError {
    /// Whether the other side looked at the message and did not want it; another one may do.
    pub(crate) const fn is_about_the_message(&self) -> bool {
        matches!(self, Self::Refused { tries: 1, .. } | Self::TooLong { .. })
    }

    /// The same error after so many tries.
    pub(crate) fn after(mut self, made: u32) -> Self {
        if let Self::Refused { tries, .. } | Self::NoAnswer { tries, .. } = &mut self {
            *tries = made;
        }
        self
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { url, status, said, tries } => {
                write!(f, "{url} answered {status}{}", Times(*tries))?;
                if said.is_empty() { Ok(()) } else { write!(f, ": {said}") }
            }
            Self::TooLong { url, status, said } => {
                write!(f, "{url} answered {status}")?;
                if said.is_empty() { Ok(()) } else { write!(f, ": {said}") }
            }
            Self::NoAnswer { url, source, tries } => write!(f, "{url} gave no answer{}: {source}", Times(*tries)),
            Self::NotYet { url, wait } => write!(f, "{url} is left alone for another {} s", wait.as_secs()),
            Self::Address { url, reason } => {
                write!(
                    f,
                    "the address {url:?} cannot be sent to: {reason}; write http://host:port or https://host:port"
                )
            }
            Self::Certificate { path, source } => {
                let path = path.display();
                write!(f, "{path} cannot be used: {source}; expected certificates, or a private key, in PEM")
            }
        }
    }
}

impl Error for SendError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NoAnswer { source, .. } | Self::Certificate { source, .. } => Some(&**source),
            _ => None,
        }
    }
}

/// How often it was tried, when that was not once.
struct Times(u32);

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 > 1 { write!(f, " ({} tries)", self.0) } else { Ok(()) }
    }
}

/// An address without what may be secret in it: user and password before the host, and the query.
pub(crate) fn shown(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or("");
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = authority.rsplit('@').next().unwrap_or(authority);
    format!("{scheme}://{host}{path}")
}

/// The beginning of an answer, as text on one line.
pub(crate) fn excerpt(body: &[u8]) -> String {
    const LONGEST: usize = 200;
    let text = String::from_utf8_lossy(&body[..body.len().min(4 * LONGEST)]);
    // What cannot be printed stands between the texts of a binary answer.
    let text: String = text.chars().map(|c| if c.is_control() || c == '\u{fffd}' { ' ' } else { c }).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} ..", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_not_shown() {
        assert_eq!(shown("https://me:secret@host:4318/v1/traces?token=secret"), "https://host:4318/v1/traces");
        assert_eq!(shown("http://[::1]:4318"), "http://[::1]:4318");
        assert_eq!(shown("host:4318/v1?p=secret"), "host:4318/v1");
        assert_eq!(shown("http://host/a@b"), "http://host/a@b");
    }

    #[test]
    fn an_excerpt_is_one_short_line() {
        assert_eq!(excerpt(b"\x08\x03\x12\x05wrong\n  \xff thing"), "wrong thing");
        let long = excerpt("ü".repeat(5_000).as_bytes());
        assert_eq!((long.chars().count(), long.ends_with("ü ..")), (203, true));
    }

    #[test]
    fn an_error_says_where_what_and_how_often() {
        let said = "no such tenant".to_owned();
        let error = SendError::Refused { url: "http://h/v1".into(), status: "403 Forbidden".into(), said, tries: 1 };
        assert_eq!(error.to_string(), "http://h/v1 answered 403 Forbidden: no such tenant");
        assert_eq!(error.after(3).to_string(), "http://h/v1 answered 403 Forbidden (3 tries): no such tenant");
    }
}
