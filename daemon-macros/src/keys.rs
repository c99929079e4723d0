//! Judges `key = value` entries, of `#[daemon(…)]` and of the helpers of hooks: known, once, with a value.
//!
//! May not know a key: which there are, and where, is in `table`.

use crate::errors::{Errors, list, nearest, suggest};
use crate::model::{Entry, Given, Root, Setting};
use crate::table::{self, Helper, Key};
use crate::value;
use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::Expr;

/// The keys that were seen in one attribute.
#[derive(Default)]
pub struct Seen(Vec<&'static str>);

/// The keys of `#[daemon(…)]` with their values, and where the core is.
pub fn of_daemon(args: &[Entry], errors: &mut Errors) -> (Vec<Setting>, Root) {
    let mut seen = Seen::default();
    let mut root = Root::default();
    let setting = |entry| {
        let (word, key) = known(entry, errors)?;
        let setting = seen.setting(entry, word, key, errors)?;
        if key.name != table::ROOT.name {
            return Some(setting);
        }
        match self::root(entry) {
            Some(path) => root = Root::At(path),
            None => errors.over(entry.expr(), no_root()),
        }
        None
    };
    (args.iter().filter_map(setting).collect(), root)
}

/// The path that an entry `crate = path` says, if it says one.
pub fn root(entry: &Entry) -> Option<TokenStream> {
    let lead = entry.lead.as_ref().filter(|_| entry.named)?;
    let expr = entry.expr().filter(|_| lead == table::ROOT.name)?;
    match value::inner(expr) {
        Expr::Path(path) if path.qself.is_none() => Some(path.path.to_token_stream()),
        _ => None,
    }
}

/// What is said where `crate` has no path.
pub fn no_root() -> String {
    format!("this is no path of a crate: write `{}`", table::ROOT.example)
}

/// What a word says that needs a feature which is off.
pub fn needs(of: &str, feature: &str) -> String {
    format!("{of} needs a feature of daemon-core: write `features = [\"{feature}\"]` in Cargo.toml")
}

/// A key of a hook with its value. `more` are the words that the helper takes besides its keys.
pub fn of_hook(
    (entry, word): (&Entry, &Ident),
    helper: &Helper,
    more: &'static [&'static str],
    seen: &mut Seen,
    errors: &mut Errors,
) -> Option<Setting> {
    let name = word.to_string();
    let known = table::hook_key(&name);
    if let Some(hook) = known.filter(|hook| hook.on.contains(&helper.kind)) {
        return seen.setting(entry, word, &hook.key, errors);
    }
    let of = helper.shown();
    let message = match (known, table::key(&name)) {
        (Some(hook), _) => format!("`{name}` belongs on #[{}], and not on #[{of}]", table::helper_with(hook)),
        (None, _) if table::TRIGGERS.contains(&name.as_str()) => {
            format!("`{name}` belongs on #[on], and not on #[{of}]")
        }
        (None, Some(key)) => format!("`{name}` is a key of the whole daemon: write `#[daemon({})]`", key.example),
        (None, None) => {
            let known = more.iter().copied().chain(table::hook_keys(helper.kind));
            let tail = match nearest(&name, known.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write `{}`; what may follow is {}", helper.example, list(known)),
            };
            format!("#[{of}] has no argument `{name}`: {tail}")
        }
    };
    errors.at(word.span(), message);
    None
}

impl Seen {
    /// A known key with its value; a second one, and one without a value, is reported.
    fn setting(&mut self, entry: &Entry, word: &Ident, key: &'static Key, errors: &mut Errors) -> Option<Setting> {
        if self.0.contains(&key.name) {
            errors.at(word.span(), format!("`{word}` is set twice: keep one of the two"));
            return None;
        }
        self.0.push(key.name);
        let expr = given(entry, word, key, errors)?;
        let value = value::read(key.slot, None, expr, key.example, errors)?;
        Some(Setting { key: word.clone(), value })
    }
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
    let name = word.to_string();
    let key = table::key(&name);
    if let Some(feature) = key.and_then(|key| table::feature_of(key.slot)) {
        errors.at(word.span(), needs(&format!("`{word}`"), feature));
        return None;
    }
    if key.is_none() {
        let tail = match table::hook_key(&name) {
            Some(hook) => {
                let helper = table::helper_with(hook);
                format!("it is said of one hook: write `#[{helper}({})]`", hook.key.example)
            }
            None => suggest(&name, table::keys()),
        };
        errors.at(word.span(), format!("unknown key `{word}`: {tail}"));
    }
    Some((word, key?))
}
