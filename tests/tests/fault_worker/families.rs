//! Rows 25, 53, 75, 76, 77: daemon, workers and grandchildren, and who outlives whom.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::time::Duration;

use daemon_tests::{Chance, Ended, Place, figure, on_terminal, proc, rounds, spread, wait_until};
use nix::sys::signal::Signal;

use crate::yard::since;
use crate::{Yard, mono, number_after, processes};

/// Waits until no process of the session is left but the daemon that is dead.
fn wait_alone(yard: &Yard) {
    wait_until("the end of all workers", || processes(yard.pid()).is_empty());
}

/// Fault: a worker has started programs of its own, which would outlive it.
/// Required: they end with it: by a stop, by a time-out, by its death.
#[test]
fn fault_075_what_a_worker_has_started_ends_with_it() {
    let full = rounds(60);
    for round in 0..full {
        for fate in ["family", "family+kill", "family+exit:0", "family+deaf+hang"] {
            let mut yard = Yard::start(&[("TIMEOUT", "100"), ("GRACE", "20")]);
            yard.order(&format!("call {round} 1 {fate}"));
            yard.child().wait_for("family ");
            yard.wait_ended(round as u64);
            // Those that have ended a worker are gone before the stop; `family` alone lives until it.
            if fate != "family" {
                let daemon = yard.pid();
                wait_until("the end of the family", || processes(daemon).iter().all(|pid| is_ours(*pid)));
            }
            yard.stop();
        }
    }
    figure("fault_075", &format!("left behind 0 of 4 x {full} families; of 60"));
}

/// Whether it runs the daemon's program, and nothing that was started by a worker.
fn is_ours(pid: u32) -> bool {
    fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|path| path.to_string_lossy().contains("worker"))
}

/// Fault: the daemon is killed at a random moment, while workers run and new ones are started all the time.
/// Required: all workers are gone with it.
#[test]
fn fault_076_no_worker_outlives_a_killed_daemon() {
    let mut chance = Chance::fresh();
    let mut times = Vec::new();
    let full = rounds(1000);
    for round in 0..full {
        let mut yard = Yard::start(&[("POOL", "2"), ("SPAWN", "eager"), ("TASKS", "3")]);
        yard.order("call 0 2 hang");
        if round % 2 == 0 {
            // Three tasks, each of which is made anew as soon as it has ended: there is always a process being started.
            yard.order("task 0").order("task 0").order("task 1");
            yard.child().wait_for("ordered until");
        }
        std::thread::sleep(chance.up_to(Duration::from_millis(20)));
        yard.kill();
        let killed = mono();
        wait_alone(&yard);
        times.push(since(killed, mono()));
    }
    let (p50, p99, max) = spread(times);
    figure("fault_076", &format!("0 survivors; all gone after p50 {p50:?}, p99 {p99:?}, max {max:?}; {full} of 1000"));
}

/// Fault: the daemon is killed between the birth of a worker and its wish to end with the daemon: the narrow moment is
/// made wide by a delay in that very system call, on either side of it.
/// Required: the worker notices and ends.
#[test]
fn fault_076_a_worker_that_is_being_born_notices() {
    for side in ["delay_enter", "delay_exit"] {
        for _ in 0..rounds(40) {
            let place = Place::new();
            let mut command = Yard::command("strace", &place, &[]);
            command.args(["-D", "-f", "-qq", "-o"]).arg(place.file("trace"));
            command.arg(format!("--inject=prctl:{side}=150000")).args(["--trace=prctl", "--", Yard::program()]);
            let mut yard = Yard::spawn(place, command);
            yard.child().wait_started();
            yard.order("call 1 1 fine");
            let mut looks = 0;
            wait_until("a worker that is held up", || {
                let held = |pid: &u32| proc::status(*pid, "State").starts_with('t');
                looks = if yard.workers().iter().any(held) { looks + 1 } else { 0 };
                looks == 20
            });
            yard.kill();
            wait_alone(&yard);
        }
    }
    figure("fault_076", "killed around the very call that ties a worker to the daemon: 0 survivors");
}

/// Fault: a worker is not tied to the daemon any more (a change of user unties it), and the daemon is killed.
/// Required: the end of its line ends it: at once when it is idle, after its call when not.
#[test]
fn fault_076_an_untied_worker_ends_with_its_line() {
    for fate in ["unbound", "unbound+tell+nap:30000"] {
        for _ in 0..rounds(200) {
            let mut yard = Yard::start(&[]);
            yard.order(&format!("call 1 1 {fate}"));
            yard.child().wait_for(if fate == "unbound" { "ended 1 " } else { "in call 1 " });
            yard.kill();
            wait_alone(&yard);
        }
    }
    figure("fault_076", &format!("untied workers: 0 survivors of 2 x {}; of 200", rounds(200)));
}

