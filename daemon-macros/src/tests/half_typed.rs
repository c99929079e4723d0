//! Whole, half-typed and generated blocks: the user's tokens always come back, and what can be declared is.
//!
//! May not look at messages: `faults` does.

use super::faults::faults;
use super::tokens;
use crate::expand::expand;
use crate::table;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

/// A block with everything in it.
const FULL: &str = r##"
    /// Beats every second and a half.
    #[allow(dead_code)]
    impl<T: Clone + Into<Vec<u8>>, const N: usize> Heartbeat<T, { N }> where for<'a> &'a T: Sized, T: 'static {
        #![allow(clippy::all)]
        const LIMITS: [u32; 2] = [1, 2];
        #[setup]
        pub(crate) fn open(_: &Context) -> Result<Self> { Ok(Self { beats: 0, of: a < b }) }
        /// One beat.
        #[execute(deadline = "5s", on_error = log)]
        fn beat(&mut self) { self.beats += 1; log::info!("beat {}", self.beats); }
        /// Print the counter.
        #[cfg(unix)] #[on(signal = "USR2", on_error = Self::ANSWER)] #[on(idle, deadline = "1s")] #[::my::core::on(Self::EVENT)]
        fn dump<'a>(&'a self, cx: &'a Context) -> Result<(), Foo<{ 3 }>> where T: Copy { if true { } Ok(()) }
        #[inline] #[every("10m", jitter = "1m", deadline = Self::DAY, on_error = "stop")] #[daemon_core::every(Self::DAY)]
        fn r#type(self: &mut Self, cx: &Context) -> io::Result<()> { Ok(()) }
        helper_macro! { a, b }
        #[option] fn limit(text: &str) -> Result<u32, BTreeMap<u8, u16>> { text.parse() }
        #[plugin] fn disk() -> impl Plugin + use<T> { Disk }
        fn other<A, B>(self, a: A, b: B) -> impl Fn(A) -> B { loop {} }
    }
"##;

/// Arguments with everything in them.
const ARGS: &str = r#"name = "a", interval = "1.5s", jitter = 2 * MS, nice = -5, lock = path("/x"), log = Self::log::<u8, u16>, missed = burst(3),
    idle = 0.5 * 2.0, instructions = ["a", "b"], help = concat!("a", "b"), crate = ::my::core"#;

/// The first `count` tokens, a group counting as one more than its content; the groups stay closed.
pub fn cut(stream: TokenStream, count: &mut usize) -> TokenStream {
    let mut kept = Vec::new();
    for token in stream {
        if *count == 0 {
            break;
        }
        *count -= 1;
        kept.push(match token {
            TokenTree::Group(group) => Group::new(group.delimiter(), cut(group.stream(), count)).into(),
            token => token,
        });
    }
    kept.into_iter().collect()
}

/// How many tokens `cut` counts.
pub fn size(stream: TokenStream) -> usize {
    stream.into_iter().map(|token| if let TokenTree::Group(group) = token { 1 + size(group.stream()) } else { 1 }).sum()
}

/// The user's tokens without the helpers, found in another way than the crate does it.
pub fn without_helpers(item: TokenStream) -> TokenStream {
    let members = |stream: TokenStream| {
        let mut kept: Vec<TokenTree> = Vec::new();
        for token in stream {
            let text = token.to_string().replace(" :: ", "::");
            let inside = text.strip_prefix('[').unwrap_or("").trim_start();
            let inside = inside.trim_start_matches("daemon_core::").trim_start_matches(":: my::core::");
            let word = inside.split(|char: char| !char.is_alphanumeric()).next().unwrap_or("");
            let marked = kept.last().is_some_and(|last| last.to_string() == "#") && table::helper(word).is_some();
            if marked { _ = kept.pop() } else { kept.push(token) }
        }
        kept.into_iter().collect()
    };
    item.into_iter()
        .map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                Group::new(Delimiter::Brace, members(group.stream())).into()
            }
            token => token,
        })
        .collect()
}

#[test]
fn a_whole_block_has_no_fault() {
    assert_eq!(faults(ARGS, FULL), [""; 0]);
    syn::parse2::<syn::File>(expand(tokens(ARGS), tokens(FULL))).expect("the expansion is a file of items");
}

#[test]
fn a_cut_block_keeps_its_tokens() {
    let cron = "impl Foo { #[cron(\"0 3 * * *\", zone = \"UTC\", deadline = \"1s\")] fn a(&self, cx: &Context) {} }";
    for item in [FULL, cron, "impl Foo { #[execute] fn a(&self) {} }", "pub struct Foo<T> { #[on(idle)] a: T }"] {
        let whole = tokens(item);
        for count in 0..=size(whole.clone()) {
            let item = cut(whole.clone(), &mut count.clone());
            let block = without_helpers(item.clone());
            let expansion = expand(tokens(ARGS), item.clone()).to_string();
            assert!(expansion.starts_with(&block.to_string()), "after {count} tokens\n{item}\n{expansion}");
        }
    }
}

/// Without one token, at any depth; what a group held stays when the group itself goes.
pub fn leave_out(stream: TokenStream, at: &mut usize) -> TokenStream {
    let mut kept = Vec::new();
    for token in stream {
        let here = *at == 0;
        *at = at.wrapping_sub(1);
        match token {
            TokenTree::Group(group) if here => kept.extend(group.stream()),
            TokenTree::Group(group) => kept.push(Group::new(group.delimiter(), leave_out(group.stream(), at)).into()),
            token if !here => kept.push(token),
            _ => {}
        }
    }
    kept.into_iter().collect()
}

