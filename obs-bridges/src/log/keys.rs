//! The keys and values of a record as fields.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use log::kv::{Error, Key, Source, Value, VisitSource, VisitValue};
use obs_runtime::Fields;

/// Keys that are remembered, at most.
const MAX_KEYS: usize = 4096;
/// What stands in for keys past the bound.
const OTHER: &str = "_OTHER";

/// Adds a record's keys and values.
pub(super) fn add(fields: &mut Fields, source: &dyn Source) {
    // Nothing here fails; what a source fails to tell is not there.
    let _ = source.visit(&mut Pairs(fields));
}

struct Pairs<'a>(&'a mut Fields);

impl<'kvs> VisitSource<'kvs> for Pairs<'_> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
        value.visit(One { key: kept(key.as_str()), fields: self.0 })
    }
}

/// One value, under its key.
struct One<'a> {
    key: &'static str,
    fields: &'a mut Fields,
}

impl VisitValue<'_> for One<'_> {
    fn visit_any(&mut self, value: Value<'_>) -> Result<(), Error> {
        self.fields.display(self.key, &value);
        Ok(())
    }

    fn visit_null(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn visit_u64(&mut self, value: u64) -> Result<(), Error> {
        self.fields.value(self.key, &value);
        Ok(())
    }

    fn visit_i64(&mut self, value: i64) -> Result<(), Error> {
        self.fields.value(self.key, &value);
        Ok(())
    }

    fn visit_f64(&mut self, value: f64) -> Result<(), Error> {
        self.fields.value(self.key, &value);
        Ok(())
    }

    fn visit_bool(&mut self, value: bool) -> Result<(), Error> {
        self.fields.value(self.key, &value);
        Ok(())
    }

    fn visit_str(&mut self, value: &str) -> Result<(), Error> {
        self.fields.value(self.key, value);
        Ok(())
    }
}

/// A key for as long as the program runs: a field refers to its key, and a record's may be gone before it is read.
fn kept(key: &str) -> &'static str {
    static KEYS: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let mut keys = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
    let keys = keys.get_or_insert_with(HashSet::new);
    match keys.get(key) {
        Some(known) => known,
        None if keys.len() >= MAX_KEYS => OTHER,
        None => {
            let key: &'static str = key.to_owned().leak();
            keys.insert(key);
            key
        }
    }
}
