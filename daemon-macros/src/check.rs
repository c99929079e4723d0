//! Judges what was read: a [`Source`] becomes a [`Declaration`], and every fault is reported at the user's word.
//!
//! May check only what rustc can not say, or says badly. Values, names of signals, locks and events, and the types of
//! a signature are rustc's and the core's affair.

use crate::arguments::{self, Arguments};
use crate::errors::Errors;
use crate::model::{Declaration, Fallback, Head, Hook, Mark, Marked, Shape, Source, Target, Value};
use crate::table::Kind;
use crate::{fit, keys};
use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;

/// The declaration, as far as it can be made; none when there is no type to make it for.
pub fn check(source: Source, errors: &mut Errors) -> Option<Declaration> {
    let (settings, root) = keys::of_daemon(&source.args, errors);
    let (target, is_block) = target(source.head, errors);
    let mut seen = Seen::default();
    let hooks = source.members.iter().flat_map(|member| hooks(member, &mut seen, errors)).collect();
    let has_execute = |member: &Marked| member.marks.iter().any(|mark| mark.helper.kind == Kind::Execute);
    let executes = !is_block || source.members.iter().any(has_execute);
    let default = if is_block { fallback(&source.members) } else { Fallback::Never };
    Some(Declaration {
        root,
        target: target?,
        cfgs: source.cfgs,
        about: source.about,
        settings,
        default,
        hooks,
        executes,
    })
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

/// The helpers that may stand only once and have been seen, without those that may be configured away.
#[derive(Default)]
struct Seen(Vec<Kind>);

impl Seen {
    /// Reports the second one. Whether to go on.
    fn once(&mut self, mark: &Mark, cfgs: &[TokenStream], errors: &mut Errors) -> bool {
        let kind = mark.helper.kind;
        if !matches!(kind, Kind::Setup | Kind::Execute | Kind::Handover) || !cfgs.is_empty() {
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
    let mut found: Vec<Hook> = Vec::new();
    for mark in &member.marks {
        let arguments = arguments::read(mark, errors);
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
        if let (Some(Arguments { when, settings }), true) = (arguments, fits) {
            if let Some(when) = when.as_ref().filter(|when| found.iter().any(|hook| starts_on(hook, mark, when))) {
                let message = format!("`{}` is already called on this: keep one of the two", signature.name);
                errors.over(when.said(), message);
                continue;
            }
            found.push(Hook {
                cfgs: member.cfgs.clone(),
                kind: mark.helper.kind,
                word: mark.word.clone(),
                when,
                settings,
                name: signature.name.clone(),
                context: signature.inputs.first().cloned(),
                output: signature.output.clone(),
                about: member.about.clone(),
            });
        }
    }
    found
}

/// Whether a hook of the same function has the same helper on the same.
fn starts_on(hook: &Hook, mark: &Mark, when: &Value) -> bool {
    hook.kind == mark.helper.kind && hook.when.as_ref().is_some_and(|other| other.same(when))
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
