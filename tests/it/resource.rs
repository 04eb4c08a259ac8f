//! Who is speaking: what the build knows, what the process is, what the environment says.

use std::sync::Arc;

use obs::{Batch, Exporter, Value};

use crate::support::{LONG, turn};

/// Keeps the attributes it is shown.
#[derive(Clone, Default)]
struct Attributes(Arc<std::sync::Mutex<Vec<(String, String)>>>);

impl Exporter for Attributes {
    type Error = std::convert::Infallible;

    fn export(&mut self, batch: &Batch) -> Result<(), Self::Error> {
        let shown = batch.resource().attributes().map(|(key, value)| (key.to_owned(), value.to_string()));
        *self.0.lock().expect("nobody panics here") = shown.collect();
        Ok(())
    }
}

#[obs::traced]
fn spoken() {}

/// The attributes that spans leave with.
fn attributes_of(builder: obs::Builder) -> Vec<(String, String)> {
    let _turn = turn();
    let attributes = Attributes::default();
    let telemetry = builder.exporter(attributes.clone()).start().expect("one at a time");
    spoken();
    assert!(telemetry.flush(LONG).is_complete());
    drop(telemetry);
    attributes.0.lock().expect("nobody panics here").clone()
}

fn value<'a>(attributes: &'a [(String, String)], key: &str) -> Option<&'a str> {
    attributes.iter().find_map(|(known, value)| (known == key).then_some(&**value))
}

#[test]
fn every_resource_has_an_instance_that_stays_the_same() {
    let [first, second] = [attributes_of(obs::builder()), attributes_of(obs::builder())];
    let id = value(&first, "service.instance.id").expect("it is there without asking");
    assert_eq!((id.len(), id.as_bytes()[14]), (36, b'4'), "{id}");
    assert_eq!(value(&second, "service.instance.id"), Some(id));
    let given = obs::builder().attribute("service.instance.id", Value::Str("till-7".into()));
    assert_eq!(value(&attributes_of(given), "service.instance.id"), Some("till-7"));
}

#[test]
fn a_service_is_the_package_that_names_it() {
    let attributes = attributes_of(obs::builder().resource(obs::service!()));
    assert_eq!(value(&attributes, "service.name"), Some(env!("CARGO_PKG_NAME")));
    assert_eq!(value(&attributes, "service.version"), Some(env!("CARGO_PKG_VERSION")));
    assert_eq!(value(&attributes, "telemetry.sdk.name"), Some("obs"), "the rest stays");
}
