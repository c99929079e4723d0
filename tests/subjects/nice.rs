//! A daemon with a priority. As a trial start it writes its own priority into the file that `TRIAL` names.

use std::fs;

use daemon_core::prelude::*;

#[derive(Default)]
struct Nicely;

/// Sets its priority.
#[daemon(name = "nicely", interval = "50ms", nice = auto)]
impl Nicely {
    #[execute]
    fn tick(&self) {}

    #[on(signal = USR2)]
    fn slower(&self, cx: &Context) {
        cx.set_interval(duration!("3s"));
    }
}

/// The nineteenth field of `/proc/self/stat`.
fn niceness() -> String {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let field = stat.rsplit(") ").next().and_then(|rest| rest.split(' ').nth(16));
    field.unwrap_or_default().to_owned()
}

fn main() -> ExitCode {
    let trial = std::env::var("DAEMON_CORE_ROLE").is_ok_and(|role| role == "preflight");
    if let (true, Ok(file)) = (trial, std::env::var("TRIAL")) {
        // The parent sets it once we are there; if it does not, what we began with is written.
        for _ in 0..2_000 {
            if niceness() == "1" {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let _ = fs::write(file, niceness());
    }
    Nicely::main()
}
