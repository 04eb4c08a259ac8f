//! The dependency by another name, and re-exported by a module.
#![deny(warnings)]

use telemetry::{counted, traced};

mod prelude {
    pub use telemetry as seen;
}

#[traced(crate = telemetry, fields(n))]
#[counted(labels(n = n))]
#[telemetry::profiled]
#[telemetry::budget(ms = 100)]
fn fused(n: u32) -> Result<u32, ()> {
    Ok(n)
}

#[prelude::seen::traced(crate = crate::prelude::seen)]
#[crate::prelude::seen::counted]
async fn through_module() -> Option<u8> {
    None
}

struct Cart;

#[traced(crate = ::telemetry)]
impl Cart {
    fn method(&self) -> Option<u8> {
        None
    }

    #[telemetry::skip]
    fn skipped(&self) -> Option<u8> {
        None
    }
}

fn main() {
    assert_eq!(fused(3), Ok(3));
    assert_eq!(Cart.method(), Cart.skipped());
    drop(through_module());
    let known: Vec<&str> = telemetry::callsites().map(|callsite| callsite.name()).collect();
    assert_eq!(known.len(), 3, "{known:?}");
    let snapshot = telemetry::snapshot();
    assert_eq!(snapshot.callsite("fused").expect("it is known").calls(), 1);
    assert_eq!(snapshot.callsite("Cart::method").expect("it is known").calls(), 1);
    // What is speaking is this package, as its build script knows it.
    let service = telemetry::service!();
    let shown = |key| service.get(key).map(ToString::to_string).unwrap_or_default();
    assert_eq!([shown("service.name"), shown("service.version")], ["renamed", "0.0.0"]);
    assert_eq!(shown("vcs.ref.head.revision"), "4f2a9c");
    println!("renamed: ok");
}
