//! What goes wrong with workers, and that nobody pays for it twice.

use super::*;

/// A worker may not end calls that it was not given, or end one twice.
#[test]
fn fault_079_an_answer_to_a_call_of_others_ends_the_worker() {
    let mut table = Table::new(|_| {});
    let (one, slot) = table.call().expect("accepted");
    table.event(1, Event::Hello);
    assert_eq!(table.answer(1, one + 7), [Order::End { member: 1, hard: true }, Order::Ended { call: one }]);
    assert_eq!(*slot.borrow(), Some(Err(Failure::Died(Death::Garbled))));
    assert_eq!(table.answer(1, one), [], "and whatever else it says");
    assert_eq!(table.event(1, Event::Gone(Death::Killed(9))), []);
    assert_eq!((table.crew.view(0).sums.deaths, table.crew.view(0).sums.late), (1, 0));
    let (two, _) = table.call().expect("accepted");
    table.event(2, Event::Hello);
    table.answer(2, two);
    assert_eq!(table.answer(2, two), [Order::End { member: 2, hard: true }], "twice the same");
    assert_eq!((table.crew.view(0).sums.returned, table.crew.view(0).sums.deaths), (1, 2));
}

/// Nobody answers before it has said that it is ready.
#[test]
fn fault_079_an_answer_before_the_greeting_ends_the_worker() {
    let mut table = Table::new(|_| {});
    let (one, slot) = table.call().expect("accepted");
    assert_eq!(table.answer(1, one)[0], Order::End { member: 1, hard: true });
    assert_eq!(*slot.borrow(), None);
}

#[test]
fn fault_085_a_late_result_is_counted_and_not_delivered() {
    let mut table = Table::new(|_| {});
    let (call, slot) = table.call().expect("accepted");
    table.event(1, Event::Hello);
    table.at(10).wake();
    assert_eq!(table.at(11).answer(1, call), []);
    assert!(matches!(&*slot.borrow(), Some(Err(Failure::TimedOut(_)))));
    assert_eq!((table.crew.view(0).sums.late, table.crew.view(0).sums.deaths), (1, 0));
}

/// The pause before the next start must not wake a pool that starts nothing any more, or it wakes for ever.
#[test]
fn fault_082_a_pool_that_has_failed_or_stops_wants_no_waking() {
    let mut table = Table::new(|pool| {
        pool.pool(20).queue(100);
    });
    (0..20).for_each(|_| drop(table.call().expect("accepted")));
    // All at once, again and again: the last of them find the pool in a pause.
    for second in 0..100 {
        table.at(second).wake();
        for member in table.crew.members.iter().map(|member| member.id).collect::<Vec<_>>() {
            table.event(member, Event::Gone(Death::Exited(1)));
        }
    }
    assert!(table.crew.view(0).failed);
    assert_eq!(table.crew.due(), None);
    let mut resting = Table::new(|_| {});
    resting.call().expect("accepted");
    for member in 1..8 {
        resting.event(member, Event::Gone(Death::Exited(1)));
    }
    assert!(resting.crew.due().is_some(), "in a pause");
    resting.crew.stop();
    assert_eq!(resting.crew.due(), None);
}

/// A call that would be tried again, of a pool that has failed meanwhile, ends: nobody is there to try.
#[test]
fn fault_082_a_failed_pool_leaves_no_call_pending() {
    let mut table = Table::new(|pool| {
        pool.retries(3).queue(100).timeout(Duration::ZERO);
    });
    let (call, slot) = table.call().expect("accepted");
    table.event(1, Event::Hello);
    table.call().expect("accepted");
    for second in 0..100 {
        table.at(second * 10).wake();
        while let Some(member) = table.crew.members.iter().map(|member| member.id).find(|member| *member != 1) {
            table.event(member, Event::Gone(Death::Exited(1)));
        }
    }
    assert!(table.crew.view(0).failed);
    table.event(1, Event::Gone(Death::Killed(11)));
    assert_eq!(*slot.borrow(), Some(Err(Failure::Died(Death::Killed(11)))), "call {call}");
    assert_eq!(table.crew.view(0).sums.pending, 0);
}

/// Who is ready, and ends well before it has done anything, again and again, is as bad as who is never ready.
#[test]
fn fault_082_workers_that_leave_at_once_are_misfortunes_too() {
    let mut table = Table::new(|pool| {
        pool.pool(1).spawn(crate::worker::Spawn::eager());
    });
    table.crew.start(Mono(0), &mut Vec::new());
    let mut started = 0;
    for second in 0..1000 {
        table.at(second * 10).wake();
        while let Some(member) = table.crew.members.first().map(|member| member.id).filter(|_| started < 100) {
            started += 1;
            table.event(member, Event::Hello);
            table.event(member, Event::Gone(Death::Exited(0)));
        }
    }
    assert_eq!(started, 11, "ten, and as many as there are processes");
}

