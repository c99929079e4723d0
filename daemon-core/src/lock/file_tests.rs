//! Tests of the file lock within one process; those with real processes are in the tests package.

use super::*;
use crate::name::Name;
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// A directory of its own for each test, removed at the end.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("daemon-core-lock-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("a directory");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("a mode");
        Self(path)
    }

    fn lock(&self) -> FileLock {
        FileLock::new(self.0.join("x.lock"), Identity::new(Name::new("x").expect("a name")))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn held(acquired: &Acquired) -> bool {
    matches!(acquired, Acquired::Held(_))
}

#[test]
fn one_holder_at_a_time_and_the_loser_learns_who() {
    let place = Place::new("one");
    let (mut first, mut second) = (place.lock(), place.lock());
    assert!(held(&first.acquire()));
    let Acquired::Busy(holder) = second.acquire() else { panic!("two holders") };
    assert_eq!(holder.pid, Some(std::process::id()));
    assert_eq!(holder.owner, Some(first.identity.owner.clone()));
    first.release();
    assert!(held(&second.acquire()));
}

/// Whoever asks the kernel name for its holder takes a place with it: each look at the lock makes room again.
#[test]
fn fault_023_a_name_that_was_asked_too_often_answers_after_a_look() {
    let place = Place::new("asked");
    let mut lock = place.lock();
    assert!(held(&lock.acquire()));
    let at = crate::directory::check(&place.0).expect("a safe directory");
    let name = kernel_name(at, &lock.path);
    let asked = (0..100_000).take_while(|_| interlock::holder(&name).is_some()).count();
    assert!((300..100_000).contains(&asked), "{asked} questions");
    assert!(matches!(lock.renew(), Renewal::Held(_)));
    assert_eq!(interlock::holder(&name).map(|peer| peer.pid), Some(std::process::id().cast_signed()));
}

#[test]
fn fault_019_a_removed_file_is_noticed_and_lets_nobody_else_in() {
    let place = Place::new("removed");
    let (mut first, mut second) = (place.lock(), place.lock());
    assert!(held(&first.acquire()));
    fs::remove_file(&first.path).expect("removed");
    for _ in 0..20 {
        let Acquired::Busy(holder) = second.acquire() else { panic!("the kernel name must keep the second out") };
        assert_eq!(holder.pid, Some(std::process::id()));
    }
    assert!(matches!(first.renew(), Renewal::Lost(why) if why.contains("replaced")));
    fs::remove_file(&first.path).expect("removed again");
    assert!(matches!(first.renew(), Renewal::Lost(why) if why.contains("removed")));
}

#[test]
fn fault_020_an_unrelated_close_does_not_drop_the_lock() {
    let place = Place::new("close");
    let (mut first, mut second) = (place.lock(), place.lock());
    assert!(held(&first.acquire()));
    for _ in 0..100 {
        drop(File::open(&first.path).expect("opened"));
        let duplicate = first.held.as_ref().expect("held").file.try_clone().expect("duplicated");
        drop(duplicate);
        assert!(matches!(second.acquire(), Acquired::Busy(_)));
    }
}

#[test]
fn fault_023_an_unsafe_directory_is_refused() {
    let place = Place::new("unsafe");
    fs::set_permissions(&place.0, fs::Permissions::from_mode(0o777)).expect("a mode");
    let Acquired::Unreachable(error) = place.lock().acquire() else { panic!("taken") };
    assert_eq!(error.exit(), Exit::NoPermission);
    assert!(!place.0.join("x.lock").exists(), "nothing may be created there");
}

#[test]
fn a_link_a_fifo_or_a_directory_in_its_place_is_refused() {
    let place = Place::new("kinds");
    let path = place.0.join("x.lock");
    let victim = place.0.join("victim");
    fs::write(&victim, "precious").expect("written");
    let plant: [(&str, &dyn Fn()); 3] = [
        ("link", &|| std::os::unix::fs::symlink(&victim, &path).expect("a link")),
        ("fifo", &|| nix::unistd::mkfifo(&path, Mode::S_IRWXU).expect("a fifo")),
        ("directory", &|| fs::create_dir(&path).expect("a directory")),
    ];
    for (kind, make) in plant {
        make();
        let Acquired::Unreachable(error) = place.lock().acquire() else { panic!("{kind} taken") };
        assert_eq!(error.exit(), Exit::CantCreate, "{kind}: {error}");
        let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir(&path));
    }
    assert_eq!(fs::read_to_string(victim).expect("read"), "precious");
}

#[test]
fn the_file_is_private_and_stays_after_release() {
    let place = Place::new("stays");
    let mut lock = place.lock();
    assert!(held(&lock.acquire()));
    assert_eq!(fs::metadata(&lock.path).expect("there").mode() & 0o777, 0o600);
    lock.release();
    let text = fs::read_to_string(&lock.path).expect("still there");
    assert!(text.starts_with(&format!("was {}\n", std::process::id())), "{text}");
}

#[test]
fn a_kept_descriptor_is_taken_over_without_a_gap() {
    let place = Place::new("resume");
    let (mut old, mut new, mut other) = (place.lock(), place.lock(), place.lock());
    assert!(held(&old.acquire()));
    let kept = old.kept().iter().map(|fd| fd.try_clone_to_owned().expect("a duplicate")).collect();
    // What exec does to the old image: its memory goes, the descriptors stay.
    drop(old.held.take());
    assert!(matches!(other.acquire(), Acquired::Busy(_)));
    assert!(held(&new.resume(kept)));
    assert!(matches!(other.acquire(), Acquired::Busy(_)));
    new.release();
    assert!(held(&other.acquire()));
}

/// Two containers may use the same path and share the network: each has a lock of its own.
#[test]
fn the_kernel_name_belongs_to_the_directory_and_not_to_its_path() {
    let names = [
        kernel_name((1, 2), Path::new("/run/a/x.lock")),
        kernel_name((1, 3), Path::new("/run/a/x.lock")),
        kernel_name((1, 2), Path::new("/run/a/y.lock")),
    ];
    assert!(names[0] != names[1] && names[0] != names[2]);
    assert_eq!(names[0], kernel_name((1, 2), Path::new("/elsewhere/x.lock")));
    assert!(names.iter().all(|name| name.len() < 100));
}
