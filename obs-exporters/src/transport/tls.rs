//! Certificates from files.

use std::error::Error;
use std::path::Path;

use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use super::error::SendError;
use super::settings::Tls;

/// Reads the files.
pub(super) fn config(tls: &Tls) -> Result<TlsConfig, SendError> {
    let mut config = TlsConfig::builder();
    if let Some(path) = &tls.authority {
        config = config.root_certs(RootCerts::new_with_certs(&certificates(path)?));
    }
    if let (Some(path), Some(key)) = (&tls.certificate, &tls.key) {
        config = config.client_cert(Some(ClientCert::new_with_certs(&certificates(path)?, private_key(key)?)));
    }
    Ok(config.build())
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, SendError> {
    let items: Result<Vec<_>, _> = parse_pem(&read(path)?).collect();
    let items = items.map_err(|error| bad(path, error))?;
    let found: Vec<_> = items
        .into_iter()
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() { Err(bad(path, "it holds no certificate")) } else { Ok(found) }
}

fn private_key(path: &Path) -> Result<PrivateKey<'static>, SendError> {
    PrivateKey::from_pem(&read(path)?).map_err(|error| bad(path, error))
}

fn read(path: &Path) -> Result<Vec<u8>, SendError> {
    std::fs::read(path).map_err(|error| bad(path, error))
}

fn bad(path: &Path, source: impl Into<Box<dyn Error + Send + Sync>>) -> SendError {
    SendError::Certificate { path: path.to_owned(), source: source.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_does_not_do_is_named() {
        let tls = Tls { authority: Some("/nowhere/ca.pem".into()), ..Tls::default() };
        assert!(config(&tls).unwrap_err().to_string().starts_with("/nowhere/ca.pem cannot be used: "));
        let tls = Tls { authority: Some(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml").into()), ..Tls::default() };
        assert!(config(&tls).unwrap_err().to_string().contains("Cargo.toml cannot be used: it holds no certificate;"));
    }
}
