//! A request that goes out, as far as a span tells of it.

use ::http::{Method, Uri};
use obs_runtime::expand::Fields;

use super::method::method_fields;

/// What a client tells of a request before it is answered; `full` is the address without what is secret in it.
pub(crate) fn client_fields(fields: &mut Fields, method: &Method, full: &str, host: Option<&str>, port: Option<u16>) {
    method_fields(fields, method);
    fields.value("url.full", full);
    fields.value("server.address", &host);
    fields.value("server.port", &port);
}

/// An address without user, password, query and fragment.
pub(crate) fn without_secrets(uri: &Uri) -> String {
    let host = uri.host().unwrap_or("");
    let port = uri.port().map_or(String::new(), |port| format!(":{port}"));
    let scheme = uri.scheme_str().unwrap_or("http");
    if host.is_empty() { uri.path().to_owned() } else { format!("{scheme}://{host}{port}{}", uri.path()) }
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn user_password_and_query_are_not_told() {
        let told = |address: &str| without_secrets(&address.parse().unwrap());
        assert_eq!(told("https://me:secret@shop.example:8443/a/b?token=1"), "https://shop.example:8443/a/b");
        assert_eq!(told("http://[::1]/a?b"), "http://[::1]/a");
        assert_eq!(told("/a?b"), "/a");
    }
}
