//! Reads the signature of a function, token by token, up to where the user stopped typing.
//!
//! May not judge it (that is `check`) and may not look into the body or a type.

use crate::model::{Receiver, Shape, Signature};
use crate::split::{Angles, tokens_of};
use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};

/// What a member without its attributes is.
pub fn read(tokens: &[TokenTree]) -> Shape {
    let mut at = 0;
    let Some(qualifiers) = before_fn(tokens, &mut at) else {
        return Shape::Other;
    };
    match after_fn(&tokens[at..], qualifiers) {
        Some(signature) => Shape::Function(Box::new(signature)),
        None => Shape::Unfinished,
    }
}

/// Goes past `fn`; the words before it that no hook may have. None if this is no function. At the end of the tokens it
/// may still become one.
fn before_fn(tokens: &[TokenTree], at: &mut usize) -> Option<Vec<Ident>> {
    let mut qualifiers = Vec::new();
    while let Some(token) = tokens.get(*at) {
        *at += 1;
        match token {
            TokenTree::Ident(word) if word == "fn" => break,
            TokenTree::Ident(word) if word == "async" || word == "unsafe" => qualifiers.push(word.clone()),
            TokenTree::Ident(word) if ["pub", "const", "default", "extern"].iter().any(|known| word == known) => {}
            // `pub(crate)`, a `$vis`, the "C" of `extern "C"`.
            TokenTree::Group(group) if matches!(group.delimiter(), Delimiter::Parenthesis | Delimiter::None) => {}
            TokenTree::Literal(_) => {}
            _ => return None,
        }
    }
    Some(qualifiers)
}

/// Reads from the name on. None if the function is not typed that far.
fn after_fn(tokens: &[TokenTree], qualifiers: Vec<Ident>) -> Option<Signature> {
    let (first, mut tokens) = tokens.split_first()?;
    let TokenTree::Ident(name) = first else {
        return None;
    };
    let mut generic = None;
    if is(tokens.first(), '<') {
        let length = angled(tokens)?;
        generic = commas(&tokens[1..length - 1]).into_iter().find(|parameter| !is(parameter.first(), '\''));
        tokens = &tokens[length..];
    }
    let Some((TokenTree::Group(group), tokens)) = tokens.split_first() else {
        return None;
    };
    if group.delimiter() != Delimiter::Parenthesis {
        return None;
    }
    let (receiver, inputs) = arguments(commas(&tokens_of(group.stream())));
    let (generic, list) = (generic.map(|tokens| tokens.into_iter().collect()), group.span());
    Some(Signature { name: name.clone(), qualifiers, generic, receiver, inputs, list, output: output(tokens) })
}

/// The receiver, and the types of the other arguments.
fn arguments(mut arguments: Vec<Vec<TokenTree>>) -> (Receiver, Vec<TokenStream>) {
    let first = arguments.first().map(|first| first.iter().cloned().collect()).unwrap_or_default();
    let receiver = match arguments.first().map(|first| receives(first)) {
        Some(Some(true)) => Receiver::Borrowed(first),
        Some(Some(false)) => Receiver::Owned(first),
        _ => Receiver::None,
    };
    if !matches!(receiver, Receiver::None) {
        arguments.remove(0);
    }
    (receiver, arguments.iter().map(|argument| of_type(argument)).collect())
}

/// Whether an argument is `self`, and then whether it is borrowed: `&self`, or `self: &mut Self`.
fn receives(argument: &[TokenTree]) -> Option<bool> {
    let at = argument.iter().position(|token| matches!(token, TokenTree::Ident(word) if word == "self"))?;
    let plain = |token: &TokenTree| match token {
        TokenTree::Ident(word) => word == "mut" || is(argument.get(1), '\''),
        TokenTree::Punct(punct) => matches!(punct.as_char(), '&' | '\'' | '#'),
        TokenTree::Group(group) => group.delimiter() == Delimiter::Bracket,
        TokenTree::Literal(_) => false,
    };
    let typed = is(argument.get(at + 1), ':') && is(argument.get(at + 2), '&');
    let borrowed = argument[..at].iter().any(|token| is(Some(token), '&'));
    argument[..at].iter().all(plain).then_some(borrowed || typed)
}

/// The type of an argument; the whole of it while its colon is not typed yet.
fn of_type(argument: &[TokenTree]) -> TokenStream {
    let joint = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint);
    let mut at = 0;
    while let Some(token) = argument.get(at) {
        // A path in a pattern, `my::Type(a): my::Type`, has colons too.
        let path = is(Some(token), ':') && joint(token) && is(argument.get(at + 1), ':');
        if is(Some(token), ':') && !path {
            return argument[at + 1..].iter().cloned().collect();
        }
        at += if path { 2 } else { 1 };
    }
    argument.iter().cloned().collect()
}

/// The type after `->`.
fn output(tokens: &[TokenTree]) -> Option<TokenStream> {
    let [dash, arrow, tokens @ ..] = tokens else {
        return None;
    };
    if !is(Some(dash), '-') || !is(Some(arrow), '>') {
        return None;
    }
    let mut angles = Angles::default();
    let mut of = Vec::new();
    for token in tokens {
        let bounds = angles.closed() && matches!(token, TokenTree::Ident(word) if word == "where");
        if bounds || angles.is_body(token) || is(Some(token), ';') {
            break;
        }
        angles.pass(token);
        of.push(token.clone());
    }
    (!of.is_empty()).then(|| of.into_iter().collect())
}

/// How many tokens a list in angle brackets takes.
fn angled(tokens: &[TokenTree]) -> Option<usize> {
    let mut angles = Angles::default();
    let end = tokens.iter().position(|token| {
        angles.pass(token);
        angles.closed()
    });
    end.map(|at| at + 1)
}

/// The tokens between commas that stand in no angle brackets.
fn commas(tokens: &[TokenTree]) -> Vec<Vec<TokenTree>> {
    let mut angles = Angles::default();
    let mut found = vec![Vec::new()];
    for token in tokens {
        if angles.closed() && is(Some(token), ',') {
            found.push(Vec::new());
        } else if let Some(last) = found.last_mut() {
            last.push(token.clone());
        }
        angles.pass(token);
    }
    found.retain(|tokens| !tokens.is_empty());
    found
}

/// Whether this is that punctuation.
fn is(token: Option<&TokenTree>, char: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == char)
}
