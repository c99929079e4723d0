//! Judges the arguments of `#[on(…)]`, `#[every(…)]` and `#[cron(…)]`: what starts a hook.
//!
//! May not know a signal, an event, a unit of time or a field of a cron expression.

use crate::arguments::tokens;
use crate::errors::Errors;
use crate::model::{Entry, Given, Value};
use crate::table::{self, Helper, Slot};
use crate::value;
use proc_macro2::{Ident, Span, TokenStream};
use syn::Expr;

/// The trigger of `#[on(signal = USR2)]`, `#[on(idle)]` or `#[on(returned = fetch)]`.
pub fn on(word: &Ident, entries: &[&Entry], example: &str, errors: &mut Errors) -> Option<Value> {
    let Some((entry, more)) = entries.split_first() else {
        errors.at(word.span(), format!("#[{word}] wants to know on what: write `{example}`"));
        return None;
    };
    let single = single(more, "one #[on] has one trigger: stack a second #[on] for this one", errors);
    let (slot, at) = match &entry.lead {
        Some(lead) if entry.named && table::ending(&lead.to_string()).is_some() => (Slot::Function, None),
        Some(lead) if entry.named => (table::SIGNAL_SLOT, Some(lead.span())),
        _ => (table::EVENT_SLOT, None),
    };
    let of = table::ending(&word.to_string()).map_or_else(|| word.to_string(), Helper::shown);
    let expr = given(entry, &of, example, errors)?;
    value::read(slot, at, expr, example, errors).filter(|_| single)
}

/// The period of `#[every("10m")]`.
pub fn every(word: &Ident, entries: &[&Entry], example: &str, errors: &mut Errors) -> Option<Value> {
    timed(table::PERIOD, "period", word, entries, example, errors)
}

/// The expression of `#[cron("0 3 * * *")]`.
pub fn cron(word: &Ident, entries: &[&Entry], example: &str, errors: &mut Errors) -> Option<Value> {
    timed(table::EXPRESSION, "expression", word, entries, example, errors)
}

/// The one thing that says when a hook runs.
fn timed(
    slot: Slot,
    what: &str,
    word: &Ident,
    entries: &[&Entry],
    example: &str,
    errors: &mut Errors,
) -> Option<Value> {
    let Some((entry, more)) = entries.split_first() else {
        errors.at(word.span(), format!("#[{word}] wants {}: write `{example}`", article(what)));
        return None;
    };
    let single = single(more, &format!("#[{word}] has one {what}: stack a second #[{word}] for this one"), errors);
    let expr = given(entry, &word.to_string(), example, errors)?;
    value::read(slot, None, expr, example, errors).filter(|_| single)
}

fn article(what: &str) -> String {
    let article = if what.starts_with('e') { "an" } else { "a" };
    format!("{article} {what}")
}

/// The expression of an entry; a missing or unreadable one is reported.
fn given<'a>(entry: &'a Entry, of: &str, example: &str, errors: &mut Errors) -> Option<&'a Expr> {
    match &entry.value {
        Given::Expr(expr) => return Some(expr),
        Given::Broken(at) => errors.at(*at, format!("#[{of}] can not read this: write `{example}`")),
        Given::Missing => {
            let at = entry.lead.as_ref().map_or_else(Span::call_site, Ident::span);
            errors.at(at, format!("a value is missing here: write `{example}`"));
        }
    }
    None
}

/// Reports what follows the one entry that there may be.
fn single(more: &[&Entry], message: &str, errors: &mut Errors) -> bool {
    let tokens: TokenStream = more.iter().copied().flat_map(tokens).collect();
    match more.first().map(|entry| &entry.value) {
        None => return true,
        Some(Given::Broken(at)) if tokens.is_empty() => errors.at(*at, message),
        Some(_) => errors.over(tokens, message),
    }
    false
}
