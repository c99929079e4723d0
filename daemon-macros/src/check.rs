//! Judges what was read: a [`Source`] becomes a [`Declaration`], and every fault is reported at the user's word.
//!
//! May check only what rustc can not say, or says badly. Values, names of signals, locks and events, and the types of
//! a signature are rustc's and the core's affair.

use crate::errors::{Errors, list, suggest};
use crate::model::{
    Args, Declaration, Entry, Fallback, Given, Head, Hook, Mark, Marked, Setting, Shape, Source, Target, Value,
};
use crate::table::{self, Key, Kind};
use crate::{fit, trigger, value};
use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::Expr;

/// The declaration, as far as it can be made; none when there is no type to make it for.
pub fn check(source: Source, errors: &mut Errors) -> Option<Declaration> {
    let settings = settings(&source.args, errors);
    let (target, is_block) = target(source.head, errors);
    let mut seen = Seen::default();
    let hooks = source.members.iter().flat_map(|member| hooks(member, &mut seen, errors)).collect();
    let default = if is_block { fallback(&source.members) } else { Fallback::Never };
    Some(Declaration { target: target?, cfgs: source.cfgs, about: source.about, settings, default, hooks })
}

/// The type to declare, and whether it stands on a block of its own. For another item whose type is known the impl is
/// made all the same, so that the fault is not followed by a second one where the type is used.
fn target(head: Head, errors: &mut Errors) -> (Option<Target>, bool) {
    match head {
        Head::Impl { target, of_trait: None } => (Some(target), true),
        Head::Impl { target, of_trait: Some(name) } => {
            let message = format!(
                "#[daemon] belongs on a block of the type's own: write `impl {}`, without a trait",
                target.name
            );
            errors.over(name, message);
            (Some(target), false)
        }
        Head::Other { span, name } => {
            let of = name.as_ref().map_or_else(|| "MyDaemon".to_owned(), Ident::to_string);
            errors.at(span, format!("#[daemon] belongs on an impl block: write it above `impl {of} {{ … }}`"));
            let bare = |name: Ident| Target {
                keyword: Ident::new("impl", Span::call_site()),
                generics: TokenStream::new(),
                name: name.into_token_stream(),
                bounds: TokenStream::new(),
            };
            (name.map(bare), false)
        }
        Head::Unreadable(error) => {
            errors.at(error.span(), format!("#[daemon] can not read the head of this block: {error}"));
            (None, false)
        }
    }
}

/// The keys with their values.
fn settings(args: &[Entry], errors: &mut Errors) -> Vec<Setting> {
    let mut seen: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for entry in args {
        let Some((word, key)) = known(entry, errors) else {
            continue;
        };
        if seen.contains(&key.name) {
            errors.at(word.span(), format!("`{word}` is set twice: keep one of the two"));
            continue;
        }
        seen.push(key.name);
        let Some(expr) = given(entry, word, key, errors) else {
            continue;
        };
        if let Some(value) = value::read(key.slot, None, expr, key.example, errors) {
            found.push(Setting { key: word.clone(), value });
        }
    }
    found
}

/// The value of a key; a missing or unreadable one is reported.
fn given<'a>(entry: &'a Entry, word: &Ident, key: &Key, errors: &mut Errors) -> Option<&'a Expr> {
    let example = key.example;
    match &entry.value {
        Given::Expr(expr) if entry.named => return Some(expr),
        Given::Broken(at) if entry.named => {
            errors.at(*at, format!("this is not a value of `{word}`: write `{example}`"));
        }
        _ => {
            let missing = if entry.named { "a value" } else { "`=` and a value" };
            errors.at(word.span(), format!("`{word}` wants {missing}: write `{example}`"));
        }
    }
    None
}

