//! The whole expansion in one sentence: `strip(item) ++ faults ++ emit(check(read(args, item)))`.
//!
//! May not do any of the steps itself. There is one path for success and failure: the user's tokens come first and
//! always, then the faults, then the impl wherever one can be made.

use crate::errors::Errors;
use crate::{check, emit, keys, read, settings, split, strip};
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

/// Expands a helper that is met outside a `#[daemon]` block: the item as it is, and where the helper belongs.
pub fn misplaced(name: &str, item: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let place = "belongs on a function of an impl block under #[daemon]: write `#[daemon]` above the `impl`";
    // `#[daemon]` sees no further than the attribute itself: what a cfg_attr holds appears after it has gone.
    errors.at(Span::call_site(), format!("#[{name}] {place}; inside a cfg_attr it is not seen"));
    let mut tokens = item;
    tokens.extend(errors.finish());
    tokens
}
