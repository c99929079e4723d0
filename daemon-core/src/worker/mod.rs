//! Workers and tasks: functions that run in processes of their own, and feel like method calls.
//!
//! *When to use:* a worker for work that takes longer than the loop can wait, or for several jobs at a time; a task for work that
//! should have a process of its own, which ends after it. Both are functions: `#[worker(pool = 5)] fn fetch(url: String) -> Result<Page>`
//! is called as `cx.call(Self::fetch, (url,))?`, which returns at once; the result comes to `#[on(returned = fetch)]`, or to whoever keeps
//! the [`Ticket`].

mod ask;
mod call;
pub(crate) mod check;
pub(crate) mod crew;
mod declare;
pub(crate) mod dump;
pub(crate) mod frame;
pub(crate) mod hands;
pub(crate) mod parcel;
mod person;
mod pool;
mod printed;
pub(crate) mod serve;
pub(crate) mod station;
pub(crate) mod team;
pub(crate) mod work;

pub use ask::PoolView;
pub use call::{Call, Death, Failure, Refused, Status, Ticket};
pub use crew::Sums;
pub use declare::{CallFn, Ending, ObjectFn, ObjectPool, ReturnedFn};
pub use pool::{NotASpawn, Pool, Spawn};
pub use serve::{call, cancelled, pool};
pub use work::{Alone, Arguments, Key, Object, On, Sent, Work, WorkError, WorkFn, WorkResult};
