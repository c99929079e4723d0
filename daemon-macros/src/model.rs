//! What the stages hand to each other, as plain data.
//!
//! `read` makes a [`Source`] of the user's tokens, `check` makes a [`Declaration`] of it, `emit` makes tokens of that.
//! May not contain a decision: no function here does more than hold or look up.

use crate::table::{Helper, Item, Kind};
use proc_macro2::{Ident, Span, TokenStream};
use syn::{Expr, LitStr};

/// Everything that the user wrote and the attribute cares about, in source order, not yet judged.
pub struct Source {
    /// The arguments of `#[daemon(…)]`.
    pub args: Vec<Entry>,
    /// What the attribute stands on.
    pub head: Head,
    /// The `#[cfg]` attributes of the block, whole.
    pub cfgs: Vec<TokenStream>,
    /// The doc comment of the block, as an expression.
    pub about: Option<TokenStream>,
    /// The members that carry a helper.
    pub members: Vec<Marked>,
}

/// What the attribute stands on.
pub enum Head {
    /// An `impl` block.
    Impl {
        /// Generics, type and where clause.
        target: Target,
        /// The trait, if it is a trait's block.
        of_trait: Option<TokenStream>,
    },
    /// Another item. The name is there when an `impl` for it could be written all the same.
    Other {
        /// Where to report.
        span: Span,
        /// The type that the item declares, if it does and has no generics.
        name: Option<Ident>,
    },
    /// An `impl` whose head can not be read.
    Unreadable(syn::Error),
}

/// The type that the block is for.
pub struct Target {
    /// The user's `impl`: an error about the impl as a whole belongs there.
    pub keyword: Ident,
    /// `<T: Clone>`, or nothing.
    pub generics: TokenStream,
    /// `Foo<T>`.
    pub name: TokenStream,
    /// `where T: 'static`, or nothing.
    pub bounds: TokenStream,
}

/// One comma-separated entry of an attribute's arguments.
pub struct Entry {
    /// The word at its beginning, if it begins with one.
    pub lead: Option<Ident>,
    /// Whether `=` follows that word.
    pub named: bool,
    /// The value: what follows `=`, or the whole entry.
    pub value: Given,
}

impl Entry {
    /// The value, if it reads as one.
    pub fn expr(&self) -> Option<&Expr> {
        match &self.value {
            Given::Expr(expr) => Some(expr),
            Given::Missing | Given::Broken(_) => None,
        }
    }
}

/// A value as it was found.
pub enum Given {
    /// Nothing stands after `=`.
    Missing,
    /// It does not read as an expression; the first token that does not fit.
    Broken(Span),
    /// An expression.
    Expr(Box<Expr>),
}

/// A member of the block that carries helpers.
pub struct Marked {
    /// Its helpers, in order.
    pub marks: Vec<Mark>,
    /// Its `#[cfg]` attributes, whole.
    pub cfgs: Vec<TokenStream>,
    /// Its doc comment, as an expression.
    pub about: Option<TokenStream>,
    /// Its signature.
    pub signature: Shape,
}

/// One helper attribute.
pub struct Mark {
    /// Which one.
    pub helper: &'static Helper,
    /// The user's word.
    pub word: Ident,
    /// Its arguments.
    pub args: Args,
}

/// The arguments of a helper.
pub enum Args {
    /// `#[on]`
    None,
    /// `#[on(…)]`
    Listed(Vec<Entry>),
    /// Something else than parentheses follows the word.
    Odd(TokenStream),
}

/// What a member turned out to be.
pub enum Shape {
    /// A function.
    Function(Box<Signature>),
    /// Another member, or none at all.
    Other,
    /// A function that is not typed to its end yet: rustc reports it, nothing is to be added.
    Unfinished,
}

