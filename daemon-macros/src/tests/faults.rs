//! What each fault says, and that all are said at once.
//!
//! May not look at the rest of an expansion.

use super::tokens;
use crate::expand::expand;
use proc_macro2::{TokenStream, TokenTree};

/// The messages of the `compile_error!`s in an expansion.
pub fn faults(args: &str, item: &str) -> Vec<String> {
    messages(expand(tokens(args), tokens(item)))
}

/// The same of an expansion.
pub fn messages(expansion: TokenStream) -> Vec<String> {
    let text: Vec<TokenTree> = expansion.into_iter().collect();
    let at = |word: &str, token: &TokenTree| matches!(token, TokenTree::Ident(ident) if ident == word);
    let errors = text.windows(3).filter(|window| at("compile_error", &window[0]));
    errors.map(|window| window[2].to_string().replace("\\\"", "\"")).collect()
}

#[test]
fn all_faults_are_found_at_once() {
    let args = "intervall = \"1s\", lock, lock = , idle 0.5, name = \"a\", name = \"b\", \"x\", log = ) , help = 1";
    let args = args.replace(" ) ", " + ");
    let item = r#"impl Foo {
        #[execute] fn a() {}  #[execute] fn b(&self) {}  #[setup] fn c(self) -> Self {}  #[on] fn d(&self) {}
        #[every(5)] fn e(&self) {}  #[on(idle)] async fn f(&self) {}  #[plugin] const G: u8 = 0;
        #[option] fn h<T>(a: &str) -> T {}  #[every("1s")] fn i(&self, a: &u8, b: u8) {}  #[plugin(x)] fn j() -> X {}
    }"#;
    let found = faults(&args, item);
    assert_eq!(found.len(), 17, "{found:#?}");
}

