//! Becomes another user for good: groups, group, user, in this order, then looks whether that is really so.
//!
//! The C library changes all threads that it knows; the kernel is asked about every thread there is. Nothing here
//! decides who to become, and nothing goes on after a failure: the caller must end the process.

use std::fs;
use std::io;

use nix::errno::Errno;
use nix::sys::prctl;
use nix::unistd::{Gid, Uid, getgroups, getresgid, getresuid, setgroups, setresgid, setresuid};

/// Who to become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// `None`: the user stays.
    pub(crate) uid: Option<u32>,
    pub(crate) gid: u32,
    /// All groups, `gid` among them.
    pub(crate) groups: Vec<u32>,
}

/// The call that failed, and why.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) call: &'static str,
    pub(crate) why: String,
}

type Outcome = Result<(), Failure>;

/// Becomes `target`. After an error the process may be half of each, and must end.
pub(crate) fn become_for_good(target: &Target) -> Outcome {
    let groups: Vec<Gid> = target.groups.iter().copied().map(Gid::from_raw).collect();
    let gid = Gid::from_raw(target.gid);
    setgroups(&groups).map_err(failed("setgroups"))?;
    setresgid(gid, gid, gid).map_err(failed("setresgid"))?;
    if let Some(uid) = target.uid.map(Uid::from_raw) {
        setresuid(uid, uid, uid).map_err(failed("setresuid"))?;
    }
    look(target)?;
    look_at_threads(target)?;
    regain(target)
}

/// No program that this thread starts from here on can gain anything, whatever bits its file has.
pub(crate) fn gain_nothing() -> Outcome {
    prctl::set_no_new_privs().map_err(failed("prctl PR_SET_NO_NEW_PRIVS"))?;
    match prctl::get_no_new_privs() {
        Ok(true) => Ok(()),
        Ok(false) => Err(wrong("prctl PR_SET_NO_NEW_PRIVS", "it had no effect")),
        Err(error) => Err(failed("prctl PR_GET_NO_NEW_PRIVS")(error)),
    }
}

/// Threads that started before [`gain_nothing`] and are not held by it.
pub(crate) fn threads_that_may_gain() -> usize {
    let may = |status: &Result<String, Failure>| status.as_ref().is_ok_and(|text| field(text, "NoNewPrivs") == "0");
    threads().map_or(0, |threads| threads.iter().filter(|status| may(status)).count())
}

/// Lets the kernel write a core file of a process that has changed its user, which it would not do by itself.
pub(crate) fn allow_core() {
    // Can not fail for a value of 1; without it there is just no core file.
    let _ = prctl::set_dumpable(true);
}

/// Whether real, effective and saved user are all this one.
pub(crate) fn is_wholly_user(uid: u32) -> bool {
    let uid = Uid::from_raw(uid);
    getresuid().is_ok_and(|ids| [ids.real, ids.effective, ids.saved] == [uid; 3])
}

/// Whether real, effective and saved group are all this one.
pub(crate) fn is_wholly_group(gid: u32) -> bool {
    let gid = Gid::from_raw(gid);
    getresgid().is_ok_and(|ids| [ids.real, ids.effective, ids.saved] == [gid; 3])
}

fn failed(call: &'static str) -> impl Fn(Errno) -> Failure {
    move |error| Failure { call, why: error.desc().to_owned() }
}

fn wrong(call: &'static str, why: impl Into<String>) -> Failure {
    Failure { call, why: why.into() }
}

/// A call that says it worked is not believed: a filter of system calls may answer for the kernel.
fn look(target: &Target) -> Outcome {
    if target.uid.is_some_and(|uid| !is_wholly_user(uid)) {
        return Err(wrong("getresuid", "the user is still another one"));
    }
    if !is_wholly_group(target.gid) {
        return Err(wrong("getresgid", "the group is still another one"));
    }
    let groups = getgroups().map_err(failed("getgroups"))?;
    if sorted(groups.into_iter().map(Gid::as_raw)) != sorted(target.groups.iter().copied()) {
        return Err(wrong("getgroups", "the supplementary groups are still others"));
    }
    Ok(())
}

/// A thread that the C library does not know keeps what it had: rights belong to threads, not to processes.
fn look_at_threads(target: &Target) -> Outcome {
    const PLACE: &str = "/proc/self/task";
    let threads = threads().map_err(|error| wrong(PLACE, error.to_string()))?;
    if threads.is_empty() {
        return Err(wrong(PLACE, "no thread is shown"));
    }
    for status in threads {
        let status = status?;
        if let Some(what) = differs(&status, target) {
            return Err(wrong(PLACE, format!("thread {} still has {what}", field(&status, "Pid"))));
        }
    }
    Ok(())
}

