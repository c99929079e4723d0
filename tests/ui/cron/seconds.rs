use daemon_core::prelude::*;

#[derive(Default)]
struct Archive;

#[daemon]
impl Archive {
    #[cron("0 0 3 * * *")]
    fn tidy(&mut self) {}
}

fn main() {}
