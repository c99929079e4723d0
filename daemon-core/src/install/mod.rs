//! What an administrator needs to install the daemon, rendered from the plan: `-i`.

mod crontab;

use std::path::Path;

use crate::clock::Wall;
use crate::error::Error;
use crate::log::LogTo;
use crate::plan::Plan;
use crate::sys::{clock, process};

/// The text of `-i`, for a program that is started with these arguments: the crontab line, the paths that are used, the
/// author's lines, those of the plugins.
pub(crate) fn instructions(
    plan: &Plan,
    (program, arguments): (&Path, &[String]),
    of_plugins: &[String],
) -> Result<String, Error> {
    let name = plan.checked_name()?;
    let line = crontab::line(program, arguments)?;
    let mut text = format!("{name} {}: installation\n\n", plan.version);
    text.push_str("Keep it running by this line in a crontab; while an instance runs, further starts end at once:\n\n");
    text.push_str(&format!("  {line}\n\n"));
    text.push_str("Files:\n\n");
    for (path, note) in files(plan, program)? {
        text.push_str(&format!("  {path}  {note}\n"));
    }
    if let Some(user) = &plan.user.value {
        let group = plan.group.value.as_ref().map(|group| format!(" with group {group}")).unwrap_or_default();
        text.push_str(&format!("\nStart it as root: it becomes user {user}{group} by itself, who must exist.\n"));
    }
    section(&mut text, "Also:", plan.instructions.iter());
    section(&mut text, "For its plugins:", of_plugins.iter());
    Ok(text)
}

fn section<'a>(text: &mut String, title: &str, lines: impl ExactSizeIterator<Item = &'a String>) {
    if lines.len() > 0 {
        text.push_str(&format!("\n{title}\n\n"));
        lines.for_each(|line| text.push_str(&format!("  - {line}\n")));
    }
}

/// Every path the daemon uses, with owner and mode.
fn files(plan: &Plan, program: &Path) -> Result<Vec<(String, String)>, Error> {
    let user = process::user_name(process::uid());
    // The lock and its directory stay with whoever starts it; the log goes to whom it becomes.
    let runs_as = plan.user.value.as_ref().map_or_else(|| user.clone(), ToString::to_string);
    let mut files = vec![(program.display().to_string(), "the program, executable".to_owned())];
    if let Some(lock) = plan.lock_file()? {
        let directory = lock.parent().unwrap_or(Path::new("/")).display().to_string();
        let mode = if process::uid() == 0 { "0755" } else { "0700" };
        files.push((directory, format!("directory, owner {user}, mode {mode}, writable by nobody else")));
        files.push((
            lock.display().to_string(),
            format!("the lock, owner {user}, mode 0600, made at start, never removed"),
        ));
    }
    if let Some(log) = plan.log.value.path(now()) {
        let varies = if plan.log.value.varies() { ", the name changes with time" } else { "" };
        files.push((log.display().to_string(), format!("the log, owner {runs_as}, mode 0640{varies}")));
    }
    if plan.log.value == LogTo::nowhere() {
        let log = crate::directory::background_log(&plan.name)?;
        files.push((log.display().to_string(), format!("the log with -d, owner {runs_as}, mode 0640")));
    }
    Ok(files)
}

fn now() -> Wall {
    clock::wall()
}
