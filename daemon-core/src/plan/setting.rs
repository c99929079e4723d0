//! A value, and who said so.

use std::fmt;

/// Where a setting's value comes from; a later one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// The declaration says so.
    Declared,
    /// A command-line flag says so.
    Flag,
}

impl Origin {
    /// In one word.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Declared => "declared",
            Self::Flag => "flag",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A value, and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Who said so.
    pub origin: Origin,
}

impl<T> Setting<T> {
    pub(crate) const fn default(value: T) -> Self {
        Self { value, origin: Origin::Default }
    }

    pub(crate) fn declare(&mut self, value: T) {
        *self = Self { value, origin: Origin::Declared };
    }

    pub(crate) fn overridden(&mut self, value: Option<T>) {
        if let Some(value) = value {
            *self = Self { value, origin: Origin::Flag };
        }
    }
}
