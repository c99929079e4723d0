//! Peer of the start rows: a Rust program that does nothing but stamp. What lies between it and the
//! C floor is the language's; what lies between it and our subject is the framework's.

mod clock;
mod ready;

use std::io::Read;

fn main() -> std::io::Result<()> {
    ready::stamp()?;
    ready::stamp()?;
    std::io::stdin().read_to_end(&mut Vec::new()).map(drop)
}
