//! The one guard for every file that is written.
//!
//! A place that `--out` names is checked before any work: it is none of the inputs, no key file,
//! and nothing that exists but what an earlier run of the same kind has left. It is written beside
//! and renamed, so that whoever looks finds the whole file or what was there before, also on a full
//! disk.

use std::fs::{self, Metadata, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use ballast_keys::may_be_key;
use tempfile::{NamedTempFile, TempPath};

/// Bytes that are read of a file that exists, to know its kind.
const LOOKED_AT: u64 = 1 << 20;

/// A kind of file that we write.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// What it is, for messages: `a table of Greeks`.
    pub what: &'static str,
    /// Returns whether this is the beginning of one of ours.
    pub is_ours: fn(&[u8]) -> bool,
}

/// Why nothing is written. One line; every file is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// It is a file that is read.
    #[error("{flag}: {} is the input of {input}; choose another name", .path.display())]
    Input {
        /// What named the output.
        flag: String,
        /// The output.
        path: PathBuf,
        /// What named the input.
        input: String,
    },
    /// It holds a secret key.
    #[error("{flag}: {} looks like a key file, which is never written over; choose another name", .path.display())]
    Key {
        /// What named the output.
        flag: String,
        /// The output.
        path: PathBuf,
    },
    /// It exists and is not of that kind.
    #[error("{flag}: {} exists and is not {what} that this command wrote; choose another name, or remove it", .path.display())]
    Foreign {
        /// What named the output.
        flag: String,
        /// The output.
        path: PathBuf,
        /// The kind that would be replaced.
        what: &'static str,
    },
    /// It is no place for a file.
    #[error("{flag}: {}: {why}", .path.display())]
    Place {
        /// What named the output.
        flag: String,
        /// The output.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The system refuses.
    #[error("{}: cannot be written ({cause}); what was there is as it was", .path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

/// The files that a command reads, so that none of them is written over.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    inputs: Vec<(String, u64, u64)>,
}

impl Guard {
    /// Returns a guard of nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an input that `flag` names. One that does not exist cannot be written over.
    #[must_use]
    pub fn input(mut self, flag: &str, path: &Path) -> Self {
        if let Ok(found) = fs::metadata(path) {
            self.inputs.push((flag.to_owned(), found.dev(), found.ino()));
        }
        self
    }

    /// Adds inputs, if there are any.
    #[must_use]
    pub fn inputs<'a>(self, flag: &str, paths: impl IntoIterator<Item = &'a PathBuf>) -> Self {
        paths.into_iter().fold(self, |guard, path| guard.input(flag, path))
    }

    /// Checks that a file is none of the inputs.
    ///
    /// # Errors
    /// [`OutputError::Input`].
    pub fn check_input(&self, flag: &str, path: &Path) -> Result<(), OutputError> {
        let Ok(found) = fs::metadata(path) else { return Ok(()) };
        let is_it = |(_, dev, ino): &&(String, u64, u64)| (*dev, *ino) == (found.dev(), found.ino());
        match self.inputs.iter().find(is_it) {
            None => Ok(()),
            Some((input, ..)) => Err(OutputError::Input {
                flag: flag.to_owned(),
                path: path.to_owned(),
                input: input.clone(),
            }),
        }
    }

    /// Checks that none of these files of a folder is an input: a report replaces them all.
    ///
    /// # Errors
    /// [`OutputError::Input`].
    pub fn check_inside(&self, flag: &str, folder: &Path, names: &[&str]) -> Result<(), OutputError> {
        names
            .iter()
            .try_for_each(|name| self.check_input(flag, &folder.join(name)))
    }

    /// Checks the place of a file before any work.
    ///
    /// # Errors
    /// [`OutputError`]: an input, a key, something else that exists, a folder, or in no folder.
    pub fn file(&self, flag: &str, path: &Path, kind: Kind) -> Result<Target, OutputError> {
        let place = |why: String| OutputError::Place {
            flag: flag.to_owned(),
            path: path.to_owned(),
            why,
        };
        if path.as_os_str().is_empty() || path.to_string_lossy().ends_with('/') {
            return Err(place("it has to name a file".to_owned()));
        }
        self.check_input(flag, path)?;
        let Ok(found) = fs::metadata(path) else {
            if path.symlink_metadata().is_ok() {
                return Err(place("it is a link that leads nowhere; remove it".to_owned()));
            }
            let folder = folder(path);
            if path.file_name().is_none() || !folder.is_dir() {
                return Err(place(format!("there is no folder {}", folder.display())));
            }
            return Ok(Target {
                path: path.to_owned(),
                place: Place::New,
            });
        };
        if found.is_dir() {
            return Err(place("it is a folder; it has to name a file".to_owned()));
        }
        if !found.is_file() {
            return stream(path, &found).ok_or_else(|| place("it is a device that nothing is written to".to_owned()));
        }
        let failed = |cause| OutputError::Write {
            path: path.to_owned(),
            cause,
        };
        let path = path.canonicalize().map_err(failed)?;
        let content = beginning(&path).map_err(failed)?;
        if may_be_key(&content) {
            return Err(OutputError::Key {
                flag: flag.to_owned(),
                path,
            });
        }
        if !content.is_empty() && !(kind.is_ours)(&content) {
            return Err(OutputError::Foreign {
                flag: flag.to_owned(),
                path,
                what: kind.what,
            });
        }
        Ok(Target {
            path,
            place: Place::Ours(found.permissions()),
        })
    }

    /// Checks a file in a folder that may not exist yet.
    ///
    /// # Errors
    /// As [`file`](Self::file); also if the folder is something else.
    pub fn file_in(&self, flag: &str, folder: &Path, name: &str, kind: Kind) -> Result<Target, OutputError> {
        let path = folder.join(name);
        let place = |why: &str| OutputError::Place {
            flag: flag.to_owned(),
            path: folder.to_owned(),
            why: why.to_owned(),
        };
        if !crate::name::is_file_part(name) {
            return Err(place("a name from the data cannot be a file's name"));
        }
        // What is there of the folder and those around it has to be one.
        match folder.ancestors().find_map(|there| fs::metadata(there).ok()) {
            Some(found) if !found.is_dir() => Err(place("it is no folder, nor can one be made there")),
            _ if folder.is_dir() => self.file(flag, &path, kind),
            _ => Ok(Target {
                path,
                place: Place::New,
            }),
        }
    }
}

