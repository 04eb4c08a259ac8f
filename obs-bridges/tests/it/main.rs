//! The bridges, with the real runtime and the real attributes.

/// What the attributes expect to find under the facade's name.
mod obs {
    pub(crate) use obs_macros::traced;
    pub(crate) use obs_runtime::expand as __private;
}

mod incoming;
mod outgoing;
mod records;
mod services;
mod support;
