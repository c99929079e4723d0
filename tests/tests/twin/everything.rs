//! A daemon with every key and every helper, declared by the macro and by hand.

use std::io;
use std::num::ParseIntError;
use std::path::PathBuf;

use daemon_core::Plan;
use daemon_core::prelude::*;

use crate::{plan, plan_of};

/// This file, whose lines the places of the hooks name.
pub const SOURCE: &str = include_str!("everything.rs");

const ODD: f64 = 0.25;

struct Disk;

impl Plugin for Disk {}

struct Everything;

/// Says everything that can be said.
///
/// And says it twice.
#[daemon(
    name = "all",
    interval = "1.5s",
    jitter = "200ms",
    lock = path("/run/all/all.lock"),
    log = Self::log_file,
    missed = burst(3),
    idle = ODD,
    restart = "12h",
    restart_jitter = "30m",
    deadline = "30s",
    start_timeout = "2m",
    stop_timeout = "2d",
    on_error = log,
    nice = -5,
    user = "nobody",
    group = 65534,
    umask = 0o022,
    core_dumps = true,
    instructions = ["Create /var/spool/all.", "Mind the gap."],
    help = "No help today.",
)]
impl Everything {
    const DAY: Duration = duration!("1d");

    #[cfg(feature = "cron")]
    const MONTHLY: daemon_core::cron::Cron = daemon_core::cron_line!("@monthly");

    fn log_file() -> PathBuf {
        PathBuf::from("/var/log/all.log")
    }

    #[setup]
    fn open(_: &Context) -> Result<Self> {
        Ok(Self)
    }

    /// The main job.
    #[execute(deadline = "1s", on_error = stop)]
    fn job(&mut self, _: &Context) -> io::Result<()> {
        Ok(())
    }

    /// Many reasons.
    #[on(signal = USR2, on_error = log)]
    #[on(signal = "ALRM")]
    #[on(signal = Signal::realtime(2))]
    fn signal(&self) {}

    #[on(init)]
    #[on("pre_execute")]
    #[on(post_execute)]
    #[on(idle, deadline = Self::DAY)]
    #[on(signal)]
    #[on(error)]
    #[on(lock_lost)]
    #[on(shutdown)]
    fn event(&mut self, _: &Context) {}

    /// Twice an hour, and daily.
    #[every("30m", deadline = "30s", on_error = "restart")]
    #[every(Self::DAY, jitter = "1h")]
    fn r#tidy(&mut self) {}

    #[cfg(feature = "cron")]
    #[cron("0 3 * * *", zone = "Europe/Berlin", deadline = "1h")]
    #[cron(Self::MONTHLY)]
    fn nightly(&mut self) {}

    /// Stop after this many lines.
    #[option]
    fn max_lines(text: &str) -> Result<u32, ParseIntError> {
        text.parse()
    }

    #[plugin]
    fn disk() -> Disk {
        Disk
    }

    #[cfg(feature = "handover")]
    #[handover]
    fn keep(&self) -> u64 {
        7
    }
}

struct ByHand;

#[cfg(feature = "cron")]
impl ByHand {
    const MONTHLY: daemon_core::cron::Cron = daemon_core::cron::literal("@monthly");
}

