//! Judges what was read: a [`Source`] becomes a [`Declaration`], and every fault is reported at the user's word.
//!
//! May check only what rustc can not say, or says badly. Values, names of signals, locks and events, and the types of
//! a signature are rustc's and the core's affair.

use crate::arguments::{self, Arguments};
use crate::errors::{Errors, list, nearest};
use crate::model::{Declaration, Fallback, Head, Hook, Mark, Marked, Shape, Source, Target, Value};
use crate::table::{Helper, Kind};
use crate::{fit, keys, pools};
use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;

/// The declaration, as far as it can be made; none when there is no type to make it for.
pub fn check(source: Source, errors: &mut Errors) -> Option<Declaration> {
    let (settings, root) = keys::of_daemon(&source.args, errors);
    let (target, is_block) = target("daemon", source.head, errors);
    let hooks = hooks(Block::Daemon, &source.members, errors);
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

/// What kind of block the helpers stand in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// Under `#[daemon]`.
    Daemon,
    /// Under `#[worker]`.
    Object,
}

impl Block {
    /// The helper that this one is here; what belongs in the other kind of block is reported.
    fn helper(self, mark: &Mark, errors: &mut Errors) -> Option<&'static Helper> {
        let wrong = match (self, mark.helper.kind) {
            (Self::Object, Kind::Setup) => return Some(&pools::SETUP),
            (Self::Object, Kind::Call) => return Some(mark.helper),
            (Self::Daemon, Kind::Call) => "a method of an impl block under #[worker], which has no #[daemon]",
            (Self::Object, _) => {
                "a function of an impl block under #[daemon]; a block of workers has #[setup] and #[call]"
            }
            (Self::Daemon, _) => return Some(mark.helper),
        };
        errors.at(mark.word.span(), format!("#[{}] belongs on {wrong}", mark.helper.shown()));
        None
    }
}

/// The type to declare, and whether it stands on a block of its own. For another item whose type is known the impl is
/// made all the same, so that the fault is not followed by a second one where the type is used.
pub fn target(of: &str, head: Head, errors: &mut Errors) -> (Option<Target>, bool) {
    match head {
        Head::Impl { target, of_trait: None } => (Some(target), true),
        Head::Impl { target, of_trait: Some(name) } => {
            let message =
                format!("#[{of}] belongs on a block of the type's own: write `impl {}`, without a trait", target.name);
            errors.over(name, message);
            (Some(target), false)
        }
        Head::Other { span, name } => {
            let typed = name.as_ref().map_or_else(|| "MyDaemon".to_owned(), Ident::to_string);
            errors.at(span, format!("#[{of}] belongs on an impl block: write it above `impl {typed} {{ … }}`"));
            let bare = |name: Ident| Target {
                keyword: Ident::new("impl", Span::call_site()),
                generics: TokenStream::new(),
                name: name.into_token_stream(),
                bounds: TokenStream::new(),
            };
            (name.map(bare), false)
        }
        Head::Unreadable(error) => {
            errors.at(error.span(), format!("#[{of}] can not read the head of this block: {error}"));
            (None, false)
        }
    }
}