#[test]
fn a_block_with_a_token_left_out_keeps_its_tokens() {
    let whole = tokens(FULL);
    for count in 0..size(whole.clone()) {
        let item = leave_out(whole.clone(), &mut count.clone());
        // Without its braces the block is no block: its helpers are then tokens like others.
        let expansion = expand(tokens(ARGS), item.clone()).to_string();
        let kept = [item.to_string(), without_helpers(item).to_string()];
        assert!(kept.iter().any(|block| expansion.starts_with(block)), "without token {count}\n{expansion}");
    }
}

#[test]
fn cut_arguments_keep_the_block() {
    // Without the path that only whole arguments say.
    let (whole, item) = (tokens(ARGS), tokens(&FULL.replace("::my::core::", "")));
    let block = without_helpers(item.clone()).to_string();
    for count in 0..=size(whole.clone()) {
        let expansion = expand(cut(whole.clone(), &mut count.clone()), item.clone()).to_string();
        assert!(expansion.starts_with(&block), "after {count} tokens");
    }
}

#[test]
fn a_helper_behind_a_half_typed_member_is_seen() {
    let expansion = expand(TokenStream::new(), tokens("impl Foo { #[execute] fn bea #[on(idle)] fn dump(&self) {} }"));
    assert!(expansion.to_string().contains("spec . on"), "{expansion}");
    let block = "impl Foo { fn bea fn dump (& self) { } }";
    assert!(expansion.to_string().starts_with(block), "{expansion}");
}

#[test]
fn fragments_of_macro_rules_are_seen_through() {
    let group = |stream: TokenStream| TokenTree::from(Group::new(Delimiter::None, stream));
    let (lit, word, ty, body, vis) =
        (group(quote!("1s")), group(quote!(idle)), group(quote!(Foo<T>)), group(quote!({ 1 })), group(quote!(pub)));
    let item = group(quote!(impl<T> #ty { #[on(#word)] #vis fn a(&self) #body #[every(#lit)] fn b(&self) #body }));
    let expansion = expand(quote!(interval = #lit), item.into()).to_string();
    for part in ["duration ! (\"1s\")", "Event :: idle ()", "| daemon , _ | daemon . b ()", "interval"] {
        assert!(expansion.contains(part), "{part}: {expansion}");
    }
    assert!(!expansion.contains("compile_error"), "{expansion}");
}

#[test]
fn a_path_of_the_core_is_imported_once() {
    let item = "impl Foo { #[my::execute] fn a(&self) {} #[other::on(idle)] fn b(&self) {} }";
    let expansion = expand(tokens("interval = \"1s\", crate = my"), tokens(item)).to_string();
    assert!(expansion.starts_with("impl Foo { fn a (& self) { } # [other :: on (idle)] fn b"), "{expansion}");
    assert!(expansion.contains("use my as __daemon_core ;"), "{expansion}");
    assert!(!expansion.contains(":: daemon_core"), "{expansion}");
    assert_eq!(expansion.matches("my").count(), 1, "{expansion}");
}

#[test]
fn what_is_literal_is_judged_and_a_page_of_text_is_not() {
    let long = "x".repeat(300);
    let args = format!("name = \"a\", help = \"{long}\", idle = -0.5, nice = 0x10, umask = ODD, lock = path(\"/x\")");
    let expansion = expand(tokens(&args), tokens("impl Foo {}")).to_string();
    for part in [
        r#". text ("name" , "a")"#,
        r#". number ("idle" , - 0.5 , "-0.5")"#,
        r#". number ("nice" , 16.0 , "0x10")"#,
        r#". text ("lock" , "path(\"/x\")")"#,
        r#". without ("execute")"#,
        r#"DAEMON . check ("nice")"#,
    ] {
        assert!(expansion.contains(part), "{part}: {expansion}");
    }
    assert!(!expansion.contains(r#"check ("lock")"#) && !expansion.contains(r#""umask""#), "{expansion}");
    assert_eq!(expansion.matches(&long).count(), 1);
}

#[test]
fn doc_comments_become_one_text() {
    let about = |docs: &str| expand(TokenStream::new(), tokens(&format!("{docs} impl Foo {{}}"))).to_string();
    assert!(about("/// One.\n///\n///   two\n").contains(r#"spec . about ("One.\n\n  two")"#));
    assert!(about("/**\n * One.\n * Two.\n */").contains(r#"spec . about ("One.\nTwo.")"#));
    assert!(
        about("/// One.\n#[doc = include_str!(\"a\")]").contains(r#"concat ! ("One." , "\n" , include_str ! ("a"))"#)
    );
    assert!(!about("#[doc(hidden)]").contains("about"));
}

#[test]
fn a_setup_that_may_be_configured_away_leaves_a_default() {
    let member = "#[cfg(a)] #[setup] fn a() -> Self {} #[setup] #[cfg(b)] #[cfg(c)] fn b() -> Self {}";
    let expansion = expand(TokenStream::new(), tokens(&format!("impl Foo {{ {member} }}"))).to_string();
    assert!(expansion.contains("# [cfg (not (any (a , all (b , c))))]"), "{expansion}");
    assert!(!expansion.contains("compile_error"), "{expansion}");
}
