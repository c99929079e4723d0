//! Workers and tasks: functions that run in processes of their own, and feel like method calls.

mod call;
pub(crate) mod crew;
pub(crate) mod frame;
mod pool;
pub(crate) mod work;

pub use call::{Call, Death, Failure, Refused, Status, Ticket};
pub use crew::Sums;
pub use pool::{NotASpawn, Pool, Spawn};
pub use work::{Alone, Key, Object, On, Work, WorkResult};

/// placeholder
pub struct ObjectPool<O>(std::marker::PhantomData<O>);
