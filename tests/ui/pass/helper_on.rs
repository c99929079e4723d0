//! The helper `#[on]`.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[on(signal = "USR2")]
    #[on(signal = ALRM)]
    #[on(signal = Signal::WINCH)]
    #[on(idle)]
    #[on("shutdown")]
    #[on(Self::event())]
    fn dump(&self) {}

    #[on(error)]
    fn failed(&mut self, _: &Context) -> Result<()> {
        Ok(())
    }

    fn event() -> Event {
        Event::init()
    }
}

fn main() {
    let _: fn() -> ExitCode = Beats::main;
}
