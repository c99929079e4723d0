//! What can be called in a worker: a plain function, or a method of an object that lives there.
//!
//! The function itself is the name: its type, which no other function has, finds the pool and decides the types of
//! arguments and result. So there is nothing to keep in step, and a wrong argument is an error at that argument.

use std::any::{TypeId, type_name};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{BoxError, Error, Exit, Result};

/// What a function in a worker may return: a `Result` whose value can be sent, with any error that can be boxed.
#[diagnostic::on_unimplemented(
    message = "a function in a worker can not return `{Self}`",
    label = "return `Result<R>`, where `R` can be serialized",
    note = "`R` must implement serde's `Serialize` and `DeserializeOwned`: derive them, with the crate `serde` as a dependency"
)]
pub trait WorkResult {
    /// What is sent back.
    type Value: Serialize + DeserializeOwned + 'static;

    /// As the worker reads it.
    ///
    /// # Errors
    /// The function's own error.
    fn into_value(self) -> Result<Self::Value>;
}

impl<T: Serialize + DeserializeOwned + 'static, E: Into<BoxError>> WorkResult for Result<T, E> {
    type Value = T;

    fn into_value(self) -> Result<T> {
        self.map_err(Into::into)
    }
}

/// An object that lives in a worker process, one in each of its pool.
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

/// A function that can be called in a worker with arguments `A`. Nothing is to be implemented: every function whose
/// arguments and result can be sent is one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can not be called in a worker with these arguments",
    label = "not a function of a worker, or other arguments",
    note = "write the function's path and its arguments as a tuple: `cx.call(Self::fetch, (url, 2))`, with one argument `(url,)`"
)]
pub trait Work<A, How>: Copy + 'static {
    /// What it returns.
    type Value: Serialize + DeserializeOwned + 'static;
    /// What it is called on.
    type Target;

    /// Calls it.
    ///
    /// # Errors
    /// The function's own error.
    fn run(self, target: &mut Self::Target, arguments: A) -> Result<Self::Value>;
}

macro_rules! work {
    ($($name:ident $place:tt),*) => {
        impl<F, R, $($name),*> Work<($($name,)*), Alone> for F
        where
            F: Fn($($name),*) -> R + Copy + 'static,
            R: WorkResult,
            $($name: Serialize + DeserializeOwned + 'static),*
        {
            type Value = R::Value;
            type Target = ();

            fn run(self, (): &mut (), _arguments: ($($name,)*)) -> Result<R::Value> {
                self($(_arguments.$place),*).into_value()
            }
        }

        impl<F, R, O, $($name),*> Work<($($name,)*), On<O>> for F
        where
            F: Fn(&mut O, $($name),*) -> R + Copy + 'static,
            R: WorkResult,
            O: Object,
            $($name: Serialize + DeserializeOwned + 'static),*
        {
            type Value = R::Value;
            type Target = O;

            fn run(self, target: &mut O, _arguments: ($($name,)*)) -> Result<R::Value> {
                self(target, $(_arguments.$place),*).into_value()
            }
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
    F: Work<A, How>,
    A: DeserializeOwned,
{
    Box::new(move |target, bytes| {
        let arguments: A = decode(bytes)?;
        Ok(encode(&work.run(target, arguments)?)?)
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

    fn call<F: Work<A, Alone, Target = ()>, A: Serialize + DeserializeOwned>(
        work: F,
        arguments: A,
    ) -> Result<F::Value> {
        Ok(decode(&boxed(work)(&mut (), &encode(&arguments)?)?)?)
    }

    #[test]
    fn a_call_goes_through_bytes_and_back() {
        assert_eq!(call(add, (1, 2)).expect("a sum"), 3);
        assert_eq!(call(refuse, ("x".to_owned(),)).expect_err("refused").to_string(), "no");
        assert!(boxed::<_, (u64, u64), _>(add)(&mut (), b"nonsense").is_err());
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
