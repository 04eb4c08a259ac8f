//! How a call ended, as its status says it.

use ::http::StatusCode;
use obs_runtime::expand::probe::{ErrorName, Seen};

/// Which side of a call is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    #[cfg(feature = "tower")]
    Server,
    Client,
}

/// An error of the server is one for both sides; an error of the client only for the client.
pub(crate) fn seen(side: Side, status: StatusCode) -> Seen {
    let is_error = status.is_server_error() || (side == Side::Client && status.is_client_error());
    if is_error { Seen::Err(ErrorName::named(digits(status))) } else { Seen::Ok }
}

const FIRST: u16 = 400;
const COUNT: usize = 200;

/// Three digits for each status from 400 to 599: `error.type` is text that lives as long as the program.
#[expect(clippy::cast_possible_truncation, reason = "digits")]
const DIGITS: [u8; 3 * COUNT] = {
    let (mut digits, mut i) = ([b'0'; 3 * COUNT], 0);
    while i < COUNT {
        digits[3 * i] += 4 + (i / 100) as u8;
        digits[3 * i + 1] += (i / 10 % 10) as u8;
        digits[3 * i + 2] += (i % 10) as u8;
        i += 1;
    }
    digits
};

fn digits(status: StatusCode) -> &'static str {
    let at = 3 * usize::from(status.as_u16() - FIRST);
    str::from_utf8(&DIGITS[at..at + 3]).unwrap_or("_OTHER")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_that_is_an_error_is_told_by_its_digits() {
        for code in 400..600 {
            assert_eq!(digits(StatusCode::from_u16(code).unwrap()), code.to_string());
        }
    }

    #[test]
    fn a_client_error_is_one_for_the_client_only() {
        let is_error = |side, code| matches!(seen(side, StatusCode::from_u16(code).unwrap()), Seen::Err(_));
        assert!(!is_error(Side::Client, 399) && !is_error(Side::Client, 302));
        assert!(is_error(Side::Client, 404) && is_error(Side::Client, 503));
        #[cfg(feature = "tower")]
        assert!(!is_error(Side::Server, 404) && is_error(Side::Server, 503));
    }
}
