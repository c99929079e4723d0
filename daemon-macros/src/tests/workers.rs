//! Workers in whole, half-typed and faulty blocks, of daemons and of objects.
//!
//! May not look at what rustc makes of it.

use super::half_typed::{cut, leave_out, size, without_helpers};
use super::tokens;
use crate::expand::{expand, worker};
use proc_macro2::TokenStream;

/// A daemon's block with all that can be said of workers.
const FULL: &str = r##"
    impl<T: Clone> Reader<T> where T: 'static {
        /// Gets a page.
        #[cfg(unix)] #[worker(pool = 5, timeout = "30s", retries = N + 1, spawn = lazy, max_age = Self::DAY)]
        pub fn fetch(mut url: ::std::string::String, my::Wrapped(n): my::Wrapped<{ 3 }>) -> Result<BTreeMap<u8, T>, Error> { if a < b { } f(url) }
        #[task(limit = 8, grace = Duration::ZERO)] #[inline] fn r#push() -> io::Result<()> { Ok(()) }
        #[on(returned = fetch, deadline = "1s")] fn fetched(&mut self, page: BTreeMap<u8, T>) {}
        #[on(returned = Primes::sieve)] #[on(returned = "push")] fn done(&self, cx: &Context, _: &Call, (a, b): (u8, u8)) -> io::Result<()> { Ok(()) }
        #[on(timed_out = fetch)] #[daemon_core::on(failed = <Primes as Sieve>::sieve, on_error = stop)] fn lost(&self, call: &Call) {}
        helper_macro! { a, b }
        #[on(failed = push)] fn gone(&self) {}
    }
"##;

/// An object's block.
const OBJECT: &str = r##"
    /// Finds primes.
    #[allow(dead_code)]
    impl<T: Default> Primes<T> where T: 'static {
        const FIRST: u64 = 2;
        #[setup] pub fn open() -> Result<Self, Error<{ 3 }>> { Ok(Self { first: a < b }) }
        /// Those in a range.
        #[call] pub(crate) fn sieve(&mut self, from: u64, mut to: Option<u64>) -> Result<Vec<T>> { self.more(from..to) }
        #[inline] #[daemon_core::call] fn r#type(self: &mut Self) -> io::Result<()> { Ok(()) }
        fn more<'a>(&'a self) -> impl Iterator<Item = u64> + 'a { [].into_iter() }
    }
"##;

const ARGS: &str = r#"pool = 4, timeout = "1m", spawn = Spawn::lazy(), max_calls = N, crate = ::my::core"#;

/// The messages of the faults in a daemon's block, or in an object's.
fn faults(expansion: TokenStream) -> Vec<String> {
    super::faults::messages(expansion)
}

#[test]
fn a_cut_block_keeps_its_tokens() {
    type Expand = fn(TokenStream) -> TokenStream;
    let expansions: [(&str, Expand); 2] =
        [(FULL, |item| expand(tokens("workers = [Primes]"), item)), (OBJECT, |item| worker(tokens("pool = 4"), item))];
    for (item, by) in expansions {
        let whole = tokens(item);
        for count in 0..=size(whole.clone()) {
            let item = cut(whole.clone(), &mut count.clone());
            let (block, expansion) = (without_helpers(item.clone()), by(item.clone()).to_string());
            assert!(expansion.starts_with(&block.to_string()), "after {count} tokens\n{item}\n{expansion}");
        }
        for count in 0..size(whole.clone()) {
            let item = leave_out(whole.clone(), &mut count.clone());
            let expansion = by(item.clone()).to_string();
            let kept = [item.to_string(), without_helpers(item).to_string()];
            assert!(kept.iter().any(|block| expansion.starts_with(block)), "without token {count}\n{expansion}");
        }
    }
}

#[test]
fn cut_arguments_keep_the_block() {
    let (whole, item) = (tokens(ARGS), tokens(OBJECT));
    let block = without_helpers(item.clone()).to_string();
    for count in 0..=size(whole.clone()) {
        let expansion = worker(cut(whole.clone(), &mut count.clone()), item.clone()).to_string();
        assert!(expansion.starts_with(&block), "after {count} tokens");
    }
}

