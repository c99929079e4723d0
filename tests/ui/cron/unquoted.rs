use daemon_core::prelude::*;

#[derive(Default)]
struct Archive;

#[daemon]
impl Archive {
    #[cron(5)]
    fn tidy(&mut self) {}
}

fn main() {}
