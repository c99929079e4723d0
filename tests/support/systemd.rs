//! A real systemd in namespaces of its own. Everything in there ends with it, and nothing of it stays.

use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::{Place, proc, wait_until};

/// What systemd needs besides the units of a test: targets that bring nothing.
const TARGETS: [&str; 3] = ["basic.target", "sysinit.target", "shutdown.target"];

/// A running systemd.
pub struct Systemd {
    place: Place,
    /// Holds the namespaces; what it started is process 1 in there.
    unshare: Child,
    /// That process, seen from here.
    pid: u32,
    group: PathBuf,
}

impl Systemd {
    /// Starts it with these units, each with its name and text. `init` is the program that furnishes the place.
    ///
    /// # Panics
    /// When this machine can not do it, with the reason.
    #[must_use]
    pub fn boot(init: &str, units: &[(&str, &str)]) -> Self {
        assert!(Path::new("/lib/systemd/systemd").exists(), "this test needs systemd: install the package systemd");
        // SAFETY: passes nothing, only asks.
        assert!(unsafe { libc::geteuid() } == 0, "this test makes namespaces: run it as root");
        let place = Place::new();
        fs::create_dir(place.file("units")).expect("a directory");
        for name in TARGETS {
            write_unit(&place, name, "[Unit]\nDescription=Nothing\nDefaultDependencies=no\n");
        }
        units.iter().for_each(|(name, text)| write_unit(&place, name, text));
        let group = new_group();
        let (unshare, said) = enter(init, &place, &group);
        let mut systemd = Self { place, unshare, pid: 0, group };
        systemd.wait_up(said);
        systemd
    }

    fn wait_up(&mut self, mut said: fs::File) {
        let mut why = move || {
            let mut text = String::new();
            let _ = said.seek(SeekFrom::Start(0)).and_then(|_| said.read_to_string(&mut text));
            text
        };
        wait_until("systemd to come up", || {
            if let Some(status) = self.unshare.try_wait().expect("a child of ours") {
                panic!("this machine can not start a systemd of its own ({status}): {}", why());
            }
            self.pid = proc::children(self.unshare.id()).first().copied().unwrap_or(0);
            self.pid != 0 && proc::status(self.pid, "Name") == "systemd" && {
                let state = self.try_systemctl(&["is-system-running"]);
                String::from_utf8_lossy(&state.stdout).trim() == "running"
            }
        });
    }

    /// The directory that is `/run/place` in there.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    fn try_systemctl(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("nsenter");
        command.arg("-t").arg(self.pid.to_string()).args(["-m", "-p", "-n", "-i", "-u", "-C", "systemctl"]);
        // No pager, no question, no bus of whoever runs the tests.
        command.args(["--no-pager", "--no-ask-password"]).args(arguments).env_remove("DBUS_SESSION_BUS_ADDRESS");
        command.stdin(Stdio::null()).output().expect("nsenter of util-linux starts")
    }

    /// Runs `systemctl`, which must succeed.
    ///
    /// # Panics
    /// When it does not.
    pub fn systemctl(&self, arguments: &[&str]) {
        let output = self.try_systemctl(arguments);
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            let units: String = arguments.get(1).map(|unit| self.status(unit)).unwrap_or_default();
            panic!("systemctl {arguments:?}: {} {errors}\n{units}", output.status);
        }
    }

    fn status(&self, unit: &str) -> String {
        let status = self.try_systemctl(&["status", unit]);
        let log = fs::read_to_string(self.place.file("log")).unwrap_or_default();
        format!("{}\nwhat it wrote:\n{log}", String::from_utf8_lossy(&status.stdout))
    }

    /// A property of a unit, as systemd knows it now.
    #[must_use]
    pub fn show(&self, unit: &str, property: &str) -> String {
        let shown = self.try_systemctl(&["show", "--value", "-p", property, unit]);
        String::from_utf8_lossy(&shown.stdout).trim().to_owned()
    }

    /// Waits until a property of a unit is this.
    ///
    /// # Panics
    /// When that does not happen.
    pub fn wait_shown(&self, unit: &str, property: &str, value: &str) {
        self.wait_shown_where(unit, property, |shown| shown == value);
    }

    /// Waits until a property of a unit is as `fits` says.
    ///
    /// # Panics
    /// When that does not happen.
    pub fn wait_shown_where(&self, unit: &str, property: &str, fits: impl Fn(&str) -> bool) {
        let mut last = String::new();
        let waited = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            wait_until(&format!("{property} of {unit}"), || {
                last = self.show(unit, property);
                fits(&last)
            });
        }));
        assert!(waited.is_ok(), "{property} of {unit} stayed {last:?}\n{}", self.status(unit));
    }

    /// The main process of a unit, by its number in there.
    #[must_use]
    pub fn main_pid(&self, unit: &str) -> String {
        let pid = self.show(unit, "MainPID");
        assert_ne!(pid, "0", "{unit} runs\n{}", self.status(unit));
        pid
    }

    /// Sends the main process of a unit a signal.
    pub fn kill(&self, unit: &str, signal: &str) {
        self.systemctl(&["kill", "--kill-whom=main", &format!("--signal={signal}"), unit]);
    }
}