/// Returns a pipe or a terminal, that bytes are sent to; `None` for a disk.
fn stream(path: &Path, found: &Metadata) -> Option<Target> {
    let kind = found.file_type();
    (kind.is_fifo() || kind.is_char_device() || kind.is_socket()).then(|| Target {
        path: path.to_owned(),
        place: Place::Stream,
    })
}

fn beginning(path: &Path) -> io::Result<Vec<u8>> {
    use std::io::Read;
    let mut content = Vec::new();
    fs::File::open(path)?.take(LOOKED_AT).read_to_end(&mut content)?;
    Ok(content)
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// A place that was checked.
#[derive(Clone, Debug)]
pub struct Target {
    path: PathBuf,
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    /// Nothing was there.
    New,
    /// A file of ours, with its permissions.
    Ours(Permissions),
    /// A pipe or a terminal.
    Stream,
}

impl Target {
    /// Returns where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes everything, or leaves what was there.
    ///
    /// # Errors
    /// [`OutputError::Write`].
    pub fn write(&self, bytes: &[u8]) -> Result<(), OutputError> {
        write_all(&[(self.clone(), bytes)])
    }

    fn failed(&self, cause: io::Error) -> OutputError {
        OutputError::Write {
            path: self.path.clone(),
            cause,
        }
    }

    fn stage(&self, bytes: &[u8]) -> io::Result<Option<TempPath>> {
        if matches!(self.place, Place::Stream) {
            OpenOptions::new().write(true).open(&self.path)?.write_all(bytes)?;
            return Ok(None);
        }
        let mut file: NamedTempFile = tempfile::Builder::new()
            .prefix(".ballast-")
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder(&self.path))?;
        file.write_all(bytes)?;
        if let Place::Ours(permissions) = &self.place {
            file.as_file().set_permissions(permissions.clone())?;
        }
        file.as_file().sync_all()?;
        Ok(Some(file.into_temp_path()))
    }

    fn put(&self, beside: TempPath) -> io::Result<()> {
        match self.place {
            // Whoever made a file there meanwhile keeps it.
            Place::New => Ok(beside.persist_noclobber(&self.path)?),
            _ => Ok(beside.persist(&self.path)?),
        }
    }
}

/// Writes several files: all are written beside their places before the first is renamed, so that a
/// full disk leaves all as they were. Folders are made as needed.
///
/// # Errors
/// [`OutputError::Write`].
pub fn write_all(files: &[(Target, &[u8])]) -> Result<(), OutputError> {
    let mut staged = Vec::with_capacity(files.len());
    for (target, bytes) in files {
        let folder = folder(&target.path);
        fs::create_dir_all(folder).map_err(|cause| OutputError::Write {
            path: folder.to_owned(),
            cause,
        })?;
        staged.push((target, target.stage(bytes).map_err(|cause| target.failed(cause))?));
    }
    for (target, beside) in staged {
        if let Some(beside) = beside {
            target.put(beside).map_err(|cause| target.failed(cause))?;
        }
    }
    Ok(())
}
