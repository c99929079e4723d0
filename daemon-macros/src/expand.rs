//! The whole expansion in one sentence: `strip(item) ++ faults ++ emit(check(read(args, item)))`.
//!
//! May not do any of the steps itself. There is one path for success and failure: the user's tokens come first and
//! always, then the faults, then the impl wherever one can be made.

use crate::errors::Errors;
use crate::model::Head;
use crate::{check, emit, keys, object, pools, read, settings, split, strip};
use proc_macro2::{Span, TokenStream};

/// Expands `#[daemon(args)] item`.
pub fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let args = settings::read(args, &mut errors);
    let parts = split::split(item, args.iter().find_map(keys::root).as_ref());
    let source = read::read(args, &parts, &mut errors);
    let declaration = check::check(source, &mut errors);

    let mut tokens = strip::strip(&parts);
    tokens.extend(errors.finish());
    tokens.extend(declaration.as_ref().map(emit::emit));
    tokens
}

/// Expands `#[worker(args)] item`, met outside a `#[daemon]` block: an impl block is an object of workers.
pub fn worker(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let args = settings::read(args, &mut errors);
    let parts = split::split(item.clone(), args.iter().find_map(keys::root).as_ref());
    let source = read::read(args, &parts, &mut errors);
    if matches!(source.head, Head::Other { .. }) {
        errors.at(Span::call_site(), misplaced_text("worker", ", or on an impl block of its own"));
        return [item, errors.finish()].into_iter().collect();
    }
    let object = object::check(source, &mut errors);

    let mut tokens = strip::strip(&parts);
    tokens.extend(errors.finish());
    tokens.extend(object.as_ref().map(object::emit));
    tokens
}

/// Expands a helper that is met outside a `#[daemon]` block: the item as it is, and where the helper belongs.
pub fn misplaced(name: &str, item: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    errors.at(Span::call_site(), misplaced_text(name, ""));
    let mut tokens = item;
    tokens.extend(errors.finish());
    tokens
}

/// Where a helper belongs.
fn misplaced_text(name: &str, or: &str) -> String {
    let block = if name == pools::CALL.name { "#[worker]" } else { "#[daemon]" };
    let place = format!("belongs on a function of an impl block under {block}{or}: write `{block}` above the `impl`");
    // `#[daemon]` sees no further than the attribute itself: what a cfg_attr holds appears after it has gone.
    format!("#[{name}] {place}; inside a cfg_attr it is not seen")
}
