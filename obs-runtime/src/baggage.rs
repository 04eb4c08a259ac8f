//! What a request carries along by name, from service to service.

/// Names and values that travel with a context, as W3C Baggage. Never copied onto spans, but for the members that
/// [`Builder::baggage_fields`](crate::Builder::baggage_fields) names.
///
/// # Examples
/// ```
/// let mut baggage = obs_runtime::Baggage::default();
/// baggage.set("tenant", "a b");
/// assert_eq!(baggage.get("tenant"), Some("a b"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baggage {
    members: Vec<Member>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Member {
    key: Box<str>,
    value: Box<str>,
    /// As in the header, after the first `;`; empty for none.
    metadata: Box<str>,
}

impl Baggage {
    /// No member.
    pub const EMPTY: Self = Self { members: Vec::new() };

    /// Sets a value, replacing an earlier one of the same name.
    pub fn set(&mut self, key: &str, value: &str) {
        self.set_with_metadata(key, value, "");
    }

    /// Sets a value together with its properties, which stay as they are: `ttl=30;private`.
    pub fn set_with_metadata(&mut self, key: &str, value: &str, metadata: &str) {
        self.remove(key);
        self.members.push(Member { key: key.into(), value: value.into(), metadata: metadata.into() });
    }

    /// Takes a value out.
    pub fn remove(&mut self, key: &str) {
        self.members.retain(|member| &*member.key != key);
    }

    /// One value.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.members.iter().find_map(|member| (&*member.key == key).then_some(&*member.value))
    }

    /// All of it as (key, value, properties), in the order in which it was set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.members.iter().map(|member| (&*member.key, &*member.value, &*member.metadata))
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}
