//! Runs code that is not ours: an error and a panic both become an [`Error`], and nothing unwinds past here.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};

use crate::error::{Error, Result};

thread_local! {
    /// Where the last panic of this thread came from.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs `code`. What its error prints, and what its error or panic does when it goes, is the author's code too, and
/// runs in here.
pub(crate) fn guarded<T>(code: impl FnOnce() -> Result<T>) -> Result<T, Error> {
    let read = || code().map_err(|error| Error::from_box(error.as_ref()));
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(outcome) => outcome,
        Err(payload) => {
            let place = PLACE.try_with(RefCell::take).ok().flatten();
            let place = place.map(|place| format!(" at {place}")).unwrap_or_default();
            let text = format!("panicked{place}: {}", panic_text(payload.as_ref()));
            // A payload that panics when it goes may do so with another such payload: that one stays for ever.
            if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
                std::mem::forget(second);
            }
            Err(Error::panic(text))
        }
    }
}

/// Panics go to the log, with their place: the default hook writes to a standard error that nobody may read.
pub(crate) fn log_panics() {
    set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        log::error!(target: "daemon", "panic at {place}: {}", panic_text(panic.payload()));
        let _ = PLACE.try_with(|last| *last.borrow_mut() = Some(place));
    }));
}

/// What a panic said, whatever it was thrown with.
fn panic_text(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("(a payload that is no text)")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            std::panic::panic_any(Bomb);
        }
    }

    #[test]
    fn fault_101_whatever_is_thrown_is_caught() {
        assert_eq!(guarded(|| Ok(5)), Ok(5));
        let text = |error: Result<(), Error>| error.expect_err("caught").to_string();
        assert!(text(guarded(|| panic!("boom"))).ends_with(": boom"));
        assert!(text(guarded(|| std::panic::panic_any(7))).ends_with("no text)"));
        assert!(text(guarded(|| std::panic::panic_any(Bomb))).ends_with("no text)"));
    }
}