/// The key of an entry of `#[daemon(…)]`.
fn known<'a>(entry: &'a Entry, errors: &mut Errors) -> Option<(&'a Ident, &'static Key)> {
    let Some(word) = &entry.lead else {
        let message = format!("#[daemon] takes `key = value`; known are {}", list(table::keys()));
        match &entry.value {
            Given::Expr(expr) => errors.over(expr, message),
            Given::Broken(at) => errors.at(*at, message),
            Given::Missing => errors.at(Span::call_site(), message),
        }
        return None;
    };
    let key = table::key(&word.to_string());
    if key.is_none() {
        errors.at(word.span(), format!("unknown key `{word}`: {}", suggest(&word.to_string(), table::keys())));
    }
    Some((word, key?))
}

/// The helpers that may stand only once and have been seen, without those that may be configured away.
#[derive(Default)]
struct Seen(Vec<Kind>);

impl Seen {
    /// Reports the second one. Whether to go on.
    fn once(&mut self, mark: &Mark, cfgs: &[TokenStream], errors: &mut Errors) -> bool {
        let kind = mark.helper.kind;
        if !matches!(kind, Kind::Setup | Kind::Execute) || !cfgs.is_empty() {
            return true;
        }
        if self.0.contains(&kind) {
            errors.at(mark.word.span(), format!("a daemon has one #[{}]: this is the second", mark.word));
            return false;
        }
        self.0.push(kind);
        true
    }
}

/// The hooks of one member: one for each of its helpers that has no fault.
fn hooks(member: &Marked, seen: &mut Seen, errors: &mut Errors) -> Vec<Hook> {
    let mut found = Vec::new();
    for mark in &member.marks {
        let when = arguments(mark, errors);
        let signature = match &member.signature {
            Shape::Function(signature) => signature,
            Shape::Unfinished => continue,
            Shape::Other => {
                let word = &mark.word;
                errors.at(word.span(), format!("#[{word}] belongs on a function of the block"));
                continue;
            }
        };
        let once = seen.once(mark, &member.cfgs, errors);
        // A second one goes away: its signature does not matter any more.
        let fits = once && fit::fits(mark.helper, signature, errors);
        if let (Some(when), true) = (when, fits) {
            found.push(Hook {
                cfgs: member.cfgs.clone(),
                kind: mark.helper.kind,
                word: mark.word.clone(),
                when,
                name: signature.name.clone(),
                context: signature.inputs.first().cloned(),
                output: signature.output.clone(),
                about: member.about.clone(),
            });
        }
    }
    found
}

/// The trigger or period of a helper. None if there is a fault in it; `Some(None)` if it takes no arguments.
fn arguments(mark: &Mark, errors: &mut Errors) -> Option<Option<Value>> {
    let Mark { helper, word, args } = mark;
    let example = helper.example;
    let entries = match args {
        Args::None => [].as_slice(),
        Args::Listed(entries) => entries.as_slice(),
        Args::Odd(tokens) => {
            errors.over(tokens, format!("#[{word}] can not read this: write `{example}`"));
            return None;
        }
    };
    match helper.kind {
        Kind::On => trigger::on(word, entries, example, errors).map(Some),
        Kind::Every => trigger::every(word, entries, example, errors).map(Some),
        Kind::Setup | Kind::Execute | Kind::Option | Kind::Plugin if entries.is_empty() => Some(None),
        _ => {
            let tokens: TokenStream = entries.iter().flat_map(trigger::tokens).collect();
            let message = format!("#[{word}] takes no arguments: write `{example}`");
            if tokens.is_empty() {
                errors.at(word.span(), message)
            } else {
                errors.over(tokens, message)
            }
            None
        }
    }
}

/// When the daemon is made by `Default`.
fn fallback(members: &[Marked]) -> Fallback {
    let setups = || members.iter().filter(|member| member.marks.iter().any(|mark| mark.helper.kind == Kind::Setup));
    if setups().next().is_none() {
        Fallback::Always
    } else if setups().any(|member| member.cfgs.is_empty()) {
        Fallback::Never
    } else {
        Fallback::Unless(setups().map(|member| member.cfgs.clone()).collect())
    }
}