#[test]
fn whole_blocks_have_no_fault() {
    for expansion in [
        expand(tokens("workers = [Primes, my::Other::<u8>], crate = ::my::core"), tokens(FULL)),
        worker(tokens(ARGS), tokens(OBJECT)),
        worker(TokenStream::new(), tokens("impl A { #[call] fn a(&mut self) -> R { b } }")),
    ] {
        assert_eq!(faults(expansion.clone()), [""; 0]);
        syn::parse2::<syn::File>(expansion).expect("the expansion is a file of items");
    }
}

#[test]
fn types_are_written_as_they_were() {
    let expansion = expand(TokenStream::new(), tokens(FULL)).to_string();
    let sent = "(:: std :: string :: String , my :: Wrapped < { 3 } > ,) , Result < BTreeMap < u8 , T > , Error >";
    for part in [
        &format!("spec . worker :: < _ , {sent} > (Self :: fetch)"),
        "spec . task :: < _ , () , io :: Result < () > > (Self :: r#push)",
        "spec . returned :: < _ , _ , _ , Result < BTreeMap < u8 , T > , Error > , _ > (Self :: fetch , | daemon , _ , _ , value |",
        "spec . returned (Primes :: sieve , | daemon , cx , call , value | daemon . done (cx , call , value))",
        "spec . failed (Self :: push , | daemon , _ , _ | daemon . gone ())",
        "spec . failed (< Primes as Sieve > :: sieve , | daemon , _ , call | daemon . lost (call))",
    ] {
        assert!(dense(&expansion).contains(&dense(part)), "{part}\n{expansion}");
    }
}

/// Without what is only between tokens.
fn dense(text: &str) -> String {
    text.replace(' ', "")
}

