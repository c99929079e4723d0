//! Judges the arguments of `#[on(…)]` and `#[every(…)]`: what starts a hook.
//!
//! May not know a signal, an event or a unit of time.

use crate::errors::{Errors, suggest};
use crate::model::{Entry, Given, Value};
use crate::table::{self, Slot};
use crate::value;
use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::Expr;

/// The trigger of `#[on(signal = USR2)]` or `#[on(idle)]`.
pub fn on(word: &Ident, entries: &[Entry], example: &str, errors: &mut Errors) -> Option<Value> {
    let Some((entry, more)) = entries.split_first() else {
        errors.at(word.span(), format!("#[{word}] wants to know on what: write `{example}`"));
        return None;
    };
    let single = single(more, "one #[on] has one trigger: stack a second #[on] for this one", errors);
    let (slot, at) = match &entry.lead {
        Some(lead) if entry.named && lead == table::SIGNAL => (table::SIGNAL_SLOT, Some(lead.span())),
        Some(lead) if entry.named => {
            unknown(lead, word, &[table::SIGNAL], errors);
            return None;
        }
        _ => (table::EVENT_SLOT, None),
    };
    let expr = given(entry, word, example, errors)?;
    value::read(slot, at, expr, example, errors).filter(|_| single)
}

/// The period of `#[every("10m")]`.
pub fn every(word: &Ident, entries: &[Entry], example: &str, errors: &mut Errors) -> Option<Value> {
    let Some((entry, more)) = entries.split_first() else {
        errors.at(word.span(), format!("#[{word}] wants a period: write `{example}`"));
        return None;
    };
    let mut single = true;
    for entry in more {
        match &entry.lead {
            Some(lead) if entry.named => unknown(lead, word, &[], errors),
            _ => {
                _ = self::single(
                    std::slice::from_ref(entry),
                    "#[every] has one period: stack a second #[every] for this one",
                    errors,
                )
            }
        }
        single = false;
    }
    if let Some(lead) = entry.lead.as_ref().filter(|_| entry.named) {
        unknown(lead, word, &[], errors);
        return None;
    }
    let expr = given(entry, word, example, errors)?;
    value::read(table::PERIOD, None, expr, example, errors).filter(|_| single)
}

/// The tokens of an entry, to underline it.
pub fn tokens(entry: &Entry) -> TokenStream {
    let lead = entry.lead.as_ref().filter(|_| entry.named);
    let expr = match &entry.value {
        Given::Expr(expr) => Some(expr),
        _ => None,
    };
    lead.into_token_stream().into_iter().chain(expr.into_token_stream()).collect()
}

/// The expression of an entry; a missing or unreadable one is reported.
fn given<'a>(entry: &'a Entry, word: &Ident, example: &str, errors: &mut Errors) -> Option<&'a Expr> {
    match &entry.value {
        Given::Expr(expr) => return Some(expr),
        Given::Broken(at) => errors.at(*at, format!("#[{word}] can not read this: write `{example}`")),
        Given::Missing => {
            let at = entry.lead.as_ref().map_or_else(Span::call_site, Ident::span);
            errors.at(at, format!("a value is missing here: write `{example}`"));
        }
    }
    None
}

/// Reports what follows the one entry that there may be.
fn single(more: &[Entry], message: &str, errors: &mut Errors) -> bool {
    let tokens: TokenStream = more.iter().flat_map(tokens).collect();
    match more.first().map(|entry| &entry.value) {
        None => return true,
        Some(Given::Broken(at)) if tokens.is_empty() => errors.at(*at, message),
        Some(_) => errors.over(tokens, message),
    }
    false
}

/// Reports an argument that does not exist.
fn unknown(lead: &Ident, word: &Ident, known: &[&'static str], errors: &mut Errors) {
    let name = lead.to_string();
    let tail =
        if known.is_empty() { format!("#[{word}] has none by name") } else { suggest(&name, known.iter().copied()) };
    errors.at(lead.span(), format!("unknown argument `{name}`: {tail}"));
}

/// So that the slots of both helpers stay what this file reads them as.
const _: () = assert!(matches!(table::PERIOD, Slot::Duration));
