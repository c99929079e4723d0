use daemon_core::prelude::*;

#[derive(Default)]
struct Archive;

#[daemon]
impl Archive {
    #[cron("0 3 31 2,4,6 *")]
    fn tidy(&mut self) {}
}

fn main() {}
