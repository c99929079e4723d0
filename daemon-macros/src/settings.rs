//! Reads the arguments of an attribute: entries between commas, each a value or `word = value`.
//!
//! May not know which words exist. What can not be read is kept as such and passed over up to the next comma, so that
//! one fault hides no other.

use crate::errors::Errors;
use crate::model::{Entry, Given};
use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Token};

/// The entries of an argument list.
pub fn read(tokens: TokenStream, errors: &mut Errors) -> Vec<Entry> {
    let mut found = Vec::new();
    let entries = |input: ParseStream| {
        while !input.is_empty() {
            found.push(entry(input, errors)?);
        }
        Ok(())
    };
    if let Err(error) = Parser::parse2(entries, tokens) {
        // Not reached by any input known: `entry` takes every token. Said all the same rather than swallowed.
        errors.at(error.span(), error.to_string());
    }
    found
}

/// Reads one entry and the comma behind it.
fn entry(input: ParseStream, errors: &mut Errors) -> syn::Result<Entry> {
    let lead = if input.peek(Ident::peek_any) { Some(input.fork().call(Ident::parse_any)?) } else { None };
    let named = lead.is_some() && named(input);
    if named {
        input.call(Ident::parse_any)?;
        input.parse::<Token![=]>()?;
    }
    let value = value(input, errors)?;
    input.parse::<Option<Token![,]>>()?;
    Ok(Entry { lead, named, value })
}

/// Whether a word and a single `=` come next, and neither `==` nor `=>`.
fn named(input: ParseStream) -> bool {
    input.peek(Ident::peek_any) && input.peek2(Token![=]) && !input.peek2(Token![==]) && !input.peek2(Token![=>])
}

/// Reads a value up to the next comma, or to the next `word =` when only the comma is missing.
fn value(input: ParseStream, errors: &mut Errors) -> syn::Result<Given> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(Given::Missing);
    }
    let ahead = input.fork();
    let parsed = ahead.parse::<Expr>();
    let expr = match parsed {
        Ok(_) if ahead.is_empty() || ahead.peek(Token![,]) => input.parse::<Expr>()?,
        Ok(_) if named(&ahead) => {
            let expr = input.parse::<Expr>()?;
            errors.at(input.span(), "a comma is missing before this");
            expr
        }
        Ok(_) => return broken(input, ahead.span()),
        Err(error) => return broken(input, error.span()),
    };
    Ok(Given::Expr(Box::new(expr)))
}

/// Passes over what can not be read.
fn broken(input: ParseStream, at: proc_macro2::Span) -> syn::Result<Given> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(Given::Broken(at))
}
