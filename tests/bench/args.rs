//! The benchmark's command line.

use std::str::FromStr;
use std::time::Duration;

/// What was asked for.
#[derive(Debug, PartialEq)]
pub struct Asked {
    /// Names of benches.
    pub benches: Vec<String>,
    /// Rounds, if not each bench's own number.
    pub rounds: Option<usize>,
    /// How long a sample waits for a quiet moment, per try.
    pub patience: Duration,
}

/// Reads the arguments; the error is what to print.
pub fn parse(args: impl IntoIterator<Item = String>, names: &[&str]) -> Result<Asked, String> {
    let mut asked = Asked { benches: Vec::new(), rounds: None, patience: Duration::from_secs(3) };
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--rounds" => asked.rounds = Some(value(&arg, args.next())?),
            "--patience" => {
                asked.patience = Duration::from_secs_f64(value::<f64>(&arg, args.next())?.clamp(0.0, 600.0))
            }
            "all" => asked.benches.extend(names.iter().map(|name| (*name).to_string())),
            name if names.contains(&name) => asked.benches.push(arg),
            _ => return Err(usage(names)),
        }
    }
    if asked.benches.is_empty() {
        asked.benches.extend(names.iter().map(|name| (*name).to_string()));
    }
    Ok(asked)
}

fn value<T: FromStr>(option: &str, text: Option<String>) -> Result<T, String> {
    let text = text.ok_or_else(|| format!("{option} needs a number"))?;
    text.parse().map_err(|_| format!("{option} needs a number, not {text:?}"))
}

fn usage(names: &[&str]) -> String {
    format!("usage: bench [{}|all] [--rounds N] [--patience SECONDS]", names.join("|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(args: &[&str]) -> Result<Asked, String> {
        parse(args.iter().map(|arg| (*arg).to_string()), &["tick", "stop"])
    }

    #[test]
    fn nothing_means_everything() {
        assert_eq!(asked(&[]).unwrap().benches, ["tick", "stop"]);
        assert_eq!(asked(&["all"]).unwrap().benches, ["tick", "stop"]);
    }

    #[test]
    fn names_and_options_mix() {
        let asked = asked(&["stop", "--rounds", "3", "--patience", "0.5"]).unwrap();
        assert_eq!((asked.benches, asked.rounds), (vec!["stop".to_string()], Some(3)));
        assert_eq!(asked.patience, Duration::from_millis(500));
    }

    #[test]
    fn what_is_not_understood_is_told() {
        assert!(asked(&["walk"]).unwrap_err().contains("usage"));
        assert!(asked(&["--rounds", "many"]).unwrap_err().contains("many"));
    }
}
