//! Declares a production daemon on an impl block.
//!
//! ```no_run
//! use daemon_core::prelude::*;
//!
//! #[derive(Default)]
//! struct Heartbeat { beats: u64 }
//!
//! #[daemon(interval = "1.5s", lock = "file")]
//! impl Heartbeat {
//!     #[execute]
//!     fn beat(&mut self) {
//!         self.beats += 1;
//!         log::info!("beat {}", self.beats);
//!     }
//! }
//!
//! fn main() -> ExitCode {
//!     Heartbeat::main()
//! }
//! ```
//!
//! The program has a command line, a run loop without drift, signals, a lock that can not go stale, a log and
//! statistics. The macro only writes statements against this crate's public interface; [`Daemon`] shows the same daemon
//! by hand.
//!
//! | feature | default | what |
//! |---|---|---|
//! | `macros` | on | the attribute `#[daemon]` |
//! | `cron` | off | hooks that follow the wall clock |
//! | `workers` | off | functions and objects in processes of their own, called like methods |
//! | `systemd` | off | tells systemd when the daemon is ready, restarts, stops, how it is, and that it is alive |

mod account;
mod birth;
mod caret;
mod cli;
pub mod clock;
mod context;
#[cfg(feature = "cron")]
pub mod cron;
mod daemon;
pub mod directory;
pub mod duration;
mod engine;
mod error;
mod event;
mod explain;
mod farewell;
#[cfg(fuzzing)]
pub mod fuzzing;
mod guard;
mod handover;
#[cfg(feature = "systemd")]
mod herald;
mod hook;
mod install;
mod keeper;
mod kept;
mod launch;
pub mod lock;
mod log;
mod missed;
mod name;
mod nice;
mod on_error;
mod pid_file;
pub mod plan;
mod plugin;
pub mod prelude;
mod privileges;
mod role;
mod run;
mod schedule;
mod signal;
mod spec;
mod standing;
mod stats;
mod status;
mod sys;
pub mod uncatchable;
#[cfg(feature = "workers")]
pub mod worker;

pub use crate::account::Account;
pub use crate::context::{Cause, Context};
pub use crate::daemon::Daemon;
pub use crate::error::{BoxError, Error, Exit, Result};
pub use crate::event::Event;
pub use crate::hook::{HandoverFn, HookFn, HookResult, PluginFn, SetupFn, SetupResult};
pub use crate::kept::{HandOver, TakeOver};
pub use crate::lock::Lock;
pub use crate::log::{LogFile, LogTo, Target};
pub use crate::missed::Missed;
pub use crate::nice::Nice;
pub use crate::on_error::OnError;
pub use crate::plan::{Hook, Opt, Plan, Starts, Trigger};
pub use crate::plugin::Plugin;
pub use crate::signal::{NotASignal, Signal};
pub use crate::spec::Spec;
pub use crate::stats::{Due, Spread, Summary};
#[cfg(feature = "workers")]
pub use crate::worker::Spawn;

#[cfg(feature = "macros")]
pub use daemon_macros::{call, cron, daemon, every, execute, handover, on, option, plugin, setup, task, worker};
