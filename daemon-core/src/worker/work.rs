//! What can be called in a worker: a plain function, or a method of an object that lives there.
//!
//! The function itself is the name: its type, which no other function has, finds the pool and decides the types of
//! arguments and result. So there is nothing to keep in step, and a wrong argument is an error at that argument.

use std::any::{TypeId, type_name};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::call::Call;
use crate::error::{BoxError, Error, Exit, Result};

/// What can be sent to a worker process and back. Nothing is to be implemented: every type with serde's `Serialize` and
/// `Deserialize` that borrows nothing is one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can not be sent to a worker or back",
    label = "this can not be sent",
    note = "it must own what it holds, and have serde's `Serialize` and `Deserialize`: for a type of your own write \
            `#[derive(serde::Serialize, serde::Deserialize)]`, with the crate `serde` and its feature `derive` as a dependency"
)]
pub trait Sent: Serialize + DeserializeOwned + 'static {}

// So that the compiler says the words above, once, and not what serde says about each half of it.
#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + 'static> Sent for T {}

/// The error of a function in a worker: any that can be boxed. Nothing is to be implemented.
#[diagnostic::on_unimplemented(
    message = "a function in a worker can not fail with `{Self}`",
    label = "this is no error",
    note = "an error type must convert into `Box<dyn Error + Send + Sync>`, as io::Error, anyhow::Error and text do"
)]
pub trait WorkError: Into<BoxError> {}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> WorkError for E {}

/// What a function in a worker may return: a `Result` whose value can be [`Sent`], with any error that can be boxed.
#[diagnostic::on_unimplemented(
    message = "a function in a worker can not return `{Self}`",
    label = "return `Result<R>`, where `R` can be sent"
)]
pub trait WorkResult {
    /// What is sent back.
    type Value: Sent;

    /// As the worker reads it.
    ///
    /// # Errors
    /// The function's own error.
    fn into_value(self) -> Result<Self::Value>;

    /// As it came back from the worker.
    ///
    /// # Errors
    /// When the call has no result, or one of another type.
    #[doc(hidden)]
    fn of(call: &Call) -> Result<Self::Value, Error> {
        call.value()
    }
}

impl<T: Sent, E: WorkError> WorkResult for Result<T, E> {
    type Value = T;

    fn into_value(self) -> Result<T> {
        self.map_err(Into::into)
    }
}

/// The arguments of a function in a worker, as a tuple: up to eight, each of which can be [`Sent`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` are no arguments of a function in a worker",
    label = "write a tuple, with one argument `(url,)`"
)]
pub trait Arguments: Sent {}

/// An object that lives in a worker process, one in each of its pool.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no object of workers",
    label = "no object of workers",
    note = "write `#[worker]` above an impl block of it that has the methods to be called"
)]
pub trait Object: Sized + 'static {
    /// Declares its pool and its calls. Must always declare the same.
    fn declare(pool: &mut super::ObjectPool<Self>);
}

/// How a function is called: on its own.
pub enum Alone {}
/// How a function is called: on an object.
pub enum On<O> {
    #[doc(hidden)]
    Never(std::marker::PhantomData<O>, std::convert::Infallible),
}

/// A function that can be called on its own (`How` is [`Alone`]) or on an object (`How` is [`On<O>`](On)). Nothing is to be
/// implemented: every function with up to eight arguments is one, and every method of an [`Object`] that takes it as `&mut self`.
/// Whether its arguments and its result can be sent is another matter: [`Arguments`], [`WorkResult`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` can not be run by a worker",
    label = "no such function",
    note = "a function of a worker takes up to eight arguments, a method of an object `&mut self` and up to eight"
)]
pub trait WorkFn<A, How>: Copy + 'static {
    /// What it returns.
    type Answer;
    /// What it is called on.
    type Target;

    /// Calls it.
    fn run(self, target: &mut Self::Target, arguments: A) -> Self::Answer;
}

/// A function that can be called in a worker with arguments `A`: what finds, of a function's path alone, all that belongs to it.
/// Nothing is to be implemented: every function whose arguments can be sent is one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can not be called in a worker with these arguments",
    label = "not a function of a worker, or other arguments",
    note = "write the function's path and its arguments as a tuple: `cx.call(Self::fetch, (url, 2))`, with one argument `(url,)`"
)]
pub trait Work<A, How>: Copy + 'static {
    /// What it returns.
    type Answer;
}

