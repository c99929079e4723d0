//! The helper `#[setup]`, on each signature.

use daemon_core::prelude::*;

struct Beats;

#[daemon]
impl Beats {
    #[setup]
    fn open() -> Self {
        Self
    }
}

struct Second;

#[daemon]
impl Second {
    #[setup]
    fn open(_: &Context) -> Result<Self> {
        Ok(Self)
    }
}

struct Third;

#[daemon]
impl Third {
    #[setup]
    fn open() -> std::io::Result<Self> {
        Ok(Self)
    }
}

fn main() {
    let _: [fn() -> ExitCode; 3] = [Beats::main, Second::main, Third::main];
}
