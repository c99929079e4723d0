//! Each example of the gallery, and its twin by hand.

use std::time::Duration;

use daemon_core::{BoxError, Event, Lock, Missed, Plan, Signal, Spec};

use crate::plan;

/// Takes in an example; `plan` is what its daemon declares, `SOURCE` its text.
macro_rules! example {
    ($name:ident, $daemon:ident $(, $more:item)?) => {
        #[allow(dead_code, reason = "it is declared here, and not run")]
        pub mod $name {
            include!(concat!(env!("OUT_DIR"), "/", stringify!($name), ".rs"));

            pub const SOURCE: &str = include_str!(concat!("../../../examples/", stringify!($name), ".rs"));

            pub fn plan() -> daemon_core::Plan {
                crate::plan_of::<$daemon>()
            }

            $($more)?
        }
    };
}

example!(by_hand, Heartbeat);
example!(heartbeat, Heartbeat);
#[cfg(feature = "workers")]
example!(
    parallel_tasks,
    Tasks,
    /// What only its own functions can name.
    pub fn calls<D: 'static>(spec: &mut Spec<D>) {
        spec.on(Event::init(), |_, _| ());
        let task = spec.task(Tasks::primes_below);
        task.limit(3).timeout(Duration::from_secs(60)).about("How many primes there are below a limit.");
        spec.returned(Tasks::primes_below, |_, _, _, _| ());
        let failed = spec.failed(Tasks::primes_below, |_, _, _| ());
        failed.about("A panic in a task is its own affair: the daemon hears of it and goes on.");
    }
);
example!(pulse, Pulse);
#[cfg(feature = "handover")]
example!(restart, Count);
example!(signals, Signals);
example!(timers, Timers);

/// A daemon without state, for declarations only.
struct Twin;

fn twin(name: &str, declare: impl FnOnce(&mut Spec<Twin>)) -> Plan {
    plan(|spec| {
        spec.package(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        spec.name(name);
        declare(spec);
    })
}

/// A new example must come with its twin.
#[test]
fn every_example_has_a_twin() {
    let here: String = include_str!("examples.rs").split_whitespace().collect();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");
    let mut count = 0;
    for path in std::fs::read_dir(folder).expect("the examples").map(|entry| entry.expect("an entry").path()) {
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.file_stem().expect("a name").to_string_lossy();
            assert!(here.contains(&format!("example!({name},")), "{name}.rs is not taken in");
            assert!(here.contains(&format!("({name}::plan(),")), "{name}.rs is compared with no twin");
            count += 1;
        }
    }
    assert!(count >= 5, "only {count} examples");
}

#[test]
fn heartbeat_is_by_hand() {
    assert_eq!(heartbeat::plan(), by_hand::plan());
    assert_eq!(by_hand::plan(), heartbeat::plan());
}

#[test]
fn pulse_is_its_twin() {
    let twin = twin("pulse", |spec| {
        spec.about("Writes load, memory and the busiest process to a CSV file.");
        spec.interval(Duration::from_millis(1500));
        spec.lock(Lock::file());
        spec.instructions(["Give the CSV file a place of its own with --csv: it grows by about 5 MB a day."]);
        spec.option("csv", |text: &str| Ok::<_, BoxError>(text.to_owned()))
            .about("Write the lines to this file instead of pulse.csv");
        spec.option("warn_load", |text: &str| text.parse::<f64>())
            .about("Warn when the load of the last minute is above this number");
        spec.execute(|_, _| ());
        spec.on(Event::shutdown(), |_, _| ()).about("Nothing is kept back when the daemon stops.");
    });
    assert_eq!(pulse::plan(), twin);
}

#[test]
fn signals_is_its_twin() {
    let twin = twin("signals", |spec| {
        spec.about("Waits for signals; nothing is executed in between.");
        spec.on(Signal::USR2, |_, _| ()).about("Count one.");
        spec.on(Signal::WINCH, |_, _| ()).about("Whatever else arrives.");
        spec.on(Signal::realtime(1), |_, _| ()).about("Whatever else arrives.");
        spec.on(Event::shutdown(), |_, _| ())
            .about("INT and TERM stop the daemon by themselves; this is where it says goodbye.");
    });
    assert_eq!(signals::plan(), twin);
}

#[test]
fn timers_is_its_twin() {
    let twin = twin("timers", |spec| {
        spec.about("Ticks once a second, with two slower timers and some work for idle moments.");
        spec.interval(Duration::from_secs(1));
        spec.missed(Missed::burst(3));
        spec.execute(|_, _| ());
        spec.every(Duration::from_millis(1400), |_, _| ())
            .about("In the same thread as the ticks: the two never run at once.");
        spec.every(Duration::from_millis(2400), |_, _| ());
        spec.on(Event::idle(), |_, _| ()).about("Small steps, as long as there is time in this interval.");
    });
    assert_eq!(timers::plan(), twin);
}

#[cfg(feature = "handover")]
#[test]
fn restart_is_its_twin() {
    let twin = twin("restart", |spec| {
        spec.about("Counts the lines that are appended to a file.");
        spec.interval(Duration::from_millis(200));
        spec.lock(Lock::file());
        spec.option("file", |text: &str| Ok::<_, BoxError>(text.to_owned()))
            .about("The file that grows, instead of lines.txt");
        spec.execute(|_, _| ());
        spec.handover(|_, _| 0u64);
    });
    assert_eq!(restart::plan(), twin);
}

#[cfg(feature = "workers")]
#[test]
fn parallel_tasks_is_its_twin() {
    let twin = twin("parallel_tasks", |spec| {
        spec.about("Counts primes below four limits, in up to three processes at once, and stops.");
        parallel_tasks::calls(spec);
    });
    assert_eq!(parallel_tasks::plan(), twin);
}
