//! The twin test: what the macro declares is what a person declares by hand.
//!
//! The plans of both are compared as values; nothing runs. The examples are taken in by `include!`, as copies that
//! differ only in their `//!` lines (see `build.rs`).

#[path = "twin/everything.rs"]
mod everything;
#[path = "twin/examples.rs"]
mod examples;
#[path = "twin/places.rs"]
mod places;
#[cfg(feature = "workers")]
#[path = "twin/workers.rs"]
mod workers;

use daemon_core::{Daemon, Plan, Spec};

/// The plan of a declared daemon.
fn plan_of<D: Daemon>() -> Plan {
    plan(D::declare)
}

/// The plan that `declare` makes.
fn plan<D: 'static>(declare: impl FnOnce(&mut Spec<D>)) -> Plan {
    let mut spec = Spec::default();
    declare(&mut spec);
    spec.plan().clone()
}
