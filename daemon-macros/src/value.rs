//! Reads a value as its slot wants it, and writes it.
//!
//! May not know any value: a word is only moved to where rustc looks it up in the core, with its span.

use crate::errors::Errors;
use crate::model::Value;
use crate::table::{Item, Slot};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, Lit, LitStr};

/// The value of a slot; none if there is a fault in it, which is reported. `example` is what to write instead.
pub fn read(slot: Slot, at: Option<Span>, expr: &Expr, example: &str, errors: &mut Errors) -> Option<Value> {
    let inner = inner(expr);
    match (slot, inner) {
        (Slot::Duration, Expr::Lit(literal)) => checked("duration", &literal.lit, expr, example, errors),
        (Slot::Cron, Expr::Lit(literal)) => checked("cron_line", &literal.lit, expr, example, errors),
        (Slot::Word(of, item), Expr::Lit(literal)) => match &literal.lit {
            Lit::Str(text) => match word_of(text) {
                Some(word) => Some(Value::Word { of, at, item, word, arguments: None }),
                None => {
                    let message =
                        format!("this is not a single word: write `{example}`, or an expression of type `{of}`");
                    errors.over(text, message);
                    None
                }
            },
            _ => Some(moved(expr)),
        },
        (Slot::Word(of, item), _) => Some(match word(inner) {
            Some((word, arguments)) => Value::Word { of, at, item, word, arguments },
            None => moved(expr),
        }),
        _ => Some(moved(expr)),
    }
}

/// A literal that a macro of the core reads while compiling. A number can never be one, and rustc would not say what to
/// write instead.
fn checked(by: &'static str, literal: &Lit, expr: &Expr, example: &str, errors: &mut Errors) -> Option<Value> {
    match literal {
        Lit::Str(text) => Some(Value::Checked { by, text: text.clone() }),
        Lit::Int(_) | Lit::Float(_) => {
            let what = if by == "duration" { "a duration is a text with a unit" } else { "this is a text" };
            errors.over(literal, format!("{what}: write `{example}`"));
            None
        }
        _ => Some(moved(expr)),
    }
}

/// The expression inside the invisible groups that `macro_rules!` fragments leave.
fn inner(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => inner(&group.expr),
        _ => expr,
    }
}

/// A text as a word: the identifier it spells, at its place.
fn word_of(text: &LitStr) -> Option<Ident> {
    let mut word: Ident = syn::parse_str(&text.value()).ok()?;
    word.set_span(text.span());
    Some(word)
}

/// A bare word, alone or with arguments. A path is none, and neither is `self`.
fn word(expr: &Expr) -> Option<(Ident, Option<TokenStream>)> {
    let (path, arguments) = match expr {
        Expr::Path(path) => (path, None),
        Expr::Call(call) => match inner(&call.func) {
            Expr::Path(path) => {
                let args = &call.args;
                let mut arguments = TokenStream::new();
                call.paren_token.surround(&mut arguments, |tokens| args.to_tokens(tokens));
                (path, Some(arguments))
            }
            _ => return None,
        },
        _ => return None,
    };
    let word = path.path.get_ident().filter(|_| path.qself.is_none())?;
    let keyword = ["self", "Self", "super", "crate"].iter().any(|keyword| word == keyword);
    (!keyword).then(|| (word.clone(), arguments))
}

/// An expression that stays as it is.
fn moved(expr: &Expr) -> Value {
    Value::Moved(expr.to_token_stream())
}

impl ToTokens for Value {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            // The error of a text that does not parse is the place of the whole macro call: give all of it the
            // place of the literal, and the macro's own hygiene.
            Self::Checked { by, text } => {
                let span = Span::call_site().located_at(text.span());
                let by = Ident::new(by, span);
                quote_spanned!(span=> ::daemon_core::#by!(#text)).to_tokens(tokens);
            }
            Self::Word { of, at, item, word, arguments } => {
                let of = Ident::new(of, at.unwrap_or_else(Span::call_site));
                // The first token of the path and the parentheses have the word's place, so that an error about the
                // path or the call as a whole is the word's too.
                let path = quote_spanned!(word.span()=> ::);
                let arguments = match (arguments, item) {
                    (Some(arguments), _) => arguments.clone(),
                    (None, Item::Function) => quote_spanned!(word.span()=> ()),
                    (None, Item::Constant) => TokenStream::new(),
                };
                quote!(#path daemon_core::#of::#word #arguments).to_tokens(tokens);
            }
            Self::Moved(expr) => expr.to_tokens(tokens),
        }
    }
}
