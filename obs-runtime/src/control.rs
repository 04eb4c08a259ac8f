//! The switches of the running program.

use crate::builder::Builder;
use crate::callsite::Callsite;
use crate::paths;
use crate::policy::{Filter, ParseFilterError};
use crate::profile_mode::ProfileMode;
use crate::registry;

/// Starts putting the telemetry together.
pub fn builder() -> Builder {
    Builder::default()
}

/// Every annotated function of the program, also those that were never called.
///
/// Where the linker cannot list them (other systems than Linux, macOS and Windows) a function is here from its
/// first call on. With the feature `enabled` off there are none.
pub fn callsites() -> impl Iterator<Item = &'static Callsite> {
    registry::callsites().into_iter()
}

/// Switches everything on or off, at once and for all threads. Calls that are running end as they began.
///
/// # Cost
/// One store for each callsite; a call that is switched off costs one load and one branch.
pub fn set_enabled(enabled: bool) {
    registry::change_policy(|policy| policy.enabled = enabled);
}

/// Switches functions, types and modules by name: `my_crate::db = off, my_crate::cart::* = trace`.
///
/// Replaces all rules of an earlier call. A rule is `path = off|count|profile|trace`, each step including the one
/// before; a path names a function, or a module or type with all in it, or `*` everything. The longest path that
/// fits decides; what no rule covers does all that its attributes say. What a rule names, by more than `*`, is not turned
/// down to keep [`Builder::max_overhead`]: the rule stands.
///
/// # Errors
/// The first rule that is not understood; nothing is changed then.
///
/// # Examples
/// ```
/// obs_runtime::control("shop::db = off, shop::cart::* = trace")?;
/// let error = obs_runtime::control("shop::db").unwrap_err();
/// assert_eq!(error.to_string(), "found filter rule \"shop::db\", expected `path = off|count|profile|trace`");
/// obs_runtime::control("")?;
/// # Ok::<(), obs_runtime::ParseFilterError>(())
/// ```
pub fn control(rules: &str) -> Result<(), ParseFilterError> {
    let filter = Filter::parse(rules)?;
    registry::change_policy(|policy| policy.filter = filter);
    Ok(())
}

/// Profiles calls from now on: keeps their paths, for [`crate::report`]. Trees that have begun end as they began.
///
/// # Cost
/// One store for each callsite; for each call what [`ProfileMode`] says.
///
/// # Examples
/// ```
/// use obs_runtime::ProfileMode;
///
/// obs_runtime::profile(ProfileMode::Sample(16));
/// obs_runtime::profile(ProfileMode::Off);
/// ```
pub fn profile(mode: ProfileMode) {
    paths::keep_one_in(mode.one_in());
    registry::change_policy(|policy| policy.profiling = mode.one_in() > 0);
}

/// Which calls are profiled now.
pub fn profile_mode() -> ProfileMode {
    ProfileMode::of_one_in(paths::kept_one_in())
}
