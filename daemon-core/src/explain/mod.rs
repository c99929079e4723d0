//! `--explain`: what this declaration will do on this start, rendered from the plan: settings and who said so, hooks,
//! the stages of start, restart and stop, and what follows from a failure.
//!
//! The stages are not written down here a second time: the engine rehearses a life, and what it asks for is what is
//! shown. May not create, open or lock anything, nor run code of the author's.

mod rehearsal;
mod stages;

use std::path::Path;

use crate::cli::Options;
use crate::duration::Pretty;
use crate::engine::{
    FIRST_PAUSE, HEALTHY, HangUp, LOCK_CHECK, LONGEST_PAUSE, Mode, PID_CHECK, STORM, STORM_SPAN, Step, YOUNG,
};
use crate::error::Error;
use crate::on_error::Policy;
use crate::plan::{Hook, Plan, Trigger};
use crate::standing::Standing;
use crate::sys::process;
use rehearsal::Rehearsal;
use stages::Stages;

/// How this start would go: what the declaration can not say.
pub(crate) struct Circumstances<'a> {
    pub(crate) program: &'a Path,
    pub(crate) options: &'a Options,
    /// What a hang-up means here, and with it whether this is daemon mode.
    pub(crate) hang_up: HangUp,
    pub(crate) standing: Standing,
}

/// The text of `--explain`.
pub(crate) fn explain(plan: &Plan, here: &Circumstances<'_>) -> Result<String, Error> {
    let stages = Stages::new(plan, here)?;
    let mode = Mode {
        quiet_if_locked: here.options.quiet_if_locked,
        hang_up: here.hang_up,
        pid_file: here.options.pid_file.is_some(),
        becomes: plan.becomes(),
        locks: usize::from(!plan.lock.value.is_none()),
        niceness: process::niceness(),
        workers: plan.has_workers(),
        ..Mode::default()
    };
    let life = Rehearsal::of(plan, &mode);
    let mut page = Page(format!("{} {}, {}\n", plan.name, plan.version, here.program.display()));
    if !plan.about.is_empty() {
        page.0.push('\n');
        plan.about.lines().for_each(|line| page.line(line));
    }
    settings(&mut page, plan);
    this_start(&mut page, plan, here.options);
    hooks(&mut page, plan);
    #[cfg(feature = "workers")]
    workers(&mut page, plan);
    page.title("Start");
    start(&mut page, plan, &stages, &life, here);
    page.title("Running");
    running(&mut page, plan, &stages, &life, here);
    page.title("Restart in place");
    restart(&mut page, plan, &stages, &life, here);
    page.title("Stop");
    stop(&mut page, plan, &stages, &life);
    page.title("A fatal error");
    fatal(&mut page, plan, here);
    page.title("A panic");
    page.line(panics());
    Ok(page.0)
}

/// A text that grows.
struct Page(String);

impl Page {
    fn title(&mut self, title: &str) {
        self.0.push_str(&format!("\n{title}\n\n"));
    }

    fn line(&mut self, line: &str) {
        self.0.push_str(format!("  {line}").trim_end());
        self.0.push('\n');
    }

    /// Columns as wide as their widest cell, but for the last.
    fn table<const N: usize>(&mut self, rows: &[[String; N]]) {
        let mut widths = [0; N];
        for row in rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        for row in rows {
            let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            self.line(&cells.join("  "));
        }
    }

    /// Steps in their order, each with how long it may take. Behind an exec the lock is ours already.
    fn steps(&mut self, stages: &Stages<'_>, steps: &[Step]) {
        let (mut rows, mut kept, mut changed) = (Vec::new(), false, false);
        for step in steps.iter().filter(|step| stages.does_something(step)) {
            let [text, time] = match step {
                Step::Acquire(_) if kept => [stages.taken_over(), "at once".into()],
                Step::OpenLog if changed => ["open the log, if that was left to the new user".into(), "at once".into()],
                step => [stages.text(step), stages.time(step)],
            };
            rows.push([format!("{:>2}.", rows.len() + 1), text, time]);
            kept |= *step == Step::Exec;
            changed = *step == Step::DropPrivileges;
        }
        self.table(&rows);
    }
}

