//! A daemon with workers, under virtual time: its processes are played.

use std::collections::BTreeMap;

use super::*;
use crate::worker::crew::Event as WorkerEvent;
use crate::worker::team::Hands;
use crate::worker::{Death, Failure};

/// How long a call takes, and what comes of it: a number, an error, or the death of its worker.
type Answer = (f64, Result<u64, Option<&'static str>>);

/// What played workers will do, and when.
#[derive(Default)]
pub(super) struct Stage {
    /// By time and number.
    events: RefCell<BTreeMap<(u64, u64), (u64, WorkerEvent)>>,
    count: Cell<u64>,
    /// How long a call takes, and what comes of it.
    pub(super) answers: RefCell<VecDeque<Answer>>,
    /// What was done to workers.
    pub(super) done: RefCell<Vec<String>>,
}

impl Stage {
    pub(super) fn next(&self) -> Option<u64> {
        self.events.borrow().first_key_value().map(|((at, _), _)| *at)
    }

    fn later(&self, at: u64, member: u64, event: WorkerEvent) {
        self.count.set(self.count.get() + 1);
        self.events.borrow_mut().insert((at, self.count.get()), (member, event));
    }
}

pub(super) struct Played(pub(super) Rc<Clock>);

impl Played {
    fn note(&self, what: String) {
        self.0.stage.done.borrow_mut().push(what);
    }
}

impl Hands for Played {
    fn share(&mut self, _: &[BorrowedFd<'_>]) {}

    fn spawn(&mut self, _: usize, name: &str, member: u64) -> std::io::Result<u32> {
        self.note(format!("spawn {name}"));
        self.0.stage.later(self.0.mono.get(), member, WorkerEvent::Hello);
        Ok(1000 + u32::try_from(member).expect("few"))
    }

    fn send(&mut self, member: u64, call: u64, _: u16, _: &[u8]) {
        let (took, outcome) = self.0.stage.answers.borrow_mut().pop_front().expect("an answer is planned");
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds of a test")]
        let at = self.0.mono.get() + (took * 1e9) as u64;
        let event = match outcome {
            Ok(value) => {
                let outcome = Ok(crate::worker::work::encode(&value).expect("a number"));
                WorkerEvent::Answer { call, outcome, leaving: false }
            }
            Err(Some(text)) => WorkerEvent::Answer { call, outcome: Err(text.into()), leaving: false },
            Err(None) => WorkerEvent::Gone(Death::Killed(9)),
        };
        self.0.stage.later(at, member, event);
    }

    fn cancel(&mut self, _: u64, call: u64) {
        self.note(format!("cancel {call}"));
    }

    fn close(&mut self, member: u64) {
        self.note("close".into());
        self.0.stage.later(self.0.mono.get(), member, WorkerEvent::Gone(Death::Exited(0)));
    }

    fn end(&mut self, member: u64, hard: bool) {
        self.note(if hard { "kill" } else { "end" }.into());
        if hard {
            self.0.stage.later(self.0.mono.get(), member, WorkerEvent::Gone(Death::Killed(9)));
        }
    }

    fn collect(&mut self, events: &mut Vec<(u64, WorkerEvent)>) {
        while let Some(entry) = self.0.stage.events.borrow_mut().first_entry()
            && entry.key().0 <= self.0.mono.get()
        {
            events.push(entry.remove());
        }
    }

    fn wait(&mut self, until: Option<Mono>) {
        let next = self.0.stage.next().into_iter().chain(until.map(|until| until.0)).min();
        let next = next.expect("something happens");
        self.0.mono.set(self.0.mono.get().max(next));
    }
}

fn square(number: u64) -> crate::Result<u64> {
    Ok(number * number)
}

/// Calls `square` in each tick of a second, as often as there are answers; notes what comes of it.
fn calling(answers: &[Answer], seconds: f64) -> Sim {
    let sim = Sim::new().every(Duration::from_secs(1)).declare(|spec| {
        spec.worker(square).pool(2).timeout(Duration::from_secs(10));
        spec.execute(|probe: &mut Probe, cx: &Context| -> crate::Result<()> {
            if !probe.clock.stage.answers.borrow().is_empty() {
                cx.call(square, (3,))?;
            }
            Ok(())
        });
        spec.returned(square, |probe, _, call, value| {
            assert_eq!(call.arguments::<(u64,)>().expect("as made"), (3,));
            probe.note(format!("returned {value}"));
        });
        spec.timed_out(square, |probe, _, call| probe.note(format!("late {}", call.attempts())));
        spec.failed(square, |probe, _, call| match call.failure() {
            Some(Failure::Died(how)) => probe.note(format!("died: {how}")),
            other => probe.note(format!("failed: {other:?}")),
        });
    });
    sim.clock.stage.answers.borrow_mut().extend(answers.iter().copied());
    sim.signal(seconds, Signal::TERM)
}

#[test]
fn a_result_is_handled_as_soon_as_it_is_there() {
    let run = calling(&[(0.25, Ok(9)), (1.5, Ok(10))], 5.0).run();
    assert_eq!(run.times("returned 9"), [0.25]);
    assert_eq!(run.times("returned 10"), [2.5]);
    assert_eq!(run.ended.exit, Exit::Clean);
}

/// What waits at a stop is told to those who hear of failures, and may even be tried again: that ends with the daemon.
#[test]
fn fault_086_what_waits_at_a_stop_is_told() {
    let run = Sim::new()
        .declare(|spec| {
            spec.worker(square).pool(1);
            spec.on(Event::init(), |_, cx: &Context| -> crate::Result<()> {
                cx.call(square, (1,))?;
                cx.call(square, (2,))?;
                Ok(())
            });
            spec.failed(square, |probe, cx, call| -> crate::Result<()> {
                probe.note(format!("given up: {}", call.failure().expect("a failure")));
                cx.retry(call)?;
                Ok(())
            });
        })
        .signal(0.5, Signal::TERM);
    run.clock.stage.answers.borrow_mut().push_back((1.0, Ok(1)));
    let run = run.run();
    assert_eq!(run.order(), ["given up: the daemon stopped before it began", "drop"]);
    assert_eq!(run.ended.exit, Exit::Clean);
}

#[test]
fn failures_time_outs_and_deaths_have_their_hooks() {
    let run = calling(&[(0.1, Err(Some("no"))), (0.1, Err(None)), (60.0, Ok(1))], 30.0).run();
    assert_eq!(run.times("failed: Some(Error(\"no\"))"), [0.1]);
    assert_eq!(run.times("died: the worker was killed by signal 9"), [1.1]);
    assert_eq!(run.times("late 1"), [12.0]);
}

/// Fault 86: what runs is finished, its result is handled, and only then the daemon shuts down.
#[test]
fn fault_086_a_stop_waits_for_what_runs() {
    let run = calling(&[(3.0, Ok(9))], 1.5).declare(|spec| {
        spec.on(Event::shutdown(), note("shutdown"));
    });
    let run = run.run();
    assert_eq!(run.order(), ["returned 9", "shutdown", "drop"]);
    assert_eq!(run.times("shutdown"), [3.0]);
}

/// Results that come faster than their hook takes them do not hold up the iterations.
#[test]
fn ticks_go_on_under_a_flood_of_results() {
    let sim = Sim::new().every(Duration::from_secs(1)).declare(|spec| {
        spec.worker(square).pool(3).timeout(Duration::from_secs(10));
        spec.on(Event::init(), |_, cx| {
            for number in 0..3 {
                cx.call(square, (number,)).expect("accepted");
            }
        });
        spec.execute(|probe, _| probe.note("tick"));
        // Each result takes longer than the next one needs to come.
        spec.returned(square, |probe, cx, _, _| {
            probe.clock.pass(SECOND / 10);
            if !cx.stopping() {
                cx.call(square, (1,)).expect("accepted");
            }
        });
    });
    sim.clock.stage.answers.borrow_mut().extend((0..1000).map(|_| (0.001, Ok(1))));
    let run = sim.signal(10.05, Signal::TERM).run();
    let ticks = run.times("tick");
    assert!((9..=12).contains(&ticks.len()), "{ticks:?}");
}

/// At a stop, too, results are handled in the order in which they came.
#[test]
fn fault_086_results_at_a_stop_keep_their_order() {
    let sim = Sim::new().every(Duration::from_secs(1)).declare(|spec| {
        spec.worker(square).pool(4).timeout(Duration::from_secs(10));
        spec.execute(|_, cx: &Context| -> crate::Result<()> {
            for number in 1..=4 {
                cx.call(square, (number,))?;
            }
            Ok(())
        });
        spec.returned(square, |probe, _, call, _| probe.note(format!("returned {}", call.id())));
    });
    sim.clock.stage.answers.borrow_mut().extend([(1.0, Ok(1)), (1.0, Ok(2)), (2.0, Ok(3)), (2.0, Ok(4))]);
    let run = sim.signal(0.5, Signal::TERM).run();
    assert_eq!(run.order(), ["returned 1", "returned 2", "returned 3", "returned 4", "drop"]);
}
