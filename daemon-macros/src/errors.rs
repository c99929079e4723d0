//! Collects every fault of one expansion, and finds the nearest known name.
//!
//! May not know the vocabulary and may not decide what is a fault: it keeps what it is told, in order, and turns it
//! into `compile_error!`s at the end.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The faults found so far. Must be consumed by [`Errors::finish`]: dropping it is a fault of this crate and says so,
/// because a forgotten accumulator would make mistakes pass silently.
pub struct Errors {
    found: Vec<syn::Error>,
    finished: bool,
}

impl Errors {
    /// An empty accumulator.
    pub fn new() -> Self {
        Self { found: Vec::new(), finished: false }
    }

    /// Reports a fault at one token.
    pub fn at(&mut self, span: Span, message: impl Into<String>) {
        self.found.push(syn::Error::new(span, message.into()));
    }

    /// Reports a fault over a run of tokens: the error underlines all of them.
    pub fn over(&mut self, tokens: impl ToTokens, message: impl Into<String>) {
        self.found.push(syn::Error::new_spanned(tokens, message.into()));
    }

    /// The faults as `compile_error!` items, in the order in which they were reported.
    pub fn finish(mut self) -> TokenStream {
        self.finished = true;
        self.found.iter().map(syn::Error::to_compile_error).collect()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        // While another panic unwinds, a second one would abort and hide the first.
        assert!(self.finished || std::thread::panicking(), "faults were collected and never reported");
    }
}

/// The known name that `word` was probably meant to be, if one is near enough to be worth naming.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str, IntoIter: Clone>) -> Option<&'a str> {
    let mut known = known.into_iter();
    let near = known.clone().map(|name| (distance(word, name), name)).min();
    // A third of the letters may be wrong; else a beginning of at least three letters counts as half-typed.
    let close = |&(steps, name): &(usize, &str)| steps <= name.len().max(word.len()) / 3;
    let begun = || known.find(|name| word.len() >= 3 && name.starts_with(word));
    near.filter(close).map(|(_, name)| name).or_else(begun)
}

/// `did you mean …? ` when a name is near, else nothing; then the whole list. The tail of every "unknown" message.
pub fn suggest<'a>(word: &str, known: impl IntoIterator<Item = &'a str, IntoIter: Clone> + Clone) -> String {
    let near = nearest(word, known.clone()).map(|name| format!("did you mean `{name}`? ")).unwrap_or_default();
    format!("{near}known are {}", list(known))
}

/// Names in backquotes, separated by commas.
pub fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// How many letters must be put in, taken out, replaced or swapped with their neighbour to make `b` of `a`.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut steps = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                steps = steps.min(rows[i - 2][j - 2] + 1);
            }
            row.push(steps);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["interval", "lock", "log", "missed"];

    #[test]
    fn near_names_are_found() {
        for (word, name) in [("intervall", "interval"), ("intreval", "interval"), ("int", "interval"), ("lcok", "lock")]
        {
            assert_eq!(nearest(word, NAMES), Some(name), "{word}");
        }
    }

    #[test]
    fn far_names_are_not_guessed() {
        for word in ["pidfile", "x", "", "every"] {
            assert_eq!(nearest(word, NAMES), None, "{word}");
        }
    }

    #[test]
    #[should_panic(expected = "never reported")]
    fn a_forgotten_accumulator_is_loud() {
        drop(Errors::new());
    }
}
