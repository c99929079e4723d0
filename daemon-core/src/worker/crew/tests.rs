//! The pools alone: who gets a call, what becomes of it, and that the sums add up at every moment.

mod faults;

use super::*;
use crate::plan::Place;
use crate::worker::call::Failure;

const SECOND: u64 = 1_000_000_000;

fn job() {}

/// A crew of one pool, and what it last asked for.
struct Table {
    crew: Crew,
    now: Mono,
    out: Vec<Order>,
}

impl Table {
    fn new(change: impl FnOnce(&mut Pool)) -> Self {
        let mut pool = Pool::new("job", Kind::Function, Place::here());
        pool.methods.push(key());
        pool.pool(2).queue(3).timeout(Duration::from_secs(10));
        change(&mut pool);
        Self { crew: Crew::new(&[pool], Duration::ZERO), now: Mono(0), out: Vec::new() }
    }

    fn at(&mut self, second: u64) -> &mut Self {
        self.now = Mono(second * SECOND);
        self
    }

    fn call(&mut self) -> Result<(u64, Slot), Refused> {
        self.out.clear();
        let made = self.crew.call(self.now, key(), vec![1], &mut self.out);
        self.check();
        made
    }

    fn event(&mut self, member: u64, event: Event) -> Vec<Order> {
        self.out.clear();
        self.crew.event(self.now, member, event, &mut self.out);
        self.check();
        self.quiet()
    }

    fn answer(&mut self, member: u64, call: u64) -> Vec<Order> {
        self.event(member, Event::Answer { call, outcome: Ok(vec![2]), leaving: false })
    }

    fn wake(&mut self) -> Vec<Order> {
        self.out.clear();
        self.crew.wake(self.now, &mut self.out);
        self.check();
        self.quiet()
    }

    fn resize(&mut self, size: usize) -> Vec<Order> {
        self.out.clear();
        self.crew.resize(self.now, 0, size, &mut self.out);
        self.check();
        self.quiet()
    }

    /// What it asked for, but for lines to the log.
    fn quiet(&self) -> Vec<Order> {
        self.out.iter().filter(|order| !matches!(order, Order::Log(..))).cloned().collect()
    }

    /// Every accepted call is pending or has ended, exactly once.
    fn check(&self) {
        let sums = self.crew.view(0).sums;
        assert_eq!(sums.accepted, sums.returned + sums.failed + sums.pending, "{sums:?}");
        assert_eq!(sums.pending, self.crew.jobs.len() as u64);
    }
}

fn key() -> Key {
    fn of<F: 'static>(_: F) -> Key {
        Key::of::<F>()
    }
    of(job)
}

fn spawn(member: u64) -> Order {
    Order::Spawn { pool: 0, member }
}

fn send(member: u64, call: u64) -> Order {
    Order::Send { member, call }
}

#[test]
fn a_lazy_pool_starts_a_worker_for_each_call_that_finds_none() {
    let mut table = Table::new(|_| {});
    let (one, slot) = table.call().expect("accepted");
    assert_eq!(table.quiet(), [spawn(1)]);
    assert_eq!(table.event(1, Event::Hello), [send(1, one)]);
    let (two, _) = table.call().expect("accepted");
    assert_eq!(table.quiet(), [spawn(2)]);
    // The first is done before the second worker is ready: it takes the second call, too.
    assert_eq!(table.answer(1, one), [Order::Ended { call: one }, send(1, two)]);
    assert_eq!(*slot.borrow(), Some(Ok(vec![2].into())));
    assert_eq!(table.event(2, Event::Hello), []);
    let call = table.crew.take_ended(one).expect("once");
    assert_eq!((call.attempts, call.method()), (1, "job"));
    assert!(table.crew.take_ended(one).is_none(), "and not twice");
}

#[test]
fn pools_are_filled_at_once_or_at_the_first_call() {
    let mut eager = Table::new(|pool| {
        pool.spawn(crate::worker::Spawn::eager());
    });
    eager.crew.start(Mono(0), &mut eager.out);
    assert_eq!(eager.quiet(), [spawn(1), spawn(2)]);
    let mut mixed = Table::new(|pool| {
        pool.spawn(crate::worker::Spawn::on_first_call());
    });
    mixed.crew.start(Mono(0), &mut mixed.out);
    assert_eq!(mixed.quiet(), []);
    mixed.call().expect("accepted");
    assert_eq!(mixed.quiet(), [spawn(1), spawn(2)]);
}

/// B15: the way to start them follows from the interval.
#[test]
fn b15_the_way_to_start_workers_follows_from_the_interval() {
    let at = |millis| crate::worker::Spawn::auto().at(Duration::from_millis(millis));
    assert_eq!([at(0), at(2_001)], [When::Lazy, When::Lazy]);
    assert_eq!([at(2_000), at(1_001)], [When::OnFirstCall, When::OnFirstCall]);
    assert_eq!([at(1_000), at(1)], [When::Eager, When::Eager]);
}