fn settings(page: &mut Page, plan: &Plan) {
    page.title("Settings: value, who said so, the flag that says otherwise");
    let row = |row: crate::plan::Row| {
        let flag = row.flag().unwrap_or_default();
        [row.key.to_owned(), row.value, row.origin.to_string(), flag]
    };
    page.table(&plan.rows().into_iter().map(row).collect::<Vec<_>>());
}

fn this_start(page: &mut Page, plan: &Plan, options: &Options) {
    let yes = |asked: bool| if asked { "yes" } else { "no" }.to_owned();
    let pid_file = options.pid_file.as_ref().map_or("none".into(), |path| path.display().to_string());
    let if_locked = if options.quiet_if_locked { "ok" } else { "exit" }.to_owned();
    let mut rows: Vec<[String; 2]> = vec![
        ["--detach".into(), yes(options.detach)],
        ["--pid-file".into(), pid_file],
        ["--verbose".into(), yes(options.verbose)],
        ["--once".into(), yes(options.once)],
        ["--if-locked".into(), if_locked],
    ];
    let own = |option: &crate::plan::Opt| {
        let given = if options.given.contains(&option.name) { "given" } else { "not given" };
        [format!("--{}", option.name), given.to_owned()]
    };
    rows.extend(plan.options.iter().map(own));
    page.title("Asked of this start");
    page.table(&rows);
}

#[cfg(feature = "workers")]
fn workers(page: &mut Page, plan: &Plan) {
    if plan.has_workers() {
        page.title("Workers and tasks");
        page.table(&plan.pools.iter().map(crate::worker::dump::declared).collect::<Vec<_>>());
    }
}

fn hooks(page: &mut Page, plan: &Plan) {
    page.title("Hooks, in declared order: trigger, place, deadline, what follows a failure");
    let row = |hook: &Hook| {
        let deadline = hook
            .deadline
            .or(plan.deadline.value)
            .map_or("no deadline".into(), |time| format!("deadline {}", Pretty(time)));
        let policy = match hook.on_error {
            Some(own) => format!("on_error {own}, its own"),
            None => format!("on_error {}", plan.on_error.value),
        };
        let trigger = hook.zone.map_or_else(|| hook.trigger.to_string(), |zone| format!("{} {zone}", hook.trigger));
        let about = hook.about.lines().next().unwrap_or_default().to_owned();
        [trigger, hook.place.to_string(), deadline, policy, about]
    };
    match plan.hooks.as_slice() {
        [] => page.line("none"),
        hooks => page.table(&hooks.iter().map(row).collect::<Vec<_>>()),
    }
}

fn start(page: &mut Page, plan: &Plan, stages: &Stages<'_>, life: &Rehearsal, here: &Circumstances<'_>) {
    match here.standing {
        Standing::Foreground => {}
        Standing::Detached => {
            page.line("-d: a process of its own in the background; the command returns when the last stage is done.");
        }
        Standing::Contained => {
            page.line("Process 1 of a container: a child of it is the daemon. Process 1 passes signals on, collects");
            page.line("whatever ends, and ends with the daemon's exit code.");
        }
    }
    page.steps(stages, &life.start);
    page.line("What fails ends the start: what was done is undone as in a stop.");
    if !plan.start_timeout.value.is_zero() {
        page.line(&format!("A start that takes longer than {} is cut: 70.", Pretty(plan.start_timeout.value)));
    }
}

fn running(page: &mut Page, plan: &Plan, stages: &Stages<'_>, life: &Rehearsal, here: &Circumstances<'_>) {
    match plan.interval.value {
        _ if !plan.executes() => page.line("Nothing to execute: sleeps until a timer or a signal."),
        _ if here.options.once => page.line("One iteration, then the stop:"),
        none if none.is_zero() => page.line("Iterations follow each other at once:"),
        interval => {
            let (every, missed) = (Pretty(interval), plan.missed.value);
            page.line(&format!(
                "Every {every} on a fixed grid, the first at once; slots that pass meanwhile: {missed}."
            ));
        }
    }
    page.steps(stages, &life.iteration);
    let named: Vec<String> = plan.hooks.iter().filter(|hook| is_beside(hook)).map(ToString::to_string).collect();
    if !named.is_empty() {
        page.line(&format!("In the same loop, one after another: {}.", named.join(", ")));
    }
    let looked =
        |what: &str, every| format!("{what} is looked at before what runs next, every {} at most.", Pretty(every));
    if !plan.lock.value.is_none() {
        page.line(&looked("The lock", LOCK_CHECK));
    }
    if here.options.pid_file.is_some() {
        page.line(&looked("The PID file", PID_CHECK));
    }
}

