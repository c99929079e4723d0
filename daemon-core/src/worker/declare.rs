//! What a declaration says about workers: one method for each thing.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use super::call::Call;
use super::pool::{Kind, Pool};
use super::station::On as Station;
use super::work::{Alone, Arguments, Key, Object, On, Work, WorkFn, WorkResult, boxed};
use crate::context::{Cause, Context};
use crate::error::Result;
use crate::hook::{HookResult, SetupResult};
use crate::plan::{Hook, Place, Trigger};
use crate::spec::Spec;

/// What became of a call, as the trigger of a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It has a result.
    Returned,
    /// It took too long.
    TimedOut,
    /// It has no result for any other reason.
    Failed,
}

impl<D: 'static> Spec<D> {
    /// A pool of processes that run `work`, a function of the author's: `spec.worker(Self::fetch).pool(5)`. Called by
    /// [`Context::call`].
    #[track_caller]
    pub fn worker<F, A, R>(&mut self, work: F) -> &mut Pool
    where
        A: Arguments,
        R: WorkResult,
        F: WorkFn<A, Alone, Answer = R, Target = ()>,
    {
        self.alone(work, Kind::Function, Place::here())
    }

    /// A function that gets a process of its own for each call, which ends after it: `spec.task(Self::push).limit(8)`. Called by
    /// [`Context::task`].
    #[track_caller]
    pub fn task<F, A, R>(&mut self, work: F) -> &mut Pool
    where
        A: Arguments,
        R: WorkResult,
        F: WorkFn<A, Alone, Answer = R, Target = ()>,
    {
        self.alone(work, Kind::Task, Place::here())
    }

    fn alone<F, A>(&mut self, work: F, kind: Kind, place: Place) -> &mut Pool
    where
        F: WorkFn<A, Alone, Target = ()>,
        A: Arguments,
        F::Answer: WorkResult,
    {
        let key = Key::of::<F>();
        let mut pool = Pool::new(key.name(), kind, place);
        pool.methods.push(key);
        let mut station = Station::new(|| Ok(()));
        station.add(boxed(work));
        self.stations.push(Box::new(station));
        self.plan.pools.push(pool);
        let last = self.plan.pools.len() - 1;
        &mut self.plan.pools[last]
    }

    /// A pool of processes in each of which an object of type `O` lives: `spec.workers::<Primes>()`. What it does and how
    /// many there are says [`Object::declare`].
    #[track_caller]
    pub fn workers<O: Object>(&mut self) -> &mut Pool {
        let mut object = ObjectPool::new(Pool::new(Key::of::<O>().name(), Kind::Object, Place::here()));
        O::declare(&mut object);
        let ObjectPool { pool, station } = object;
        self.stations.push(Box::new(station));
        self.plan.pools.push(pool);
        let last = self.plan.pools.len() - 1;
        &mut self.plan.pools[last]
    }

    /// What to do with a result: `spec.returned(Self::fetch, |daemon, cx, call, page| …)`. Runs on the loop as soon as the
    /// result is there, between other hooks.
    #[track_caller]
    pub fn returned<F, A, How, R, V>(&mut self, work: F, mut hook: impl ReturnedFn<D, V> + 'static) -> &mut Hook
    where
        R: WorkResult<Value = V>,
        F: Work<A, How, Answer = R>,
    {
        let _ = work;
        self.on_ending(Ending::Returned, Key::of::<F>(), Place::here(), move |daemon, cx, call| {
            hook(daemon, cx, call, R::of(call)?).into_result()
        })
    }

    /// What to do when a call took longer than the pool's `timeout`, for the last time.
    #[track_caller]
    pub fn timed_out<F, A, How>(&mut self, work: F, mut hook: impl CallFn<D> + 'static) -> &mut Hook
    where
        F: Work<A, How>,
    {
        let _ = work;
        let hook = move |daemon: &mut D, cx: &Context, call: &Call| hook(daemon, cx, call).into_result();
        self.on_ending(Ending::TimedOut, Key::of::<F>(), Place::here(), hook)
    }

    /// What to do when a call has failed for the last time: the function gave an error or panicked, its process ended, or it was
    /// given up. [`Call::failure`] says which. Also told of time-outs, if no hook is declared for those.
    #[track_caller]
    pub fn failed<F, A, How>(&mut self, work: F, mut hook: impl CallFn<D> + 'static) -> &mut Hook
    where
        F: Work<A, How>,
    {
        let _ = work;
        let hook = move |daemon: &mut D, cx: &Context, call: &Call| hook(daemon, cx, call).into_result();
        self.on_ending(Ending::Failed, Key::of::<F>(), Place::here(), hook)
    }

    fn on_ending(
        &mut self,
        ending: Ending,
        key: Key,
        place: Place,
        mut hook: impl FnMut(&mut D, &Context, &Call) -> Result<()> + 'static,
    ) -> &mut Hook {
        self.hook(Trigger::Call(ending, key), place, move |daemon: &mut D, cx: &Context| match cx.cause() {
            Cause::Call(call) => hook(daemon, cx, &call),
            _ => Ok(()),
        })
    }
}

/// A function that can hear of a result: `|daemon, cx, call, value| …`, with any result that a hook may return. Nothing is to be
/// implemented. That it is one trait lets the compiler report a wrong result at the function.
pub trait ReturnedFn<D, V>: FnMut(&mut D, &Context, &Call, V) -> <Self as ReturnedFn<D, V>>::Answer {
    /// What the function returns.
    type Answer: HookResult;
}

impl<D, V, R: HookResult, F: FnMut(&mut D, &Context, &Call, V) -> R> ReturnedFn<D, V> for F {
    type Answer = R;
}

/// A function that can hear of a call without a result: `|daemon, cx, call| …`, as [`ReturnedFn`] is one for results.
pub trait CallFn<D>: FnMut(&mut D, &Context, &Call) -> <Self as CallFn<D>>::Answer {
    /// What the function returns.
    type Answer: HookResult;
}

impl<D, R: HookResult, F: FnMut(&mut D, &Context, &Call) -> R> CallFn<D> for F {
    type Answer = R;
}

/// A function that can make the object of a worker, as [`ReturnedFn`] is one for results.
pub trait ObjectFn<O>: FnOnce() -> <Self as ObjectFn<O>>::Answer {
    /// What the function returns.
    type Answer: SetupResult<O>;
}

impl<O, R: SetupResult<O>, F: FnOnce() -> R> ObjectFn<O> for F {
    type Answer = R;
}

/// The pool of an [`Object`], being declared.
pub struct ObjectPool<O> {
    pool: Pool,
    station: Station<O>,
}

impl<O: Object> ObjectPool<O> {
    fn new(pool: Pool) -> Self {
        let name = pool.name.clone();
        let missing = move || Err(format!("{name} needs a setup: add #[setup], or pool.setup(…)").into());
        Self { pool, station: Station::new(missing) }
    }

    /// Makes the object, in its worker process.
    pub fn setup(&mut self, setup: impl ObjectFn<O> + 'static) -> &mut Self {
        self.station.opened_by(move || setup().into_daemon());
        self
    }

    /// A method that can be called: `pool.call(Self::sieve)`.
    pub fn call<F, A, R>(&mut self, work: F) -> &mut Self
    where
        A: Arguments,
        R: WorkResult,
        F: WorkFn<A, On<O>, Answer = R, Target = O>,
    {
        self.pool.methods.push(Key::of::<F>());
        self.station.add(boxed(work));
        self
    }
}

impl<O> Deref for ObjectPool<O> {
    type Target = Pool;

    fn deref(&self) -> &Pool {
        &self.pool
    }
}

impl<O> DerefMut for ObjectPool<O> {
    fn deref_mut(&mut self) -> &mut Pool {
        &mut self.pool
    }
}

impl<O> std::fmt::Debug for ObjectPool<O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ObjectPool").field("pool", &self.pool).field("of", &PhantomData::<O>).finish()
    }
}
