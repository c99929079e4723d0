//! Time limits: when the step that runs is cut, and when it is told that its share of the stop is over.
//!
//! Each step is handed out together with the earliest of three ends: the deadline of a hook, the end of the start, the end
//! of the stop. The engine says so only when it changes, so a daemon without limits does nothing here. What a cut is, the
//! world knows.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use super::{Action, Engine, Phase, Step};
use crate::clock::{Boot, Mono};
use crate::duration::Pretty;
use crate::plan::Plan;

/// Under a lease a hook that hangs must not keep the lock for ever, so it has at least this long, or ten intervals.
const UNDER_LEASE: Duration = Duration::from_secs(60);

/// What holds for the step that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    what: What,
    /// Since when it runs; zero where nothing is cut.
    began: Mono,
    /// When it is cut, and why.
    cut: Option<(Mono, Why)>,
    /// How long a stop may take that comes while it runs: the engine hears of that only afterwards.
    stop: Option<Duration>,
}

/// What runs, in few words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Hook(usize),
    Part(&'static str),
    Plugin(&'static str, usize),
}

/// Which limit it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    Deadline,
    Start(Duration),
    Stop(Duration),
}

/// A [`Limit`] in words, for the world to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// When the process is cut, and what is said then.
    pub(crate) cut: Option<(Mono, String)>,
    /// What is said when a stop that comes while it runs has had its time.
    pub(crate) on_stop: Option<String>,
}

impl Limit {
    /// What holds before there is a loop that could say more.
    pub(crate) fn of_start(began: Mono, longest: Duration) -> Option<Self> {
        let cut = Some((began.plus(longest), Why::Start(longest)));
        (!longest.is_zero()).then_some(Self { what: What::Part("the start"), began, cut, stop: None })
    }

    pub(crate) fn told(&self, plan: &Plan) -> Told {
        let what = match self.what {
            What::Hook(hook) => plan.hooks.get(hook).map(ToString::to_string).unwrap_or_default(),
            What::Part(name) => name.to_owned(),
            What::Plugin(name, index) => format!("{name} {}", index + 1),
        };
        let cut = |(at, why): (Mono, Why)| {
            (at, format!("{what} has not ended after {}, {why}: ending the process", Pretty(at.since(self.began))))
        };
        let on_stop = |longest: Duration| format!("{what} has not ended, {}: ending the process", Why::Stop(longest));
        Told { cut: self.cut.map(cut), on_stop: self.stop.map(on_stop) }
    }
}

impl Display for Why {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deadline => f.write_str("its deadline"),
            Self::Start(longest) => write!(f, "the start_timeout of {} is over", Pretty(*longest)),
            Self::Stop(longest) => write!(f, "the stop_timeout of {} is over", Pretty(*longest)),
        }
    }
}

impl From<Option<&Step>> for What {
    fn from(step: Option<&Step>) -> Self {
        match step {
            Some(Step::Hook { hook, .. }) => Self::Hook(*hook),
            Some(Step::PluginSetup(index)) => Self::Plugin("setup of plugin", *index),
            Some(Step::PluginTeardown(index)) => Self::Plugin("teardown of plugin", *index),
            Some(Step::CheckEnvironment) => Self::Part("the environment check"),
            Some(Step::Acquire(_)) => Self::Part("taking the lock"),
            Some(Step::Renew(_)) => Self::Part("looking at the lock"),
            Some(Step::Release(_)) => Self::Part("giving the lock back"),
            Some(Step::Nice(_)) => Self::Part("setting the process priority"),
            Some(Step::OpenLog) => Self::Part("opening the log"),
            Some(Step::WritePid | Step::MendPid) => Self::Part("writing the PID file"),
            Some(Step::RemovePid) => Self::Part("removing the PID file"),
            Some(Step::Setup) => Self::Part("setup"),
            Some(Step::Keep) => Self::Part("handing over the daemon's state"),
            Some(Step::Drain { .. }) => Self::Part("waiting for workers"),
            Some(Step::Drop) => Self::Part("dropping the daemon's state"),
            Some(Step::Exec) => Self::Part("becoming the new program"),
            Some(Step::Remake) => Self::Part("declaring the daemon anew"),
            Some(Step::DropPrivileges) => Self::Part("becoming another user"),
            None => Self::Part("dropping plugins and hooks"),
        }
    }
}

/// What the engine knows of limits.
#[derive(Debug, Default)]
pub(super) struct Limits {
    /// There is a limit now.
    apply: bool,
    /// There is one, or may be one, after the start too.
    lasting: bool,
    /// The time of the input that is worked on.
    now: Mono,
    /// For hooks without a deadline of their own.
    deadline: Option<Duration>,
    /// A lock is held that another may have after a while.
    leased: bool,
    /// The start is under way since then.
    starting: Option<Mono>,
    /// The daemon stops, or lets go for a restart, since then.
    letting_go: Option<Mono>,
    /// When the stop signal came that is worked on.
    asked: Option<Mono>,
    /// What the world was told last.
    told: Option<Limit>,
    cancel: Option<Mono>,
}

