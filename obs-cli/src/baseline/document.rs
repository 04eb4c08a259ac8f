//! The file as it is laid out: a version, and a table of functions for each test.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::figure::Figures;

/// What this program writes; a file says which it is.
pub(super) const VERSION: u32 = 1;

/// The key of the version, which no test can have.
pub(super) const VERSION_KEY: &str = "version";

/// Figures by test and function.
pub(super) type Tests = BTreeMap<String, BTreeMap<String, Figures>>;

/// The whole file.
#[derive(Serialize)]
pub(super) struct Document {
    pub(super) version: u32,
    #[serde(flatten)]
    pub(super) tests: Tests,
}

/// What is read first: all else depends on it.
#[derive(Deserialize)]
pub(super) struct Version {
    pub(super) version: u32,
}

/// By hand, because `flatten` would lose the line of a mistake.
impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(DocumentVisitor)
    }
}

struct DocumentVisitor;

impl<'de> Visitor<'de> for DocumentVisitor {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{VERSION_KEY}`, and a table of functions for each test")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
        let mut version = None;
        let mut tests = Tests::new();
        while let Some(key) = map.next_key::<String>()? {
            if key == VERSION_KEY {
                version = Some(map.next_value()?);
            } else {
                tests.insert(key, map.next_value()?);
            }
        }
        let version = version.ok_or_else(|| de::Error::missing_field(VERSION_KEY))?;
        Ok(Document { version, tests })
    }
}
