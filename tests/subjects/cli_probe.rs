//! A daemon with something of everything that the command line shows; `NAME` is its name, `OPTION` that of one
//! more option.

use daemon_core::prelude::*;
use daemon_tests::asked;

struct Probe;

fn limit(text: &str) -> Result<u32, std::num::ParseIntError> {
    text.parse()
}

struct Part;

impl Plugin for Part {
    fn name(&self) -> String {
        "part".into()
    }
}

impl Daemon for Probe {
    fn declare(spec: &mut Spec<Self>) {
        spec.package("cli-probe", env!("CARGO_PKG_VERSION"));
        if let Some(name) = asked::<String>("NAME") {
            spec.name(name);
        }
        spec.about("Probes the command line.");
        spec.interval(duration!("10ms"));
        spec.option("max_load", limit).about("Warn above this load.");
        if let Some(option) = asked::<String>("OPTION") {
            spec.option(&option, |text| text.parse::<u32>());
        }
        spec.plugin(|| Part);
        spec.setup(|cx: &Context| {
            log::info!("limit {:?}", cx.option(limit));
            Self
        });
        spec.execute(|_, _| {});
        spec.every(duration!("10m"), |_, _| {});
    }
}

fn main() -> ExitCode {
    Probe::main()
}
