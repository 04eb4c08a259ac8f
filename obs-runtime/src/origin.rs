//! Where a span hangs.

/// Where a span hangs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Origin {
    /// On a span of the same process.
    #[default]
    Child,
    /// On nothing.
    Root,
    /// On a span of another process.
    Remote,
}
