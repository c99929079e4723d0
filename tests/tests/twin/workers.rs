//! A daemon with all that can be said of workers, declared by the macro and by hand.

use std::io;

use daemon_core::worker::{Object, ObjectPool, Pool};
use daemon_core::{Hook, Plan, Spawn, prelude::*};

use crate::{plan, plan_of};

/// This file, whose lines the places name.
const SOURCE: &str = include_str!("workers.rs");

#[derive(Default)]
struct Everything;

#[daemon(name = "all", workers = [Primes, Made])]
impl Everything {
    const DAY: Duration = duration!("1d");

    /// Gets a page.
    #[worker(
        pool = 5,
        timeout = "30s",
        retries = 2,
        backoff = Duration::from_millis(10),
        queue = 100,
        spawn = lazy,
        max_calls = 1000,
        max_age = Self::DAY,
        max_memory = 100_000_000,
        grace = "1s"
    )]
    fn fetch(url: String, depth: u32) -> Result<Vec<String>> {
        Ok(vec![url; usize::try_from(depth)?])
    }

    #[worker(spawn = "eager")]
    fn r#loop() -> Result<()> {
        Ok(())
    }

    /// Takes a line away.
    #[task(limit = 3, timeout = "1m", retries = 1, backoff = "5s", queue = 10, grace = "2s")]
    fn push(line: String) -> io::Result<()> {
        drop(line);
        Ok(())
    }

    /// Has a page.
    #[on(returned = fetch, deadline = "2s", on_error = log)]
    fn fetched(&mut self, page: Vec<String>) {
        drop(page);
    }

    #[on(returned = Primes::sieve)]
    #[on(returned = Self::fetch)]
    fn sieved(&self, cx: &Context, _: &Call, of: impl IntoIterator) {
        _ = (cx, of);
    }

    #[on(timed_out = fetch)]
    #[on(failed = "push", on_error = stop)]
    #[on(failed = Primes::sieve)]
    fn lost(&self, _: &Call) {}
}

/// Finds primes.
#[derive(Default)]
struct Primes;

/// Finds primes.
#[worker(pool = 4, timeout = "2m", spawn = on_first_call, max_calls = 7)]
impl Primes {
    #[call]
    fn sieve(&mut self, from: u64, to: u64) -> Result<Vec<u64>> {
        Ok((from..to).collect())
    }

    /// What a method is for is for readers only.
    #[call]
    fn clear(&mut self) -> Result<()> {
        Ok(())
    }
}

struct Made(u8);

#[worker]
impl Made {
    #[setup]
    fn open() -> io::Result<Self> {
        Ok(Self(7))
    }

    #[call]
    fn get(&mut self) -> Result<u8> {
        Ok(self.0)
    }
}

/// The same by hand. A pool is named after its type, so the types have the same names.
mod by_hand {
    use super::*;

    pub struct Primes;

    impl Object for Primes {
        fn declare(pool: &mut ObjectPool<Self>) {
            pool.about("Finds primes.");
            pool.pool(4).timeout(duration!("2m")).spawn(Spawn::on_first_call()).max_calls(7);
            pool.setup(|| Self);
            pool.call(Self::sieve).call(Self::clear);
        }
    }

    impl Primes {
        fn sieve(&mut self, from: u64, to: u64) -> Result<Vec<u64>> {
            Ok((from..to).collect())
        }

        fn clear(&mut self) -> Result<()> {
            Ok(())
        }
    }

    pub struct Made;

    impl Object for Made {
        fn declare(pool: &mut ObjectPool<Self>) {
            pool.setup(|| io::Result::Ok(Self)).call(Self::get);
        }
    }

    impl Made {
        fn get(&mut self) -> Result<u8> {
            Ok(7)
        }
    }
}

