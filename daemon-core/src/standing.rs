//! How a daemon stands to whoever started it: found out once, at its first start, and inherited by later images.

use std::fmt;
use std::str::FromStr;

/// Where the daemon lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Where it was started, by a person, cron or an init system.
    #[default]
    Foreground,
    /// Away from its terminal, by `-d`.
    Detached,
    /// In a container, under process 1, which is our own keeper.
    Contained,
}

const ALL: [(Standing, &str); 3] =
    [(Standing::Foreground, "foreground"), (Standing::Detached, "detached"), (Standing::Contained, "contained")];

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, word) = ALL.iter().find(|(standing, _)| standing == self).unwrap_or(&ALL[0]);
        f.write_str(word)
    }
}

impl FromStr for Standing {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        ALL.iter().find(|(_, word)| *word == text).map(|(standing, _)| *standing).ok_or(())
    }
}
