//! Makes one text of a doc comment.
//!
//! May not render or shorten it: how the text looks in help is the core's affair.

use crate::split::{Attr, flat};
use proc_macro2::{Literal, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::LitStr;

/// The doc comment among these attributes as an expression: a string literal, or a `concat!` when a part of it is
/// itself an expression, as in `#[doc = include_str!("about.txt")]`.
pub fn about(attrs: &[Attr]) -> Option<TokenStream> {
    let mut pieces: Vec<Piece> = attrs.iter().filter(|attr| attr.is("doc")).filter_map(piece).collect();
    if pieces.is_empty() {
        return None;
    }
    if pieces.iter().all(|piece| matches!(piece, Piece::Text(_))) {
        let text = pieces.iter().map(Piece::text).collect::<Vec<_>>().join("\n");
        let text = text.trim_matches('\n').trim_end();
        return (!text.is_empty()).then(|| Literal::string(text).into_token_stream());
    }
    let last = pieces.pop()?;
    let lines = pieces.iter().map(|piece| quote!(#piece, "\n",));
    Some(quote!(::core::concat!(#(#lines)* #last)))
}

/// One `#[doc = …]`.
enum Piece {
    Text(String),
    Code(TokenStream),
}

impl Piece {
    fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Code(_) => "",
        }
    }
}

impl ToTokens for Piece {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Text(text) => Literal::string(text).to_tokens(tokens),
            Self::Code(code) => code.to_tokens(tokens),
        }
    }
}

/// The text of one attribute; none for `#[doc(hidden)]` and its like.
fn piece(attr: &Attr) -> Option<Piece> {
    let (equals, value) = attr.rest.split_first()?;
    if !matches!(equals, TokenTree::Punct(punct) if punct.as_char() == '=') || value.is_empty() {
        return None;
    }
    let value: TokenStream = flat(value.iter().cloned().collect()).into_iter().collect();
    Some(match syn::parse2::<LitStr>(value.clone()) {
        Ok(text) => Piece::Text(lines(&text.value())),
        Err(_) => Piece::Code(value),
    })
}

/// The lines without the one space behind `///`, or without the column of stars of a `/** … */`.
fn lines(text: &str) -> String {
    let many = text.contains('\n');
    let line = |line: &str| {
        let line = if many { line.trim_start().strip_prefix('*').unwrap_or(line) } else { line };
        line.strip_prefix(' ').unwrap_or(line).to_owned()
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}