/// The functions are those of the other daemon: a function is what it is known by.
fn by_hand(spec: &mut Spec<Everything>) {
    spec.name("all").package(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    spec.workers::<by_hand::Primes>();
    spec.workers::<by_hand::Made>();
    spec.setup(|_| Everything);
    let fetch = spec.worker(Everything::fetch).pool(5).timeout(duration!("30s")).retries(2).queue(100);
    fetch.backoff(duration!("10ms")).spawn(Spawn::lazy()).max_calls(1000).max_age(duration!("1d"));
    fetch.max_memory(100_000_000).grace(duration!("1s")).about("Gets a page.");
    spec.worker(Everything::r#loop).spawn(Spawn::eager());
    let push = spec.task(Everything::push).limit(3).timeout(duration!("1m")).retries(1).backoff(duration!("5s"));
    push.queue(10).grace(duration!("2s")).about("Takes a line away.");
    let fetched = spec.returned(Everything::fetch, |_, _, _, page| drop::<Vec<String>>(page));
    fetched.deadline(duration!("2s")).on_error(OnError::log()).about("Has a page.");
    spec.returned(Primes::sieve, |_, _, _, _| ());
    spec.returned(Everything::fetch, |_, _, _, _| ());
    spec.timed_out(Everything::fetch, |_, _, _| ());
    spec.failed(Everything::push, |_, _, _| ()).on_error(OnError::stop());
    spec.failed(Primes::sieve, |_, _, _| ());
}

#[test]
fn the_macro_declares_the_workers_that_a_person_declares() {
    let declared = plan_of::<Everything>();
    assert_eq!(declared, plan(by_hand));
    assert_eq!(declared.check(), Ok(()));
    let names: Vec<_> = declared.pools.iter().map(ToString::to_string).collect();
    assert_eq!(names.len(), 5);
}

/// Messages name the line of the author's attribute, or of the type in the list.
#[test]
fn pools_and_their_hooks_are_where_their_attributes_are() {
    let declared = plan_of::<Everything>();
    let line = |text: String| {
        let place = text.strip_suffix(')').and_then(|text| text.rsplit_once(':')).map_or("", |(_, line)| line);
        SOURCE.lines().nth(place.parse::<usize>().expect("a line") - 1).expect("a line of this file").trim()
    };
    let pools: Vec<_> = declared.pools.iter().map(|pool| line(pool.to_string())).collect();
    let list = "#[daemon(name = \"all\", workers = [Primes, Made])]";
    let task = "#[task(limit = 3, timeout = \"1m\", retries = 1, backoff = \"5s\", queue = 10, grace = \"2s\")]";
    assert_eq!(pools, [list, list, "#[worker(", "#[worker(spawn = \"eager\")]", task]);
    let hooks: Vec<_> = declared.hooks.iter().map(|hook: &Hook| line(hook.to_string())).collect();
    let expected = [
        "#[on(returned = fetch, deadline = \"2s\", on_error = log)]",
        "#[on(returned = Primes::sieve)]",
        "#[on(returned = Self::fetch)]",
        "#[on(timed_out = fetch)]",
        "#[on(failed = \"push\", on_error = stop)]",
        "#[on(failed = Primes::sieve)]",
    ];
    assert_eq!(hooks, expected);
}

/// A twin test that can not tell twins from strangers would be worth nothing.
#[test]
fn every_difference_of_pools_is_seen() {
    type More = fn(&mut Pool) -> &mut Pool;
    let differences: [(&str, More); 12] = [
        ("pool", |pool| pool.pool(2)),
        ("limit", |pool| pool.limit(2)),
        ("timeout", |pool| pool.timeout(duration!("2s"))),
        ("retries", |pool| pool.retries(1)),
        ("backoff", |pool| pool.backoff(duration!("2s"))),
        ("queue", |pool| pool.queue(1)),
        ("spawn", |pool| pool.spawn(Spawn::eager())),
        ("max_calls", |pool| pool.max_calls(1)),
        ("max_age", |pool| pool.max_age(duration!("2s"))),
        ("max_memory", |pool| pool.max_memory(1)),
        ("grace", |pool| pool.grace(duration!("2s"))),
        ("about", |pool| pool.about("other")),
    ];
    let pool = |more: More| {
        plan::<Everything>(|spec| {
            more(spec.worker(Everything::r#loop));
        })
    };
    for (what, more) in differences {
        assert_ne!(pool(|pool| pool), pool(more), "another {what} makes no difference");
    }
}

/// The same for what is said of the daemon.
#[test]
fn every_difference_of_workers_is_seen() {
    type More = fn(&mut Spec<Everything>);
    let differences: [(&str, More); 6] = [
        ("worker", |spec| {
            spec.worker(later);
        }),
        ("task", |spec| {
            spec.task(later);
        }),
        ("workers", |spec| {
            spec.workers::<Made>();
        }),
        ("returned", |spec| {
            spec.returned(Everything::push, |_, _, _, ()| ());
        }),
        ("timed_out", |spec| {
            spec.timed_out(Everything::push, |_, _, _| ());
        }),
        ("failed", |spec| {
            spec.failed(Everything::fetch, |_, _, _| ());
        }),
    ];
    let declared: Plan = plan_of::<Everything>();
    for (what, more) in differences {
        let other = plan(|spec| {
            by_hand(spec);
            more(spec);
        });
        assert_ne!(declared, other, "another {what} makes no difference");
    }
}

fn later(_: u8) -> Result<()> {
    Ok(())
}
