//! The PID file: information for people and scripts, not the lock.
//!
//! Written while the lock is held, by a temporary file and a rename, so that a reader always finds a whole number or
//! no file. Links are never followed, nothing but a plain file is ever replaced, and only the process named in it
//! removes it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::error::{Error, Exit};
use crate::sys::process;

/// More than this is no number.
const LONGEST: usize = 32;

/// A PID file that names this process.
pub(crate) struct PidFile {
    path: PathBuf,
    /// What was written, open for a process that has become another user and may not remove it any more.
    file: Option<File>,
    /// It could not be put back, which was told.
    told: bool,
}

impl PidFile {
    /// Writes our number to `path`.
    pub(crate) fn write(path: PathBuf) -> Result<Self, Error> {
        let mut file = Self { path, file: None, told: false };
        file.replace()?;
        Ok(file)
    }

    /// The file at `path`, which names us since an earlier image; `file` is what that one has kept open.
    pub(crate) fn kept(path: PathBuf, file: Option<OwnedFd>) -> Self {
        Self { path, file: file.map(File::from), told: false }
    }

    /// The same, when it could not be written again, which was told.
    pub(crate) fn given_up(self) -> Self {
        Self { told: true, ..self }
    }

    /// What must stay open across a restart in place.
    pub(crate) fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.file.as_ref().map(AsFd::as_fd)
    }

    /// Looks at the place each time: it may have changed hands since the last.
    fn replace(&mut self) -> Result<(), Error> {
        check_place(&self.path)?;
        refuse_others(&self.path)?;
        self.write_and_rename().map_err(|error| {
            let text = format!("can not write the PID file {}: {error}", self.path.display());
            Error::new(Exit::CantCreate, text)
        })
    }

    fn write_and_rename(&mut self) -> io::Result<()> {
        let mut name = self.path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
        name.push(format!(".{}", process::pid()));
        let temporary = self.path.with_file_name(name);
        // A left-over of a killed process with our number: it is ours to replace, whatever it is.
        let _ = fs::remove_file(&temporary);
        let written = write_new(&temporary).and_then(|file| fs::rename(&temporary, &self.path).map(|()| file));
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        self.file = Some(written?);
        Ok(())
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file still names us.
    pub(crate) fn is_ours(&self) -> bool {
        read(&self.path) == Some(process::pid())
    }

    /// Puts the file back if somebody removed or changed it; says whether that was needed. What stands in the way is an
    /// error once, not each time.
    pub(crate) fn mend(&mut self) -> io::Result<bool> {
        if self.is_ours() {
            self.told = false;
            return Ok(false);
        }
        match self.replace() {
            Ok(()) => {
                self.told = false;
                Ok(true)
            }
            Err(_) if self.told => Ok(false),
            Err(error) => {
                self.told = true;
                Err(io::Error::other(error.to_string()))
            }
        }
    }

    /// Removes the file if it names us. Where only root may remove it and we are not root any more, it is left empty.
    pub(crate) fn remove(self) {
        let removed = self.is_ours() && check_place(&self.path).is_ok() && fs::remove_file(&self.path).is_ok();
        if !removed
            && let Some(file) = &self.file
            && number_in(file) == Some(process::pid())
        {
            let _ = file.set_len(0);
        }
    }
}

/// Nobody else may decide which directory the path leads to, or what is in it.
fn check_place(path: &Path) -> Result<(), Error> {
    match crate::directory::check(path.parent().unwrap_or(Path::new("/"))) {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::new(error.exit(), format!("PID file {}: {error}", path.display()))),
    }
}

fn write_new(path: &Path) -> io::Result<File> {
    let flags = libc::O_NOFOLLOW | libc::O_CLOEXEC;
    let mut file =
        OpenOptions::new().read(true).write(true).create_new(true).mode(0o644).custom_flags(flags).open(path)?;
    // Readable by all, whatever the umask says.
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    file.write_all(format!("{}\n", process::pid()).as_bytes())?;
    Ok(file)
}