/// Fault: threads of the daemon come and go.
/// Required: workers are started by the main thread only (that is a matter of types: the subject does not compile
/// otherwise), so none dies with a thread.
#[test]
fn fault_077_the_end_of_a_thread_ends_no_worker() {
    let full = rounds(2000);
    let mut yard = Yard::start(&[("POOL", "4"), ("SPAWN", "eager")]);
    let workers = yard.wait_workers(4);
    yard.order(&format!("threads {full}"));
    yard.child().wait_for("threads have ended");
    assert!(yard.call(1, "fine").contains("returned by "));
    assert_eq!(yard.workers(), workers, "the same as before");
    assert_eq!(number_after(&yard.view(), "deaths: "), 0);
    yard.stop();
    figure("fault_077", &format!("{full} of 2000 threads ended, false deaths 0"));
}

/// Fault: Ctrl-C is typed where the daemon runs, while workers work.
/// Required: it reaches the daemon and nobody else: one stop, and what runs is finished.
#[test]
fn fault_053_a_key_of_the_terminal_reaches_the_daemon_alone() {
    let full = rounds(100);
    for round in 0..full {
        let place = Place::new();
        let mut command = Yard::command(Yard::program(), &place, &[("POOL", "4")]);
        let mut terminal = on_terminal(&mut command);
        let mut yard = Yard::spawn(place, command);
        yard.child().wait_started();
        yard.order("call 0 4 tell+nap:20000");
        (0..4).for_each(|_| drop(yard.child().wait_for("in call ")));
        terminal.write_all(b"\x03").expect("typed");
        let ended: Ended = yard.ended();
        assert_eq!(crate::sums(&ended), Some([4, 4, 0, 0]), "{ended:#?}");
        assert_eq!((ended.count("SIGINT: stopping"), ended.count("again")), (1, 0), "round {round}: {ended:#?}");
    }
    figure("fault_053", &format!("lost calls 0 of 4 x {full}; of 100"));
}

/// Fault: the daemon is killed while its workers act, who ignore TERM; in the second half of the rounds they are not tied to
/// the daemon any more either. The next daemon starts as soon as the lock is free.
/// Required: nothing that the old generation does comes after the first thing that the new one does.
#[test]
fn fault_025_the_old_generation_is_gone_before_the_new_one_acts() {
    let full = rounds(200);
    for fate in ["deaf+effects", "unbound+deaf+effects:100000"] {
        let gaps: Vec<Duration> = (0..full.div_ceil(2)).map(|_| change_of_generation(fate)).collect();
        let (count, shortest) = (gaps.len(), gaps.iter().min().copied().unwrap_or_default());
        let (p50, _, _) = spread(gaps);
        figure(
            "fault_025",
            &format!(
                "{fate}: old acts after the first new one: 0 in {count} of 100; from the last old to the first new: p50 {p50:?}, least {shortest:?}"
            ),
        );
    }
}

/// From the last act of the old generation to the first of the new one.
fn change_of_generation(fate: &str) -> Duration {
    let settings = [("POOL", "4"), ("TICK", "1"), ("EFFECTS", fate)];
    let mut old = Yard::start_locked(Place::new().into(), &settings);
    let effects = old.place().file("effects");
    let read = || fs::read_to_string(&effects).unwrap_or_default();
    let by = |pid: u32| {
        let mine = move |line: &&str| line.contains(" daemon ") && line.contains(&format!(" {pid} "));
        read().lines().find(mine).map(|line| number_after(line, ""))
    };
    let ending = old.pid();
    wait_until("effects of all workers", || at_work(&read(), ending).len() == 4);
    old.child().signal(Signal::SIGKILL);
    let mut new = old.successor(&settings);
    let pid = new.pid();
    wait_until("an effect of the new daemon", || by(pid).is_some());
    wait_until("effects of the new workers", || !at_work(&read(), pid).is_empty());
    new.kill();
    wait_alone(&new);
    wait_alone(&old);
    let (text, first) = (read(), by(pid).expect("the first effect"));
    let workers = at_work(&text, ending);
    let acts = text.lines().filter(|line| worker_of(line).is_some_and(|worker| workers.contains(worker)));
    let last = acts.map(|line| number_after(line, "")).max().expect("an act of an old worker");
    assert!(last < first, "an old worker acted {:?} after the first act of the new daemon", since(first, last));
    since(last, first)
}

/// The workers that have left a trace while this daemon was their parent.
fn at_work(effects: &str, daemon: u32) -> BTreeSet<&str> {
    let end = format!(" {daemon}");
    effects.lines().filter(|line| line.ends_with(&end)).filter_map(worker_of).collect()
}

/// The worker that has left this line.
fn worker_of(line: &str) -> Option<&str> {
    line.contains(" worker ").then(|| line.split(' ').nth(3)).flatten()
}
