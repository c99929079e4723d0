//! The helper `#[plugin]`.

use daemon_core::prelude::*;

struct Alerts;

impl Plugin for Alerts {}

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[plugin]
    fn alerts() -> impl Plugin {
        Alerts
    }

    #[plugin]
    fn more_alerts() -> Alerts {
        Alerts
    }
}

fn main() {
    let _: fn() -> ExitCode = Beats::main;
}
