//! Builds what is measured: the C floors with `cc`, the Rust subjects with cargo and the `fat` profile.
//! Everything lands in the target directory, under `bench/`.

use crate::process::Program;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The flags of the static build, as the README recommends them.
const STATIC: &str = "-C target-feature=+crt-static -C relocation-model=static";

/// How a program is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// As the tools do by default.
    Default,
    /// Against a static libc.
    Static,
}

/// A target of a package of the workspace.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// A `[[bin]]` of this package.
    Subject(&'static str),
    /// An `[[example]]` of the gallery.
    Example(&'static str),
}

/// Where things are built.
#[derive(Debug)]
pub struct Workshop {
    target: PathBuf,
}

impl Workshop {
    /// The target directory this very program was built into.
    pub fn open() -> io::Result<Self> {
        let here = std::env::current_exe()?;
        let target =
            here.ancestors().nth(2).ok_or_else(|| io::Error::other("the benchmark runs outside a target directory"))?;
        std::fs::create_dir_all(target.join("bench"))?;
        Ok(Self { target: target.to_path_buf() })
    }

    /// The top of the workspace.
    pub fn workspace() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
    }

    /// A file or folder of our own in the target directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.target.join("bench").join(name)
    }

    /// Compiles `floors/NAME.c`.
    pub fn floor(&self, name: &str, link: Link) -> io::Result<Program> {
        let name = if link == Link::Static { format!("{name}_static") } else { name.to_string() };
        let built = self.path(&format!("floor_{name}.built"));
        let mut compile = Command::new("cc");
        compile.args(["-O2", "-Wall", "-Wextra"]);
        if link == Link::Static {
            compile.arg("-static");
        }
        let source = Self::source(&format!("floors/{}.c", name.trim_end_matches("_static")));
        run(compile.arg("-o").arg(&built).arg(source))?;
        self.put(&built, &format!("floor_{name}"))
    }

    /// A program ready to run: a fresh copy. A linker leaves its output in the page cache in small pieces,
    /// and a copied file starts 5 % faster; so that all are alike, all are copies.
    fn put(&self, built: &Path, name: &str) -> io::Result<Program> {
        let copy = self.path(name);
        let _absent = std::fs::remove_file(&copy); // never written over while somebody still runs it
        std::fs::copy(built, &copy)?;
        Ok(Program::new(copy))
    }

    /// Builds a Rust target with the `fat` profile.
    pub fn build(&self, target: Target, link: Link) -> io::Result<Program> {
        let (package, kind, name, file) = match target {
            Target::Subject(name) => ("daemon-tests", "--bin", name, name.to_string()),
            Target::Example(name) => ("daemon-examples", "--example", name, format!("examples/{name}")),
        };
        let mut cargo = cargo();
        cargo.current_dir(Self::workspace()).args(["build", "--quiet", "--profile", "fat"]);
        cargo.args(["--package", package, kind, name, "--target-dir"]);
        let (folder, suffix) = match link {
            Link::Default => (self.target.clone(), ""),
            Link::Static => (self.path("static").join(host()?), "_static"),
        };
        match link {
            Link::Default => cargo.arg(&self.target),
            // With an explicit target the flags reach the program but not the macro, which must stay loadable.
            Link::Static => cargo.arg(self.path("static")).args(["--target", &host()?]).env("RUSTFLAGS", STATIC),
        };
        run(&mut cargo)?;
        self.put(&folder.join("fat").join(file), &format!("{name}{suffix}"))
    }

    /// A peer written in Python, where there is one.
    pub fn python(&self, script: &str) -> io::Result<Program> {
        let mut ask = Command::new("python3");
        let told = output(ask.args(["-c", "import sys; print(sys.executable)"]))?;
        // The interpreter itself: a wrapper script would be measured instead.
        let path = std::fs::canonicalize(told.trim())?;
        Ok(Program::new(path).arg(Self::source(&format!("peers/{script}.py"))))
    }

    fn source(file: &str) -> PathBuf {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/bench")).join(file)
    }
}

/// The cargo that runs us, without the settings meant for us alone.
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    for key in
        ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_RUSTFLAGS"]
    {
        cargo.env_remove(key);
    }
    cargo
}

/// Runs a tool to its end; what it says on standard error is the error, or the result.
pub fn run(tool: &mut Command) -> io::Result<String> {
    let name = tool.get_program().to_string_lossy().into_owned();
    let done = tool.output().map_err(|error| io::Error::other(format!("{name} can not be run: {error}")))?;
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    if done.status.success() {
        return Ok(said);
    }
    let first = said.lines().find(|line| line.contains("error")).or_else(|| said.lines().next());
    Err(io::Error::other(format!("{name} failed: {}", first.unwrap_or("without a word"))))
}

/// What a tool says on standard output.
fn output(tool: &mut Command) -> io::Result<String> {
    let name = tool.get_program().to_string_lossy().into_owned();
    let done = tool.output().map_err(|error| io::Error::other(format!("{name} can not be run: {error}")))?;
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

fn host() -> io::Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let told = output(Command::new(rustc).arg("-vV"))?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_string);
    host.ok_or_else(|| io::Error::other("rustc does not name its host"))
}
