//! Who spoke with whom: the two ends of a span.

use std::net::IpAddr;

use obs_runtime::{Resource, Span, SpanKind, Value};

use crate::json_writer::Writer;

/// Where the name of the other side may be, the best first.
const PEERS: [&str; 7] = [
    "peer.service",
    "server.address",
    "net.peer.name",
    "network.peer.address",
    "peer.hostname",
    "peer.address",
    "db.name",
];

/// One end; what is not known of it is left out.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Endpoint {
    service: Option<String>,
    address: Option<IpAddr>,
    port: Option<u16>,
}

impl Endpoint {
    /// This process.
    pub(super) fn local(resource: &Resource) -> Self {
        let address = match resource.get("host.ip") {
            Some(Value::Array(addresses)) => addresses.first().and_then(address),
            Some(value) => address(value),
            None => None,
        };
        Self { service: Some(resource.service_name().to_lowercase()), address, port: None }
    }

    /// The side that a call went out to; without one Zipkin draws no line between two services.
    pub(super) fn remote(span: &Span) -> Option<Self> {
        if !matches!(span.kind(), SpanKind::Client | SpanKind::Producer) {
            return None;
        }
        let (key, value) = PEERS.iter().find_map(|key| Some((*key, span.field(key)?)))?;
        let port_key = if key == "network.peer.address" { "network.peer.port" } else { "server.port" };
        let port = if key == "peer.service" { None } else { span.field(port_key).and_then(port) };
        Some(match address(value) {
            Some(address) => Self { service: None, address: Some(address), port },
            None => Self { service: Some(value.to_string().to_lowercase()), address: None, port },
        })
    }

    pub(super) fn write(&self, to: &mut Writer) {
        to.object(|to| {
            if let Some(service) = &self.service {
                to.key("serviceName").text(service);
            }
            match self.address {
                Some(IpAddr::V4(address)) => to.key("ipv4").quoted(address),
                Some(IpAddr::V6(address)) => to.key("ipv6").quoted(address),
                None => {}
            }
            if let Some(port) = self.port {
                to.key("port").plain(port);
            }
        });
    }
}

fn address(value: &Value) -> Option<IpAddr> {
    if let Value::Str(text) = value { text.parse().ok() } else { None }
}

fn port(value: &Value) -> Option<u16> {
    let port = match value {
        Value::I64(port) => u16::try_from(*port).ok()?,
        Value::U64(port) => u16::try_from(*port).ok()?,
        _ => return None,
    };
    (port > 0).then_some(port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(endpoint: &Endpoint) -> String {
        let mut to = Writer::new();
        endpoint.write(&mut to);
        to.into_string()
    }

    #[test]
    fn the_local_end_is_the_service_in_lower_case() {
        let mut resource = Resource::empty();
        resource.set("service.name", Value::Str("Shop".into()));
        assert_eq!(written(&Endpoint::local(&resource)), r#"{"serviceName":"shop"}"#);
        resource.set("host.ip", Value::Array([Value::Str("10.0.0.7".into())].into()));
        assert_eq!(written(&Endpoint::local(&resource)), r#"{"serviceName":"shop","ipv4":"10.0.0.7"}"#);
        resource.set("host.ip", Value::Str("fe80::1".into()));
        assert_eq!(written(&Endpoint::local(&resource)), r#"{"serviceName":"shop","ipv6":"fe80::1"}"#);
    }

    #[test]
    fn a_port_is_a_number_and_not_zero() {
        let ports = [Value::U64(443), Value::I64(0), Value::I64(-1), Value::U64(70_000), Value::Str("80".into())];
        assert_eq!(ports.each_ref().map(port), [Some(443), None, None, None, None]);
    }
}
