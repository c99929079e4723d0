use daemon_core::prelude::*;

#[derive(Default)]
struct Archive;

#[daemon]
impl Archive {
    #[cron("@reboot")]
    fn tidy(&mut self) {}
}

fn main() {}