#[test]
fn fault_084_a_full_queue_refuses_and_drops_nothing() {
    let mut table = Table::new(|_| {});
    let calls: Vec<_> = (0..3).map(|_| table.call().expect("accepted").0).collect();
    assert_eq!(table.call().expect_err("full"), Refused::Full { queue: 3 });
    table.event(1, Event::Hello);
    let more = table.call().expect("one has left the queue").0;
    assert!(table.call().is_err());
    let order = [calls, vec![more]].concat();
    for (n, call) in order.iter().enumerate() {
        table.answer(1, *call);
        assert_eq!(table.crew.view(0).sums.returned, n as u64 + 1);
    }
    assert_eq!(table.crew.view(0).sums.refused, 2);
}

#[test]
fn fault_073_a_death_ends_its_call_once_and_the_worker_is_replaced() {
    let mut table = Table::new(|_| {});
    let (call, slot) = table.call().expect("accepted");
    table.event(1, Event::Hello);
    let died = table.event(1, Event::Gone(Death::Killed(9)));
    assert_eq!(died, [Order::Ended { call }]);
    assert_eq!(*slot.borrow(), Some(Err(Failure::Died(Death::Killed(9)))));
    // Who is gone answers no more.
    assert_eq!(table.answer(1, call), []);
    table.call().expect("accepted");
    assert_eq!(table.quiet(), [spawn(2)]);
}

#[test]
fn fault_074_a_call_that_hangs_is_ended_and_then_killed() {
    let mut table = Table::new(|_| {});
    let (call, _) = table.call().expect("accepted");
    table.at(1).event(1, Event::Hello);
    assert_eq!(table.crew.due(), Some(Mono(11 * SECOND)));
    assert_eq!(
        table.at(11).wake(),
        [Order::End { member: 1, hard: false }, Order::Close { member: 1 }, Order::Ended { call }]
    );
    assert_eq!(table.crew.due(), Some(Mono(16 * SECOND)));
    // Fault 85: what it says after that is not delivered.
    assert_eq!(table.at(12).answer(1, call), []);
    assert_eq!(table.at(16).wake(), [Order::End { member: 1, hard: true }]);
    assert_eq!(table.event(1, Event::Gone(Death::Killed(9))), []);
    assert_eq!((table.crew.view(0).sums.timeouts, table.crew.view(0).sums.deaths), (1, 0));
}

#[test]
fn a_call_is_tried_again_as_often_as_declared_with_growing_pauses() {
    let mut table = Table::new(|pool| {
        pool.retries(2);
    });
    let (call, slot) = table.call().expect("accepted");
    table.event(1, Event::Hello);
    let fail = |table: &mut Table| table.event(1, Event::Answer { call, outcome: Err("no".into()), leaving: false });
    assert_eq!(fail(&mut table), []);
    assert_eq!(table.crew.due(), Some(Mono(SECOND)));
    assert_eq!(table.at(1).wake(), [send(1, call)]);
    assert_eq!(fail(&mut table), []);
    assert_eq!(table.at(2).wake(), [], "the second pause is longer");
    assert_eq!(table.at(3).wake(), [send(1, call)]);
    assert_eq!(fail(&mut table), [Order::Ended { call }]);
    assert_eq!(*slot.borrow(), Some(Err(Failure::Error("no".into()))));
    assert_eq!(table.crew.take_ended(call).expect("ended").attempts, 3);
}

/// Fault 82: a worker that dies at its start, for ever.
#[test]
fn fault_082_a_pool_that_can_not_work_gives_up() {
    let mut table = Table::new(|_| {});
    let (call, slot) = table.call().expect("accepted");
    let mut spawned = 1;
    for second in 0..60 {
        let mut orders = vec![Order::Close { member: 0 }];
        while !orders.is_empty() && spawned < 100 {
            table.at(second).event(spawned, Event::Gone(Death::Exited(1)));
            orders = table.quiet();
            spawned += orders.iter().filter(|order| matches!(order, Order::Spawn { .. })).count() as u64;
        }
        spawned += table.wake().iter().filter(|order| matches!(order, Order::Spawn { .. })).count() as u64;
    }
    assert_eq!(spawned, 12, "ten, and as many as there are processes");
    assert!(matches!(&*slot.borrow(), Some(Err(Failure::GivenUp(_)))), "{slot:?}");
    assert!(matches!(table.call(), Err(Refused::PoolFailed(_))));
    assert!(table.crew.take_ended(call).is_some());
    table.out.clear();
    table.crew.revive(table.now, 0, &mut table.out);
    assert!(table.call().is_ok());
}

