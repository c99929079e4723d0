//! An application outside the workspace, as a newcomer writes it: `daemon-core`, and nothing else. May not use the
//! network: all that it needs is there, since this test was built.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use crate::Place;

/// A package in a directory of its own, built. Its program goes when the test is over.
pub struct Application {
    place: Place,
    package: String,
    /// What the compiler said.
    pub said: String,
}

impl Application {
    /// Builds a package of this name with this `main.rs`, and `more` behind the dependencies in its manifest.
    ///
    /// # Panics
    /// When it does not build.
    #[must_use]
    pub fn build(package: &str, main: &str, more: &str) -> Self {
        let place = Place::new();
        write_package(place.path(), package, main, more);
        let built = cargo(&place, &["build", "--quiet"]);
        let said = String::from_utf8_lossy(&built.stderr).into_owned();
        assert!(built.status.success(), "{package} does not build:\n{main}\n{said}");
        Self { place, package: package.to_owned(), said }
    }

    /// What the compiler says of a package that must not build.
    ///
    /// # Panics
    /// When it builds.
    #[must_use]
    pub fn refused(package: &str, main: &str) -> String {
        let place = Place::new();
        write_package(place.path(), package, main, "");
        let checked = cargo(&place, &["check", "--quiet"]);
        let refused =
            Self { place, package: package.to_owned(), said: String::from_utf8_lossy(&checked.stderr).into_owned() };
        assert!(!checked.status.success(), "{package} builds:\n{main}");
        refused.said.clone()
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> String {
        target().join("debug").join(&self.package).to_string_lossy().into_owned()
    }

    /// The directory of the package, for what the test leaves.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        // Its place is another one each time: without this its program would stay for ever.
        cargo(&self.place, &["clean", "--quiet", "--package", &self.package]);
    }
}

/// Runs cargo in the directory of the application, with our target directory and without the network.
fn cargo(place: &Place, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--offline")
        .current_dir(place.path())
        .env("CARGO_TARGET_DIR", target())
        .output()
        .expect("cargo starts")
}

/// What a newcomer types into an empty directory, with a path instead of a version.
fn write_package(folder: &Path, package: &str, main: &str, more: &str) {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let core = workspace.join("daemon-core");
    let manifest = format!(
        "[package]\nname = \"{package}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [dependencies]\ndaemon-core = {{ path = {core:?} }}\n{more}"
    );
    fs::create_dir(folder.join("src")).expect("a directory");
    fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
    fs::write(folder.join("src/main.rs"), main).expect("a program");
    // The versions that are here already; cargo leaves out what the program does not need.
    fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock")).expect("a lock file");
}

/// A target directory beside the one of this test, kept so that the next run finds its dependencies built.
fn target() -> PathBuf {
    let this = env::current_exe().expect("the path of this test");
    let target = this.ancestors().nth(3).expect("target/PROFILE/deps/TEST");
    target.join("tests/scratch")
}
