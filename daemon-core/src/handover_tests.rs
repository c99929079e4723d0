//! Tests of `handover.rs`: what is written is read back, and nothing else is believed.

use super::*;
use crate::name::fnv1a;
use crate::stats::Count;
use std::time::Duration;

fn state() -> Kept {
    // The end of the lines must not be looked for in the state.
    let bytes = b"\x82\nsum 0\nlock".to_vec();
    Kept { kind: "app::State".into(), len: bytes.len(), sum: fnv1a(&bytes), bytes }
}

fn full(state: Option<Kept>) -> Handover {
    let mut stats = Stats::new(Mono(9));
    let (late, took) = (Duration::ZERO, Duration::from_nanos(1_234));
    stats.count(Count::Iteration { late, took, idle: Some(took), overrun: true, missed: 3 });
    Handover {
        pid: 42,
        program: PathBuf::from(OsString::from_vec(b"/opt/\xff\n x".to_vec())),
        base: "/srv".into(),
        owner: 33,
        standing: Standing::Contained,
        cause: "SIGHUP\nand more".into(),
        recoveries: vec![Mono(1), Mono(u64::MAX)],
        failures: 3,
        grid: Some((Mono(5), 1_500_000_000, 7)),
        timers: vec![(Mono(6), 12_000_000_000, 1), (Mono(7), 12_000_000_000, u64::MAX)],
        locks: vec![("file /x".into(), vec![3, 4]), ("own".into(), vec![])],
        log: Some((PathBuf::from(OsString::from_vec(b"/log/\xfe x".to_vec())), 5)),
        pid_file: Some(("/run/\u{e4} x".into(), Some(6))),
        appointments: vec![("0 3 * * * UTC".into(), Wall(7))],
        calls: vec![9, 10],
        dumped: Some(Mono(77)),
        stats: Some(stats),
        state,
    }
}

fn bytes(handover: &Handover) -> Vec<u8> {
    let state = handover.state.as_ref();
    [handover.lines(state), state.map(|state| state.bytes.clone()).unwrap_or_default()].concat()
}

#[test]
fn what_is_written_is_read_back() {
    for handover in [full(None), full(Some(state())), Handover::default()] {
        assert_eq!(Handover::from_bytes(bytes(&handover)), Some(handover));
    }
}

/// Every flipped bit and every cut of the lines is noticed: fault 66.
#[test]
fn fault_066_a_damaged_handover_is_not_believed() {
    let good = bytes(&full(None));
    for at in 0..good.len() {
        assert_eq!(Handover::from_bytes(good[..at].to_vec()), None, "cut at {at}");
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[at] ^= 1 << bit;
            // A sum in capitals is the same number; nothing else may pass.
            let read = Handover::from_bytes(bad);
            assert!(read.is_none() || read == Some(full(None)), "bit {bit} of byte {at}");
        }
    }
    assert_eq!(Handover::from_bytes(Vec::new()), None);
    assert_eq!(Handover::from_bytes(vec![0xFF; 100]), None);
    let surplus = [good, b"more".to_vec()].concat();
    assert_eq!(Handover::from_bytes(surplus), None, "something behind the lines that they do not announce");
}

/// Whatever becomes of the state behind them, the lines hold: the lock, the grid and the counts are kept.
#[test]
fn fault_066_a_damaged_state_costs_no_more_than_itself() {
    let whole = full(Some(state()));
    let good = bytes(&whole);
    let lines = good.len() - state().bytes.len();
    for at in 0..good.len() {
        let read = Handover::from_bytes(good[..at].to_vec());
        assert_eq!(read.is_some(), at >= lines, "cut at {at}");
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[at] ^= 1 << bit;
            let read = Handover::from_bytes(bad);
            assert_eq!(read.is_some(), at >= lines || read == Some(whole.clone()), "bit {bit} of byte {at}");
            if let Some(read) = read {
                assert_eq!(Handover { state: None, ..read }, full(None));
            }
        }
    }
}

#[test]
fn only_the_last_restarts_are_remembered() {
    let mut handover = full(None);
    (0..100).for_each(|at| handover.recovered(Mono(at)));
    assert_eq!(handover.recoveries.len(), REMEMBERED);
    assert_eq!(handover.recoveries.last(), Some(&Mono(99)));
}
