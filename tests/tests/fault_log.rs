//! A log on a full disk: the daemon goes on, and says afterwards what was lost. Fault 89.

use std::fs::{self, File, OpenOptions};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use daemon_tests::loose::{Loose, number, wait_grown, wait_until};
use daemon_tests::record::{Line, arrived, lost, sample_number};
use daemon_tests::{Disk, Place, figure, proc, rounds};
use nix::sys::signal::Signal;

const WRITER: &str = env!("CARGO_BIN_EXE_log_writer");

fn writer(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(WRITER);
    command.args(["--interval", "1ms"]).args(arguments).env("COUNTER", place.file("counter"));
    command
}

fn full() -> File {
    OpenOptions::new().write(true).open("/dev/full").expect("/dev/full")
}

/// Fault 89: log, standard output and standard error all on a full device. No panic, ticks go on, a clean end.
#[test]
fn fault_089_everything_is_full() {
    let place = Place::new();
    for arguments in [&["--log", "/dev/full", "-v"][..], &["--log", "/dev/full"], &[]] {
        let mut command = writer(&place, arguments);
        command.stdout(full()).stderr(full());
        let child = Loose::spawn(command);
        let ticks = wait_grown(&place.file("counter"), rounds(10_000) as u64);
        child.signal(Signal::SIGTERM);
        assert_eq!(child.wait(), 0, "{arguments:?}");
        figure("fault_089", &format!("{arguments:?}, all full: {ticks} ticks, panics 0"));
        fs::remove_file(place.file("counter")).expect("the counter");
    }
}

/// Lets the disk fill up under a running daemon and gives it room again, several times; the log it leaves, and how many records
/// there were.
fn fill_and_free(place: &Place, disk: &Disk, times: usize) -> (String, u64) {
    let log = disk.path().join("log");
    let shown = log.display().to_string();
    let mut command = writer(place, &["--log", &shown]);
    command.env("SIZE", "100").stdout(Stdio::null()).stderr(Stdio::null());
    let child = Loose::spawn(command);
    let counter = place.file("counter");
    let mut whole = String::new();
    for _ in 0..times {
        wait_grown(&counter, 10);
        let filler = disk.fill();
        // Far more than fits into what is left of the file's last page.
        wait_grown(&counter, 100);
        assert!(fs::metadata(&log).expect("the log").len() < 60_000, "the disk is not full");
        let told = || fs::read_to_string(&log).unwrap_or_default().matches(" lost: ").count();
        let before = told();
        fs::remove_file(filler).expect("room");
        wait_until("the log tells of its losses", || told() > before);
        // Make room for the next round: what is there is kept here. The daemon appends, wherever the end is.
        child.signal(Signal::SIGSTOP);
        wait_until("it is stopped", || proc::status(child.pid(), "State").starts_with('T'));
        whole += &fs::read_to_string(&log).expect("the log");
        File::options().write(true).open(&log).and_then(|file| file.set_len(0)).expect("an empty log");
        child.signal(Signal::SIGCONT);
    }
    child.signal(Signal::SIGTERM);
    assert_eq!(child.wait(), 0);
    whole += &fs::read_to_string(&log).expect("the log");
    (whole, number(&counter) + number(&counter.with_extension("framework")))
}

/// Fault 89: a disk that fills up and gets free again. What did not fit is counted to the record and told, the daemon
/// ticks meanwhile, and no record is glued to what is left of another.
#[test]
fn fault_089_a_full_disk_costs_records_that_are_counted() {
    let (place, times) = (Place::new(), rounds(100));
    let disk = Disk::new(&place);
    let (text, written) = fill_and_free(&place, &disk, times);
    let lines: Vec<Line> = text.split_terminator('\n').filter_map(Line::parse).collect();
    let reports = lines.iter().filter(|line| line.message.contains(" lost: ")).count();
    let (told, arrived) = (lost(&lines), (lines.len() - reports) as u64);
    assert!(told >= 10 * times as u64, "only {told} records did not fit");
    assert!(self::arrived(&lines).contains(&0), "the first record");
    assert_eq!(arrived + told, written, "written = arrived + lost");
    figure("fault_089", &format!("disk full {times} times: {written} written, {arrived} arrived, {told} told as lost"));
}

/// Fault 89: what is left of a record that fitted only in part does not stay in the log.
#[test]
fn fault_089_a_full_disk_leaves_no_torn_line() {
    let (place, times) = (Place::new(), rounds(100));
    let disk = Disk::new(&place);
    let (text, _) = fill_and_free(&place, &disk, times);
    let torn = |line: &&str| match Line::parse(line) {
        Some(line) => line.label == "log_writer" && sample_number(&line.message).is_none(),
        None => true,
    };
    let torn: Vec<&str> = text.split_terminator('\n').filter(torn).collect();
    assert_eq!(torn, [""; 0], "torn lines after {times} shortages");
}

/// Changes how large files may become, of a running process or of this one (0).
fn limit_file_size(pid: i32, bytes: u64) -> std::io::Result<()> {
    let limit = libc::rlimit { rlim_cur: bytes, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: the limit is valid, and the old one is not asked for.
    match unsafe { libc::prlimit(pid, libc::RLIMIT_FSIZE, &raw const limit, std::ptr::null_mut()) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    }
}

/// Fault: `ulimit -f`: the kernel sends XFSZ with a write behind the limit, which kills.
/// Required: the write fails, is counted and told when there is room; and a command that a hook starts does not inherit an
/// ignored signal.
#[test]
fn fault_089_a_limit_of_file_sizes_is_a_loss_and_not_the_end() {
    let place = Place::new();
    let (log, counter) = (place.file("log"), place.file("counter"));
    let mut command = writer(&place, &["--log", log.to_str().expect("text")]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    // SAFETY: a system call alone.
    unsafe {
        command.pre_exec(|| limit_file_size(0, 1024));
    }
    let child = Loose::spawn(command);
    wait_grown(&counter, 200);
    let text = fs::read_to_string(&log).expect("the log");
    assert!(text.len() <= 1024 && text.ends_with('\n'), "half a record stayed: {text}");
    let ignored = u64::from_str_radix(&proc::status(child.pid(), "SigIgn"), 16).expect("a mask");
    assert_eq!(ignored >> (libc::SIGXFSZ - 1) & 1, 0, "children would inherit that");
    limit_file_size(child.pid().cast_signed(), libc::RLIM_INFINITY).expect("a process of ours");
    wait_until("the log tells of its losses", || {
        fs::read_to_string(&log).unwrap_or_default().contains(" lost: File too large")
    });
    child.signal(Signal::SIGTERM);
    assert_eq!(child.wait(), 0);
}
