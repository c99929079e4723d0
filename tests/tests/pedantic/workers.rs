//! An author who allows nothing, with workers.
#![deny(warnings, future_incompatible, keyword_idents, let_underscore, rust_2018_idioms, unused)]
#![deny(missing_debug_implementations, missing_docs, trivial_casts, trivial_numeric_casts, unreachable_pub, unsafe_code)]
#![deny(unused_import_braces, unused_lifetimes, unused_qualifications, single_use_lifetimes, elided_lifetimes_in_paths)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery, clippy::cargo)]
#![allow(clippy::cargo_common_metadata, clippy::multiple_crate_versions, reason = "nothing of the code")]

use daemon_core::prelude::*;

/// Reads pages.
#[derive(Debug, Default)]
struct Reader {
    pages: Vec<String>,
}

/// Reads pages.
#[daemon(interval = "1s", workers = [Primes, Plain])]
impl Reader {
    #[execute]
    fn ask(&mut self, cx: &Context) -> Result<()> {
        self.pages.clear();
        cx.call(Self::fetch, ("page".to_owned(), 3))?;
        cx.call(Primes::after, (7,))?;
        cx.task(Self::push, ())?;
        Ok(())
    }

    /// Gets a page.
    #[worker(pool = 5, timeout = "30s", retries = 2, spawn = lazy)]
    fn fetch(name: String, times: usize) -> std::io::Result<Vec<(u8, String)>> {
        std::fs::metadata(&name)?;
        Ok(vec![(1, name); times])
    }

    #[task(limit = 2)]
    fn push() -> std::io::Result<()> {
        std::fs::write("/var/spool/pushed", "1")
    }

    #[on(returned = fetch, deadline = "5s")]
    fn fetched(&mut self, pages: Vec<(u8, String)>) {
        self.pages.extend(pages.into_iter().map(|(_, page)| page));
    }

    #[on(returned = Primes::after)]
    fn found(&mut self, call: &Call, prime: u64) {
        self.pages.push(format!("{prime} of {}", call.method()));
    }

    #[on(timed_out = fetch)]
    #[on(failed = push)]
    #[on(failed = fetch, on_error = log)]
    fn lost(&self, cx: &Context, call: &Call) -> Result<()> {
        log::warn!("{} of {} pages lost in {:?}", call.method(), self.pages.len(), cx.time_left());
        Ok(cx.retry(call)?)
    }
}

/// Finds primes.
#[derive(Debug)]
struct Primes {
    known: Vec<u64>,
}

/// Finds primes.
#[worker(pool = 4, max_age = "1h")]
impl Primes {
    #[setup]
    fn open() -> std::io::Result<Self> {
        let text = std::fs::read_to_string("/var/spool/primes")?;
        Ok(Self { known: text.lines().filter_map(|line| line.parse().ok()).collect() })
    }

    #[call]
    fn after(&mut self, number: u64) -> std::result::Result<u64, String> {
        let is_prime = |number: &u64| (2..*number).all(|by| !number.is_multiple_of(by));
        let found = (number + 1..number * 2).find(is_prime).ok_or("none")?;
        self.known.push(found);
        Ok(found)
    }
}

/// Made by `Default`.
#[derive(Debug, Default)]
struct Plain(u8);

#[worker]
impl Plain {
    #[call]
    fn next(&mut self) -> Result<u8> {
        self.0 = self.0.checked_add(1).ok_or("too many")?;
        Ok(self.0)
    }
}

fn main() -> ExitCode {
    Reader::main()
}
