//! Takes an item apart at its attributes, members and bodies, without losing a token.
//!
//! May not parse: it looks at single tokens and groups, so that a half-typed block comes apart as well as a whole one,
//! and putting the parts together again gives back exactly what was taken.

use crate::table::{self, Helper};
use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};

/// An item in parts.
pub struct Parts {
    /// Its attributes.
    pub attrs: Vec<Attr>,
    /// What stands between them and the body.
    pub head: Vec<TokenTree>,
    /// The body, if one was typed.
    pub body: Option<Body>,
    /// What stands behind the body.
    pub tail: Vec<TokenTree>,
}

/// The braces of an item and what is in them.
pub struct Body {
    /// The braces.
    pub group: Group,
    /// The members.
    pub members: Vec<Member>,
}

/// One member of a block.
pub struct Member {
    /// Its attributes.
    pub attrs: Vec<Attr>,
    /// All the rest, its body included.
    pub rest: Vec<TokenTree>,
}

/// One attribute, doc comments included.
pub struct Attr {
    /// `#`, perhaps `!`, and the brackets.
    pub tokens: Vec<TokenTree>,
    /// The word, when it is a single one (or has the core's path before it).
    pub word: Option<Ident>,
    /// What stands behind the word.
    pub rest: Vec<TokenTree>,
}

impl Attr {
    /// The helper that this attribute is, if it is one.
    pub fn helper(&self) -> Option<&'static Helper> {
        self.word.as_ref().and_then(|word| table::helper(&word.to_string()))
    }

    /// Whether its word is this one.
    pub fn is(&self, name: &str) -> bool {
        self.word.as_ref().is_some_and(|word| word == name)
    }

    /// The attribute as it was written.
    pub fn whole(&self) -> TokenStream {
        self.tokens.iter().cloned().collect()
    }
}

/// Takes an item apart. `core` is a path by which the user says that the core can be found, too.
pub fn split(item: TokenStream, core: Option<&TokenStream>) -> Parts {
    let tokens = flat(item);
    let core = core.map(ToString::to_string);
    let core = core.as_deref();
    let mut at = 0;
    let attrs = attributes(&tokens, &mut at, core);
    let head = until_body(&tokens, &mut at);
    let body = match tokens.get(at) {
        Some(TokenTree::Group(group)) => {
            at += 1;
            Some(Body { group: group.clone(), members: members(&tokens_of(group.stream()), core) })
        }
        _ => None,
    };
    Parts { attrs, head, body, tail: tokens[at..].to_vec() }
}

/// A stream as a list.
pub fn tokens_of(stream: TokenStream) -> Vec<TokenTree> {
    stream.into_iter().collect()
}

/// A stream as a list, taken out of the invisible group that a `macro_rules!` fragment such as `$i:item` puts around it.
pub fn flat(stream: TokenStream) -> Vec<TokenTree> {
    let tokens = tokens_of(stream);
    match tokens.as_slice() {
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::None => flat(group.stream()),
        _ => tokens,
    }
}

/// The members of a block.
fn members(tokens: &[TokenTree], core: Option<&str>) -> Vec<Member> {
    let mut at = 0;
    let mut found = Vec::new();
    while at < tokens.len() {
        let attrs = attributes(tokens, &mut at, core);
        let mut rest = until_body(tokens, &mut at);
        // The body itself, or the semicolon: either ends the member. Before an attribute it ends without one.
        if let Some(end) = tokens.get(at).filter(|_| attribute(tokens, at).is_none()) {
            rest.push(end.clone());
            at += 1;
        }
        found.push(Member { attrs, rest });
    }
    found
}

/// The tokens before the next body, semicolon or attribute. An attribute ends a half-typed member: otherwise the
/// helpers of the next one would be swallowed by it.
fn until_body(tokens: &[TokenTree], at: &mut usize) -> Vec<TokenTree> {
    let mut angles = Angles::default();
    let start = *at;
    while let Some(token) = tokens.get(*at) {
        let ends = matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';') || angles.is_body(token);
        if ends || (*at > start && attribute(tokens, *at).is_some()) {
            break;
        }
        angles.pass(token);
        *at += 1;
    }
    tokens[start..*at].to_vec()
}

/// The attributes from here on.
fn attributes(tokens: &[TokenTree], at: &mut usize, core: Option<&str>) -> Vec<Attr> {
    let mut found = Vec::new();
    while let Some(length) = attribute(tokens, *at) {
        let tokens = &tokens[*at..*at + length];
        let (word, rest) = match tokens.last() {
            // An inner attribute is none of a member's: it has no word for us.
            Some(TokenTree::Group(group)) if length == 2 => word(flat(group.stream()), core),
            _ => (None, Vec::new()),
        };
        found.push(Attr { tokens: tokens.to_vec(), word, rest });
        *at += length;
    }
    found
}

/// How many tokens long the attribute is that begins here, if one does.
fn attribute(tokens: &[TokenTree], at: usize) -> Option<usize> {
    let punct = |at: usize, char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == char);
    let length = if punct(at, '#') && punct(at + 1, '!') { 3 } else { 2 };
    let brackets =
        matches!(tokens.get(at + length - 1), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket);
    (punct(at, '#') && brackets).then_some(length)
}

/// The word of an attribute and what follows it. Of paths only the core's own is a word: `daemon_core::execute`, or with
/// the path that the user says.
fn word(tokens: Vec<TokenTree>, core: Option<&str>) -> (Option<Ident>, Vec<TokenTree>) {
    let colon = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    let name = |at: usize| matches!(tokens.get(at), Some(TokenTree::Ident(_)));
    let mut at = if colon(0) && colon(1) { 2 } else { 0 };
    while name(at) && colon(at + 1) && colon(at + 2) {
        at += 3;
    }
    let path: TokenStream = tokens[..at.saturating_sub(2)].iter().cloned().collect();
    let path = path.to_string();
    let known = at == 0 || path.trim_start_matches([':', ' ']) == table::CORE || Some(path.as_str()) == core;
    match tokens.get(at) {
        Some(TokenTree::Ident(word)) if known && !colon(at + 1) => (Some(word.clone()), tokens[at + 1..].to_vec()),
        _ => (None, tokens),
    }
}

/// Keeps count of `<` and `>` so that braces and commas between them are not taken for a body or a separator.
#[derive(Default)]
pub struct Angles {
    depth: usize,
    last: Option<(char, Spacing)>,
}

impl Angles {
    /// Goes past a token.
    pub fn pass(&mut self, token: &TokenTree) {
        let arrow = matches!(self.last, Some(('-' | '=', Spacing::Joint)));
        self.last = match token {
            TokenTree::Punct(punct) => Some((punct.as_char(), punct.spacing())),
            _ => None,
        };
        match self.last {
            Some(('<', _)) => self.depth += 1,
            Some(('>', _)) if !arrow => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    /// Whether the tokens passed so far are balanced.
    pub fn closed(&self) -> bool {
        self.depth == 0
    }

    /// Whether this token is a body: braces, bare or from a `$b:block`, that are not a const argument as in `Foo<{ N }>`.
    pub fn is_body(&self, token: &TokenTree) -> bool {
        let argument = !self.closed() && matches!(self.last, Some(('<' | ',' | '=', _)));
        let TokenTree::Group(group) = token else {
            return false;
        };
        let braces = match group.delimiter() {
            Delimiter::Brace => true,
            Delimiter::None => matches!(flat(group.stream()).as_slice(),
                [TokenTree::Group(inner)] if inner.delimiter() == Delimiter::Brace),
            _ => false,
        };
        braces && !argument
    }
}