impl Drop for Systemd {
    fn drop(&mut self) {
        // The end of its process 1 is the end of every process in a namespace.
        let _ = self.unshare.kill();
        let _ = self.unshare.wait();
        // The kernel needs a moment to take them all away.
        let gone = || !self.group.exists() || remove_group(&self.group);
        if std::thread::panicking() {
            let _ = std::panic::catch_unwind(|| (0..1000).any(|_| gone()));
        } else {
            wait_until("the end of every process of the systemd", gone);
        }
    }
}

fn write_unit(place: &Place, name: &str, text: &str) {
    fs::write(place.file("units").join(name), text).expect("a unit is written");
}

/// Starts `init` as process 1 of new namespaces, in this control group; what it says goes to a file.
fn enter(init: &str, place: &Place, group: &Path) -> (Child, fs::File) {
    let said = place.file("said");
    let file = fs::File::create(&said).expect("a file");
    let mut command = Command::new("sh");
    // The shell goes into the group first: the namespace of groups begins where it is.
    command.args(["-c", "echo 0 > \"$0/cgroup.procs\" && exec unshare \"$@\""]).arg(group);
    command.args(["--fork", "--kill-child", "--pid", "--mount", "--mount-proc", "--uts", "--ipc", "--net", "--cgroup"]);
    command.arg(init).arg(place.path()).stdin(Stdio::null());
    command.stdout(file.try_clone().expect("a file")).stderr(file);
    // A test that is killed takes it along. SAFETY: one call that is allowed between fork and exec, and passes no memory.
    unsafe {
        command.pre_exec(|| match libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        });
    }
    let child = command.spawn().expect("a shell");
    (child, fs::File::open(said).expect("a file"))
}

/// A control group for one test, in the second version's tree.
fn new_group() -> PathBuf {
    let mounts = fs::read_to_string("/proc/self/mounts").expect("the mounts");
    let tree = mounts.lines().find_map(|line| {
        let mut fields = line.split(' ').skip(1);
        let place = fields.next()?;
        (fields.next()? == "cgroup2").then(|| place.to_owned())
    });
    let tree = tree.expect("this test needs control groups of the second version (cgroup2), mounted somewhere");
    let groups = fs::read_to_string("/proc/self/cgroup").expect("our groups");
    let ours = groups.lines().find_map(|line| line.strip_prefix("0::/")).unwrap_or_default();
    static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let group = Path::new(&tree).join(ours).join(format!("daemon-tests-{}-{number}", std::process::id()));
    fs::create_dir(&group)
        .unwrap_or_else(|error| panic!("this test makes a control group, {}: {error}", group.display()));
    group
}

/// Removes a group and those in it; says whether it is gone.
fn remove_group(group: &Path) -> bool {
    let Ok(entries) = fs::read_dir(group) else { return true };
    for inner in entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        remove_group(&inner.path());
    }
    fs::remove_dir(group).is_ok()
}
