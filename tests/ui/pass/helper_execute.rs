//! The helper `#[execute]`, on each signature.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[execute]
    fn beat(&mut self) {}
}

#[derive(Default)]
struct Second;

#[daemon]
impl Second {
    #[execute]
    fn beat(&self, _: &Context) -> Result<()> {
        Ok(())
    }
}

#[derive(Default)]
struct Third;

#[daemon]
impl Third {
    #[execute]
    fn beat(self: &mut Self) -> std::io::Result<()> {
        Ok(())
    }
}

#[derive(Default)]
struct Fourth;

#[daemon]
impl Fourth {
    #[execute]
    fn beat<'a>(&'a mut self, cx: &'a Context) {
        let _ = cx;
    }
}

fn main() {
    let _: [fn() -> ExitCode; 4] = [Beats::main, Second::main, Third::main, Fourth::main];
}
