//! The line for a crontab.

use std::path::Path;

use crate::error::{Error, Exit};

/// Arguments of the line: a start every minute that ends at once, and without a word, while an instance runs.
const ARGUMENTS: &str = "-d --if-locked=ok";

/// `* * * * * PATH -d --if-locked=ok`, and more arguments, with each word written so that cron and its shell read it as it is.
pub(super) fn line(program: &Path, arguments: &[String]) -> Result<String, Error> {
    let mut line = format!("* * * * * {} {ARGUMENTS}", word(&program.to_string_lossy())?);
    for argument in arguments {
        line.push(' ');
        line.push_str(&word(argument)?);
    }
    Ok(line)
}

/// A word for cron's shell. Cron itself ends the command at a bare `%` and has no way to write a line break.
fn word(text: &str) -> Result<String, Error> {
    if text.chars().any(char::is_control) {
        let why =
            format!("{text:?} holds a control character, which no crontab can hold: choose another place or value");
        return Err(Error::new(Exit::Config, why));
    }
    let plain = |c: char| c.is_alphanumeric() || "/._-+=:@,".contains(c);
    if text.chars().all(plain) {
        return Ok(text.to_owned());
    }
    // Cron takes the backslash away before the shell sees the line.
    Ok(format!("'{}'", text.replace('\'', r"'\''").replace('%', r"\%")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_they_are() {
        let written = |arguments: &[String]| line(Path::new("/opt/pulse"), arguments).expect("a line");
        assert_eq!(written(&[]), "* * * * * /opt/pulse -d --if-locked=ok");
        let more = ["--user=nobody".to_owned(), "--log=/x y-%F.log".to_owned()];
        assert_eq!(written(&more), r"* * * * * /opt/pulse -d --if-locked=ok --user=nobody '--log=/x y-\%F.log'");
        assert_eq!(word("/a b").expect("a word"), "'/a b'");
        assert_eq!(word("/a'b").expect("a word"), r"'/a'\''b'");
        assert_eq!(word("/100%").expect("a word"), r"'/100\%'");
        assert_eq!(word("/a\nb").expect_err("refused").exit(), Exit::Config);
    }
}
