//! Which of several programs of one service is speaking.

use std::fs;

use obs_runtime::Resource;

/// The value of `service.instance.id`; without one the host and the number of the process, which are unique for as long
/// as it runs. Two programs that were one in a database would overwrite each other's totals.
pub(crate) fn of(resource: &Resource) -> String {
    if let Some(id) = resource.get("service.instance.id") {
        return id.to_string();
    }
    let host = resource.get("host.name").map(ToString::to_string).or_else(host_name);
    match (host, resource.get("process.pid")) {
        (Some(host), Some(pid)) => format!("{host}:{pid}"),
        (Some(host), None) => host,
        (None, Some(pid)) => pid.to_string(),
        (None, None) => String::new(),
    }
}

/// The host's name, where the system keeps it in a file.
fn host_name() -> Option<String> {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use obs_runtime::Value;

    use super::*;

    #[test]
    fn an_instance_is_what_it_says_or_its_host_and_process() {
        let mut resource = Resource::empty();
        resource.set("process.pid", Value::I64(7));
        assert!(of(&resource).ends_with('7'));
        resource.set("host.name", Value::Str("till".into()));
        assert_eq!(of(&resource), "till:7");
        resource.set("service.instance.id", Value::Str("a-b".into()));
        assert_eq!(of(&resource), "a-b");
    }
}
