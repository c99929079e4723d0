//! Tests of the whole expansion, on tokens.
//!
//! May not test what rustc makes of an expansion: that is done in the package `tests`, against the real core.

mod faults;
mod half_typed;
mod workers;

use proc_macro2::TokenStream;

/// A text as tokens.
fn tokens(text: &str) -> TokenStream {
    text.parse().expect("the test's own text is of tokens")
}
