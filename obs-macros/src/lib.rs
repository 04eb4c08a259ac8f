//! The attributes of `obs`.
