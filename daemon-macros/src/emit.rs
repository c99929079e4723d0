//! Writes the declaration: the statements that a person would have typed against the public API of the core, in the
//! order of the source.
//!
//! May not decide, and may not put logic into what it writes: an `if` in an expansion would be a gap in the core.
//!
//! Spans: the user's words keep theirs, so that errors, hover and completion find them. Local names of ours are
//! hygienic. The word of a helper or key names the method, so the call has the place of the user's word.

use crate::facts;
use crate::model::{Declaration, Fallback, Hook, Root, Setting, Target, Value};
use crate::table::Kind;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;

/// The impl of `Daemon`.
pub fn emit(declaration: &Declaration) -> TokenStream {
    let Declaration { root, target, cfgs, about, settings, default, hooks, .. } = declaration;
    let Target { keyword, generics, name, bounds } = target;
    let (core, spec) = (root.write(Span::call_site()), local("spec"));
    let about = about.as_ref().map(|text| quote!(#spec.about(#text);));
    let settings = settings.iter().flat_map(|setting| calls(root, setting));
    let default = fallback(&spec, default, quote!(|_|), target);
    let hooks = hooks.iter().map(|hook| statement(root, &spec, hook));
    let declare = quote! {
        fn declare(#spec: &mut #core::Spec<Self>) {
            #spec.package(::core::env!("CARGO_PKG_NAME"), ::core::env!("CARGO_PKG_VERSION"));
            #about
            #(#spec.#settings;)*
            #default
            #(#hooks)*
        }
    };
    // Begun and ended with tokens of the user's, so that an error about the impl as a whole, such as a second one, is
    // at the head of the block.
    let body = group(Delimiter::Brace, ends(name, Span::call_site()).1, declare);
    // The closures are written alike for all signatures, also where a path would do: clippy is told.
    let block = quote! {
        #[automatically_derived]
        #[allow(clippy::redundant_closure, clippy::redundant_closure_for_method_calls)]
        #keyword #generics #core::Daemon for #name #bounds #body
    };
    rooted(root, cfgs, &block, &facts::write(declaration))
}

/// An impl and what judges its literals, where the core is found.
pub fn rooted(root: &Root, cfgs: &[TokenStream], block: &TokenStream, facts: &TokenStream) -> TokenStream {
    let core = root.write(Span::call_site());
    match root {
        Root::Extern => quote!(#(#cfgs)* #block #facts),
        // Imported once, in a scope of its own: a wrong path is then one error, at the path.
        Root::At(path) => quote! {
            #(#cfgs)*
            #[allow(non_local_definitions)]
            const _: () = {
                use #path as #core;
                #block
                #facts
            };
        },
    }
}

/// `key(value)`; `workers::<Primes>()` for each of several types, at the place of the type.
fn calls(root: &Root, setting: &Setting) -> Vec<TokenStream> {
    let Value::Types(types) = &setting.value else { return vec![call(root, setting)] };
    let call = |of: &TokenStream| {
        let (first, last) = ends(of, setting.key.span());
        let mut key = setting.key.clone();
        key.set_span(key.span().located_at(first));
        let arguments = parentheses(last, TokenStream::new());
        quote!(#key::<#of> #arguments)
    };
    types.iter().map(call).collect()
}

/// `key(value)`
pub fn call(root: &Root, Setting { key, value }: &Setting) -> TokenStream {
    let arguments = parentheses(key.span(), value.write(root));
    quote!(#key #arguments)
}

/// The statement that makes the daemon by `Default`, at the place of the type: that is where an error about it belongs.
pub fn fallback(spec: &Ident, default: &Fallback, head: TokenStream, target: &Target) -> TokenStream {
    let unless = match default {
        Fallback::Never => return TokenStream::new(),
        Fallback::Always => TokenStream::new(),
        Fallback::Unless(lists) => {
            let lists = lists.iter().map(|cfgs| joined("all", cfgs.iter().map(condition).collect()));
            let any = joined("any", lists.collect());
            quote!(#[cfg(not(#any))])
        }
    };
    let (span, _) = ends(&target.name, Span::call_site());
    let made = quote_spanned!(span=> <Self as ::core::default::Default>::default());
    quote!(#unless #spec.setup(#head #made);)
}

/// Conditions of a `#[cfg]` under one word; a single one needs none.
fn joined(word: &str, conditions: Vec<TokenStream>) -> TokenStream {
    match conditions.as_slice() {
        [condition] => condition.clone(),
        _ => {
            let word = Ident::new(word, Span::call_site());
            quote!(#word(#(#conditions),*))
        }
    }
}

/// What stands between the parentheses of a `#[cfg(…)]`.
fn condition(cfg: &TokenStream) -> TokenStream {
    let inside = |tokens: TokenStream| match tokens.into_iter().last() {
        Some(TokenTree::Group(group)) => group.stream(),
        _ => TokenStream::new(),
    };
    inside(inside(cfg.clone()))
}

/// `spec.hook(…).key(…).about("…");`
pub fn statement(root: &Root, spec: &Ident, hook: &Hook) -> TokenStream {
    let Hook { cfgs, kind, word, when, settings, heard, about, .. } = hook;
    let mut generics = None;
    let arguments = match kind {
        Kind::Option => option(hook),
        Kind::Worker | Kind::Task | Kind::Call => {
            generics = Some(sent(hook));
            let name = &hook.name;
            quote_spanned!(name.span()=> Self::#name)
        }
        Kind::On | Kind::Every | Kind::Cron | Kind::Returned | Kind::TimedOut | Kind::Failed => {
            // With the result as it is written there: one that can not be sent is then one error, and not one more here.
            generics = heard.as_ref().filter(|_| *kind == Kind::Returned).map(|of| quote!(::<_, _, _, #of, _>));
            let (when, closure) = (when.as_ref().map(|when| when.write(root)), closure(hook));
            quote!(#when, #closure)
        }
        Kind::Setup | Kind::Open | Kind::Execute | Kind::Plugin | Kind::Handover => closure(hook),
    };
    let arguments = parentheses(word.span(), arguments);
    // These give back what has a text of its own: their doc comments are for readers only.
    let documented = !matches!(kind, Kind::Setup | Kind::Open | Kind::Plugin | Kind::Handover | Kind::Call);
    let about = about.as_ref().filter(|_| documented).map(|text| quote!(.about(#text)));
    let settings = settings.iter().map(|setting| call(root, setting));
    quote!(#(#cfgs)* #spec.#word #generics #arguments #(.#settings)* #about;)
}

/// `::<_, (String, u32,), Result<Page>>`: the types that go to another process and come back. They would be found without it;
/// so one that can not be sent is reported where it was written: at the list of arguments, or at the result.
fn sent(hook: &Hook) -> TokenStream {
    let Hook { inputs, output, list, .. } = hook;
    let arguments = parentheses(*list, quote!(#(#inputs,)*));
    quote!(::<_, #arguments, #output>)
}

/// `|daemon, cx| daemon.beat(cx)`, `|cx| { Self::open(cx) }` or `|| { Self::disk() }`: from the first token of the function's
/// return type to the last, so that a result which is none of a hook's is reported at that type; without such a type
/// it stands at the helper's word. The braces are there because the place of a path would begin at the function's name. The
/// context has the place of its type, so that a wrong one is reported there.
///
/// These spans are the user's own and not only at their place: rustc points at an argument only where it has the same
/// hygiene as the method's name. No name of the user's is in scope that ours could meet.
fn closure(hook: &Hook) -> TokenStream {
    let (name, word) = (&hook.name, hook.word.span());
    let (first, last) = hook.output.as_ref().map_or((word, word), |output| ends(output, word));
    // A hook takes the last ones of these, and what is left out is `_`.
    let names: &[&str] = match hook.kind {
        Kind::Plugin | Kind::Open => &[],
        Kind::Returned => &["cx", "call", "value"],
        Kind::TimedOut | Kind::Failed => &["cx", "call"],
        _ => &["cx"],
    };
    let left = names.len().saturating_sub(hook.inputs.len());
    let place = |of: &TokenStream| name_of(of).unwrap_or_else(|| ends(of, word).0);
    let taken: Vec<_> = names[left..].iter().zip(&hook.inputs).map(|(name, of)| Ident::new(name, place(of))).collect();
    let unused = names[..left].iter().map(|_| quote_spanned!(first=> _));
    let parameters: Vec<_> = unused.chain(taken.iter().map(Ident::to_token_stream)).collect();
    let arguments = parentheses(last, quote!(#(#taken),*));
    match hook.kind {
        Kind::Setup | Kind::Open | Kind::Plugin => {
            quote_spanned!(first=> |#(#parameters),*| { Self::#name #arguments })
        }
        _ => quote_spanned!(first=> |daemon #(, #parameters)*| daemon.#name #arguments),
    }
}

/// `"limit", Self::limit`, all at the place of the function's name: that is where a wrong signature is reported.
fn option(hook: &Hook) -> TokenStream {
    let name = &hook.name;
    let text = name.unraw().to_string();
    quote_spanned!(name.span()=> #text, Self::#name)
}

/// The place of the first name in a type: `Context` in `&'a Context`.
fn name_of(tokens: &TokenStream) -> Option<Span> {
    let mut lifetime = false;
    let mut name = |token: &TokenTree| match token {
        TokenTree::Ident(_) => !std::mem::take(&mut lifetime),
        TokenTree::Punct(punct) => {
            lifetime = punct.as_char() == '\'';
            false
        }
        _ => false,
    };
    tokens.clone().into_iter().find(|token| name(token)).map(|token| token.span())
}

/// The places of the first and the last token.
pub fn ends(tokens: &TokenStream, empty: Span) -> (Span, Span) {
    let first = tokens.clone().into_iter().next().map_or(empty, |token| token.span());
    let last = tokens.clone().into_iter().last().map_or(empty, |token| token.span());
    (first, last)
}

/// Parentheses at a place.
fn parentheses(span: Span, inside: TokenStream) -> TokenTree {
    group(Delimiter::Parenthesis, span, inside)
}

/// A group at a place.
pub fn group(delimiter: Delimiter, span: Span, inside: TokenStream) -> TokenTree {
    let mut group = Group::new(delimiter, inside);
    group.set_span(span);
    group.into()
}

/// A name of ours that no name of the user's can meet.
pub fn local(name: &str) -> Ident {
    format_ident!("{name}", span = Span::mixed_site())
}
