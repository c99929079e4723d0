//! An option with the name of a flag of the framework.

use daemon_core::prelude::*;

#[derive(Default)]
struct Beats;

#[daemon]
impl Beats {
    #[option]
    fn pid_file(text: &str) -> Result<String> {
        Ok(text.to_owned())
    }
}

fn main() {}
