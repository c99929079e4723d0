//! Workers that never stop to speak, and what they leave behind: the daemon listens to all, and is held up by none.

use daemon_tests::figure;

use crate::{Yard, number_after};

/// Fault: a worker prints without end, or logs without end, as fast as it can.
/// Required: the daemon goes on with everything else: ticks, other calls, the time-out of this one, a stop.
#[test]
fn fault_087_endless_output_holds_nothing_up() {
    for fate in ["chat", "gossip"] {
        let mut yard = Yard::start(&[("POOL", "2"), ("TICK", "20"), ("TIMEOUT", "1500"), ("GRACE", "50")]);
        yard.order(&format!("call 1 1 {fate}"));
        yard.child().wait_for("xxxx".strip_prefix(if fate == "chat" { "" } else { "xxxx" }).unwrap_or("gossip "));
        let first = yard.child().wait_for(" tick ");
        assert!(yard.call(2, "fine").contains("returned by "), "{fate}");
        let line = yard.wait_ended(1);
        assert!(line.contains("Some(TimedOut("), "{fate}: {line}");
        let last = yard.child().wait_for(" tick ");
        let ticks = number_after(&last, " tick ") - number_after(&first, " tick ");
        yard.order(&format!("call 3 1 {fate}"));
        yard.child().wait_for(" tick ");
        let ended = yard.stop();
        assert!(ticks > 1, "{fate}: {ticks} ticks");
        figure(
            "fault_087",
            &format!("{fate} without end: {ticks} ticks of 20 ms in 1.5 s, {} lines", ended.lines.len()),
        );
    }
}

/// Fault: a worker has started a program that prints without end, and ends.
/// Required: its end is told, and the program ends with it.
#[test]
fn fault_075_a_child_that_prints_without_end_holds_nothing_up() {
    for fate in ["yes+kill", "yes+exit:0"] {
        let mut yard = Yard::start(&[]);
        let line = yard.call(1, fate);
        assert!(line.contains("Some(Died("), "{line}");
        assert!(yard.call(2, "fine").contains("returned by "));
        yard.stop();
    }
}

/// Fault: half a million calls in one go, to a pool that can take two thousand.
/// Required: as many as fit are taken, the others are told that the queue is full; memory does not grow with them; the sums
/// add up.
#[test]
fn fault_084_calls_beyond_the_queue_are_refused_and_counted() {
    let calls = daemon_tests::rounds(10_000_000) as u64;
    let mut yard = Yard::start(&[("POOL", "1"), ("QUEUE", "2000")]);
    yard.order("flood 10000");
    let first = yard.child().wait_for("flood: ");
    yard.order(&format!("flood {calls}"));
    let line = yard.child().wait_for("flood: ");
    let (accepted, full) = (number_after(&line, "accepted "), number_after(&line, "full "));
    assert_eq!(accepted + full, calls);
    let grown = number_after(&line, "memory ").saturating_sub(number_after(&first, "memory "));
    assert!(grown < 4 << 20, "grown by {grown} bytes");
    let ended = yard.stop();
    let [taken, ..] = crate::sums(&ended).expect("sums");
    assert_eq!(taken, accepted + number_after(&first, "accepted "));
    figure(
        "fault_084",
        &format!("{calls} of 10000000 calls: {accepted} taken, {full} refused, memory +{} kB", grown >> 10),
    );
}