/// Only a plain file, or nothing, may be where ours shall be: a link could lead anywhere, a pipe could hang us.
fn refuse_others(path: &Path) -> Result<(), Error> {
    let bad = |what: &str| {
        let text = format!("PID file {} is {what}: remove it, or name another file", path.display());
        Err(Error::new(Exit::CantCreate, text))
    };
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::new(Exit::CantCreate, format!("PID file {}: {error}", path.display()))),
        Ok(meta) if meta.is_symlink() => bad("a symbolic link"),
        Ok(meta) if meta.is_dir() => bad("a directory"),
        Ok(meta) if !meta.is_file() => bad("not a plain file"),
        Ok(meta) if std::os::unix::fs::MetadataExt::nlink(&meta) > 1 => bad("a file with a second name"),
        Ok(_) => Ok(()),
    }
}

/// The number in a PID file; `None` for anything that is not exactly one process number of 2 or more.
fn read(path: &Path) -> Option<u32> {
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC;
    number_in(&OpenOptions::new().read(true).custom_flags(flags).open(path).ok()?)
}

fn number_in(file: &File) -> Option<u32> {
    let mut text = [0; LONGEST + 1];
    let len = file.read_at(&mut text, 0).ok()?;
    parse(&text[..len])
}

/// Strict, because what comes out may be given to `kill`: no sign, no zero, no one, nothing behind.
pub(crate) fn parse(text: &[u8]) -> Option<u32> {
    let digits = text.strip_suffix(b"\n").unwrap_or(text);
    if digits.is_empty() || digits.len() > 10 || digits[0] == b'0' || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = std::str::from_utf8(digits).ok()?.parse::<u32>().ok()?;
    (2..=i32::MAX.cast_unsigned()).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("daemon-core-pid-{}-{name}", process::pid()));
            fs::create_dir_all(&path).expect("a directory");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("a mode");
            Self(path)
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn it_is_written_whole_and_removed_by_its_owner_only() {
        let place = Place::new("whole");
        let path = place.0.join("x.pid");
        fs::write(&path, "77777777").expect("a stale file");
        let file = PidFile::write(path.clone()).expect("written");
        assert_eq!(fs::read_to_string(&path).expect("read"), format!("{}\n", process::pid()));
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o644);
        assert_eq!(fs::read_dir(&place.0).expect("a directory").count(), 1, "no temporary file is left");
        fs::write(&path, "4242\n").expect("another's");
        file.remove();
        assert_eq!(fs::read_to_string(&path).expect("still there"), "4242\n");
        PidFile::write(path.clone()).expect("written").remove();
        assert!(!path.exists());
    }

    /// Whatever stands in its place is refused and stays as it is: fault 9.
    #[test]
    fn fault_009_links_pipes_and_directories_are_refused() {
        let place = Place::new("kinds");
        let (path, victim) = (place.0.join("x.pid"), place.0.join("victim"));
        fs::write(&victim, "precious").expect("written");
        let plant: [&dyn Fn(); 4] = [
            &|| std::os::unix::fs::symlink(&victim, &path).expect("a link"),
            &|| fs::hard_link(&victim, &path).expect("a second name"),
            &|| nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).expect("a pipe"),
            &|| fs::create_dir(&path).expect("a directory"),
        ];
        for (number, make) in plant.into_iter().enumerate() {
            make();
            let error = PidFile::write(path.clone()).err().expect("refused");
            assert_eq!(error.exit(), Exit::CantCreate, "{number}: {error}");
            assert_eq!(fs::read_to_string(&victim).expect("read"), "precious", "{number}");
            let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir(&path));
        }
        fs::set_permissions(&place.0, fs::Permissions::from_mode(0o777)).expect("a mode");
        assert_eq!(PidFile::write(path).err().expect("refused").exit(), Exit::NoPermission);
    }

    #[test]
    fn fault_012_only_a_process_number_is_read() {
        for bad in
            ["", "0", "1", "-1", "+5", " 5", "5 ", "5\n\n", "05", "5\r\n", "5\0", "99999999999", "4294967295", "x"]
        {
            assert_eq!(parse(bad.as_bytes()), None, "{bad:?}");
        }
        assert_eq!(parse(&[b'9'; 1_000_000]), None);
        assert_eq!((parse(b"2"), parse(b"4194304\n")), (Some(2), Some(4_194_304)));
    }

    /// Random bytes, digits among them more often than by chance: what is read is what stands there, to the letter, and a
    /// number that can be given to `kill`.
    #[test]
    fn fault_012_random_bytes_are_a_number_or_nothing() {
        const ALPHABET: &[u8] = b"0123456789012345678901234567890123456789\n\n\r\0 +-x.\xff";
        // The tests of processes scale their rounds the same way.
        let scale = std::env::var("FAULT_SCALE").ok().and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.05);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of rounds")]
        let runs = (10_000_000.0 * scale) as u64;
        let (mut random, mut read, mut text) = (process::seed() | 1, 0, Vec::new());
        let mut next = |below: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            usize::try_from((random >> 16) % below).unwrap_or(0)
        };
        for _ in 0..runs {
            text.clear();
            text.extend((0..next(13)).map(|_| match next(16) {
                0 => next(256).to_le_bytes()[0],
                _ => ALPHABET[next(ALPHABET.len() as u64)],
            }));
            if let Some(number) = parse(&text) {
                assert!(i32::try_from(number).is_ok_and(|pid| pid >= 2), "{number} from {text:?}");
                let shown = number.to_string().into_bytes();
                assert!(text == shown || text == [&shown[..], b"\n"].concat(), "{number} from {text:?}");
                read += 1;
            }
        }
        assert!(read > runs / 1000, "too few numbers to say anything: {read}");
        let figure = format!("figure: fault_012: {runs} random texts, {read} numbers, none wrong\n");
        let _ = io::stderr().write_all(figure.as_bytes());
    }

    #[test]
    fn fault_015_a_removed_or_changed_file_is_put_back() {
        let place = Place::new("mend");
        let path = place.0.join("x.pid");
        let mut file = PidFile::write(path.clone()).expect("written");
        assert!(!file.mend().expect("intact"));
        fs::remove_file(&path).expect("removed");
        assert!(file.mend().expect("mended"));
        fs::write(&path, "4242\n").expect("changed");
        assert!(file.mend().expect("mended") && file.is_ours());
    }

    /// A directory that somebody else has got meanwhile is not written to: fault 9.
    #[test]
    fn fault_009_a_place_that_changed_hands_is_left_alone() {
        let place = Place::new("hands");
        let path = place.0.join("x.pid");
        let mut file = PidFile::write(path.clone()).expect("written");
        fs::remove_file(&path).expect("removed");
        fs::set_permissions(&place.0, fs::Permissions::from_mode(0o777)).expect("a mode");
        assert!(file.mend().expect_err("not there").to_string().contains("is writable by others"));
        assert_eq!(fs::read_dir(&place.0).expect("a directory").count(), 0);
        fs::set_permissions(&place.0, fs::Permissions::from_mode(0o700)).expect("a mode");
        assert!(file.mend().expect("mended"));
    }

    /// What stands in the way is told once, and mended as soon as it has gone.
    #[test]
    fn fault_015_what_can_not_be_put_back_is_told_once() {
        let place = Place::new("once");
        let path = place.0.join("x.pid");
        let mut file = PidFile::write(path.clone()).expect("written");
        fs::remove_file(&path).expect("removed");
        fs::create_dir(&path).expect("a directory");
        assert!(file.mend().is_err());
        (0..3).for_each(|_| assert!(!file.mend().expect("told already")));
        fs::remove_dir(&path).expect("removed");
        assert!(file.mend().expect("mended"));
        fs::remove_file(&path).expect("removed");
        fs::create_dir(&path).expect("a directory");
        assert!(file.mend().is_err(), "another time");
    }
}
