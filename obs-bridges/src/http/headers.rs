//! Headers to be read and to be written.

use ::http::{HeaderMap, HeaderName, HeaderValue};
use obs_runtime::Context;
use obs_runtime::propagation::{self, Carrier, CarrierMut};

/// The context of a request, as the program's formats find it; see [`propagation::extract`].
pub fn extract(headers: &HeaderMap) -> Context {
    propagation::extract(&Headers(headers))
}

/// Writes a context into a request; see [`propagation::inject`].
pub fn inject(context: &Context, headers: &mut HeaderMap) {
    propagation::inject(context, &mut HeadersMut(headers));
}

/// Headers to be read, for one's own choice of [`propagation::Propagators`].
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a>(pub &'a HeaderMap);

impl Carrier for Headers<'_> {
    /// A value that is not text is left out.
    fn header_values(&self, name: &str) -> Vec<&str> {
        self.0.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect()
    }
}

/// Headers to be written, for one's own choice of [`propagation::Propagators`].
#[derive(Debug)]
pub struct HeadersMut<'a>(pub &'a mut HeaderMap);

impl CarrierMut for HeadersMut<'_> {
    fn set_header(&mut self, name: &'static str, value: String) {
        // What propagators write is printable ASCII.
        if let Ok(value) = HeaderValue::try_from(value) {
            self.0.insert(HeaderName::from_static(name), value);
        }
    }

    fn remove_header(&mut self, name: &'static str) {
        self.0.remove(name);
    }
}
