//! Reads what the user wrote into a [`Source`].
//!
//! May not judge it and may not drop a word of it; the only faults reported here are those of tokens that do not read
//! at all.

use crate::errors::Errors;
use crate::model::{Args, Entry, Head, Mark, Marked, Source, Target};
use crate::split::{Attr, Body, Member, Parts};
use crate::table::{self, Helper, Kind};
use crate::{docs, settings, signature};
use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Generics, Lifetime, Token, Type, WhereClause};

/// Reads the item below the attribute's arguments.
pub fn read(args: Vec<Entry>, parts: &Parts, errors: &mut Errors) -> Source {
    let head = head(&parts.head);
    let members = match (&head, &parts.body) {
        (Head::Impl { .. } | Head::Unreadable(_), Some(body)) => members(body, errors),
        _ => Vec::new(),
    };
    Source { args, head, cfgs: cfgs(&parts.attrs), about: docs::about(&parts.attrs), members }
}

/// What the item is, from its tokens before the body.
fn head(tokens: &[TokenTree]) -> Head {
    let is = |token: &TokenTree, words: &[&str]| matches!(token, TokenTree::Ident(word) if words.iter().any(|known| word == known));
    let Some(at) = tokens.iter().position(|token| !is(token, &["unsafe", "default"])) else {
        return Head::Other { span: Span::call_site(), name: None };
    };
    if is(&tokens[at], &["impl"]) {
        let rest = tokens[at..].iter().cloned().collect();
        return block.parse2(rest).unwrap_or_else(Head::Unreadable);
    }
    let declares = tokens.iter().position(|token| is(token, &["struct", "enum", "union"]));
    let name = declares.and_then(|at| match (tokens.get(at + 1), tokens.get(at + 2)) {
        (Some(_), Some(TokenTree::Punct(punct))) if punct.as_char() == '<' => None,
        (Some(TokenTree::Ident(name)), _) => Some(name.clone()),
        _ => None,
    });
    Head::Other { span: tokens[declares.unwrap_or(at)].span(), name }
}

/// The head of an `impl` block.
fn block(input: ParseStream) -> syn::Result<Head> {
    let keyword = input.call(Ident::parse_any)?;
    let generics = if has_generics(input) { input.parse()? } else { Generics::default() };
    let mut name: Type = input.parse()?;
    let mut of_trait = None;
    if input.parse::<Option<Token![for]>>()?.is_some() {
        of_trait = Some(name.into_token_stream());
        name = input.parse()?;
    }
    let bounds: Option<WhereClause> = input.parse()?;
    let (generics, bounds) = (generics.into_token_stream(), bounds.into_token_stream());
    Ok(Head::Impl { target: Target { keyword, generics, name: name.into_token_stream(), bounds }, of_trait })
}

/// Whether a `<` opens generics, and not a type such as `<T as Trait>::Of`.
fn has_generics(input: ParseStream) -> bool {
    let parameter = input.peek2(syn::Ident) || input.peek2(Lifetime);
    let follows = input.peek3(Token![:]) || input.peek3(Token![,]) || input.peek3(Token![>]) || input.peek3(Token![=]);
    let other = input.peek2(Token![>]) || input.peek2(Token![#]) || input.peek2(Token![const]);
    input.peek(Token![<]) && (other || parameter && follows)
}

/// The members that carry a helper.
fn members(body: &Body, errors: &mut Errors) -> Vec<Marked> {
    let marked = |member: &Member, errors: &mut Errors| {
        let marks: Vec<Mark> = member
            .attrs
            .iter()
            .filter_map(|attr| Some(mark(attr, attr.helper()?, attr.word.clone()?, errors)))
            .collect();
        (!marks.is_empty()).then(|| Marked {
            marks,
            cfgs: cfgs(&member.attrs),
            about: docs::about(&member.attrs),
            signature: signature::read(&member.rest),
        })
    };
    body.members.iter().filter_map(|member| marked(member, errors)).collect()
}

/// One helper with its arguments.
fn mark(attr: &Attr, helper: &'static Helper, word: Ident, errors: &mut Errors) -> Mark {
    let args = match attr.rest.as_slice() {
        [] => Args::None,
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
            Args::Listed(settings::read(group.stream(), errors))
        }
        odd => Args::Odd(odd.iter().cloned().collect()),
    };
    match ending(helper, &args) {
        Some((helper, word)) => Mark { helper, word, args },
        None => Mark { helper, word, args },
    }
}

/// `#[on(returned = fetch)]` is a helper of its own, whose word is the one before `=`.
fn ending(helper: &Helper, args: &Args) -> Option<(&'static Helper, Ident)> {
    let Args::Listed(entries) = args else { return None };
    let lead = |entry: &Entry| entry.lead.clone().filter(|_| entry.named);
    let found = |entry| lead(entry).and_then(|word| Some((table::ending(&word.to_string())?, word)));
    entries.iter().filter(|_| helper.kind == Kind::On).find_map(found)
}

/// The `#[cfg]` attributes, whole.
fn cfgs(attrs: &[Attr]) -> Vec<TokenStream> {
    attrs.iter().filter(|attr| attr.is("cfg")).map(Attr::whole).collect()
}
