//! Judges the arguments of a helper: what starts the hook, and the keys that say more about it.
//!
//! May not know a key, a signal, an event or a unit of time.

use crate::errors::Errors;
use crate::keys::{self, Seen};
use crate::model::{Args, Entry, Mark, Setting, Value};
use crate::table::{self, Kind};
use crate::trigger;
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;

/// The arguments of a helper, without those that have a fault.
pub struct Arguments {
    /// The trigger or period.
    pub when: Option<Value>,
    /// The keys.
    pub settings: Vec<Setting>,
}

/// The arguments of a helper. None if there is a fault in what starts it; one in a key costs only the key.
pub fn read(mark: &Mark, errors: &mut Errors) -> Option<Arguments> {
    let Mark { helper, word, args } = mark;
    if let Some(feature) = table::missing_feature(helper.kind) {
        let of = format!("#[{}]", helper.shown());
        errors.at(word.span(), keys::needs(&of, feature));
        return None;
    }
    let entries = match args {
        Args::None => [].as_slice(),
        Args::Listed(entries) => entries.as_slice(),
        Args::Odd(tokens) => {
            errors.over(tokens, format!("#[{word}] can not read this: write `{}`", helper.example));
            return None;
        }
    };
    let takes_keys = table::hook_keys(helper.kind).next().is_some();
    let is_on = helper.kind == Kind::On || table::ending(helper.name).is_some();
    let more: &[&str] = if is_on { table::TRIGGERS } else { &[] };
    let key = |entry: &Entry| takes_keys && said(entry).is_some_and(|lead| !more.iter().any(|word| lead == word));

    let mut seen = Seen::default();
    let setting = |entry| keys::of_hook((entry, said(entry)?), helper, more, &mut seen, errors);
    let settings = entries.iter().filter(|entry| key(entry)).filter_map(setting).collect();
    let starts: Vec<&Entry> = entries.iter().filter(|entry| !key(entry)).collect();
    // A hook whose only argument is an unknown word with a value: that word was probably meant to start it.
    let guessed = starts.is_empty() && entries.iter().any(|entry| said(entry).is_some_and(|word| !is_known(word)));
    let when = match helper.kind {
        Kind::On | Kind::Every | Kind::Cron if guessed => return None,
        Kind::On | Kind::Returned | Kind::TimedOut | Kind::Failed => {
            Some(trigger::on(word, &starts, helper.example, errors)?)
        }
        Kind::Every => Some(trigger::every(word, &starts, helper.example, errors)?),
        Kind::Cron => Some(trigger::cron(word, &starts, helper.example, errors)?),
        Kind::Setup | Kind::Execute | Kind::Option | Kind::Plugin | Kind::Handover => none(mark, &starts, errors)?,
        Kind::Worker | Kind::Task | Kind::Call | Kind::Open => none(mark, &starts, errors)?,
    };
    Some(Arguments { when, settings })
}

/// The word before `=`.
fn said(entry: &Entry) -> Option<&Ident> {
    entry.lead.as_ref().filter(|_| entry.named)
}

/// Whether this is a key of hooks.
fn is_known(word: &Ident) -> bool {
    table::hook_key(&word.to_string()).is_some()
}

/// Reports what stands in a helper that nothing starts.
fn none(mark: &Mark, entries: &[&Entry], errors: &mut Errors) -> Option<Option<Value>> {
    if entries.is_empty() {
        return Some(None);
    }
    let Mark { helper, word, .. } = mark;
    let tokens: TokenStream = entries.iter().copied().flat_map(tokens).collect();
    let known: Vec<_> = table::hook_keys(helper.kind).collect();
    let message = match known.first().and_then(|name| table::hook_key(name)) {
        Some(hook) => {
            format!("#[{word}] takes only keys: write `{}` or `#[{word}({})]`", helper.example, hook.key.example)
        }
        None => format!("#[{word}] takes no arguments: write `{}`", helper.example),
    };
    if tokens.is_empty() {
        errors.at(word.span(), message)
    } else {
        errors.over(tokens, message)
    }
    None
}

/// The tokens of an entry, to underline it.
pub fn tokens(entry: &Entry) -> TokenStream {
    said(entry).into_token_stream().into_iter().chain(entry.expr().into_token_stream()).collect()
}
