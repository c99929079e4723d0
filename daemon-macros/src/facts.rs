//! Writes what is literal in the declaration as constants, so that the core's rules judge it while compiling.
//!
//! May not know a rule, and may not judge: which settings can not work is said in the core. A value that is not literal is
//! left out.
//!
//! Spans: a statement that judges a value has the place of that value, and nothing else here has a place of the user's.

use crate::emit::ends;
use crate::model::{Declaration, Hook, Root, Setting, Value};
use crate::table::Kind;
use proc_macro2::{Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Lit;
use syn::ext::IdentExt;

/// A text with more bytes than this, such as a page of help, is not written a second time to be judged.
const LONGEST: usize = 256;

/// The constants; nothing when nothing can be judged.
pub fn write(declaration: &Declaration) -> TokenStream {
    let Declaration { root, cfgs, settings, hooks, executes, .. } = declaration;
    let core = root.write(Span::call_site());
    let short = |value: &Value| !matches!(value, Value::Text(text) if text.value().len() > LONGEST);
    let settings = settings.iter().filter(|setting| short(&setting.value));
    let pairs = || settings.clone().map(|setting| (setting.key.unraw(), &setting.value));
    let known: Vec<_> = pairs().filter_map(|(key, value)| fact(&key, value)).collect();
    let without = (!executes).then(|| quote!(.without("execute")));
    let own = pairs().filter_map(|(key, value)| check(&quote!(DAEMON), &key, value));
    let checks: Vec<_> = own.chain(hooks.iter().flat_map(of_hook)).collect();
    let options: Vec<_> = hooks.iter().filter_map(|hook| option(root, hook)).collect();
    if checks.is_empty() && options.is_empty() {
        return TokenStream::new();
    }
    let daemon = (!checks.is_empty()).then(|| {
        quote! {
            const DAEMON: #core::plan::Facts<'static> = #core::plan::Facts::new() #(#known)* #without;
        }
    });
    quote!(#(#cfgs)* const _: () = { #daemon #(#checks)* #(#options)* };)
}

/// What judges the literals of the pool of an object.
pub fn of_pool(core: &TokenStream, cfgs: &[TokenStream], settings: &[Setting]) -> TokenStream {
    let pairs = || settings.iter().map(|setting| (setting.key.unraw(), &setting.value));
    let known: Vec<_> = pairs().filter_map(|(key, value)| fact(&key, value)).collect();
    let facts = quote!(#core::plan::Facts::new().hook("worker") #(#known)*);
    pairs().filter_map(|(key, value)| check(&facts, &key, value)).map(|check| quote!(#(#cfgs)* #check)).collect()
}

/// What judges the literals of a hook.
fn of_hook(hook: &Hook) -> Vec<TokenStream> {
    let helper = hook.word.unraw();
    let first = hook.when.as_ref().map(|when| (helper.clone(), when));
    let pairs: Vec<_> =
        first.into_iter().chain(hook.settings.iter().map(|setting| (setting.key.unraw(), &setting.value))).collect();
    let known: Vec<_> = pairs.iter().filter_map(|(key, value)| fact(key, value)).collect();
    let name = text(&helper.to_string());
    let facts = quote!(DAEMON.hook(#name) #(#known)*);
    let cfgs = &hook.cfgs;
    let checks = pairs.iter().filter_map(|(key, value)| check(&facts, key, value));
    checks.map(|check| quote!(#(#cfgs)* #check)).collect()
}

/// `.text("key", "value")`, for what is literal.
fn fact(key: &Ident, value: &Value) -> Option<TokenStream> {
    let key = text(&key.to_string());
    let said = match value {
        Value::Checked { text: value, .. } | Value::Text(value) => text(&value.value()),
        Value::Word { word, arguments, .. } => text(&format!("{}{}", word.unraw(), arguments.to_token_stream())),
        Value::Number(value) => {
            let (number, said) = (float(value)?, text(&value.to_string().replace(' ', "")));
            return Some(quote!(.number(#key, #number, #said)));
        }
        Value::Own(_) | Value::Types(_) | Value::Moved(_) => return None,
    };
    Some(quote!(.text(#key, #said)))
}

/// `const _: () = FACTS.check("key");` from the first token of a literal to the last; words are judged by rustc.
fn check(facts: &TokenStream, key: &Ident, value: &Value) -> Option<TokenStream> {
    let said = match value {
        Value::Checked { .. } | Value::Text(_) | Value::Number(_) => value.said(),
        Value::Word { .. } | Value::Own(_) | Value::Types(_) | Value::Moved(_) => return None,
    };
    let (first, last) = ends(&said, Span::call_site());
    let key = text(&key.to_string());
    let key = placed(quote!((#key)), last);
    let statement = placed(quote!(const _: () = #facts.check), first);
    Some(quote!(#statement #key;))
}

/// `const _: () = Facts::check_option("name");` at the place of the function's name.
fn option(root: &Root, hook: &Hook) -> Option<TokenStream> {
    if hook.kind != Kind::Option {
        return None;
    }
    let span = hook.name.span();
    let (core, name, cfgs) = (root.write(Span::call_site()), text(&hook.name.unraw().to_string()), &hook.cfgs);
    let check = placed(quote!(const _: () = #core::plan::Facts::check_option(#name);), span);
    Some(quote!(#(#cfgs)* #check))
}

/// The number of a literal, as the core compares all of them; none if there is no such number.
fn float(value: &TokenStream) -> Option<TokenStream> {
    let mut tokens: Vec<TokenTree> = value.clone().into_iter().collect();
    let literal = match syn::parse2::<Lit>(tokens.pop()?.into()).ok()? {
        Lit::Float(number) => number.base10_parse::<f64>().ok()?,
        Lit::Int(number) => number.base10_parse::<f64>().ok()?,
        _ => return None,
    };
    let literal = literal.is_finite().then(|| Literal::f64_unsuffixed(literal))?;
    let minus = (!tokens.is_empty()).then(|| quote!(-));
    Some(quote!(#minus #literal))
}

/// A text of ours.
fn text(value: &str) -> Literal {
    Literal::string(value)
}

/// The tokens with another place, groups included.
fn placed(tokens: TokenStream, span: Span) -> TokenStream {
    let place = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), placed(group.stream(), span)).into();
        }
        token.set_span(span);
        token
    };
    tokens.into_iter().map(place).collect()
}
