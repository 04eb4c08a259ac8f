//! The typed values that fields carry.

use std::fmt;

/// A field's value, owned, with its type kept: numbers stay numbers on the wire.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// A signed integer.
    I64(i64),
    /// An unsigned integer. OTLP has none: above `i64::MAX` it leaves as a string.
    U64(u64),
    /// A floating point number.
    F64(f64),
    /// Text, and what was captured with `%` or `?`.
    Str(Box<str>),
    /// Several values of one kind.
    Array(Box<[Value]>),
}

/// What fields take in memory, about.
pub(crate) fn bytes_of(fields: &[(&'static str, Value)]) -> usize {
    size_of_val(fields) + fields.iter().map(|(_, value)| value.bytes_elsewhere()).sum::<usize>()
}

impl Value {
    fn bytes_elsewhere(&self) -> usize {
        match self {
            Self::Bool(_) | Self::I64(_) | Self::U64(_) | Self::F64(_) => 0,
            Self::Str(text) => text.len(),
            Self::Array(values) => size_of_val(&**values) + values.iter().map(Self::bytes_elsewhere).sum::<usize>(),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::I64(value) => value.fmt(f),
            Self::U64(value) => value.fmt(f),
            Self::F64(value) => value.fmt(f),
            Self::Str(value) => f.write_str(value),
            Self::Array(values) => {
                f.write_str("[")?;
                for (i, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
        }
    }
}
