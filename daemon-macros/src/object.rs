//! `#[worker]` on an impl block: the block's type becomes an object that lives in worker processes.
//!
//! May not do for hooks of a daemon what `check` and `emit` do: it uses them, with another kind of block.

use crate::arguments::{self, Arguments};
use crate::check::{self, Block};
use crate::emit;
use crate::errors::Errors;
use crate::facts;
use crate::keys;
use crate::model::{Args, Entry, Fallback, Hook, Mark, Root, Setting, Source, Target};
use crate::pools::WORKER;
use crate::table::{self, Kind};
use proc_macro2::{Delimiter, Ident, Span, TokenStream};
use quote::quote;

/// What is declared of the object's pool.
pub struct Object {
    root: Root,
    target: Target,
    cfgs: Vec<TokenStream>,
    about: Option<TokenStream>,
    settings: Vec<Setting>,
    default: Fallback,
    hooks: Vec<Hook>,
}

/// The declaration, as far as it can be made.
pub fn check(mut source: Source, errors: &mut Errors) -> Option<Object> {
    let root = root(&mut source.args, errors);
    let args = std::mem::take(&mut source.args);
    let mark = Mark { helper: &WORKER, word: Ident::new(WORKER.name, Span::call_site()), args: Args::Listed(args) };
    let arguments = arguments::read(&mark, errors);
    // Without the feature there is nothing that could be declared.
    if table::missing_feature(Kind::Worker).is_some() {
        return None;
    }
    let (target, is_block) = check::target(WORKER.name, source.head, errors);
    let hooks = check::hooks(Block::Object, &source.members, errors);
    let target = target?;
    let called = source.members.iter().any(|member| member.marks.iter().any(|mark| mark.helper.kind == Kind::Call));
    if is_block && !called {
        let message =
            "there is nothing to call in this block: write `#[call]` above `fn NAME(&mut self, a: A) -> Result<R>`";
        errors.over(&target.name, message);
    }
    let default = if is_block { check::fallback(&source.members) } else { Fallback::Never };
    let settings = arguments.map_or_else(Vec::new, |Arguments { settings, .. }| settings);
    Some(Object { root, target, cfgs: source.cfgs, about: source.about, settings, default, hooks })
}

/// Takes `crate = path` out of the arguments.
fn root(args: &mut Vec<Entry>, errors: &mut Errors) -> Root {
    let mut root = Root::Extern;
    args.retain(|entry| {
        let Some(lead) = entry.lead.as_ref().filter(|lead| entry.named && *lead == table::ROOT.name) else {
            return true;
        };
        match (keys::root(entry), &root) {
            (Some(_), Root::At(_)) => errors.at(lead.span(), format!("`{lead}` is set twice: keep one of the two")),
            (Some(path), Root::Extern) => root = Root::At(path),
            (None, _) => {
                errors.over(entry.expr(), keys::no_root());
            }
        }
        false
    });
    root
}

/// The impl of `Object`.
pub fn emit(object: &Object) -> TokenStream {
    let Object { root, target, cfgs, about, settings, default, hooks } = object;
    let Target { keyword, generics, name, bounds } = target;
    let (core, pool) = (root.write(Span::call_site()), emit::local("pool"));
    let about = about.as_ref().map(|text| quote!(#pool.about(#text);));
    let checks = facts::of_pool(&core, cfgs, settings);
    let settings = settings.iter().map(|setting| emit::call(root, setting));
    let default = emit::fallback(&pool, default, quote!(||), target);
    let hooks = hooks.iter().map(|hook| emit::statement(root, &pool, hook));
    let declare = quote! {
        fn declare(#pool: &mut #core::worker::ObjectPool<Self>) {
            #about
            #(#pool.#settings;)*
            #default
            #(#hooks)*
        }
    };
    // Ended with a token of the user's, as the impl of a daemon is.
    let body = emit::group(Delimiter::Brace, emit::ends(name, Span::call_site()).1, declare);
    let block = quote! {
        #[automatically_derived]
        #[allow(clippy::redundant_closure, clippy::redundant_closure_for_method_calls)]
        #keyword #generics #core::worker::Object for #name #bounds #body
    };
    emit::rooted(root, cfgs, &block, &checks)
}