/// Runs beside the iterations.
fn is_beside(hook: &Hook) -> bool {
    !matches!(hook.trigger, Trigger::Tick | Trigger::Event(_))
}

fn restart(page: &mut Page, plan: &Plan, stages: &Stages<'_>, life: &Rehearsal, here: &Circumstances<'_>) {
    let Some(steps) = &life.restart else {
        let hang_up = if here.hang_up == HangUp::Stop { "HUP stops the daemon" } else { "HUP is only noted" };
        return page.line(&format!("Never: this start is not in daemon mode; {hang_up}."));
    };
    let every = match plan.restart.value {
        never if never.is_zero() => String::new(),
        every => format!(", every {}", Pretty(every)),
    };
    page.line(&format!(
        "On HUP{every}, and after a fatal error. The program is tried first, while iterations go on. Then:"
    ));
    page.steps(stages, &[steps.as_slice(), &life.start].concat());
    page.line("The lock is kept throughout; the grid of the interval goes on.");
}

fn stop(page: &mut Page, plan: &Plan, stages: &Stages<'_>, life: &Rehearsal) {
    page.line("On INT or TERM, and when a hook asks for it: the iteration that runs goes on to its end. Then:");
    page.steps(stages, &life.stop);
    page.line(
        "A stage that fails is logged, and the next one runs; the exit code is then not 0. A second INT or TERM is",
    );
    page.line("told to the stage that runs (`cx.cancelled()`), and a slow reader of the log is left.");
    match plan.stop_timeout.value {
        none if none.is_zero() => page.line("Nothing interrupts a stage: there is no stop_timeout."),
        longest => {
            let (all, half, quarters) = (Pretty(longest), Pretty(longest / 2), Pretty(longest / 4 * 3));
            page.line(&format!(
                "After {all} in all the process is cut: 70. Before, what runs is told that its share is over:"
            ));
            page.line(&format!("the iteration after {half}, hooks of shutdown and the state after {quarters}."));
        }
    }
}

fn fatal(page: &mut Page, plan: &Plan, here: &Circumstances<'_>) {
    let mode = if here.hang_up == HangUp::Restart { "daemon mode" } else { "not daemon mode" };
    let policy = plan.on_error.value;
    page.line(&format!(
        "A hook that fails is logged and told to the hooks of `error`. Here ({mode}, on_error {policy}):"
    ));
    match (policy.0, here.hang_up) {
        (Policy::Log, _) => page.line("the daemon goes on."),
        (Policy::Restart, HangUp::Restart) => {
            let (first, longest, healthy) = (Pretty(FIRST_PAUSE), Pretty(LONGEST_PAUSE), Pretty(HEALTHY));
            let (young, span) = (Pretty(YOUNG), Pretty(STORM_SPAN));
            page.line(&format!(
                "nothing runs for {first}, doubled each time up to {longest}, short again after {healthy} of health;"
            ));
            page.line("then a restart in place. It stops instead, with the code of the error (70 unless it names another), when");
            page.line(&format!("it fails within {young} of its start, after {STORM} such restarts within {span}, or with a program that does"));
            page.line("not pass the trial.");
        }
        _ => page.line("the daemon stops in order, with the code of the error: 70 unless it names another."),
    }
}

/// As this very program was built.
fn panics() -> &'static str {
    if cfg!(panic = "abort") {
        "This program is built with panic = \"abort\": no panic is caught. It is logged, then the process ends at once by\n  \
         SIGABRT: no teardown, no shutdown hook, no restart in place. The kernel frees the lock."
    } else {
        "It is caught, logged with its place, and counts as a failure of the hook, setup or teardown that it comes from."
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
