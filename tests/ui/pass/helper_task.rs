//! `#[task]`: a process for each call.

use daemon_core::prelude::*;

#[derive(Default)]
struct Pusher;

#[daemon]
impl Pusher {
    #[cfg(unix)]
    #[task(limit = 8, timeout = "1m")]
    fn push(line: String, r#type: Vec<u8>) -> Result<Option<usize>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Some(line.len() + r#type.len()))
    }

    #[cfg(unix)]
    #[on(returned = push)]
    fn pushed(&self, _: Option<usize>) {}

    #[on(init)]
    fn begin(&self, cx: &Context) -> Result<()> {
        cx.task(Self::push, ("line".to_owned(), vec![1]))?;
        Ok(())
    }
}

fn main() {
    let _: fn() -> ExitCode = Pusher::main;
}
