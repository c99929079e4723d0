//! Process 1 of fresh namespaces: makes a place in which a systemd can live without touching the machine, and becomes that
//! systemd. Its argument is a directory, which is `/run/place` in there; the units are those of its folder `units`.

use std::error::Error;
use std::ffi::CString;
use std::fs;
use std::os::unix::process::CommandExt;
use std::process::Command;

const SYSTEMD: &str = "/lib/systemd/systemd";
const UNITS: &str = "/etc/systemd/system";

fn mount(what: &str, place: &str, kind: &str, flags: libc::c_ulong, options: &str) -> Result<(), Box<dyn Error>> {
    let text = |text: &str| CString::new(text);
    let (source, target, fstype, data) = (text(what)?, text(place)?, text(kind)?, text(options)?);
    // SAFETY: four texts that end with NUL and outlive the call.
    let outcome =
        unsafe { libc::mount(source.as_ptr(), target.as_ptr(), fstype.as_ptr(), flags, data.as_ptr().cast()) };
    if outcome == 0 {
        return Ok(());
    }
    Err(format!("can not mount {what} on {place}: {}", std::io::Error::last_os_error()).into())
}

fn read_only(place: &str) -> Result<(), Box<dyn Error>> {
    mount(place, place, "", libc::MS_BIND | libc::MS_REC, "")?;
    mount("none", place, "", libc::MS_BIND | libc::MS_REMOUNT | libc::MS_RDONLY, "")
}

/// What a systemd would change for the whole machine is read-only, what it needs for itself is empty and its own.
fn furnish(place: &str) -> Result<(), Box<dyn Error>> {
    mount("none", "/", "", libc::MS_REC | libc::MS_PRIVATE, "")?;
    mount("tmpfs", "/run", "tmpfs", 0, "mode=755")?;
    fs::create_dir("/run/place")?;
    mount(place, "/run/place", "", libc::MS_BIND, "")?;
    for machine in ["/proc/sys", "/etc", "/var"] {
        read_only(machine)?;
    }
    mount("tmpfs", "/tmp", "tmpfs", 0, "mode=1777")?;
    mount("tmpfs", "/var/tmp", "tmpfs", 0, "mode=1777")?;
    mount("/run/place/units", UNITS, "", libc::MS_BIND, "")?;
    mount("tmpfs", "/sys/fs/cgroup", "tmpfs", 0, "mode=755")?;
    mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, "")
}

fn main() -> Result<(), Box<dyn Error>> {
    let place = std::env::args().nth(1).ok_or("write the directory of the place")?;
    furnish(&place)?;
    // Without generators and with the units of the test alone it starts nothing that belongs to this machine.
    let error = Command::new(SYSTEMD)
        .args(["--system", "--unit=basic.target", "--log-target=null", "--show-status=no"])
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("container", "test")
        .env("SYSTEMD_UNIT_PATH", UNITS)
        .env("SYSTEMD_GENERATOR_PATH", "/nowhere")
        .exec();
    Err(format!("can not start {SYSTEMD}: {error}").into())
}
