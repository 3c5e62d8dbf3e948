//! Files that hold keys.

use crate::error::KeyFileError;
use crate::form::{looks_like_a_key, parse, Contents, LIMIT};
use solana_keypair::{write_keypair, Keypair};
use std::fs::{File, Metadata};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// What a key file holds, and who can read it.
pub struct KeyFile {
    path: PathBuf,
    mode: u32,
    contents: Contents,
}

impl KeyFile {
    /// Returns what it holds.
    pub fn contents(self) -> Contents {
        self.contents
    }

    /// Returns the key that signs.
    ///
    /// # Errors
    /// [`KeyFileError::Form`], if it is not certain which key is meant.
    pub fn signer(self) -> Result<Keypair, KeyFileError> {
        let Self { path, contents, .. } = self;
        contents.signer().map_err(|error| KeyFileError::form(path, error))
    }

    /// Fails if others on this machine can read the file.
    ///
    /// # Errors
    /// [`KeyFileError::Exposed`], with the command that mends it.
    pub fn check_mode(&self) -> Result<(), KeyFileError> {
        if self.mode & 0o077 == 0 {
            return Ok(());
        }
        Err(KeyFileError::Exposed {
            path: self.path.display().to_string(),
            mode: self.mode & 0o7777,
        })
    }
}

/// Reads a key file in any of its forms.
///
/// # Errors
/// [`KeyFileError`], which names the file and holds nothing of it.
pub fn read(path: &Path) -> Result<KeyFile, KeyFileError> {
    let file = File::open(path).map_err(|error| opening(path, &error))?;
    let failed = |error: std::io::Error| opening(path, &error);
    let found = file.metadata().map_err(failed)?;
    if found.is_dir() {
        let words = "it is a folder; give the file in it".to_owned();
        return Err(KeyFileError::Unreadable(path.display().to_string(), words));
    }
    let mut bytes = Vec::new();
    // One more than is allowed shows that there is more.
    let most = u64::try_from(LIMIT).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(failed)?;
    let contents = parse(&bytes).map_err(|error| KeyFileError::form(path.to_owned(), error))?;
    Ok(KeyFile {
        path: path.to_owned(),
        mode: mode(&found),
        contents,
    })
}

/// Returns why a file cannot be opened. A name that looks like a key is not repeated.
fn opening(path: &Path, error: &std::io::Error) -> KeyFileError {
    let shown = path.display().to_string();
    if looks_like_a_key(&shown) {
        return KeyFileError::KeyAsName;
    }
    let urls = ["usb:", "prompt:", "stdin:", "ASK"];
    match error.kind() {
        _ if urls.iter().any(|url| shown.starts_with(url)) => KeyFileError::NotAFile(shown),
        std::io::ErrorKind::NotFound => KeyFileError::Missing(shown),
        _ => KeyFileError::Unreadable(shown, error.to_string()),
    }
}

/// Returns the permissions of a file; none of a pipe, which its two ends alone can read.
#[cfg(unix)]
fn mode(found: &Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    if found.is_file() {
        found.permissions().mode()
    } else {
        0
    }
}

#[cfg(not(unix))]
fn mode(_: &Metadata) -> u32 {
    0
}

/// Writes a key into a new file, as solana-keygen does: a JSON array of 64 numbers, mode 0600.
/// Either the whole file is there afterwards, or none.
///
/// # Errors
/// [`KeyFileError::Taken`] if anything has that name, [`KeyFileError::Unwritable`].
pub fn write_new(path: &Path, keypair: &Keypair) -> Result<(), KeyFileError> {
    let shown = || path.display().to_string();
    if looks_like_a_key(&shown()) {
        return Err(KeyFileError::KeyAsName);
    }
    let failed = |error: &dyn std::fmt::Display| KeyFileError::Unwritable(shown(), error.to_string());
    // A link that leads nowhere is something, too.
    if path.symlink_metadata().is_ok() {
        return Err(KeyFileError::Taken(shown()));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if path.file_name().is_none() || !folder.is_dir() {
        return Err(failed(&format!("there is no folder {}", folder.display())));
    }
    let mut beside = tempfile::NamedTempFile::new_in(folder).map_err(|error| failed(&error.error_words()))?;
    write_keypair(keypair, &mut beside).map_err(|error| failed(&error))?;
    let kept = beside.flush().and_then(|()| beside.as_file().sync_all());
    kept.map_err(|error| failed(&error.error_words()))?;
    match beside.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Err(KeyFileError::Taken(shown())),
        Err(error) => Err(failed(&error.error)),
    }
}

/// The system's words, without the name of a file beside.
trait ErrorWords {
    fn error_words(&self) -> String;
}

impl ErrorWords for std::io::Error {
    fn error_words(&self) -> String {
        // `tempfile` adds the name of its file, which means nothing to a person.
        match self.raw_os_error() {
            Some(code) => Self::from_raw_os_error(code).to_string(),
            None => self.kind().to_string(),
        }
    }
}
