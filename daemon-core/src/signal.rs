//! The signals a daemon can listen for, by name.
//!
//! A [`Signal`] is always one that can be caught: what `Signal::KILL` names is of another type, so asking for it is an
//! error while compiling that says why.

use std::fmt;
use std::str::FromStr;

use crate::error::{nearest, unknown};

/// A signal that can be caught, named without its `SIG`.
///
/// `KILL` and `STOP` can not be caught; after `SEGV`, `BUS`, `FPE` and `ILL` nothing useful can be done any more. Their
/// names are [`Uncatchable`](crate::uncatchable::Uncatchable).
///
/// ```
/// use daemon_core::Signal;
/// assert_eq!("SIGUSR2".parse(), Ok(Signal::USR2));
/// assert!("KILL".parse::<Signal>().unwrap_err().to_string().contains("can not be caught"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Signal(i32);

macro_rules! signals {
    ($($(#[$doc:meta])* $name:ident = $number:expr;)*) => {
        impl Signal {
            $($(#[$doc])* pub const $name: Self = Self($number);)*
        }

        const NAMES: &[(&str, Signal)] = &[$((stringify!($name), Signal::$name)),*];
    };
}

signals! {
    /// The terminal went away, or "restart".
    HUP = libc::SIGHUP;
    /// Ctrl-C: finish the iteration and stop.
    INT = libc::SIGINT;
    /// Ctrl-\.
    QUIT = libc::SIGQUIT;
    /// A breakpoint.
    TRAP = libc::SIGTRAP;
    /// `abort(3)`; a handler can not prevent the end.
    ABRT = libc::SIGABRT;
    /// Writes the run-time variables.
    USR1 = libc::SIGUSR1;
    /// Yours.
    USR2 = libc::SIGUSR2;
    /// A write to a pipe nobody reads.
    PIPE = libc::SIGPIPE;
    /// An `alarm(2)` ran out.
    ALRM = libc::SIGALRM;
    /// Finish the iteration and stop.
    TERM = libc::SIGTERM;
    /// Unused by the system.
    STKFLT = libc::SIGSTKFLT;
    /// A child ended.
    CHLD = libc::SIGCHLD;
    /// Go on after a stop.
    CONT = libc::SIGCONT;
    /// Ctrl-Z.
    TSTP = libc::SIGTSTP;
    /// Read from the terminal in the background.
    TTIN = libc::SIGTTIN;
    /// Write to the terminal in the background.
    TTOU = libc::SIGTTOU;
    /// Urgent data on a socket.
    URG = libc::SIGURG;
    /// The limit on processor time was passed.
    XCPU = libc::SIGXCPU;
    /// The limit on file size was passed.
    XFSZ = libc::SIGXFSZ;
    /// A virtual timer ran out.
    VTALRM = libc::SIGVTALRM;
    /// A profiling timer ran out.
    PROF = libc::SIGPROF;
    /// The window changed its size.
    WINCH = libc::SIGWINCH;
    /// Input or output is possible.
    IO = libc::SIGIO;
    /// Power failure.
    PWR = libc::SIGPWR;
    /// A bad system call.
    SYS = libc::SIGSYS;
}

/// Signals that exist but have no place in a declaration.
const FORBIDDEN: &[&str] = &["KILL", "STOP", "SEGV", "BUS", "FPE", "ILL"];

/// The first real-time signal that the C library leaves to programs.
const RT_FIRST: i32 = 34;
/// How many real-time signals a daemon can have: the last of them all is [`RESERVED`].
const RT_COUNT: i32 = 30;
/// The last real-time signal, which the framework needs for its own time limits.
pub(crate) const RESERVED: i32 = RT_FIRST + RT_COUNT;

impl Signal {
    /// The real-time signal `SIGRTMIN + n`, with `n` from 0 to 29; the last one, 30, is the framework's own. Like all
    /// others it is a flag here: several that arrive before the loop looks count as one.
    ///
    /// # Panics
    /// When `n` is above 29; in a `const`, while compiling.
    #[must_use]
    pub const fn realtime(n: i32) -> Self {
        assert!(n >= 0 && n < RT_COUNT, "real-time signals go from 0 to 29");
        Self(RT_FIRST + n)
    }

    /// The number the kernel knows it by.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The signal with this number, if a daemon can catch it.
    pub(crate) fn from_number(number: i32) -> Option<Self> {
        let realtime = (RT_FIRST..RT_FIRST + RT_COUNT).contains(&number);
        (realtime || NAMES.iter().any(|(_, signal)| signal.0 == number)).then_some(Self(number))
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMES.iter().find(|(_, signal)| signal == self) {
            Some((name, _)) => write!(f, "SIG{name}"),
            None => write!(f, "SIGRTMIN+{}", self.0 - RT_FIRST),
        }
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that names no signal a daemon can catch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotASignal(String);

impl fmt::Display for NotASignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotASignal {}

impl FromStr for Signal {
    type Err = NotASignal;

    fn from_str(text: &str) -> Result<Self, NotASignal> {
        let upper = text.to_ascii_uppercase();
        let word = upper.strip_prefix("SIG").unwrap_or(&upper);
        if let Some((_, signal)) = NAMES.iter().find(|(name, _)| *name == word) {
            return Ok(*signal);
        }
        if FORBIDDEN.contains(&word) {
            let near = nearest(word, ["TERM", "INT", "TSTP"]).unwrap_or("TERM");
            return Err(NotASignal(format!("SIG{word} can not be caught: use another, as {near}")));
        }
        Err(NotASignal(unknown("signal", text, NAMES.iter().map(|(name, _)| *name))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_agree() {
        for (name, signal) in NAMES {
            assert_eq!(name.parse::<Signal>().as_ref(), Ok(signal));
            assert_eq!(signal.to_string(), format!("SIG{name}"));
            assert_eq!(Signal::from_number(signal.number()), Some(*signal));
        }
        assert_eq!(Signal::realtime(3).to_string(), "SIGRTMIN+3");
        assert_eq!(Signal::from_number(Signal::realtime(29).number()), Some(Signal::realtime(29)));
        assert_eq!(Signal::from_number(libc::SIGKILL), None);
    }

    /// The signal of the time limits is nobody else's: a hook on it would be called in place of the cut.
    #[test]
    fn the_last_realtime_signal_is_reserved() {
        assert_eq!(RESERVED, libc::SIGRTMAX());
        assert_eq!(Signal::from_number(RESERVED), None);
        assert!(std::panic::catch_unwind(|| Signal::realtime(30)).is_err());
    }

    #[test]
    fn fault_055_forbidden_signals_have_no_name() {
        for word in FORBIDDEN {
            assert!(word.parse::<Signal>().unwrap_err().to_string().contains("can not be caught"), "{word}");
        }
        assert!("USR".parse::<Signal>().unwrap_err().to_string().contains("did you mean `USR1`"));
    }
}
