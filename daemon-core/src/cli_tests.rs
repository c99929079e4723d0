//! Tests of the command line.

use super::*;
use crate::plan::Origin;
use std::os::unix::ffi::OsStringExt;
use std::time::Duration;

struct Probe;

#[allow(clippy::unnecessary_wraps, reason = "the shape of an option's reader")]
fn limit(text: &str) -> Result<u32, std::num::ParseIntError> {
    text.parse()
}

fn spec() -> Spec<Probe> {
    let mut spec = Spec::default();
    spec.package("probe", "1.2.3").about("Probes.").interval(Duration::from_secs(1));
    spec.execute(|_, _| {});
    spec.option("max_load", limit).about("Warn above this load.");
    spec
}

fn ask(arguments: &[&str]) -> (Spec<Probe>, Result<Request, Error>) {
    let mut spec = spec();
    let all = std::iter::once("probe").chain(arguments.iter().copied()).map(OsString::from).collect();
    let request = read(&mut spec, all, |_| {});
    (spec, request)
}

fn refused(arguments: &[&str]) -> String {
    let error = ask(arguments).1.expect_err("must be refused");
    assert_eq!(error.exit(), Exit::Usage, "{error}");
    error.to_string()
}

#[test]
fn no_arguments_and_harmless_ones_run() {
    assert!(matches!(ask(&[]).1, Ok(Request::Run(_))));
    let Ok(Request::Run(options)) = ask(&["-v", "--once", "--if-locked=ok"]).1 else { panic!("must run") };
    assert!(options.verbose && options.once && options.quiet_if_locked);
}

#[test]
fn flags_override_and_leave_their_origin() {
    let (spec, request) = ask(&["--interval", "250ms", "--missed=burst(3)", "--lock", "none", "--idle", "0.25"]);
    assert!(request.is_ok());
    assert_eq!(spec.plan.interval.value, Duration::from_millis(250));
    assert_eq!(spec.plan.interval.origin, Origin::Flag);
    assert_eq!(spec.plan.missed.value, Missed::burst(3));
    assert_eq!(spec.plan.lock.value, Lock::none());
    assert_eq!(spec.plan.log.origin, Origin::Default);
}

#[test]
fn own_options_are_read_by_their_function() {
    let Ok(Request::Run(options)) = ask(&["--max-load", "7"]).1 else { panic!("must run") };
    assert_eq!(options.own[0].1.downcast_ref::<u32>(), Some(&7));
    let text = refused(&["--max-load", "many"]);
    assert!(text.contains("\"many\"") && text.contains("--max-load") && text.contains("digit"), "{text}");
}

#[test]
fn instructions_are_for_the_flags_beside_them() {
    let given = |arguments: &[&str]| match ask(arguments) {
        (spec, Ok(Request::Instructions(given))) => (spec, given),
        other => panic!("{:?}", other.1),
    };
    assert_eq!(given(&["-i"]).1, [""; 0]);
    assert_eq!(given(&["-i", "-d", "-v", "--if-locked", "exit"]).1, [""; 0]);
    let (spec, arguments) = given(&["--max-load", "7", "-i", "--lock=none", "-p", "/run/x y.pid"]);
    assert_eq!(arguments, ["--pid-file=/run/x y.pid", "--lock=none", "--max-load=7"]);
    assert!(spec.plan.lock.value.is_none());
}

#[test]
fn help_comes_by_three_names_and_can_be_replaced() {
    for name in ["-H", "-h", "--help"] {
        let Ok(Request::Print(text)) = ask(&[name]).1 else { panic!("{name} must print") };
        for word in ["Probes.", "--once", "--interval <DURATION>", "--max-load <VALUE>", "Warn above this load\n"] {
            assert!(text.contains(word), "{word} in {text}");
        }
    }
    let mut spec = spec();
    spec.help("my own words");
    let Ok(Request::Print(text)) = read(&mut spec, vec!["probe".into(), "-H".into()], |_| {}) else {
        panic!("must print")
    };
    assert_eq!(text.trim(), "my own words");
    let Ok(Request::Print(text)) = ask(&["--version"]).1 else { panic!("must print") };
    assert_eq!(text, "probe 1.2.3\n");
}

/// Whatever is wrong with the arguments, the answer is 64 and names what to do; nothing panics: fault 111.
#[test]
fn fault_111_bad_arguments_are_usage_errors() {
    assert!(refused(&["--intervall", "1s"]).contains("--interval"));
    assert!(refused(&["--interval"]).contains("--interval"));
    assert!(refused(&["--interval", "1.5 sx"]).contains("did you mean `s`"));
    assert!(refused(&["--interval", "-1s"]).contains("expected a number"));
    assert!(refused(&["--lock", "flie"]).contains("did you mean `file`"));
    assert!(refused(&["--missed", "skp"]).contains("did you mean `skip`"));
    assert!(refused(&["--idle", "2"]).contains("from 0 to 1"));
    assert!(refused(&["--idle", "NaN"]).contains("from 0 to 1"));
    assert!(refused(&["--log", ""]).contains("name of a file"));
    assert!(refused(&["--if-locked", "no"]).contains("exit or ok"));
    assert!(refused(&["surplus"]).contains("surplus"));
    assert!(refused(&["-x"]).contains("-x"));
    refused(&["--once", "--once"]);
    refused(&["--interval", "1s", "--interval", "2s"]);
    let many = vec!["x"; 100_000];
    refused(&many);
    let not_text = vec!["probe".into(), OsString::from_vec(vec![0xFF, 0xFE])];
    assert_eq!(read(&mut spec(), not_text, |_| {}).expect_err("not text").exit(), Exit::Usage);
}

#[test]
fn options_may_not_take_our_names() {
    let mut spec = spec();
    spec.option("interval", limit);
    assert!(spec.plan.check().unwrap_err().to_string().contains("rename"));
    let mut spec = self::spec();
    spec.option("max_load", limit);
    assert!(spec.plan.check().unwrap_err().to_string().contains("twice"));
}

#[test]
fn users_and_masks_are_read_strictly() {
    let (spec, request) = ask(&["--user", "nobody", "--group=7", "--umask", "0027", "--core-dumps", "yes"]);
    assert!(request.is_ok());
    assert_eq!((spec.plan.user.value, spec.plan.group.value), (Some("nobody".into()), Some("7".into())));
    assert_eq!((spec.plan.umask.value, spec.plan.core_dumps.value), (Some(0o27), true));
    for bad in ["", "8", "1000", "00000", "-1", "+7", "0o27", " 27", "u=rwx"] {
        assert!(refused(&["--umask", bad]).contains("octal"), "{bad:?}");
    }
    assert!(refused(&["--user", ""]).contains("name or a number"));
    assert!(refused(&["--core-dumps", "true"]).contains("yes or no"));
}
