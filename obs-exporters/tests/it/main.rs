//! What the exporters promise, one module each.