#[test]
fn a_call_that_is_given_up_ends_or_is_told() {
    let mut table = Table::new(|pool| {
        pool.pool(1);
    });
    let (runs, _) = table.call().expect("accepted");
    let (waits, slot) = table.call().expect("accepted");
    table.event(1, Event::Hello);
    table.out.clear();
    table.crew.cancel(table.now, waits, &mut table.out);
    table.crew.cancel(table.now, runs, &mut table.out);
    assert_eq!(table.quiet(), [Order::Ended { call: waits }, Order::Cancel { member: 1, call: runs }]);
    assert!(matches!(&*slot.borrow(), Some(Err(Failure::GivenUp(_)))));
    table.check();
    assert_eq!(table.answer(1, runs), [Order::Ended { call: runs }]);
}

/// Fault 63: what waits goes to the next image, in its order, and nothing of it is counted twice.
#[test]
fn fault_063_calls_that_wait_are_handed_over() {
    let mut old = Table::new(|pool| {
        pool.pool(1).retries(1);
    });
    let calls: Vec<_> = (0..3).map(|_| old.call().expect("accepted").0).collect();
    old.event(1, Event::Hello);
    old.crew.stop();
    old.answer(1, calls[0]);
    let (next, kept) = old.crew.hand_over();
    old.check();
    assert_eq!(kept.iter().map(|call| call.id).collect::<Vec<_>>(), calls[1..]);
    let sums = old.crew.view(0).sums;
    assert_eq!((sums.accepted, sums.returned), (1, 1));

    let mut new = Table::new(|_| {});
    let mut stranger = kept[0].clone();
    stranger.method = "gone".into();
    let lost = new.crew.take_over(next, [kept, vec![stranger.clone()]].concat());
    assert_eq!(lost, [stranger]);
    new.check();
    assert_eq!(new.call().expect("accepted").0, next, "no number comes twice");
    new.out.clear();
    new.crew.wake(new.now, &mut new.out);
    new.event(1, Event::Hello);
    assert_eq!(new.quiet(), [send(1, calls[1])]);
}

#[test]
fn a_worker_retires_after_its_calls_and_is_replaced() {
    let mut table = Table::new(|pool| {
        pool.pool(1).max_calls(2).spawn(crate::worker::Spawn::eager());
    });
    let mut call = || table.call().expect("accepted").0;
    let (one, two) = (call(), call());
    table.event(1, Event::Hello);
    table.answer(1, one);
    let orders = table.answer(1, two);
    assert_eq!(orders, [Order::Close { member: 1 }, Order::Ended { call: two }, spawn(2)]);
    assert_eq!(table.event(1, Event::Gone(Death::Exited(0))), []);
    assert_eq!(table.crew.view(0).sums.deaths, 0);
}

#[test]
fn a_task_has_a_process_of_its_own() {
    let mut table = Table::new(|pool| {
        *pool = Pool { kind: Kind::Task, max_calls: 1, ..pool.clone() };
    });
    let (one, _) = table.call().expect("accepted");
    let (two, _) = table.call().expect("accepted");
    let (three, _) = table.call().expect("accepted");
    table.event(1, Event::Hello);
    table.event(2, Event::Hello);
    assert_eq!(table.answer(1, one), [Order::Close { member: 1 }, Order::Ended { call: one }, spawn(3)]);
    assert_eq!(table.event(3, Event::Hello), [send(3, three)]);
    assert_eq!(table.answer(2, two), [Order::Close { member: 2 }, Order::Ended { call: two }]);
}

/// Fault 86: at a stop what runs is finished, what waits is kept apart, and nobody is left.
#[test]
fn fault_086_a_stop_finishes_what_runs_and_counts_the_rest() {
    let mut table = Table::new(|_| {});
    let calls: Vec<_> = (0..3).map(|_| table.call().expect("accepted").0).collect();
    table.event(1, Event::Hello);
    table.event(2, Event::Hello);
    table.crew.stop();
    table.crew.dismiss_idle(table.now, &mut table.out);
    // What a hook still calls waits with the others.
    table.call().expect("accepted");
    assert_eq!(table.quiet(), []);
    assert_eq!(table.answer(1, calls[0]), [Order::Close { member: 1 }, Order::Ended { call: calls[0] }]);
    assert_eq!((table.crew.view(0).running, table.crew.buffered(0)), (1, 2));
    table.out.clear();
    table.crew.cut(table.now, &mut table.out);
    table.crew.give_up(table.now, &mut table.out);
    table.check();
    for member in [1, 2] {
        table.event(member, Event::Gone(Death::Exited(0)));
    }
    let sums = table.crew.view(0).sums;
    assert_eq!((sums.accepted, sums.returned, sums.failed, sums.pending), (4, 1, 3, 0));
    assert_eq!(table.crew.processes(), 0);
}
