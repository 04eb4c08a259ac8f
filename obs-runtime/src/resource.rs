//! Who is speaking: the attributes that every signal of the process shares.

use std::sync::OnceLock;

use crate::Value;
use crate::uuid;

/// The attributes of the process, as OpenTelemetry's resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    attributes: Vec<(Box<str>, Value)>,
}

impl Resource {
    /// A resource without attributes.
    pub const fn empty() -> Self {
        Self { attributes: Vec::new() }
    }

    /// Sets an attribute, replacing an earlier value of the same key.
    pub fn set(&mut self, key: impl Into<Box<str>>, value: Value) {
        let key = key.into();
        match self.attributes.iter_mut().find(|(known, _)| *known == key) {
            Some(attribute) => attribute.1 = value,
            None => self.attributes.push((key, value)),
        }
    }

    /// Sets all attributes of another, replacing earlier values.
    pub(crate) fn overlay(&mut self, other: Self) {
        for (key, value) in other.attributes {
            self.set(key, value);
        }
    }

    /// All attributes, in the order in which they were set.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.attributes.iter().map(|(key, value)| (&**key, value))
    }

    /// One attribute's value.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.attributes().find_map(|(known, value)| (known == key).then_some(value))
    }

    /// The value of `service.name`.
    pub fn service_name(&self) -> &str {
        match self.get("service.name") {
            Some(Value::Str(name)) => name,
            _ => "unknown_service",
        }
    }
}

impl Resource {
    /// What is known of the process without asking: a name, an id of its own, its number, this library.
    pub(crate) fn of_process() -> Self {
        let mut resource = Self::empty();
        let program = std::env::current_exe().ok();
        let program =
            program.as_deref().and_then(|path| path.file_stem()).map_or("", |name| name.to_str().unwrap_or(""));
        let name = if program.is_empty() { "unknown_service".into() } else { format!("unknown_service:{program}") };
        resource.set("service.name", Value::Str(name.into()));
        resource.set("service.instance.id", Value::Str(instance_id().into()));
        resource.set("process.pid", Value::I64(std::process::id().into()));
        resource.set("telemetry.sdk.name", Value::Str("obs".into()));
        resource.set("telemetry.sdk.language", Value::Str("rust".into()));
        resource.set("telemetry.sdk.version", Value::Str(env!("CARGO_PKG_VERSION").into()));
        resource
    }
}

/// The same for as long as the process runs, however often telemetry starts in it.
fn instance_id() -> &'static str {
    static ID: OnceLock<String> = OnceLock::new();
    ID.get_or_init(uuid::random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_one_id_of_its_own() {
        let (first, second) = (Resource::of_process(), Resource::of_process());
        let id = first.get("service.instance.id").map(ToString::to_string).unwrap_or_default();
        assert!(uuid::is(id.as_bytes()), "{id}");
        assert_eq!(second.get("service.instance.id").map(ToString::to_string), Some(id));
    }
}
