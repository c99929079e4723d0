//! Gives the user's tokens back, the helper attributes taken out.
//!
//! May not add, change or reorder a token: what an editor sees after the expansion must be what was typed.

use crate::split::{Body, Parts};
use proc_macro2::{Group, TokenStream, TokenTree};

/// The item as it was written, without the helpers on its members.
pub fn strip(parts: &Parts) -> TokenStream {
    let attrs = parts.attrs.iter().flat_map(|attr| attr.tokens.iter().cloned());
    let body = parts.body.as_ref().map(|body| TokenTree::Group(braces(body)));
    attrs.chain(parts.head.iter().cloned()).chain(body).chain(parts.tail.iter().cloned()).collect()
}

/// The body. It is built anew only when something is taken out, because a new group has one span for both braces.
fn braces(body: &Body) -> Group {
    if !body.members.iter().any(|member| member.attrs.iter().any(|attr| attr.helper().is_some())) {
        return body.group.clone();
    }
    let kept = body.members.iter().flat_map(|member| {
        let attrs = member.attrs.iter().filter(|attr| attr.helper().is_none());
        attrs.flat_map(|attr| attr.tokens.iter()).chain(&member.rest).cloned()
    });
    let mut group = Group::new(body.group.delimiter(), kept.collect());
    group.set_span(body.group.span());
    group
}
