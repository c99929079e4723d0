//! Judges whether a function has the signature that its helper wants, as far as syntax can tell.
//!
//! May not know a type: what the arguments and the result are is between rustc and the core.

use crate::errors::Errors;
use crate::model::{Receiver, Signature};
use crate::table::Helper;
use quote::ToTokens;

/// Whether a signature is what its helper wants. Only its first fault is reported: they all have the same remedy.
pub fn fits(helper: &Helper, signature: &Signature, errors: &mut Errors) -> bool {
    let Signature {
        name,
        qualifiers,
        generic,
        receiver,
        inputs,
        output,
    } = signature;
    let wanted = &helper.wanted;
    let (least, most) = wanted.inputs;
    let write = wanted.write.replace("NAME", &name.to_string());
    let mut fault = |tokens: &dyn ToTokens, what: &str| {
        errors.over(tokens, format!("#[{}] {what}: write {write}", helper.name));
        false
    };
    if let Some(word) = qualifiers.first() {
        return fault(word, &format!("can not stand on an `{word} fn`"));
    }
    if let Some(parameter) = generic {
        return fault(
            parameter,
            "can not know what to put for a generic parameter",
        );
    }
    match receiver {
        Receiver::Owned(tokens) if wanted.receiver => {
            return fault(tokens, "only borrows the daemon");
        }
        Receiver::None if wanted.receiver => return fault(name, "is called on the daemon"),
        Receiver::Owned(tokens) | Receiver::Borrowed(tokens) if !wanted.receiver => {
            return fault(tokens, "is called without a daemon");
        }
        _ => {}
    }
    if let Some(extra) = inputs.get(most) {
        return fault(
            extra,
            if most == 0 {
                "passes no argument"
            } else {
                "passes one argument and no more"
            },
        );
    }
    if inputs.len() < least {
        return fault(name, "passes one argument");
    }
    if wanted.output && output.is_none() {
        return fault(name, "wants a result");
    }
    true
}
