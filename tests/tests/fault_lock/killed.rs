//! Row 17: the holder is killed.

use std::fs;

use daemon_tests::{Chance, Child, Place, figure, rounds, spread};
use nix::sys::signal::Signal;
use std::time::Duration;

use crate::{actor, now, number, since, start_holder};

/// Fault: the holder is killed with KILL at a random moment while another process tries to get the lock all the time.
/// Required: the other has it at once and nothing has to be repaired: the kernel gives it back with the process.
#[test]
fn fault_017_a_waiting_process_has_the_lock_of_a_killed_holder_at_once() {
    let place = Place::new();
    let mut chance = Chance::fresh();
    let full = rounds(1000);
    let mut times = Vec::new();
    for _ in 0..full {
        let (victim, _) = start_holder(&place, &[]);
        let mut waiter = Child::spawn(actor("wait", &place.lock(), &[]));
        waiter.wait_for("waiting");
        std::thread::sleep(chance.up_to(Duration::from_millis(10)));
        let killed = now();
        victim.signal(Signal::SIGKILL);
        let held = number(&waiter.wait_for("held at "));
        assert!(held > killed, "two holders");
        times.push(since(killed, held));
        waiter.wait().expect_code(0);
        assert_eq!(victim.wait().signal, Some(libc::SIGKILL));
    }
    let (p50, p99, max) = spread(times);
    figure(
        "fault_017",
        &format!("takeover by a waiting process: p50 {p50:?}, p99 {p99:?}, max {max:?}; {full} of 1000 rounds"),
    );
}

/// Fault: the holder is killed with KILL, and the next instance is started as soon as it is gone, as a supervisor does.
/// Required: its first try succeeds, although the file still names the dead one.
#[test]
fn fault_017_a_start_right_after_a_kill_needs_no_repair() {
    let place = Place::new();
    let mut chance = Chance::fresh();
    let full = rounds(1000);
    let mut times = Vec::new();
    let (mut victim, _) = start_holder(&place, &[]);
    for _ in 0..full {
        std::thread::sleep(chance.up_to(Duration::from_millis(10)));
        let dead = victim.pid();
        let killed = now();
        victim.signal(Signal::SIGKILL);
        assert_eq!(victim.wait().signal, Some(libc::SIGKILL));
        let left = fs::read_to_string(place.lock()).expect("the file stays");
        assert!(left.starts_with(&format!("pid {dead}\n")), "{left}");
        let (successor, held) = start_holder(&place, &[]);
        let text = fs::read_to_string(place.lock()).expect("the file stays");
        assert!(text.starts_with(&format!("pid {}\n", successor.pid())), "{text}");
        times.push(since(killed, held));
        victim = successor;
    }
    victim.stop().expect_code(0);
    let (p50, p99, max) = spread(times);
    figure(
        "fault_017",
        &format!(
            "from the kill to the lock of a new start: p50 {p50:?}, p99 {p99:?}, max {max:?}; {full} of 1000 rounds"
        ),
    );
}