/// The status of each thread; one that ended meanwhile is left out.
fn threads() -> io::Result<Vec<Result<String, Failure>>> {
    let read = |entry: io::Result<fs::DirEntry>| match entry.and_then(|entry| fs::read(entry.path().join("status"))) {
        // A thread's name need not be text.
        Ok(status) => Some(Ok(String::from_utf8_lossy(&status).into_owned())),
        Err(error) if gone(&error) => None,
        Err(error) => Some(Err(wrong("/proc/self/task", error.to_string()))),
    };
    Ok(fs::read_dir("/proc/self/task")?.filter_map(read).collect())
}

fn gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(libc::ESRCH)
}

/// What in a thread's status is not as `target` wants it.
fn differs(status: &str, target: &Target) -> Option<String> {
    let numbers =
        |name: &str| field(status, name).split_ascii_whitespace().map(str::parse).collect::<Result<Vec<u32>, _>>();
    // Real, effective, saved, and the one for files.
    let all = |name: &str, want: u32| {
        let found = numbers(name).ok().filter(|found| found.len() == 4);
        (found != Some(vec![want; 4])).then(|| format!("{name} {}", field(status, name)))
    };
    let groups = || {
        let found = numbers("Groups").ok().map(sorted);
        (found != Some(sorted(target.groups.iter().copied()))).then(|| format!("Groups {}", field(status, "Groups")))
    };
    let capabilities = || {
        let none = |name: &&str| u64::from_str_radix(field(status, name), 16) != Ok(0);
        let kept = ["CapPrm", "CapEff", "CapAmb"].into_iter().filter(|_| target.uid.is_some_and(|uid| uid != 0));
        kept.filter(|name| !field(status, name).is_empty()).find(none).map(|name| format!("capabilities ({name})"))
    };
    target.uid.and_then(|uid| all("Uid", uid)).or_else(|| all("Gid", target.gid)).or_else(groups).or_else(capabilities)
}

fn field<'a>(status: &'a str, name: &str) -> &'a str {
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.unwrap_or_default().trim()
}

fn sorted(numbers: impl IntoIterator<Item = u32>) -> Vec<u32> {
    let mut numbers: Vec<u32> = numbers.into_iter().collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// The way back must be closed.
fn regain(target: &Target) -> Outcome {
    let root = (Uid::from_raw(0), Gid::from_raw(0));
    if target.uid.is_none_or(|uid| uid == 0) {
        return Ok(());
    }
    if setresuid(root.0, root.0, root.0).is_ok() {
        return Err(wrong("setresuid", "the process could become root again"));
    }
    if target.gid != 0 && setresgid(root.1, root.1, root.1).is_ok() {
        return Err(wrong("setresgid", "the process could have root's group again"));
    }
    if setgroups(&[root.1]).is_ok() {
        return Err(wrong("setgroups", "the process could have root's groups again"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = "Name:\tx y\nPid:\t7\nUid:\t33\t33\t33\t33\nGid:\t34\t34\t34\t34\nGroups:\t4 34 \n\
        CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapAmb:\t0000000000000000\n";

    fn target() -> Target {
        Target { uid: Some(33), gid: 34, groups: vec![34, 4] }
    }

    #[test]
    fn fault_118_what_differs_in_a_thread_is_seen() {
        assert_eq!(differs(STATUS, &target()), None);
        let told = |from: &str, to: &str| differs(&STATUS.replacen(from, to, 1), &target()).expect("a difference");
        assert!(told("33\nGid", "0\nGid").contains("Uid"));
        assert!(told("\t34\t34\t34\t34", "\t34\t0\t34\t34").contains("Gid"));
        assert!(told("\t4 34 ", "\t0 4 34 ").contains("Groups"));
        assert!(told("\t4 34 ", "\t").contains("Groups"));
        assert!(told("CapEff:\t0000000000000000", "CapEff:\t0000000000000080").contains("CapEff"));
        assert!(told("Uid:\t33\t33\t33\t33\n", "").contains("Uid"));
        assert!(told("33\t33\t33\t33", "33\t33\t33").contains("Uid"));
    }

    #[test]
    fn the_threads_of_this_process_are_found() {
        let threads = threads().expect("readable");
        assert!(threads.iter().all(|status| status.as_ref().is_ok_and(|text| !field(text, "Uid").is_empty())));
        assert!(!threads.is_empty());
    }
}
