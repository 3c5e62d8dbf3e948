//! Where things are.

use anyhow::{anyhow, bail, Result};
use std::path::{Path, PathBuf};

/// The repository and what is built in it.
pub struct Places {
    /// Root of the repository.
    pub root: PathBuf,
    /// Where the user stands.
    pub start: PathBuf,
    /// Whether the script asked for the command, so that what is missing is built first.
    pub may_build: bool,
}

impl Places {
    /// Environment variable by which the script says that what is missing may be built.
    pub const MAY_BUILD: &'static str = "BALLAST_MAY_BUILD";

    /// Finds the repository: `BALLAST_ROOT`, which the `ballast` script sets, or upward from this
    /// program or the user.
    ///
    /// # Errors
    /// If there is none.
    pub fn find() -> Result<Self> {
        let start = std::env::current_dir()?;
        let may_build = std::env::var_os(Self::MAY_BUILD).is_some();
        if let Some(root) = std::env::var_os("BALLAST_ROOT") {
            return Ok(Self {
                root: root.into(),
                start,
                may_build,
            });
        }
        let own = std::env::current_exe()?;
        let is_root = |path: &&Path| path.join("programs/vault").is_dir() && path.join("Cargo.toml").is_file();
        let root = own
            .ancestors()
            .find(is_root)
            .or_else(|| start.ancestors().find(is_root));
        let root = root
            .ok_or_else(|| anyhow!("this is not inside Ballast's repository; use its ./ballast script"))?
            .to_owned();
        Ok(Self { root, start, may_build })
    }

    /// Folder of the compiled programs.
    pub fn programs(&self) -> PathBuf {
        self.root.join("target/deploy")
    }

    /// Returns the local node's binary, which is built beside this one.
    ///
    /// # Errors
    /// If it is not built.
    pub fn localnet(&self) -> Result<PathBuf> {
        let own = std::env::current_exe()?;
        built(
            own.with_file_name("ballast-localnet"),
            "the local node",
            "./ballast build",
        )
    }

    /// Returns the keeper's binary, which is built beside this one.
    ///
    /// # Errors
    /// If it is not built.
    pub fn keeper(&self) -> Result<PathBuf> {
        let own = std::env::current_exe()?;
        built(own.with_file_name("ballast-keeper"), "the keeper", "./ballast build")
    }

    /// Returns the feeder's binary, which is built beside this one.
    ///
    /// # Errors
    /// If it is not built.
    pub fn feeder(&self) -> Result<PathBuf> {
        let own = std::env::current_exe()?;
        built(own.with_file_name("ballast-feeder"), "the feeder", "./ballast build")
    }

    /// Returns the maker's binary, which is built beside this one.
    ///
    /// # Errors
    /// If it is not built.
    pub fn maker(&self) -> Result<PathBuf> {
        let own = std::env::current_exe()?;
        built(own.with_file_name("ballast-maker"), "the maker", "./ballast build")
    }
}

fn built(path: PathBuf, what: &str, how: &str) -> Result<PathBuf> {
    if !path.is_file() {
        bail!("{what} is not built; run {how}");
    }
    Ok(path)
}
