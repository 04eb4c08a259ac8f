//! Exporters of `obs`.
