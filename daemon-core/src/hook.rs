//! What a hook may return, and the boxed form in which the author's code is kept.

use crate::context::Context;
use crate::error::{BoxError, Result};
use crate::kept::{HandOver, Kept};
use crate::plugin::Plugin;

/// A hook of the author's, ready to run.
pub(crate) type BoxedHook<D> = Box<dyn FnMut(&mut D, &Context) -> Result<()>>;
/// The author's setup.
pub(crate) type BoxedSetup<D> = Box<dyn FnOnce(&Context) -> Result<D>>;

/// The author's handover, which packs what it returns.
pub(crate) type BoxedHandover<D> = Box<dyn FnMut(&mut D, &Context) -> Result<Kept>>;

/// What a hook may return: nothing, or a `Result<(), E>` whose error converts into a boxed one.
#[diagnostic::on_unimplemented(
    message = "a hook can not return `{Self}`",
    label = "return nothing, or `Result<(), E>`",
    note = "an error type must convert into `Box<dyn Error + Send + Sync>`, as io::Error, anyhow::Error and text do"
)]
pub trait HookResult {
    /// As the loop reads it.
    ///
    /// # Errors
    /// The hook's own error.
    fn into_result(self) -> Result<()>;
}

impl HookResult for () {
    fn into_result(self) -> Result<()> {
        Ok(())
    }
}

impl<E: Into<BoxError>> HookResult for Result<(), E> {
    fn into_result(self) -> Result<()> {
        self.map_err(Into::into)
    }
}

/// What a setup may return: the daemon itself, or a `Result` with it.
#[diagnostic::on_unimplemented(
    message = "a setup of `{D}` can not return `{Self}`",
    label = "return `Self` or `Result<Self>`",
    note = "an error type must convert into `Box<dyn Error + Send + Sync>`, as io::Error, anyhow::Error and text do"
)]
pub trait SetupResult<D> {
    /// As the loop reads it.
    ///
    /// # Errors
    /// The setup's own error.
    fn into_daemon(self) -> Result<D>;
}

impl<D> SetupResult<D> for D {
    fn into_daemon(self) -> Result<D> {
        Ok(self)
    }
}

impl<D, E: Into<BoxError>> SetupResult<D> for Result<D, E> {
    fn into_daemon(self) -> Result<D> {
        self.map_err(Into::into)
    }
}

/// A function that can be a hook: `|daemon, cx| …` or a path, with any result that a hook may return. Nothing is to be
/// implemented: every such function is one. That it is one trait lets the compiler report a wrong result at the function.
pub trait HookFn<D>: FnMut(&mut D, &Context) -> <Self as HookFn<D>>::Answer {
    /// What the function returns.
    type Answer: HookResult;
}

impl<D, R: HookResult, F: FnMut(&mut D, &Context) -> R> HookFn<D> for F {
    type Answer = R;
}

/// A function that can be a setup, as [`HookFn`] is one for hooks.
pub trait SetupFn<D>: FnOnce(&Context) -> <Self as SetupFn<D>>::Answer {
    /// What the function returns.
    type Answer: SetupResult<D>;
}

impl<D, R: SetupResult<D>, F: FnOnce(&Context) -> R> SetupFn<D> for F {
    type Answer = R;
}

/// A function that can make a plugin, as [`HookFn`] is one for hooks.
pub trait PluginFn: FnOnce() -> <Self as PluginFn>::Answer {
    /// What the function returns.
    type Answer: Plugin;
}

impl<P: Plugin, F: FnOnce() -> P> PluginFn for F {
    type Answer = P;
}

/// A function that can be a handover, as [`HookFn`] is one for hooks.
pub trait HandoverFn<D>: FnMut(&mut D, &Context) -> <Self as HandoverFn<D>>::Answer {
    /// What the function returns.
    type Answer: HandOver;
}

impl<D, S: HandOver, F: FnMut(&mut D, &Context) -> S> HandoverFn<D> for F {
    type Answer = S;
}
