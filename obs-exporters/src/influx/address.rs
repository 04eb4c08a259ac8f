//! Where versions 1 and 2 take lines.

use std::fmt::Write;

/// A place of the server that lines go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Of version 1.
    Database { name: String, retention_policy: Option<String> },
    /// Of version 2.
    Bucket { org: String, name: String },
}

impl Place {
    /// The address to post to.
    pub(super) fn address(&self, base: &str) -> String {
        let mut url = base.trim_end_matches('/').to_owned();
        match self {
            Self::Database { name, retention_policy } => {
                url.push_str("/write");
                add(&mut url, '?', "db", name);
                if let Some(policy) = retention_policy {
                    add(&mut url, '&', "rp", policy);
                }
            }
            Self::Bucket { org, name } => {
                url.push_str("/api/v2/write");
                add(&mut url, '?', "org", org);
                add(&mut url, '&', "bucket", name);
            }
        }
        add(&mut url, '&', "precision", "ns");
        url
    }
}

/// Adds a parameter to an address.
fn add(url: &mut String, before: char, key: &str, value: &str) {
    let _ = write!(url, "{before}{key}=");
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(byte.into());
        } else {
            let _ = write!(url, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_each_version() {
        let name = "a b/ü".to_owned();
        let database = Place::Database { name: name.clone(), retention_policy: None };
        assert_eq!(database.address("http://h:8086/"), "http://h:8086/write?db=a%20b%2F%C3%BC&precision=ns");
        let database = Place::Database { name: "obs".into(), retention_policy: Some("week".into()) };
        assert_eq!(database.address("http://h:8086"), "http://h:8086/write?db=obs&rp=week&precision=ns");
        let bucket = Place::Bucket { org: "me&you".into(), name: "b".into() };
        assert_eq!(bucket.address("https://h"), "https://h/api/v2/write?org=me%26you&bucket=b&precision=ns");
    }
}
