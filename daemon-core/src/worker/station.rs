//! What a worker process works with: the author's functions as bytes in, bytes out, and the object they belong to.

use super::work::BoxedWork;
use crate::error::{Error, Exit, Result};
use crate::guard::guarded;

/// Makes the object of a worker.
type Open<O> = Box<dyn FnOnce() -> Result<O>>;

/// The functions of one pool, ready to be run in a process of its own.
pub(crate) trait Station {
    /// Makes the object. Once, before anything is run.
    fn open(&mut self) -> Result<(), Error>;

    /// Runs the method of this number.
    fn run(&mut self, method: u16, arguments: &[u8]) -> Result<Vec<u8>, Error>;

    /// Lets the object go.
    fn close(&mut self) -> Result<(), Error>;
}

/// A pool's functions on an object of type `O`; `()` for functions that stand alone.
pub(crate) struct On<O> {
    open: Option<Open<O>>,
    object: Option<O>,
    methods: Vec<BoxedWork<O>>,
}

impl<O> On<O> {
    pub(crate) fn new(open: impl FnOnce() -> Result<O> + 'static) -> Self {
        Self { open: Some(Box::new(open)), object: None, methods: Vec::new() }
    }

    /// Another way to make the object.
    pub(crate) fn opened_by(&mut self, open: impl FnOnce() -> Result<O> + 'static) {
        self.open = Some(Box::new(open));
    }

    pub(crate) fn add(&mut self, method: BoxedWork<O>) {
        self.methods.push(method);
    }
}

impl<O> Station for On<O> {
    fn open(&mut self) -> Result<(), Error> {
        let open = self.open.take().ok_or_else(|| Error::new(Exit::Software, "a worker is made once"))?;
        self.object = Some(guarded(open)?);
        Ok(())
    }

    fn run(&mut self, method: u16, arguments: &[u8]) -> Result<Vec<u8>, Error> {
        let unknown = || Error::new(Exit::Software, format!("no method of number {method}"));
        let run = self.methods.get(usize::from(method)).ok_or_else(unknown)?;
        let object = self.object.as_mut().ok_or_else(|| Error::new(Exit::Software, "the worker has no object"))?;
        guarded(|| run(object, arguments))
    }

    fn close(&mut self) -> Result<(), Error> {
        guarded(|| {
            drop(self.object.take());
            Ok(())
        })
    }
}
