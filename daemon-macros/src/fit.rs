//! Judges whether a function has the signature that its helper wants, as far as syntax can tell.
//!
//! May not know a type: what the arguments and the result are is between rustc and the core.

use crate::errors::Errors;
use crate::model::{Receiver, Signature};
use crate::split::flat;
use crate::table::Helper;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

/// Whether a signature is what its helper wants. Only its first fault is reported: they all have the same remedy.
pub fn fits(helper: &Helper, signature: &Signature, errors: &mut Errors) -> bool {
    let found = before_arguments(helper, signature).or_else(|| arguments(helper, signature));
    if let Some((tokens, fault)) = &found {
        let write = helper.wanted.write.replace("NAME", &signature.name.to_string());
        errors.over(tokens, format!("#[{}] {fault}: write {write}", helper.name));
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
    let (tokens, fault) = match (&signature.receiver, helper.wanted.receiver) {
        (Receiver::Owned(tokens), true) => (tokens.clone(), "only borrows the daemon"),
        (Receiver::None, true) => (signature.name.to_token_stream(), "is called on the daemon"),
        (Receiver::Owned(tokens) | Receiver::Borrowed(tokens), false) => (tokens.clone(), "is called without a daemon"),
        (Receiver::Borrowed(_), true) | (Receiver::None, false) => return None,
    };
    Some((tokens, fault.to_owned()))
}

/// The first fault in the arguments and the result.
fn arguments(helper: &Helper, signature: &Signature) -> Option<Fault> {
    let (least, most) = helper.wanted.inputs;
    let (tokens, fault) = match signature.inputs.get(most) {
        Some(extra) if most == 0 => (extra.clone(), "passes no argument"),
        Some(extra) => (extra.clone(), "passes one argument and no more"),
        None if signature.inputs.first().is_some_and(owned) => {
            (signature.inputs[0].clone(), "passes its argument as a shared reference")
        }
        None if signature.inputs.len() < least => (signature.name.to_token_stream(), "passes one argument"),
        None if helper.wanted.output && signature.output.is_none() => {
            (signature.name.to_token_stream(), "wants a result")
        }
        None => return None,
    };
    Some((tokens, fault.to_owned()))
}

/// Whether a type is there, and no shared reference by its first tokens.
fn owned(of: &TokenStream) -> bool {
    let mut tokens = flat(of.clone())
        .into_iter()
        .filter(|token| !matches!(token, TokenTree::Punct(punct) if punct.as_char() == '\''));
    let Some(first) = tokens.next() else {
        return false;
    };
    let reference = matches!(&first, TokenTree::Punct(punct) if punct.as_char() == '&');
    !reference || tokens.take(2).any(|token| matches!(token, TokenTree::Ident(word) if word == "mut"))
}
