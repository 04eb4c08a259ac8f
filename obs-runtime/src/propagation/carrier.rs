//! Where headers are read and written: whatever carries text by name.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

/// Text by name, to be read: the headers of a request or of a message.
///
/// Names are found whatever their case. Implemented for maps and for lists of pairs; for `http::HeaderMap` in the bridges.
pub trait Carrier {
    /// All values of a name, in the order in which they came. `name` is in lower case.
    fn header_values(&self, name: &str) -> Vec<&str>;

    /// The first value of a name.
    fn header(&self, name: &str) -> Option<&str> {
        self.header_values(name).first().copied()
    }
}

/// Text by name, to be written.
pub trait CarrierMut {
    /// Sets the one value of a name, in place of all it has. `name` is in lower case, the value printable ASCII.
    fn set_header(&mut self, name: &'static str, value: String);

    /// Takes out all values of a name, whatever its case.
    fn remove_header(&mut self, name: &'static str);
}

impl<C: Carrier + ?Sized> Carrier for &C {
    fn header_values(&self, name: &str) -> Vec<&str> {
        C::header_values(self, name)
    }
}

impl<C: CarrierMut + ?Sized> CarrierMut for &mut C {
    fn set_header(&mut self, name: &'static str, value: String) {
        C::set_header(self, name, value);
    }

    fn remove_header(&mut self, name: &'static str) {
        C::remove_header(self, name);
    }
}

/// The values of a name among pairs.
fn named<'a, K: AsRef<str>, V: AsRef<str> + 'a + ?Sized>(
    pairs: impl Iterator<Item = (K, &'a V)>,
    name: &str,
) -> Vec<&'a str> {
    pairs.filter(|(key, _)| is_same(key.as_ref(), name)).map(|(_, value)| value.as_ref()).collect()
}

fn is_same(key: &str, name: &str) -> bool {
    key.eq_ignore_ascii_case(name)
}

impl<K: AsRef<str>, V: AsRef<str>> Carrier for [(K, V)] {
    fn header_values(&self, name: &str) -> Vec<&str> {
        named(self.iter().map(|(key, value)| (key, value)), name)
    }
}

impl<K: AsRef<str>, V: AsRef<str>, const N: usize> Carrier for [(K, V); N] {
    fn header_values(&self, name: &str) -> Vec<&str> {
        self.as_slice().header_values(name)
    }
}

impl<K: AsRef<str>, V: AsRef<str>> Carrier for Vec<(K, V)> {
    fn header_values(&self, name: &str) -> Vec<&str> {
        self.as_slice().header_values(name)
    }
}

impl<K: AsRef<str>, V: AsRef<str>, S: BuildHasher> Carrier for HashMap<K, V, S> {
    fn header_values(&self, name: &str) -> Vec<&str> {
        named(self.iter(), name)
    }
}

impl<K: AsRef<str>, V: AsRef<str>> Carrier for BTreeMap<K, V> {
    fn header_values(&self, name: &str) -> Vec<&str> {
        named(self.iter(), name)
    }
}

impl CarrierMut for Vec<(String, String)> {
    fn set_header(&mut self, name: &'static str, value: String) {
        self.remove_header(name);
        self.push((name.to_owned(), value));
    }

    fn remove_header(&mut self, name: &'static str) {
        self.retain(|(key, _)| !is_same(key, name));
    }
}

impl<S: BuildHasher> CarrierMut for HashMap<String, String, S> {
    fn set_header(&mut self, name: &'static str, value: String) {
        self.remove_header(name);
        self.insert(name.to_owned(), value);
    }

    fn remove_header(&mut self, name: &'static str) {
        self.retain(|key, _| !is_same(key, name));
    }
}

impl CarrierMut for BTreeMap<String, String> {
    fn set_header(&mut self, name: &'static str, value: String) {
        self.remove_header(name);
        self.insert(name.to_owned(), value);
    }

    fn remove_header(&mut self, name: &'static str) {
        self.retain(|key, _| !is_same(key, name));
    }
}
