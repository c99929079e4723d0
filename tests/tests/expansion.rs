//! What `#[daemon]` writes, kept as readable files: `expansion/NAME.rs` is what the user wrote, `NAME.expanded.rs` what
//! it becomes. `EXPANSION=overwrite` writes the second anew.
//!
//! May not judge an expansion: that is for the reader of a change to these files. The modules of the macro are taken in
//! by their path, because a crate of macros can export nothing else.

#[path = "../../daemon-macros/src/arguments.rs"]
mod arguments;
#[path = "../../daemon-macros/src/check.rs"]
mod check;
#[path = "../../daemon-macros/src/docs.rs"]
mod docs;
#[path = "../../daemon-macros/src/emit.rs"]
mod emit;
#[path = "../../daemon-macros/src/errors.rs"]
mod errors;
#[path = "../../daemon-macros/src/expand.rs"]
mod expand;
#[path = "../../daemon-macros/src/facts.rs"]
mod facts;
#[path = "../../daemon-macros/src/fit.rs"]
mod fit;
#[path = "../../daemon-macros/src/keys.rs"]
mod keys;
#[path = "../../daemon-macros/src/model.rs"]
mod model;
#[path = "../../daemon-macros/src/object.rs"]
mod object;
#[path = "../../daemon-macros/src/pools.rs"]
mod pools;
#[path = "../../daemon-macros/src/read.rs"]
mod read;
#[path = "../../daemon-macros/src/settings.rs"]
mod settings;
#[path = "../../daemon-macros/src/signature.rs"]
mod signature;
#[path = "../../daemon-macros/src/split.rs"]
mod split;
#[path = "../../daemon-macros/src/strip.rs"]
mod strip;
#[path = "../../daemon-macros/src/table.rs"]
mod table;
#[path = "../../daemon-macros/src/trigger.rs"]
mod trigger;
#[path = "../../daemon-macros/src/value.rs"]
mod value;

use proc_macro2::{TokenStream, TokenTree};
use std::path::Path;
use std::{env, fs};

#[test]
fn heartbeat() {
    expands("heartbeat");
}

#[test]
fn every_key_and_helper() {
    expands("every_key_and_helper");
}

#[test]
fn generics_and_cfg() {
    expands("generics_and_cfg");
}

#[test]
fn facade() {
    expands("facade");
}

/// What needs a feature is expanded where it is on.
#[cfg(feature = "workers")]
#[test]
fn workers() {
    expands("workers");
    expands("object");
    expands("object_by_default");
}

#[test]
fn faults_keep_the_block_and_the_impl() {
    expands("faults");
}

#[test]
fn a_misplaced_helper_keeps_its_item() {
    let expansion = expand::misplaced("execute", "fn beat() {}".parse().expect("tokens")).to_string();
    assert!(expansion.starts_with("fn beat () { } :: core :: compile_error !"), "{expansion}");
}

/// The README shows what the attribute writes: the very text of the file.
#[test]
fn the_readme_shows_an_expansion_as_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("../README.md")).expect("the README");
    let expanded = fs::read_to_string(root.join("tests/expansion/heartbeat.expanded.rs")).expect("the expanded file");
    let at = expanded.find("#[automatically_derived]").expect("the impl");
    assert!(readme.contains(&expanded[at..]), "the README shows something else than heartbeat.expanded.rs");
    let written = fs::read_to_string(root.join("tests/expansion/heartbeat.rs")).expect("the written file");
    let shown =
        readme.split("```").find(|part| part.contains("#[daemon(") && part.contains("fn tidy")).expect("a block");
    let tokens = |text: &str| text.parse::<TokenStream>().expect("tokens").to_string();
    let shown = shown.split_once('\n').map_or("", |(_, code)| code);
    assert_eq!(tokens(shown), tokens(&written), "the README shows another block than heartbeat.rs");
}

/// Compares one expansion with its file.
fn expands(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expansion");
    let written = fs::read_to_string(folder.join(format!("{name}.rs"))).expect("the written file");
    let (of, args, item) = attribute(written.parse().expect("the written file is of tokens"));
    let expand = if of == "worker" { expand::worker } else { expand::expand };
    let file = syn::parse2(expand(args, item)).expect("an expansion is a file of items");
    let expanded = prettyplease::unparse(&file);

    let path = folder.join(format!("{name}.expanded.rs"));
    if env::var_os("EXPANSION").is_some_and(|value| value == "overwrite") {
        fs::write(&path, &expanded).expect("the expanded file can be written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, expanded, "the expansion of {name} has changed; if it should: EXPANSION=overwrite");
}

/// Takes `#[daemon(args)]` or `#[worker(args)]` out of a file: its word, its arguments and the item, as rustc would pass them.
fn attribute(file: TokenStream) -> (String, TokenStream, TokenStream) {
    let mut tokens: Vec<TokenTree> = file.into_iter().collect();
    let is_ours = |token: &TokenTree| matches!(token, TokenTree::Group(group) if ["[daemon", "[worker"].iter().any(|ours| group.to_string().starts_with(ours)));
    let at = tokens.iter().position(is_ours).expect("a #[daemon] attribute");
    let Some(TokenTree::Group(attribute)) = tokens.drain(at - 1..=at).next_back() else { panic!("an attribute") };
    let word = attribute.stream().into_iter().next().map(|word| word.to_string()).unwrap_or_default();
    let args = match attribute.stream().into_iter().nth(1) {
        Some(TokenTree::Group(args)) => args.stream(),
        _ => TokenStream::new(),
    };
    (word, args, tokens.into_iter().collect())
}
