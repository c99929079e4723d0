//! The entries of `#[daemon]` and of `#[worker]`: any tokens may stand there, and the author's own come back first.
#![no_main]

use libfuzzer_sys::fuzz_target;
use proc_macro2::TokenStream;

#[path = "../../../daemon-macros/src/arguments.rs"]
mod arguments;
#[path = "../../../daemon-macros/src/check.rs"]
mod check;
#[path = "../../../daemon-macros/src/docs.rs"]
mod docs;
#[path = "../../../daemon-macros/src/emit.rs"]
mod emit;
#[path = "../../../daemon-macros/src/errors.rs"]
mod errors;
#[path = "../../../daemon-macros/src/expand.rs"]
mod expand;
#[path = "../../../daemon-macros/src/facts.rs"]
mod facts;
#[path = "../../../daemon-macros/src/fit.rs"]
mod fit;
#[path = "../../../daemon-macros/src/keys.rs"]
mod keys;
#[path = "../../../daemon-macros/src/model.rs"]
mod model;
#[path = "../../../daemon-macros/src/object.rs"]
mod object;
#[path = "../../../daemon-macros/src/pools.rs"]
mod pools;
#[path = "../../../daemon-macros/src/read.rs"]
mod read;
#[path = "../../../daemon-macros/src/settings.rs"]
mod settings;
#[path = "../../../daemon-macros/src/signature.rs"]
mod signature;
#[path = "../../../daemon-macros/src/split.rs"]
mod split;
#[path = "../../../daemon-macros/src/strip.rs"]
mod strip;
#[path = "../../../daemon-macros/src/table.rs"]
mod table;
#[path = "../../../daemon-macros/src/trigger.rs"]
mod trigger;
#[path = "../../../daemon-macros/src/value.rs"]
mod value;

fuzz_target!(|input: (&str, &str)| {
    let (Ok(arguments), Ok(item)) = (input.0.parse::<TokenStream>(), input.1.parse::<TokenStream>()) else {
        return;
    };
    let written = item.to_string();
    let expansions = [expand::expand(arguments.clone(), item.clone()), expand::worker(arguments, item)];
    for expansion in expansions.map(|expansion| expansion.to_string()) {
        // Without an attribute there is no helper, and nothing is taken out. (A literal may hold the sign too: passed over.)
        if !written.contains('#') {
            assert!(expansion.starts_with(&written), "{written}\n{expansion}");
        }
    }
});
