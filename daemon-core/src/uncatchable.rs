//! Signals that exist but can not start a hook, as types: so that the compiler says why.
//!
//! May not hold a number: nothing here ever reaches the kernel.

#![allow(clippy::upper_case_acronyms, reason = "the names of signals")]

use std::marker::PhantomData;

use crate::plan::{Starts, Trigger};
use crate::signal::Signal;

/// A signal that no daemon can answer. [`Spec::on`](crate::Spec::on) refuses it while compiling.
///
/// ```compile_fail,E0277
/// # use daemon_core::{Signal, Spec};
/// # fn declare(spec: &mut Spec<()>) {
/// spec.on(Signal::KILL, |_, _| ()); // SIGKILL can not be caught: write another signal, as TERM
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Uncatchable<S>(PhantomData<S>);

/// A signal that can be caught; none of those that are [`Uncatchable`] is.
#[diagnostic::on_unimplemented(
    message = "SIG{Self} can not be caught",
    label = "write another signal, as TERM",
    note = "the kernel does not deliver KILL and STOP, and after SEGV, BUS, FPE and ILL nothing useful can be done"
)]
pub trait Catchable {}

impl<S: Catchable> Starts for Uncatchable<S> {
    fn trigger(self) -> Trigger {
        unreachable!("no signal that is uncatchable is catchable")
    }
}

macro_rules! uncatchable {
    ($($name:ident)*) => {
        $(
            #[doc = concat!("SIG", stringify!($name), ", for messages.")]
            #[derive(Clone, Copy, Debug)]
            pub struct $name;
        )*

        impl Signal {
            $(
                #[doc = concat!("Not a signal that a hook can answer: SIG", stringify!($name), " can not be caught.")]
                #[doc(hidden)]
                pub const $name: Uncatchable<$name> = Uncatchable(PhantomData);
            )*
        }
    };
}

uncatchable!(KILL STOP SEGV BUS FPE ILL);
