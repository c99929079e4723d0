//! Judges whether a function has the signature that its helper wants, as far as syntax can tell.
//!
//! May not know a type: what the arguments and the result are is between rustc and the core.

use crate::errors::Errors;
use crate::model::{Receiver, Signature};
use crate::split::flat;
use crate::table::{Called, Helper, Inputs};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

/// Whether a signature is what its helper wants. Only its first fault is reported: they all have the same remedy.
pub fn fits(helper: &Helper, signature: &Signature, errors: &mut Errors) -> bool {
    let found = before_arguments(helper, signature).or_else(|| arguments(helper, signature));
    if let Some((tokens, fault)) = &found {
        let write = helper.wanted.write.replace("NAME", &signature.name.to_string());
        errors.over(tokens, format!("#[{}] {fault}: write {write}", helper.shown()));
    }
    found.is_none()
}

/// Where a fault is, and what it is.
type Fault = (TokenStream, String);

/// The first fault in what stands before the arguments, or in the receiver.
fn before_arguments(helper: &Helper, signature: &Signature) -> Option<Fault> {
    if let Some(word) = signature.qualifiers.first() {
        let fault = format!("can not stand on an `{word} fn`");
        return Some((word.to_token_stream(), fault));
    }
    if let Some(parameter) = &signature.generic {
        let fault = "can not know what to put for a generic parameter";
        return Some((parameter.clone(), fault.to_owned()));
    }
    let (tokens, fault) = match (&signature.receiver, helper.wanted.called) {
        (Receiver::Owned(tokens), Called::OnDaemon) => (tokens.clone(), "only borrows the daemon"),
        (Receiver::None, Called::OnDaemon) => (signature.name.to_token_stream(), "is called on the daemon"),
        (Receiver::Owned(tokens), Called::OnObject) => (tokens.clone(), "only borrows the object"),
        (Receiver::None, Called::OnObject) => (signature.name.to_token_stream(), "is called on the object"),
        (Receiver::Borrowed(tokens), Called::OnObject) if !says(tokens, "mut") => {
            (tokens.clone(), "is called with `&mut self`")
        }
        (Receiver::Borrowed(_), Called::OnDaemon | Called::OnObject) | (Receiver::None, _) => return None,
        (Receiver::Owned(tokens) | Receiver::Borrowed(tokens), of) => (tokens.clone(), without(of)),
    };
    Some((tokens, fault.to_owned()))
}

/// Why there is no `self`.
const fn without(of: Called) -> &'static str {
    match of {
        Called::Apart => "runs in a process of its own, where the daemon is not",
        Called::BeforeObject => "is called before there is an object",
        Called::Alone | Called::OnDaemon | Called::OnObject => "is called without a daemon",
    }
}

/// The first fault in the arguments and the result.
fn arguments(helper: &Helper, signature: &Signature) -> Option<Fault> {
    let found = match helper.wanted.inputs {
        Inputs::Lent(least, most) => lent(signature, least, most),
        Inputs::Sent(most) => sent(signature, most),
        Inputs::Ending { value } => of_ending(signature, value),
    };
    let silent = helper.wanted.output && signature.output.is_none();
    let result = || silent.then(|| (signature.name.to_token_stream(), "wants a result"));
    found.or_else(result).map(|(tokens, fault)| (tokens, fault.to_owned()))
}

/// The first fault in arguments that are shared references.
fn lent(signature: &Signature, least: usize, most: usize) -> Option<(TokenStream, &'static str)> {
    match signature.inputs.get(most) {
        Some(extra) if most == 0 => Some((extra.clone(), "passes no argument")),
        Some(extra) => Some((extra.clone(), "passes one argument and no more")),
        None if signature.inputs.first().is_some_and(owned) => {
            Some((signature.inputs[0].clone(), "passes its argument as a shared reference"))
        }
        None if signature.inputs.len() < least => Some((signature.name.to_token_stream(), "passes one argument")),
        None => None,
    }
}

/// The first fault in arguments, and in a result, that go to another process and come back.
fn sent(signature: &Signature, most: usize) -> Option<(TokenStream, &'static str)> {
    if let Some(extra) = signature.inputs.get(most) {
        return Some((extra.clone(), "passes at most eight arguments"));
    }
    let faulty = |of: &&TokenStream| lends(of) || says_first(of, "impl");
    let of = signature.inputs.iter().chain(&signature.output).find(faulty)?;
    let fault = if lends(of) {
        "works in another process, where nothing can be lent to it"
    } else {
        "can not know which type `impl` stands for"
    };
    Some((of.clone(), fault))
}

/// The first fault in the arguments of a hook that hears what came of a call.
fn of_ending(signature: &Signature, value: bool) -> Option<(TokenStream, &'static str)> {
    let inputs = &signature.inputs;
    let (most, fault) = if value {
        (3, "passes the context, the call and the value, and no more")
    } else {
        (2, "passes the context and the call, and no more: there is no value")
    };
    if let Some(extra) = inputs.get(most) {
        return Some((extra.clone(), fault));
    }
    let (lent, given) = inputs.split_at(inputs.len() - usize::from(value && !inputs.is_empty()));
    if value && given.is_empty() {
        return Some((signature.name.to_token_stream(), "passes the value"));
    }
    if let Some(of) = lent.iter().find(|of| owned(of)) {
        return Some((of.clone(), "passes the context and the call as shared references"));
    }
    given.iter().find(|of| borrowed(of)).map(|of| (of.clone(), "passes the value itself, and comes last with it"))
}

/// Whether a type is there, and no shared reference by its first tokens.
fn owned(of: &TokenStream) -> bool {
    let mut tokens = flat(of.clone())
        .into_iter()
        .filter(|token| !matches!(token, TokenTree::Punct(punct) if punct.as_char() == '\''));
    let Some(first) = tokens.next() else {
        return false;
    };
    !is_and(&first) || tokens.take(2).any(|token| matches!(token, TokenTree::Ident(word) if word == "mut"))
}

/// Whether a type is a reference by its first token.
fn borrowed(of: &TokenStream) -> bool {
    flat(of.clone()).first().is_some_and(is_and)
}

/// Whether a type is a reference, or names a lifetime that is not `'static`.
fn lends(of: &TokenStream) -> bool {
    borrowed(of) || named_lifetime(of)
}

/// Whether a lifetime other than `'static` is named, at any depth.
fn named_lifetime(of: &TokenStream) -> bool {
    let mut tick = false;
    of.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => named_lifetime(&group.stream()),
        TokenTree::Ident(word) => std::mem::take(&mut tick) && word != "static",
        TokenTree::Punct(punct) => {
            tick = punct.as_char() == '\'';
            false
        }
        TokenTree::Literal(_) => false,
    })
}

/// Whether this word is among the tokens.
fn says(of: &TokenStream, known: &str) -> bool {
    of.clone().into_iter().any(|token| matches!(token, TokenTree::Ident(word) if word == known))
}

/// Whether this word is the first of the tokens.
fn says_first(of: &TokenStream, known: &str) -> bool {
    flat(of.clone()).first().is_some_and(|token| matches!(token, TokenTree::Ident(word) if word == known))
}

fn is_and(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '&')
}
