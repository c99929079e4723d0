//! A user or a group, as it is named in a declaration or by a flag: by its name or its number. Looking it up is not done
//! here: see `privileges`.

use std::fmt;

/// A user or a group: its name, or its number.
///
/// ```
/// # struct App;
/// # fn declare(spec: &mut daemon_core::Spec<App>) {
/// spec.user("www-data");
/// spec.group(33);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Name(String),
    Number(u32),
}

impl Account {
    /// The name, if it was given by name. A name of digits alone is also tried as a number, after the name.
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.0 {
            Kind::Name(name) => Some(name),
            Kind::Number(_) => None,
        }
    }

    /// The number, if it can be read as one.
    pub(crate) fn number(&self) -> Option<u32> {
        match &self.0 {
            // `parse` alone would take a sign.
            Kind::Name(name) if name.bytes().all(|byte| byte.is_ascii_digit()) => name.parse().ok(),
            Kind::Name(_) => None,
            Kind::Number(number) => Some(*number),
        }
    }
}

impl From<&str> for Account {
    fn from(name: &str) -> Self {
        Self(Kind::Name(name.to_owned()))
    }
}

impl From<String> for Account {
    fn from(name: String) -> Self {
        Self(Kind::Name(name))
    }
}

impl From<u32> for Account {
    fn from(number: u32) -> Self {
        Self(Kind::Number(number))
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Name(name) => f.write_str(name),
            Kind::Number(number) => write!(f, "{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_digits_is_also_a_number() {
        let read = |text: &str| (Account::from(text).name().is_some(), Account::from(text).number());
        assert_eq!(read("www-data"), (true, None));
        assert_eq!(read("33"), (true, Some(33)));
        assert_eq!(read("+33"), (true, None));
        assert_eq!(read("-1"), (true, None));
        assert_eq!(read(""), (true, None));
        assert_eq!(read("4294967296"), (true, None));
        assert_eq!((Account::from(33).name(), Account::from(33).number()), (None, Some(33)));
    }
}