/// Calls that kill their workers fail one by one. The pool goes on: others' calls are good.
#[test]
fn fault_073_calls_that_kill_their_workers_do_not_fail_the_pool() {
    let mut table = Table::new(|pool| {
        pool.pool(1).queue(100);
    });
    let calls: Vec<u64> = (0..30).map(|_| table.call().expect("accepted").0).collect();
    let good = table.call().expect("accepted").0;
    let mut spawned = 1;
    for second in 0..1000 {
        table.at(second).wake();
        if table.crew.members.is_empty() {
            continue;
        }
        let member = table.crew.members[0].id;
        spawned = spawned.max(member);
        let sent = table.event(member, Event::Hello);
        if sent == [send(member, good)] {
            assert_eq!(table.answer(member, good), [Order::Ended { call: good }]);
            break;
        }
        table.event(member, Event::Gone(Death::Killed(11)));
    }
    let sums = table.crew.view(0).sums;
    assert_eq!((sums.failed, sums.returned, sums.deaths), (calls.len() as u64, 1, 30));
    assert!(spawned <= 31 && table.now > Mono(60 * SECOND), "with pauses: {spawned} until {:?}", table.now);
}

/// Out of descriptors or processes is no fault of the pool: it waits, and recovers alone.
#[test]
fn fault_083_a_shortage_is_waited_out() {
    let mut table = Table::new(|_| {});
    let (call, slot) = table.call().expect("accepted");
    let short = || Event::NotStarted { why: "too many open files".into(), shortage: true };
    let mut starts = 0;
    for second in 0..600 {
        table.at(second).wake();
        while let Some(member) = table.crew.members.first().map(|member| member.id) {
            starts += 1;
            assert!(starts < 200, "not as fast as it can");
            table.event(member, short());
        }
    }
    assert_eq!(*slot.borrow(), None, "it waits");
    assert!(!table.crew.view(0).failed);
    table.at(700).wake();
    let member = table.crew.members[0].id;
    assert_eq!(table.event(member, Event::Hello), [send(member, call)]);
    // Anything else that can not be started fails as clearly as it can.
    let mut table = Table::new(|_| {});
    table.call().expect("accepted");
    for second in 0..100 {
        table.at(second).wake();
        while let Some(member) = table.crew.members.first().map(|member| member.id) {
            table.event(member, Event::NotStarted { why: "no such file".into(), shortage: false });
        }
    }
    assert!(table.crew.view(0).failed);
}

/// Processes that were told to end and do not are replaced, but not without end.
#[test]
fn fault_074_a_pool_of_hanging_workers_does_not_grow_without_end() {
    let mut table = Table::new(|pool| {
        pool.pool(2).queue(1000).timeout(Duration::from_secs(1)).grace(Duration::from_secs(1000));
    });
    (0..100).for_each(|_| drop(table.call().expect("accepted")));
    for second in 1..500 {
        table.at(second).wake();
        for member in table.crew.members.iter().map(|member| member.id).collect::<Vec<_>>() {
            table.event(member, Event::Hello);
        }
        assert!(table.crew.processes() <= 4, "{} in second {second}", table.crew.processes());
    }
}

#[test]
fn a_pool_that_is_made_smaller_lets_busy_workers_go_when_they_are_done() {
    let mut table = Table::new(|pool| {
        pool.pool(3).queue(10);
    });
    let calls: Vec<u64> = (0..3).map(|_| table.call().expect("accepted").0).collect();
    (1..=3).for_each(|member| drop(table.event(member, Event::Hello)));
    assert_eq!(table.resize(1), []);
    assert_eq!(table.answer(1, calls[0]), [Order::Close { member: 1 }, Order::Ended { call: calls[0] }]);
    assert_eq!(table.answer(2, calls[1]), [Order::Close { member: 2 }, Order::Ended { call: calls[1] }]);
    assert_eq!(table.answer(3, calls[2]), [Order::Ended { call: calls[2] }], "one stays");
}

/// A restart that does not come to pass makes a new daemon of the same image, with the same pools.
#[test]
fn a_crew_that_was_stopped_can_be_started_again() {
    let mut table = Table::new(|_| {});
    table.crew.stop();
    table.call().expect("accepted");
    assert_eq!(table.quiet(), [], "and not begun");
    table.crew.start(table.now, &mut table.out);
    assert!(table.call().is_ok());
}

/// Many that die at once are one misfortune: they are replaced at once. A generation that dies again is the next one.
#[test]
fn fault_081_a_whole_pool_that_dies_at_once_is_replaced_at_once() {
    let mut table = Table::new(|pool| {
        pool.pool(100).queue(1000).spawn(crate::worker::Spawn::eager());
    });
    table.crew.start(Mono(0), &mut Vec::new());
    let living = |table: &Table| table.crew.members.iter().map(|member| member.id).collect::<Vec<_>>();
    let mut pauses = Vec::new();
    for generation in 1..=12 {
        let members = living(&table);
        assert_eq!(members.len(), 100, "generation {generation}");
        table.at(1000 * generation);
        members.iter().for_each(|member| drop(table.event(*member, Event::Hello)));
        (0..100).for_each(|_| drop(table.call().expect("accepted")));
        members.iter().for_each(|member| drop(table.event(*member, Event::Gone(Death::Killed(9)))));
        pauses.push(table.crew.desks[0].rest_until.map_or(0, |until| (until.0 - table.now.0) / (SECOND / 10)));
        table.at(1000 * generation + 20).wake();
    }
    assert_eq!(pauses, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64]);
}