/// The parts of a signature that syntax can tell.
pub struct Signature {
    /// Its name.
    pub name: Ident,
    /// Words before `fn` that no hook may have: `async`, `unsafe`.
    pub qualifiers: Vec<Ident>,
    /// The first type or const parameter.
    pub generic: Option<TokenStream>,
    /// Its receiver.
    pub receiver: Receiver,
    /// The types of the arguments after the receiver.
    pub inputs: Vec<TokenStream>,
    /// Where the list of arguments is.
    pub list: Span,
    /// The type after `->`.
    pub output: Option<TokenStream>,
}

/// How a function takes `self`.
pub enum Receiver {
    /// Not at all.
    None,
    /// By `&self`, `&mut self` or `self: …`.
    Borrowed(TokenStream),
    /// By value.
    Owned(TokenStream),
}

/// What is declared, in the order of the source; nothing in it is known to be wrong.
pub struct Declaration {
    /// Where the core is.
    pub root: Root,
    /// The type.
    pub target: Target,
    /// The `#[cfg]` attributes of the block.
    pub cfgs: Vec<TokenStream>,
    /// The block's doc comment.
    pub about: Option<TokenStream>,
    /// `spec.key(value)`.
    pub settings: Vec<Setting>,
    /// How the value is made when no `#[setup]` is compiled in.
    pub default: Fallback,
    /// `spec.hook(…)`.
    pub hooks: Vec<Hook>,
    /// Whether an `#[execute]` was seen, be it with a fault or configured away.
    pub executes: bool,
}

/// Where the core is found.
#[derive(Default)]
pub enum Root {
    /// As a dependency of the user's.
    #[default]
    Extern,
    /// At this path.
    At(TokenStream),
}

/// One key with its value.
pub struct Setting {
    /// The user's key.
    pub key: Ident,
    /// Its value.
    pub value: Value,
}

/// When the statement that makes the daemon by `Default` is declared.
pub enum Fallback {
    /// Never: there is a `#[setup]`, or a fault stands in its place.
    Never,
    /// Always: there is no `#[setup]`.
    Always,
    /// Unless one of these `#[cfg]` lists holds: each `#[setup]` may be configured away.
    Unless(Vec<Vec<TokenStream>>),
}

/// One helper on one function.
pub struct Hook {
    /// The `#[cfg]` attributes of the function.
    pub cfgs: Vec<TokenStream>,
    /// Which helper.
    pub kind: Kind,
    /// The user's word for it.
    pub word: Ident,
    /// The trigger or period.
    pub when: Option<Value>,
    /// `.key(value)` of this hook.
    pub settings: Vec<Setting>,
    /// The function's name.
    pub name: Ident,
    /// The types of its arguments after the receiver.
    pub inputs: Vec<TokenStream>,
    /// Where the list of its arguments is.
    pub list: Span,
    /// The return type of the function of whose calls it hears, if that is one of the block.
    pub heard: Option<TokenStream>,
    /// Its return type.
    pub output: Option<TokenStream>,
    /// Its doc comment.
    pub about: Option<TokenStream>,
}

/// A value, ready to be written.
#[derive(Clone)]
pub enum Value {
    /// A text that is read while compiling.
    Checked {
        /// The macro of the core that reads it.
        by: &'static str,
        /// The text.
        text: LitStr,
    },
    /// A word in a word slot.
    Word {
        /// The type of the core that knows the word.
        of: &'static str,
        /// Where the name of that type was written by the user (`signal =`), if it was.
        at: Option<Span>,
        /// What the word names.
        item: Item,
        /// The user's word.
        word: Ident,
        /// `("/path")`, if the word has arguments.
        arguments: Option<TokenStream>,
    },
    /// A text in another slot.
    Text(LitStr),
    /// A number, perhaps negative.
    Number(TokenStream),
    /// A function of the block.
    Own(Ident),
    /// Types of an array: each is a statement of its own.
    Types(Vec<TokenStream>),
    /// Any other expression.
    Moved(TokenStream),
}
