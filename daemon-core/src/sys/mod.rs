//! The operating system, and the only place with `unsafe` code.
//!
//! Thin: each file wraps one thing the kernel offers and decides nothing. It may use the words (`error`, `signal`,
//! `clock`) and nothing above them.

pub(crate) mod clock;
pub(crate) mod clock_set;
pub(crate) mod core_limit;
pub(crate) mod cut;
pub(crate) mod detach;
mod in_handler;
pub(crate) mod init;
pub(crate) mod interlock;
pub(crate) mod local_time;
pub(crate) mod memfd;
pub(crate) mod name_owner;
pub(crate) mod nonblocking;
#[cfg(feature = "systemd")]
pub(crate) mod notify;
pub(crate) mod privileges;
pub(crate) mod process;
pub(crate) mod reenter;
pub(crate) mod reserve;
pub(crate) mod signals;
pub(crate) mod wait;
#[cfg(feature = "workers")]
pub(crate) mod worker;
