use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon(interval = "1s", umask = 077)]
impl Beats {
    #[execute]
    fn beat(&mut self) {}
}

fn main() {}
