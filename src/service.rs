//! Who is speaking, as the build knows it.

use obs_runtime::{Resource, Value};

use crate::environment;

/// Gives the resource of the program: the package that calls it, by name and version, and the revision it was built from.
///
/// Sets `service.name` and `service.version` from the `Cargo.toml` of the calling package, and `vcs.ref.head.revision` where
/// `VCS_REF_HEAD_REVISION` was set when it was compiled. `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME`, read when the
/// program runs, win over them. (`service.instance.id`, a UUID for each process, is there without it.)
///
/// Of the revision a build script knows, in two lines of `build.rs`:
/// ```no_run
/// let git = std::process::Command::new("git").args(["rev-parse", "HEAD"]).output().expect("git runs");
/// println!("cargo::rustc-env=VCS_REF_HEAD_REVISION={}", String::from_utf8_lossy(&git.stdout).trim());
/// ```
///
/// # Examples
/// ```
/// let service = obs::service!();
/// assert_eq!(service.service_name(), env!("CARGO_PKG_NAME"));
/// let builder = obs::builder().resource(service); // then `start`, or `obs::init_with(builder)`
/// # drop(builder);
/// ```
#[macro_export]
macro_rules! service {
    () => {
        $crate::__service(
            ::core::env!("CARGO_PKG_NAME"),
            ::core::env!("CARGO_PKG_VERSION"),
            ::core::option_env!("VCS_REF_HEAD_REVISION"),
        )
    };
}

/// What [`service!`] expands into.
#[doc(hidden)]
pub fn __service(name: &str, version: &str, revision: Option<&str>) -> Resource {
    overlaid(of_build(name, version, revision), &environment::resource_of_process())
}

fn of_build(name: &str, version: &str, revision: Option<&str>) -> Resource {
    let mut resource = Resource::empty();
    resource.set("service.name", Value::Str(name.into()));
    resource.set("service.version", Value::Str(version.into()));
    if let Some(revision) = revision.filter(|revision| !revision.is_empty()) {
        resource.set("vcs.ref.head.revision", Value::Str(revision.into()));
    }
    resource
}

fn overlaid(mut resource: Resource, attributes: &[(String, String)]) -> Resource {
    for (key, value) in attributes {
        resource.set(key.as_str(), Value::Str(value.as_str().into()));
    }
    resource
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(resource: &Resource) -> Vec<String> {
        resource.attributes().map(|(key, value)| format!("{key}={value}")).collect()
    }

    #[test]
    fn a_build_says_its_package_and_revision() {
        let known = ["service.name=till", "service.version=1.2.3", "vcs.ref.head.revision=4f2a"];
        assert_eq!(shown(&of_build("till", "1.2.3", Some("4f2a"))), known);
        assert_eq!(shown(&of_build("till", "1.2.3", Some(""))), known[..2]);
        assert_eq!(shown(&of_build("till", "1.2.3", None)), known[..2]);
    }

    #[test]
    fn the_environment_wins_over_the_build() {
        let given = [("service.version", "2"), ("team", "tills"), ("service.name", "shop")];
        let given = given.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let resource = overlaid(of_build("till", "1.2.3", None), &given);
        assert_eq!(shown(&resource), ["service.name=shop", "service.version=2", "team=tills"]);
    }
}
