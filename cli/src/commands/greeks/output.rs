//! The table that goes out.

use anyhow::{bail, Context, Result};
use ballast_core_math::Scaled;
use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Fifteen significant digits: plain where that is short, with a power of ten where it is not. Zero
/// is `0`.
pub fn digits(value: Scaled) -> String {
    if value.mantissa == 0 {
        return "0".to_owned();
    }
    let value = value.to_f64();
    let text = format!("{value:.14e}");
    let power = text
        .split_once('e')
        .and_then(|(_, power)| power.parse::<i32>().ok())
        .unwrap_or(0);
    match usize::try_from(14i32.saturating_sub(power)) {
        Ok(places) if power >= -6 => format!("{value:.places$}"),
        _ => text,
    }
}

/// The place that `--out` names.
pub enum Target {
    /// A file, replaced as a whole when everything is written. Links are followed first.
    File(PathBuf),
    /// Something that bytes are sent to: a pipe, a terminal.
    Stream(PathBuf),
}

impl Target {
    /// Checks the place, before any work.
    ///
    /// # Errors
    /// If it is the input, a folder, or in no folder.
    pub fn find(out: &Path, input: &Path) -> Result<Self> {
        let name = out.display();
        if let Ok(there) = std::fs::metadata(out) {
            let input = std::fs::metadata(input).with_context(|| format!("{} cannot be read", input.display()))?;
            if (there.dev(), there.ino()) == (input.dev(), input.ino()) {
                bail!("{name} is the input: choose another name for --out");
            }
            if there.is_dir() {
                bail!("{name} is a folder: --out names a file");
            }
            if !there.is_file() {
                return Ok(Self::Stream(out.to_owned()));
            }
            return Ok(Self::File(out.canonicalize().with_context(|| name.to_string())?));
        }
        let folder = folder(out);
        if out.file_name().is_none() || !folder.is_dir() {
            bail!("{name} cannot be written: there is no folder {}", folder.display());
        }
        Ok(Self::File(out.to_owned()))
    }

    /// Writes everything, or leaves what was there.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        let (Self::File(path) | Self::Stream(path)) = self;
        self.put(bytes)
            .with_context(|| format!("{} cannot be written", path.display()))
    }

    fn put(&self, bytes: &[u8]) -> Result<()> {
        match self {
            Self::File(path) => {
                let mut file = tempfile::Builder::new()
                    .prefix(".ballast-")
                    .permissions(Permissions::from_mode(0o666))
                    .tempfile_in(folder(path))?;
                file.write_all(bytes)?;
                if let Ok(before) = std::fs::metadata(path) {
                    file.as_file().set_permissions(before.permissions())?;
                }
                file.as_file().sync_all()?;
                file.persist(path)?;
            }
            Self::Stream(path) => std::fs::OpenOptions::new().write(true).open(path)?.write_all(bytes)?,
        }
        Ok(())
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifteen_digits_whatever_the_size() {
        for (mantissa, exponent, text) in [
            (0, 0, "0"),
            (1, 0, "1.00000000000000"),
            (-3, -1, "-1.50000000000000"),
            (1, -10, "0.000976562500000000"),
            (1, -19, "0.00000190734863281250"),
            (1, -24, "5.96046447753906e-8"),
            (1, 40, "1099511627776.00"),
            (1, 49, "562949953421312"),
            (1, 60, "1.15292150460685e18"),
            (-1, -300, "-4.90909346529773e-91"),
            (0x7fff_ffff_ffff_ffff, -63, "1.00000000000000"),
        ] {
            assert_eq!(digits(Scaled { mantissa, exponent }), text);
        }
    }
}