/// One fault, and what it says.
#[test]
fn each_fault_says_what_to_write() {
    let work = "#[worker] fn work(a: u8) -> R { b }";
    let members = [
        ("#[worker] fn a() {}", "wants a result: write `fn a(a: A, b: B) -> Result<R>`"),
        ("#[task] fn a(&self) -> R {}", "#[task] runs in a process of its own"),
        ("#[worker] fn a(a: &'static str) -> R {}", "nothing can be lent to it"),
        ("#[worker] fn a(a: Foo<'a>) -> R {}", "nothing can be lent to it"),
        ("#[worker] fn a() -> Foo<(u8, &'a u8)> {}", "nothing can be lent to it"),
        ("#[worker] fn a() -> impl Foo {}", "can not know which type `impl` stands for"),
        ("#[worker(poool = 1)] fn a() -> R {}", "no argument `poool`: did you mean `pool`?"),
        (
            "#[worker(size = 1)] fn a() -> R {}",
            "no argument `size`: write `#[worker]`; what may follow is `pool`, `timeout`",
        ),
        ("#[task(pool = 1)] fn a() -> R {}", "`pool` belongs on #[worker], and not on #[task]"),
        ("#[execute(pool = 1)] fn a(&self) {}", "`pool` belongs on #[worker], and not on #[execute]"),
        ("#[worker(jitter = \"1s\")] fn a() -> R {}", "`jitter` belongs on #[every], and not on #[worker]"),
        ("#[worker(pool = 1, pool = 2)] fn a() -> R {}", "`pool` is set twice"),
        ("#[worker] #[task] fn a() -> R {}", "has processes already"),
        ("#[call] fn a(&mut self) -> R {}", "#[call] belongs on a method of an impl block under #[worker]"),
        (
            "#[on(returned = wrk)] fn a(&self, b: u8) {}",
            "#[on(returned)]: `wrk` is no worker and no task: did you mean `work`?",
        ),
        ("#[on(failed = other)] fn a(&self) {}", "known are `work`"),
        (
            "#[on(returned = work)] fn a(&self) {}",
            "#[on(returned)] passes the value: write `fn a(&mut self, value: T)`",
        ),
        ("#[on(failed = work)] fn a(&self, a: &A, b: &B, c: C) {}", "there is no value"),
        ("#[on(failed = work)] fn a(self) {}", "#[on(failed)] only borrows the daemon"),
        (
            "#[on(returned = work, pool = 5)] fn a(&self, b: u8) {}",
            "`pool` belongs on #[worker], and not on #[on(returned)]",
        ),
        ("#[on(returned = work, failed = work)] fn a(&self, b: u8) {}", "one #[on] has one trigger"),
        ("#[on(returned = work + 1)] fn a(&self, b: u8) {}", "this is no function: write `#[on(returned = fetch)]`"),
        ("#[on(returnd = work)] fn a(&self, b: u8) {}", "no argument `returnd`: did you mean `returned`?"),
        ("#[on(signal = HUP, returned = work)] fn a(&self, b: u8) {}", "one #[on] has one trigger"),
        // What hears of a faulty worker is no second fault.
        ("#[worker] fn a(b: &u8) -> R {} #[on(returned = a)] fn c(&self, b: u8) {}", "nothing can be lent"),
    ];
    for (member, part) in members {
        let found = faults(expand(TokenStream::new(), tokens(&format!("impl Foo {{ {work} {member} }}"))));
        assert!(found.len() == 1 && found[0].contains(part), "{member}: {found:?}");
    }
    let call = "#[call] fn call(&mut self) -> R { b }";
    let objects = [
        ("pool = 4", "fn a() {}", "there is nothing to call in this block"),
        ("pool = 4", "#[call] fn a(&self) -> R {}", "is called with `&mut self`"),
        ("pool = 4", "#[call] fn a(self) -> R {}", "only borrows the object"),
        ("pool = 4", "#[call] fn a() -> R {}", "is called on the object"),
        ("pool = 4", "CALL #[call] #[call] fn a(&mut self) -> R {}", "has processes already"),
        ("pool = 4", "CALL #[setup] fn a(&self) -> R {}", "is called before there is an object"),
        (
            "pool = 4",
            "CALL #[every(\"1s\")] fn a(&self) {}",
            "#[every] belongs on a function of an impl block under #[daemon]",
        ),
        ("limit = 4", "CALL", "`limit` belongs on #[task]"),
        ("crate = 5", "CALL", "this is no path of a crate"),
        ("crate = a, crate = b", "CALL", "`crate` is set twice"),
        ("name = 5", "CALL", "`name` is a key of the whole daemon"),
    ];
    for (args, members, part) in objects {
        let item = format!("impl Foo {{ {} }}", members.replace("CALL", call));
        let found = faults(worker(tokens(args), tokens(&item)));
        assert!(found.len() == 1 && found[0].contains(part), "{args} {members}: {found:?}");
    }
}

/// What is not typed to its end is not judged by its name.
#[test]
fn half_typed_words_are_not_judged() {
    let handler = "#[on(returned = fe)] fn a(&self, b: u8) {}";
    let found = faults(expand(TokenStream::new(), tokens(&format!("impl Foo {{ #[worker] fn {handler} }}"))));
    assert!(!found.iter().any(|fault| fault.contains("no worker")), "{found:?}");
    // A beginning of a name is left to rustc, so that the path is there for an editor.
    let begun = "impl Foo { #[worker] fn fetch() -> R {} #[on(returned = fe)] fn a(&self, b: u8) {} }";
    let expansion = expand(TokenStream::new(), tokens(begun)).to_string();
    assert!(expansion.contains("Self :: fe ,") && !expansion.contains("compile_error"), "{expansion}");
    let completed = "impl Foo { #[worker] fn fetch() -> R {} #[on(returned = feEditor)] fn a(&self, b: u8) {} }";
    let expansion = expand(TokenStream::new(), tokens(completed)).to_string();
    assert!(expansion.contains("Self :: feEditor") && !expansion.contains("compile_error"), "{expansion}");
}
