//! What a point is about: names and values, sorted by name.

use std::borrow::Cow;
use std::collections::BTreeMap;

use obs_runtime::Resource;

use crate::instance;
use crate::name::label_name;

/// What of the resource, beside service and instance, tells programs apart that write into the same database.
const IDENTITY: [&str; 3] = ["service.namespace", "host.name", "deployment.environment.name"];

/// The tags of one point.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tags<'a>(BTreeMap<Cow<'a, str>, Cow<'a, str>>);

impl<'a> Tags<'a> {
    /// Who is speaking, and what the program adds.
    pub(super) fn common(resource: &Resource, own: &[(String, String)]) -> Self {
        let mut tags = Self::default();
        for key in IDENTITY {
            if let Some(value) = resource.get(key) {
                tags.add(key, value.to_string());
            }
        }
        tags.add("service.name", resource.service_name().to_owned());
        tags.add("service.instance.id", instance::of(resource));
        for (name, value) in own {
            tags.0.remove(&tag_name(name.clone().into()));
            tags.add(name.clone(), value.clone());
        }
        tags
    }

    /// The same and one more.
    pub(super) fn with(&self, name: &'a str, value: &'a str) -> Self {
        let mut tags = self.clone();
        tags.add(name, value);
        tags
    }

    /// Adds a tag. An empty value is no tag; where two names become one their values are joined.
    pub(super) fn add(&mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) {
        let value = value.into();
        if value.is_empty() {
            return;
        }
        let name = tag_name(name.into());
        let value = match self.0.get(&name) {
            Some(known) => Cow::Owned(format!("{known};{value}")),
            None => value,
        };
        self.0.insert(name, value);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }
}

#[cfg(test)]
impl<'a> FromIterator<(&'a str, &'a str)> for Tags<'a> {
    /// Takes names and values as they are.
    fn from_iter<T: IntoIterator<Item = (&'a str, &'a str)>>(pairs: T) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// The name of the label in Prometheus, unless `InfluxDB` keeps that for itself: what begins with `_`, and `time`.
fn tag_name(name: Cow<'_, str>) -> Cow<'_, str> {
    let label = match name {
        Cow::Borrowed(name) => label_name(name),
        Cow::Owned(name) => Cow::Owned(label_name(&name).into_owned()),
    };
    if label == "time" { Cow::Borrowed("time_") } else { own_name(label) }
}

/// A name that does not begin with `_`.
pub(super) fn own_name(name: Cow<'_, str>) -> Cow<'_, str> {
    if name.starts_with('_') { Cow::Owned(format!("x{name}")) } else { name }
}

#[cfg(test)]
mod tests {
    use obs_runtime::Value;

    use super::*;

    #[test]
    fn names_are_valid_and_sorted_and_values_not_empty() {
        let mut tags = Tags::default();
        for (name, value) in [("time", "1"), ("__name__", "2"), ("b.c", "3"), ("b_c", "4"), ("a", "")] {
            tags.add(name, value);
        }
        assert_eq!(tags.iter().collect::<Vec<_>>(), [("b_c", "3;4"), ("time_", "1"), ("x_name__", "2")]);
    }

    #[test]
    fn a_tag_of_the_program_wins_over_the_resource() {
        let mut resource = Resource::empty();
        resource.set("service.name", Value::Str("shop".into()));
        resource.set("service.instance.id", Value::Str("7".into()));
        resource.set("host.name", Value::Str("till".into()));
        let own = [("service.name".to_owned(), "till".to_owned()), ("host.name".to_owned(), String::new())];
        let tags = Tags::common(&resource, &own);
        assert_eq!(tags.iter().collect::<Vec<_>>(), [("service_instance_id", "7"), ("service_name", "till")]);
    }
}
