//! `#[worker]` on functions: any number of arguments, of any type that can be sent; what hears of its calls.

use daemon_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub struct Page {
    pub title: String,
    pub links: Vec<(u32, Option<String>)>,
}

#[derive(Default)]
struct Reader<T: Clone> {
    of: Vec<T>,
}

mod my {
    #[derive(serde::Serialize, serde::Deserialize)]
    pub struct Wrapped(pub u8);
}

#[daemon(interval = "1s")]
impl<T: Clone + Default + 'static> Reader<T> {
    #[execute]
    fn ask(&mut self, cx: &Context) -> Result<()> {
        cx.call(Self::fetch, ("https://example.org".to_owned(), 2))?;
        let ticket: Ticket<()> = cx.call(Self::nothing, ())?;
        cx.cancel(&ticket);
        Ok(())
    }

    /// Gets a page.
    #[worker(pool = 5, timeout = "30s")]
    fn fetch(url: String, mut tries: u32) -> std::io::Result<Page> {
        tries += 1;
        Ok(Page { title: url, links: vec![(tries, None)] })
    }

    #[worker]
    fn nothing() -> Result<()> {
        Ok(())
    }

    #[worker]
    #[allow(clippy::too_many_arguments)]
    fn eight(a: u8, b: u16, _: u32, d: [u8; 3], e: (u8, char), f: std::borrow::Cow<'static, str>, my::Wrapped(g): my::Wrapped, h: Option<Box<u8>>)
    -> Result<(u8, u16), String> {
        _ = (d, e, f, h);
        Ok((a + g, b))
    }

    #[on(returned = fetch)]
    fn fetched(&mut self, page: Page) {
        self.of.truncate(page.links.len());
    }

    #[on(returned = "nothing", deadline = "5s", on_error = log)]
    #[on(returned = Self::nothing)]
    fn done(&self, call: &Call, (): ()) -> Result<(), String> {
        if call.attempts() > 3 { Err("late".into()) } else { Ok(()) }
    }

    #[on(returned = eight)]
    fn counted(&self, cx: &Context, call: &Call, (a, b): (u8, u16)) {
        if u16::from(a) == b && call.id() > 1 {
            cx.stop();
        }
    }

    #[on(timed_out = fetch)]
    #[on(failed = eight, on_error = stop)]
    fn lost(&mut self) {}

    #[on(failed = fetch)]
    #[on(timed_out = nothing)]
    #[on(idle)]
    fn gone(&self) -> std::io::Result<()> {
        Ok(())
    }

    #[on(failed = nothing)]
    fn again(&mut self, cx: &Context, call: &Call) -> Result<()> {
        match call.failure() {
            Some(Failure::Died(_)) => Ok(cx.retry(call)?),
            _ => Ok(()),
        }
    }
}

fn main() {
    let _: fn() -> ExitCode = Reader::<u8>::main;
}
