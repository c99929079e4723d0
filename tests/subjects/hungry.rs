//! A daemon that uses up every descriptor there is, in each tick and once more when it ends.

use std::fs::File;

use daemon_core::prelude::*;

#[derive(Default)]
struct Hungry {
    held: Vec<File>,
}

impl Hungry {
    /// Opens files until there is no descriptor left; says so when that is news.
    fn eat(&mut self) {
        let before = self.held.len();
        while let Ok(file) = File::open("/dev/null") {
            self.held.push(file);
        }
        if self.held.len() > before {
            log::info!("no descriptor is left after {}", self.held.len());
        }
    }
}

#[daemon(name = "hungry", interval = "2ms")]
impl Hungry {
    #[execute]
    fn tick(&mut self) {
        self.eat();
    }

    #[on(shutdown)]
    fn leave(&mut self) {
        self.eat();
    }
}

fn main() -> ExitCode {
    Hungry::main()
}
