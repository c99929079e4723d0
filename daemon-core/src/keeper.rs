//! Process 1 of a container: a keeper that starts the daemon as its child, passes signals on, reaps whatever ends, and
//! ends with the daemon's exit code.
//!
//! So the daemon itself is an ordinary process: signals have their default actions, and nobody takes the results of
//! the commands away that its hooks start. The keeper may allocate nothing once the daemon runs, and writes nothing.

use crate::error::{Error, Exit};
use crate::role;
use crate::sys::init::{self, Arrived};
use crate::sys::reenter::Origin;

/// Starts the daemon and keeps it to its end; the exit code to pass on, 128 and the signal's number when one ended it.
/// All signals must be blocked since the first statement of `main`.
pub(crate) fn keep(origin: &Origin) -> Result<u8, Error> {
    let started = origin.spawn_beside(role::CONTAINED);
    let daemon = started.map_err(|error| Error::new(Exit::Os, format!("can not start the daemon: {error}")))?.id();
    loop {
        match init::next_signal() {
            // Several ends may come as one signal.
            Arrived::Child => {
                let mut code = None;
                while let Some(ended) = init::reap() {
                    if ended.pid == daemon {
                        code = Some(ended.code);
                    }
                }
                if let Some(code) = code {
                    return Ok(code);
                }
            }
            // The terminal sent it to the whole group: the daemon has it already.
            Arrived::FromTerminal => {}
            Arrived::Signal(number) => init::pass_on(daemon, number),
        }
    }
}