/// What each fault says, by a part of the message.
#[test]
fn each_fault_says_what_to_write() {
    let keys = [
        ("intervall = \"1s\"", "unknown key `intervall`: did you mean `interval`?"),
        ("pidfile = \"x\"", "unknown key `pidfile`: known are `name`"),
        ("interval", "`interval` wants `=` and a value: write `interval = \"1.5s\"`"),
        ("interval(\"1s\")", "`interval` wants `=` and a value"),
        ("interval: \"1s\"", "`interval` wants `=` and a value"),
        ("interval =", "`interval` wants a value"),
        ("interval = 5", "a duration is a text with a unit: write `interval = \"1.5s\"`"),
        ("interval = 1.5s", "a duration is a text with a unit"),
        ("lock = \"a b\"", "not a single word"),
        ("lock = file help = \"x\"", "a comma is missing"),
        ("lock = file, lock = none", "`lock` is set twice"),
        ("\"1.5s\"", "takes `key = value`"),
        ("idle = 0.5 0.6", "not a value of `idle`: write `idle = 0.5`"),
        ("crate = \"my\"", "this is no path of a crate: write `crate = my_facade::daemon_core`"),
        ("crate = my(5)", "this is no path of a crate"),
        ("crate = a, crate = b", "`crate` is set twice"),
        ("type = 5", "unknown key `type`"),
        ("zone = \"UTC\"", "`zone`: it is said of one hook: write `#[cron(zone = \"Europe/Berlin\")]`"),
        (",", "takes `key = value`"),
    ];
    for (args, part) in keys {
        let found = faults(args, "impl Foo {}");
        assert!(found.len() == 1 && found[0].contains(part), "{args}: {found:?}");
    }
    let members = [
        ("#[execute] fn a() {}", "write `fn a(&mut self)` or `fn a(&mut self, cx: &Context)`"),
        ("#[execute] fn a(self) {}", "only borrows the daemon"),
        ("#[execute] fn a(self: Box<Self>) {}", "only borrows the daemon"),
        ("#[execute] fn a(&self, a: A, b: B) {}", "one argument and no more"),
        ("#[execute] fn a(&self, cx: Context) {}", "as a shared reference: write `fn a(&mut self)`"),
        ("#[execute] fn a(&self, cx: &mut Context) {}", "as a shared reference"),
        ("#[on(idle)] fn a(&self, cx: &'a mut Context) {}", "as a shared reference"),
        ("#[option] fn a(text: String) -> A {}", "as a shared reference: write `fn a(text: &str) -> Result<T>`"),
        ("#[setup] fn a(cx: u32) -> A {}", "as a shared reference: write `fn a() -> Result<Self>`"),
        ("#[execute] async fn a(&self) {}", "can not stand on an `async fn`"),
        ("#[execute] fn a<const N: usize>(&self) {}", "generic parameter"),
        ("#[execute] type A = fn();", "belongs on a function"),
        ("#[execute] foo! {}", "belongs on a function"),
        ("#[execute(x)] fn a(&self) {}", "takes only keys: write `#[execute]` or `#[execute(deadline"),
        ("#[setup(x)] fn a() -> A {}", "takes no arguments"),
        ("#[setup(deadline = \"1s\")] fn a() -> A {}", "takes no arguments"),
        ("#[execute(deadlin = \"1s\")] fn a(&self) {}", "no argument `deadlin`: did you mean `deadline`?"),
        ("#[execute(deadline = 5)] fn a(&self) {}", "a duration is a text with a unit"),
        ("#[execute(deadline =)] fn a(&self) {}", "`deadline` wants a value"),
        ("#[execute(deadline)] fn a(&self) {}", "takes only keys"),
        ("#[execute(signal = HUP)] fn a(&self) {}", "`signal` belongs on #[on], and not on #[execute]"),
        ("#[every(\"1s\", interval = \"1s\")] fn a(&self) {}", "a key of the whole daemon: write `#[daemon(interval"),
        ("#[on(idle, on_error = log, on_error = stop)] fn a(&self) {}", "`on_error` is set twice"),
        ("#[on(deadline = \"1s\")] fn a(&self) {}", "wants to know on what"),
        ("#[every(deadline = \"1s\")] fn a(&self) {}", "wants a period"),
        ("#[setup] fn a() {}", "wants a result: write `fn a() -> Result<Self>`"),
        ("#[option] fn a() -> A {}", "passes one argument: write `fn a(text: &str) -> Result<T>`"),
        ("#[plugin] fn a(b: &str) -> A {}", "passes no argument: write `fn a() -> impl Plugin`"),
        ("#[plugin] fn a(&self) -> A {}", "called without a daemon"),
        ("#[on(singal = HUP)] fn a(&self) {}", "#[on] has no argument `singal`: did you mean `signal`?"),
        ("#[on(signal =)] fn a(&self) {}", "a value is missing"),
        ("#[on(idle, init)] fn a(&self) {}", "one #[on] has one trigger"),
        ("#[on = 5] fn a(&self) {}", "can not read this"),
        ("#[on(\"not a word\")] fn a(&self) {}", "not a single word"),
        ("#[every] fn a(&self) {}", "wants a period"),
        ("#[every(\"1s\", \"2s\")] fn a(&self) {}", "one period"),
        (
            "#[every(per = \"1s\")] fn a(&self) {}",
            "no argument `per`: write `#[every(\"10m\")]`; what may follow is `deadline`",
        ),
        ("#[every(10 m)] fn a(&self) {}", "can not read this"),
    ];
    for (member, part) in members {
        let found = faults("", &format!("impl Foo {{ {member} }}"));
        assert!(found.len() == 1 && found[0].contains(part), "{member}: {found:?}");
    }
}

#[test]
fn other_items_are_named() {
    for item in ["struct Foo;", "enum Foo {}", "fn foo() {}", "trait Foo {}", "mod foo {}", "impl Clone for Foo {}", ""]
    {
        let found = faults("", item);
        assert!(found.len() == 1 && found[0].contains("#[daemon] belongs on"), "{item}: {found:?}");
    }
    // The impl is made all the same where the type is known, so that its use is not a second fault.
    assert!(expand(TokenStream::new(), tokens("struct Foo;")).to_string().contains("Daemon for Foo"));
}
