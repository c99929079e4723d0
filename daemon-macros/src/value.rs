//! Reads a value as its slot wants it, and writes it.
//!
//! May not know any value: a word is only moved to where rustc looks it up in the core, with its span.

use crate::errors::Errors;
use crate::model::{Root, Value};
use crate::table::{self, Item, Slot};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, ExprArray, ExprLit, Lit, LitStr, UnOp};

/// The value of a slot; none if there is a fault in it, which is reported. `example` is what to write instead.
pub fn read(slot: Slot, at: Option<Span>, expr: &Expr, example: &str, errors: &mut Errors) -> Option<Value> {
    let inner = inner(expr);
    if not_octal(inner, errors) {
        return None;
    }
    match (slot, inner) {
        (Slot::Duration, Expr::Lit(literal)) => checked("duration", &literal.lit, expr, example, errors),
        (Slot::Cron, Expr::Lit(literal)) => checked("cron_line", &literal.lit, expr, example, errors),
        (Slot::Word(of, item), Expr::Lit(literal)) => match &literal.lit {
            Lit::Str(text) => match word_of(text) {
                Some(word) => named(Value::Word { of, at, item, word, arguments: None }, errors),
                None => {
                    let message =
                        format!("this is not a single word: write `{example}`, or an expression of type `{of}`");
                    errors.over(text, message);
                    None
                }
            },
            _ => Some(self::literal(inner).unwrap_or_else(|| moved(expr))),
        },
        (Slot::Word(..), Expr::Unary(_)) => Some(literal(inner).unwrap_or_else(|| moved(expr))),
        (Slot::Word(of, item), _) => match word(inner) {
            Some((word, arguments)) => named(Value::Word { of, at, item, word, arguments }, errors),
            None => Some(moved(expr)),
        },
        (Slot::Types, Expr::Array(array)) => types(array, example, errors),
        (Slot::Types, _) => {
            errors.over(expr, format!("this is no list of types: write `{example}`"));
            None
        }
        (Slot::Function, _) => function(inner, example, errors),
        (Slot::Moved, _) => Some(literal(inner).unwrap_or_else(|| moved(expr))),
        _ => Some(moved(expr)),
    }
}

/// The types of an array; what is none is reported.
fn types(array: &ExprArray, example: &str, errors: &mut Errors) -> Option<Value> {
    let mut found = Vec::new();
    for element in &array.elems {
        match inner(element) {
            Expr::Path(path) if path.attrs.is_empty() => found.push(path.to_token_stream()),
            other => {
                errors.over(other, format!("this is no type: write `{example}`"));
                return None;
            }
        }
    }
    Some(Value::Types(found))
}

/// The path of a function: a bare word, or a text of one, is a function of the block.
fn function(expr: &Expr, example: &str, errors: &mut Errors) -> Option<Value> {
    let word = match expr {
        Expr::Path(path) => match word(expr) {
            Some((word, _)) => Some(word),
            None => return Some(Value::Moved(path.to_token_stream())),
        },
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => word_of(text),
        _ => None,
    };
    if let Some(word) = &word {
        return Some(Value::Own(word.clone()));
    }
    errors.over(expr, format!("this is no function: write `{example}`, or a path as in `Primes::sieve`"));
    None
}

/// A word, unless it can not be the name of a constant: rustc would not name the one in capitals.
fn named(value: Value, errors: &mut Errors) -> Option<Value> {
    if let Value::Word { of, item: Item::Constant, word, arguments: None, .. } = &value {
        let name = word.to_string();
        // Only where no letter is a capital: what an editor puts in for completion has some.
        if !name.chars().any(|letter| letter.is_uppercase()) {
            let capitals = name.to_ascii_uppercase();
            errors.at(
                word.span(),
                format!("a constant of `{of}` is written in capitals, as `{capitals}`; a function with its arguments"),
            );
            return None;
        }
    }
    Some(value)
}

/// Reports a number such as `077`: whoever writes that means it as C and shells do, and rustc reads 77.
fn not_octal(expr: &Expr, errors: &mut Errors) -> bool {
    let Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) = expr else { return false };
    let written = number.to_string();
    let Some(digits) = written.strip_prefix('0').filter(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
    else {
        return false;
    };
    errors.over(number, format!("`{written}` is no octal number in Rust: write `0o{digits}`"));
    true
}

/// A text or a number, whose values the core can know while compiling.
fn literal(expr: &Expr) -> Option<Value> {
    let number = |literal: &Lit| matches!(literal, Lit::Float(_) | Lit::Int(_));
    match expr {
        Expr::Lit(literal) if literal.attrs.is_empty() => match &literal.lit {
            Lit::Str(text) if text.suffix().is_empty() => Some(Value::Text(text.clone())),
            other => number(other).then(|| Value::Number(expr.to_token_stream())),
        },
        Expr::Unary(unary) => match (unary.op, inner(&unary.expr)) {
            (UnOp::Neg(_), Expr::Lit(literal)) => number(&literal.lit).then(|| Value::Number(expr.to_token_stream())),
            _ => None,
        },
        _ => None,
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
pub fn inner(expr: &Expr) -> &Expr {
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

impl Value {
    /// The user's tokens.
    pub fn said(&self) -> TokenStream {
        match self {
            Self::Checked { text, .. } | Self::Text(text) => text.to_token_stream(),
            Self::Word { word, arguments, .. } => quote!(#word #arguments),
            Self::Number(expr) | Self::Moved(expr) => expr.clone(),
            Self::Own(word) => word.to_token_stream(),
            Self::Types(types) => quote!([#(#types),*]),
        }
    }

    /// Whether two values are written the same; a word as text is the same as the bare one.
    pub fn same(&self, other: &Self) -> bool {
        let of = |value: &Self| match value {
            Self::Word { of, .. } => Some(*of),
            _ => None,
        };
        of(self) == of(other) && self.said().to_string() == other.said().to_string()
    }

    /// The value as it is written; the core is found by `root`.
    pub fn write(&self, root: &Root) -> TokenStream {
        match self {
            // The error of a text that does not parse is the place of the whole macro call: give all of it the
            // place of the literal, and the macro's own hygiene.
            Self::Checked { by, text } => {
                let span = Span::call_site().located_at(text.span());
                let (core, by) = (root.write(span), Ident::new(by, span));
                quote_spanned!(span=> #core::#by!(#text))
            }
            Self::Word { of, at, item, word, arguments } => {
                let of = Ident::new(of, at.unwrap_or_else(Span::call_site));
                // The first token of the path and the parentheses have the word's place, so that an error about the
                // path or the call as a whole is the word's too.
                let core = root.write(word.span());
                let arguments = match (arguments, item) {
                    (Some(arguments), _) => arguments.clone(),
                    (None, Item::Function) => quote_spanned!(word.span()=> ()),
                    (None, Item::Constant) => TokenStream::new(),
                };
                quote!(#core::#of::#word #arguments)
            }
            Self::Text(text) => text.to_token_stream(),
            Self::Number(expr) | Self::Moved(expr) => expr.clone(),
            Self::Own(word) => quote_spanned!(word.span()=> Self::#word),
            Self::Types(types) => quote!([#(#types),*]),
        }
    }
}

impl Root {
    /// The path of the core, beginning at this place.
    pub fn write(&self, span: Span) -> TokenStream {
        match self {
            Self::Extern => {
                let colons = quote_spanned!(span=> ::);
                quote!(#colons daemon_core)
            }
            Self::At(_) => Ident::new(table::ALIAS, Span::call_site().located_at(span)).into_token_stream(),
        }
    }
}