/// The helpers that may stand only once and have been seen, without those that may be configured away; and in what.
struct Seen(Vec<Kind>, &'static str);

impl Seen {
    /// Reports the second one. Whether to go on.
    fn once(&mut self, mark: &Mark, cfgs: &[TokenStream], errors: &mut Errors) -> bool {
        let kind = mark.helper.kind;
        if !matches!(kind, Kind::Setup | Kind::Execute | Kind::Handover) || !cfgs.is_empty() {
            return true;
        }
        if self.0.contains(&kind) {
            errors.at(mark.word.span(), format!("{} has one #[{}]: this is the second", self.1, mark.word));
            return false;
        }
        self.0.push(kind);
        true
    }
}

/// The hooks of a block: one for each helper that has no fault.
pub fn hooks(block: Block, members: &[Marked], errors: &mut Errors) -> Vec<Hook> {
    let mut seen = Seen(Vec::new(), if block == Block::Daemon { "a daemon" } else { "an object" });
    let functions = pool_functions(members);
    let of = |member| of_member(block, member, functions.as_deref(), &mut seen, errors);
    let mut found: Vec<Hook> = members.iter().flat_map(of).collect();
    let pools: Vec<_> =
        found.iter().filter(|hook| is_pool(hook.kind)).map(|hook| (hook.name.unraw(), hook.output.clone())).collect();
    found.retain_mut(|hook| {
        let Some(Value::Own(word)) = &hook.when else { return true };
        let name = word.unraw();
        // Where several may be configured away it is not known which is meant.
        hook.heard = match pools.iter().filter(|(pool, _)| *pool == name).collect::<Vec<_>>().as_slice() {
            [(_, output)] => output.clone(),
            // What hears of a function that has a fault itself would only be a second fault.
            [] => return !functions.iter().flatten().any(|function| name == function),
            _ => None,
        };
        true
    });
    found
}

/// Whether this helper makes a pool of its function.
const fn is_pool(kind: Kind) -> bool {
    matches!(kind, Kind::Worker | Kind::Task)
}

/// The hooks of one member.
fn of_member(
    block: Block,
    member: &Marked,
    functions: Option<&[String]>,
    seen: &mut Seen,
    errors: &mut Errors,
) -> Vec<Hook> {
    let mut found: Vec<Hook> = Vec::new();
    for mark in &member.marks {
        let Some(helper) = block.helper(mark, errors) else { continue };
        let arguments = arguments::read(mark, errors);
        let signature = match &member.signature {
            Shape::Function(signature) => signature,
            Shape::Unfinished => continue,
            Shape::Other => {
                errors.at(mark.word.span(), format!("#[{}] belongs on a function of the block", helper.shown()));
                continue;
            }
        };
        let once = seen.once(mark, &member.cfgs, errors);
        // A second one goes away: its signature does not matter any more. Nor is it known what one must look like that is
        // called on nobody knows what.
        let known = arguments.is_some() || helper.kind != Kind::On;
        let fits = once && known && fit::fits(helper, signature, errors);
        if let (Some(Arguments { when, settings }), true) = (arguments, fits) {
            if is_double(&found, mark, when.as_ref(), &signature.name, errors)
                || is_unknown(mark, when.as_ref(), functions, errors)
            {
                continue;
            }
            found.push(Hook {
                cfgs: member.cfgs.clone(),
                kind: helper.kind,
                word: mark.word.clone(),
                when,
                settings,
                name: signature.name.clone(),
                inputs: signature.inputs.clone(),
                list: signature.list,
                heard: None,
                output: signature.output.clone(),
                about: member.about.clone(),
            });
        }
    }
    found
}

/// Reports what the same function already has: the same trigger, or a pool.
fn is_double(found: &[Hook], mark: &Mark, when: Option<&Value>, name: &Ident, errors: &mut Errors) -> bool {
    if let Some(when) = when.filter(|when| found.iter().any(|hook| starts_on(hook, mark, when))) {
        errors.over(when.said(), format!("`{name}` is already called on this: keep one of the two"));
        return true;
    }
    let works = |kind| is_pool(kind) || kind == Kind::Call;
    let double = works(mark.helper.kind) && found.iter().any(|hook| works(hook.kind));
    if double {
        errors.at(mark.word.span(), format!("`{name}` has processes already: keep one of the two"));
    }
    double
}

/// Reports `#[on(returned = fetch)]` where no function of that name has a pool. What only rustc can find is left to it.
fn is_unknown(mark: &Mark, when: Option<&Value>, functions: Option<&[String]>, errors: &mut Errors) -> bool {
    let (Some(Value::Own(word)), Some(functions)) = (when, functions) else { return false };
    let name = word.unraw().to_string();
    // What is half typed is left to rustc, and so is what an editor puts in for completion, which has capitals.
    if functions.iter().any(|function| function.starts_with(&name)) || name.chars().any(char::is_uppercase) {
        return false;
    }
    let known = || functions.iter().map(String::as_str);
    let tail = match nearest(&name, known()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if functions.is_empty() => "give a function #[worker] or #[task]".to_owned(),
        None => format!("known are {}; a method of an object is written with its type", list(known())),
    };
    errors.at(word.span(), format!("#[{}]: `{name}` is no worker and no task: {tail}", mark.helper.shown()));
    true
}

/// The functions with a pool, whatever else is wrong with them. None where one has no name yet.
fn pool_functions(members: &[Marked]) -> Option<Vec<String>> {
    let has = |member: &&Marked| member.marks.iter().any(|mark| is_pool(mark.helper.kind));
    let name = |member: &Marked| match &member.signature {
        Shape::Function(signature) => Some(signature.name.unraw().to_string()),
        Shape::Unfinished | Shape::Other => None,
    };
    members.iter().filter(has).map(name).collect()
}

/// Whether a hook of the same function has the same helper on the same.
fn starts_on(hook: &Hook, mark: &Mark, when: &Value) -> bool {
    hook.kind == mark.helper.kind && hook.when.as_ref().is_some_and(|other| other.same(when))
}

/// When the daemon is made by `Default`.
pub fn fallback(members: &[Marked]) -> Fallback {
    let setups = || members.iter().filter(|member| member.marks.iter().any(|mark| mark.helper.kind == Kind::Setup));
    if setups().next().is_none() {
        Fallback::Always
    } else if setups().any(|member| member.cfgs.is_empty()) {
        Fallback::Never
    } else {
        Fallback::Unless(setups().map(|member| member.cfgs.clone()).collect())
    }
}