impl Daemon for ByHand {
    fn declare(spec: &mut Spec<Self>) {
        spec.package(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        spec.about("Says everything that can be said.\n\nAnd says it twice.");
        spec.name("all");
        spec.interval(duration!("1.5s"));
        spec.jitter(Duration::from_millis(200));
        spec.lock(Lock::path("/run/all/all.lock"));
        spec.log(|| "/var/log/all.log");
        spec.missed(Missed::burst(3));
        spec.idle(ODD);
        spec.restart(Duration::from_secs(43_200));
        spec.restart_jitter(Duration::from_secs(1_800));
        spec.deadline(Duration::from_secs(30));
        spec.start_timeout(Duration::from_secs(120));
        spec.stop_timeout(Duration::from_secs(172_800));
        spec.on_error(OnError::log());
        spec.nice(-5);
        spec.user("nobody");
        spec.group(65_534);
        spec.umask(0o022);
        spec.core_dumps(true);
        spec.instructions(["Create /var/spool/all.", "Mind the gap."]);
        spec.help("No help today.");
        spec.setup(|_| Self);
        spec.execute(|_, _| ()).deadline(Duration::from_secs(1)).on_error(OnError::stop()).about("The main job.");
        spec.on(Signal::USR2, |_, _| ()).on_error(OnError::log()).about("Many reasons.");
        for signal in [Signal::ALRM, Signal::realtime(2)] {
            spec.on(signal, |_, _| ()).about("Many reasons.");
        }
        spec.on(Event::init(), |_, _| ());
        spec.on(Event::pre_execute(), |_, _| ());
        spec.on(Event::post_execute(), |_, _| ());
        spec.on(Event::idle(), |_, _| ()).deadline(duration!("1d"));
        spec.on(Event::signal(), |_, _| ());
        spec.on(Event::error(), |_, _| ());
        spec.on(Event::lock_lost(), |_, _| ());
        spec.on(Event::shutdown(), |_, _| ());
        let timer = spec.every(duration!("30m"), |_, _| ());
        timer.deadline(duration!("30s")).on_error(OnError::restart()).about("Twice an hour, and daily.");
        spec.every(duration!("1d"), |_, _| ()).jitter(duration!("1h")).about("Twice an hour, and daily.");
        #[cfg(feature = "cron")]
        {
            let night = daemon_core::cron::Cron::new("0 3 * * *").expect("good");
            spec.cron(night, |_, _| ()).zone("Europe/Berlin").deadline(duration!("1h"));
            spec.cron(Self::MONTHLY, |_, _| ());
        }
        spec.option("max_lines", |text: &str| text.parse::<u32>()).about("Stop after this many lines.");
        spec.plugin(|| Disk);
        #[cfg(feature = "handover")]
        spec.handover(|_, _| 7u64);
    }
}

/// The plan that the macro declares.
pub fn declared() -> Plan {
    plan_of::<Everything>()
}

#[test]
fn the_macro_declares_what_a_person_declares() {
    assert_eq!(declared(), plan_of::<ByHand>());
    assert_eq!(declared().check(), Ok(()));
}

/// A twin test that can not tell twins from strangers would be worth nothing.
#[test]
fn every_difference_is_seen() {
    type More = fn(&mut Spec<ByHand>);
    let differences: [(&str, More); 23] = [
        ("package", |spec| {
            spec.package("all", "99.0.0");
        }),
        ("about", |spec| {
            spec.about("other");
        }),
        ("name", |spec| {
            spec.name("other");
        }),
        ("interval", |spec| {
            spec.interval(duration!("2s"));
        }),
        ("jitter", |spec| {
            spec.jitter(duration!("2ms"));
        }),
        ("lock", |spec| {
            spec.lock(Lock::file());
        }),
        ("log", |spec| {
            spec.log("/var/log/all.log");
        }),
        ("missed", |spec| {
            spec.missed(Missed::burst(4));
        }),
        ("idle", |spec| {
            spec.idle(0.26);
        }),
        ("nice", |spec| {
            spec.nice(Nice::auto());
        }),
        ("deadline", |spec| {
            spec.deadline(duration!("31s"));
        }),
        ("start_timeout", |spec| {
            spec.start_timeout(duration!("3m"));
        }),
        ("stop_timeout", |spec| {
            spec.stop_timeout(duration!("21s"));
        }),
        ("user", |spec| {
            spec.user("root");
        }),
        ("group", |spec| {
            spec.group("nogroup");
        }),
        ("umask", |spec| {
            spec.umask(0o027);
        }),
        ("core_dumps", |spec| {
            spec.core_dumps(false);
        }),
        ("instructions", |spec| {
            spec.instructions(["one more"]);
        }),
        ("help", |spec| {
            spec.help("other");
        }),
        ("on", |spec| {
            spec.on(Signal::WINCH, |_, _| ());
        }),
        ("every", |spec| {
            spec.every(duration!("1s"), |_, _| ());
        }),
        ("option", |spec| {
            spec.option("more", |text: &str| text.parse::<u32>());
        }),
        ("plugin", |spec| {
            spec.plugin(|| Disk);
        }),
    ];
    for (what, more) in differences {
        let other = plan(|spec| {
            ByHand::declare(spec);
            more(spec);
        });
        assert_ne!(declared(), other, "another {what} makes no difference");
    }
}

/// The keys of a hook are part of what is compared.
#[test]
fn every_difference_of_hooks_is_seen() {
    type More = fn(&mut daemon_core::Hook);
    let differences: [(&str, More); 4] = [
        ("about", |hook| {
            hook.about("other");
        }),
        ("deadline", |hook| {
            hook.deadline(duration!("2s"));
        }),
        ("jitter", |hook| {
            hook.jitter(duration!("1s"));
        }),
        ("on_error", |hook| {
            hook.on_error(OnError::log());
        }),
    ];
    let hook = |more: More| plan::<ByHand>(|spec| more(spec.execute(|_, _| ())));
    for (what, more) in differences {
        assert_ne!(hook(|_| {}), hook(more), "another {what} makes no difference");
    }
}
