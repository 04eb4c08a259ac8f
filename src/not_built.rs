//! What is said of an exporter that is asked for and not there.

use obs_runtime::Builder;

/// Tells that a variable asks for an exporter whose feature is off.
pub(crate) fn not_built(builder: Builder, asked: bool, variable: &str, feature: &str) -> Builder {
    if asked {
        obs_runtime::config_warning(&format!("{variable} asks for the feature `{feature}` of `obs`, which is off"));
    }
    builder
}