impl Limits {
    pub(super) fn of(plan: &Plan) -> Self {
        let hooks = plan.deadline.value.is_some() || plan.hooks.iter().any(|hook| hook.deadline.is_some());
        let lasting = hooks || !plan.stop_timeout.value.is_zero();
        let apply = lasting || !plan.start_timeout.value.is_zero();
        Self { apply, lasting, deadline: plan.deadline.value, ..Self::default() }
    }

    /// It is `now`.
    pub(super) const fn look_at(&mut self, now: Mono) {
        self.now = now;
    }

    /// The start is under way since `began`.
    pub(super) const fn starting(&mut self, began: Mono) {
        self.starting = Some(began);
    }

    /// The start is complete.
    pub(super) const fn started(&mut self) {
        self.starting = None;
    }

    /// The start begins once more, after letting go in vain.
    pub(super) const fn starting_again(&mut self) {
        self.starting = Some(self.now);
        self.letting_go = None;
        self.apply = true;
    }

    /// The stop signal that comes next arrived at `at`, perhaps long ago: a hook was running.
    pub(super) const fn asked(&mut self, at: Mono) {
        self.asked = Some(at);
    }

    /// A stop, or a restart, was decided.
    pub(super) fn let_go(&mut self) {
        let since = self.asked.take().unwrap_or(self.now);
        self.letting_go.get_or_insert(since);
    }
}

impl Engine {
    /// How long this hook may take.
    pub(super) fn deadline_of(&self, hook: usize) -> Option<Duration> {
        self.plan.hooks[hook].deadline.or(self.limits.deadline)
    }

    /// A lock is held, up to then if it is a lease.
    pub(super) fn held_until(&mut self, deadline: Option<Boot>) {
        if deadline.is_some() && !self.limits.leased {
            self.limits.leased = true;
            (self.limits.apply, self.limits.lasting) = (true, true);
            self.fit_deadline();
        }
    }

    /// The deadline of a lease depends on the interval, unless one was declared.
    pub(super) fn fit_deadline(&mut self) {
        if self.limits.leased && self.plan.deadline.value.is_none() {
            self.limits.deadline = Some(UNDER_LEASE.max(self.interval.saturating_mul(10)));
        }
    }

    /// Says what holds for the step that comes next, or for the wait: only if that is something new.
    pub(super) fn limit(&mut self, now: Mono, step: Option<&Step>, out: &mut Vec<Action>) {
        if !self.limits.apply {
            return;
        }
        let limit = self.limit_of(now, step);
        // While nothing runs a limit that cuts nothing may stay: the next step has it again.
        let stays = step.is_none() && limit.is_none() && self.limits.told.is_some_and(|told| told.cut.is_none());
        if limit != self.limits.told && !stays {
            self.limits.told = limit;
            out.push(Action::Limit(limit));
        }
        let cancel = self.cancel_at(step);
        if cancel != self.limits.cancel {
            self.limits.cancel = cancel;
            out.push(Action::CancelAt(cancel));
        }
        // Only the start had a limit: no tick is to look for one.
        self.limits.apply = self.limits.lasting || self.limits.starting.is_some();
    }

    fn limit_of(&self, now: Mono, step: Option<&Step>) -> Option<Limit> {
        let end = |since: Option<Mono>, longest: Duration, why: fn(Duration) -> Why| {
            since.filter(|_| !longest.is_zero()).map(|since| (since.plus(longest), why(longest)))
        };
        let own = match step {
            Some(Step::Hook { hook, .. }) => self.deadline_of(*hook),
            _ => None,
        };
        let longest = self.plan.stop_timeout.value;
        let ends = [
            own.map(|deadline| (now.plus(deadline), Why::Deadline)),
            end(self.limits.starting, self.plan.start_timeout.value, Why::Start),
            end(self.limits.letting_go, longest, Why::Stop),
        ];
        let cut = ends.into_iter().flatten().min_by_key(|(at, _)| *at);
        let unheard = step.is_some() && self.limits.letting_go.is_none() && !longest.is_zero();
        let stop = unheard.then_some(longest);
        let began = if cut.is_some() { now } else { Mono::default() };
        (cut.is_some() || stop.is_some()).then(|| Limit { what: step.into(), began, cut, stop })
    }

    /// When the step that comes next has had its share of the stop: half for what runs already, up to three quarters for
    /// `shutdown` hooks and the state, the rest for plugins.
    fn cancel_at(&self, step: Option<&Step>) -> Option<Mono> {
        let longest = self.plan.stop_timeout.value;
        let since = self.limits.letting_go.filter(|_| !longest.is_zero())?;
        let share = match (self.phase, step) {
            // Calls that run have what a running hook would have.
            (_, Some(Step::Drain { .. })) => longest / 2,
            (Phase::New | Phase::Starting | Phase::Running, _) => longest / 2,
            (_, Some(Step::Hook { .. } | Step::Drop)) => longest / 4 * 3,
            _ => longest,
        };
        Some(since.plus(share))
    }
}
