use daemon_core::prelude::*;

#[derive(Default)]
struct Archive;

#[daemon]
impl Archive {
    #[every("1h", zone = "UTC")]
    fn tidy(&mut self) {}
}

fn main() {}
