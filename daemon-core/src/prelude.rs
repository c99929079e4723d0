//! What nearly every daemon needs: `use daemon_core::prelude::*;`.

// So that an application needs no dependency of its own for `log::info!`.
pub use ::log;

pub use std::process::ExitCode;
pub use std::time::Duration;

pub use crate::context::{Cause, Context};
pub use crate::daemon::Daemon;
pub use crate::duration;
pub use crate::error::{Error, Exit, Result};
pub use crate::event::Event;
pub use crate::lock::Lock;
pub use crate::missed::Missed;
pub use crate::nice::Nice;
pub use crate::on_error::OnError;
pub use crate::plugin::Plugin;
pub use crate::signal::Signal;
pub use crate::spec::Spec;
#[cfg(feature = "workers")]
pub use crate::worker::{self, Call, Failure, Ticket};

#[cfg(feature = "macros")]
pub use daemon_macros::{call, cron, daemon, every, execute, handover, on, option, plugin, setup, task, worker};