macro_rules! work {
    ($($name:ident $place:tt),*) => {
        impl<$($name: Sent),*> Arguments for ($($name,)*) {}

        impl<F, R, $($name),*> WorkFn<($($name,)*), Alone> for F
        where
            F: Fn($($name),*) -> R + Copy + 'static,
        {
            type Answer = R;
            type Target = ();

            fn run(self, (): &mut (), _arguments: ($($name,)*)) -> R {
                self($(_arguments.$place),*)
            }
        }

        impl<F, R, O, $($name),*> WorkFn<($($name,)*), On<O>> for F
        where
            F: Fn(&mut O, $($name),*) -> R + Copy + 'static,
            O: Object,
        {
            type Answer = R;
            type Target = O;

            fn run(self, target: &mut O, _arguments: ($($name,)*)) -> R {
                self(target, $(_arguments.$place),*)
            }
        }

        // That the arguments can be sent tells a method of an object from a function of one argument more.
        impl<F, R, $($name),*> Work<($($name,)*), Alone> for F
        where
            F: Fn($($name),*) -> R + Copy + 'static,
            $($name: Sent),*
        {
            type Answer = R;
        }

        impl<F, R, O, $($name),*> Work<($($name,)*), On<O>> for F
        where
            F: Fn(&mut O, $($name),*) -> R + Copy + 'static,
            O: Object,
            $($name: Sent),*
        {
            type Answer = R;
        }
    };
}

work!();
work!(A 0);
work!(A 0, B 1);
work!(A 0, B 1, C 2);
work!(A 0, B 1, C 2, D 3);
work!(A 0, B 1, C 2, D 3, E 4);
work!(A 0, B 1, C 2, D 3, E 4, G 5);
work!(A 0, B 1, C 2, D 3, E 4, G 5, H 6);
work!(A 0, B 1, C 2, D 3, E 4, G 5, H 6, I 7);

/// A function as a key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    of: TypeId,
    path: &'static str,
}

impl Key {
    pub(crate) fn of<F: 'static>() -> Self {
        Self { of: TypeId::of::<F>(), path: type_name::<F>() }
    }

    /// The function's name, without its path.
    pub(crate) fn name(&self) -> &'static str {
        // A generic function ends in its parameters.
        let path = self.path.split('<').next().unwrap_or(self.path);
        path.rsplit("::").next().unwrap_or(path)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The function of a worker as it is kept: bytes in, bytes out.
pub(crate) type BoxedWork<T> = Box<dyn Fn(&mut T, &[u8]) -> Result<Vec<u8>>>;

/// Wraps `work` so that it takes and gives bytes.
pub(crate) fn boxed<F, A, How>(work: F) -> BoxedWork<F::Target>
where
    F: WorkFn<A, How>,
    A: Arguments,
    F::Answer: WorkResult,
{
    Box::new(move |target, bytes| {
        let arguments: A = decode(bytes)?;
        Ok(encode(&work.run(target, arguments).into_value()?)?)
    })
}

/// With the names of fields, so that every form of serde's derive survives.
pub(crate) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, Error> {
    let failed = |error| Error::new(Exit::Software, format!("can not be sent: {error}"));
    rmp_serde::to_vec_named(value).map_err(failed)
}

pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let failed = |error| Error::new(Exit::Software, format!("can not be read: {error}"));
    rmp_serde::from_slice(bytes).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(a: u64, b: u64) -> Result<u64> {
        Ok(a + b)
    }

    fn refuse(_: String) -> Result<(), String> {
        Err("no".into())
    }

    fn call<F, A, R>(work: F, arguments: A) -> Result<R::Value>
    where
        F: WorkFn<A, Alone, Target = (), Answer = R>,
        A: Arguments,
        R: WorkResult,
    {
        Ok(decode(&boxed(work)(&mut (), &encode(&arguments)?)?)?)
    }

    #[test]
    fn a_call_goes_through_bytes_and_back() {
        assert_eq!(call(add, (1, 2)).expect("a sum"), 3);
        assert_eq!(call(refuse, ("x".to_owned(),)).expect_err("refused").to_string(), "no");
        assert!(boxed::<_, (u64, u64), Alone>(add)(&mut (), b"nonsense").is_err());
    }

    #[test]
    fn a_function_is_its_own_key() {
        let (one, other) = (key(add), key(refuse));
        assert_eq!((one.name(), other.name()), ("add", "refuse"));
        assert!(one != other && one == key(add));
        fn key<F: 'static>(_: F) -> Key {
            Key::of::<F>()
        }
    }
}
