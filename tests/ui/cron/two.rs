use daemon_core::prelude::*;

#[derive(Default)]
struct Archive;

#[daemon]
impl Archive {
    #[cron("@daily", "@weekly")]
    fn tidy(&mut self) {}
}

fn main() {}
