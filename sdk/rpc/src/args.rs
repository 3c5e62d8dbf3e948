//! What command lines have in common: addresses and key files.

use crate::error::ArgumentError;
use crate::secrets::clean;
use crate::url::{NodeUrl, HTTP};
use ballast_keys::KeyFileError;
use ballast_sdk::Pubkey;
use solana_keypair::Keypair;
use std::path::Path;
use std::str::FromStr;

/// Parses an address in base 58.
///
/// # Errors
/// Names the argument.
pub fn address(text: &str, argument: &str) -> Result<Pubkey, ArgumentError> {
    Pubkey::from_str(text).map_err(|_| {
        ArgumentError(format!(
            "{argument}: {:?} is not an address; give 32 bytes in base 58",
            clean(text)
        ))
    })
}

/// A key that signs, and what its owner should hear about its file.
#[derive(Debug)]
pub struct Signer {
    /// The key.
    pub keypair: Keypair,
    /// One line, if others on this machine can read the file.
    pub warning: Option<String>,
}

impl Signer {
    /// Returns the key, after the warning was said, if there is one.
    pub fn warned(self, say: impl FnOnce(&str)) -> Keypair {
        if let Some(warning) = &self.warning {
            say(warning);
        }
        self.keypair
    }
}

/// Reads the key that `--keypair` names, for use at the nodes of `--rpc-url`. A file that others
/// can read is refused, but for nodes on this machine, whose keys are worth nothing: there it is a
/// warning.
///
/// # Errors
/// Names the file, and holds nothing of it.
pub fn keypair(path: &Path, rpc_url: &str) -> Result<Signer, ArgumentError> {
    keypair_for(path, &NodeUrl::parse_all(&[rpc_url.to_owned()], &HTTP, "--rpc-url")?)
}

/// Reads the key that `--keypair` names, for use at these nodes, as [`keypair`] does.
///
/// # Errors
/// Names the file, and holds nothing of it.
pub fn keypair_for(path: &Path, nodes: &[NodeUrl]) -> Result<Signer, ArgumentError> {
    let named = |error: KeyFileError| ArgumentError(format!("--keypair: {error}"));
    let file = ballast_keys::read(path).map_err(named)?;
    let exposed = file.check_mode().err();
    let keypair = file.signer().map_err(named)?;
    match exposed {
        Some(error) if !nodes.iter().all(NodeUrl::is_loopback) => Err(named(error)),
        exposed => Ok(Signer {
            keypair,
            warning: exposed.map(|error| named(error).to_string()),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use solana_signer::Signer;
    use std::os::unix::fs::PermissionsExt;

    const LOCAL: &str = "http://127.0.0.1:8899";

    #[test]
    fn a_file_that_others_can_read_is_refused_unless_the_node_is_on_this_machine() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key.json");
        let written = Keypair::new();
        ballast_keys::write_new(&file, &written).unwrap();
        let away = "https://node.example";
        for url in [LOCAL, away] {
            let signer = keypair(&file, url).unwrap();
            assert_eq!(signer.keypair.pubkey(), written.pubkey());
            assert_eq!(signer.warning, None);
        }
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        let refused = keypair(&file, away).unwrap_err().to_string();
        let warned = keypair(&file, LOCAL).unwrap().warning.unwrap();
        for said in [refused, warned] {
            assert!(said.starts_with("--keypair: ") && said.contains("chmod 600"), "{said}");
        }
    }

    #[test]
    fn what_is_no_key_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let (bad, missing) = (folder.path().join("bad.json"), folder.path().join("missing.json"));
        std::fs::write(&bad, "[1, 2, 3]").unwrap();
        for (path, expected) in [(&bad, "not a keypair"), (&missing, "cannot read")] {
            let error = keypair(path, LOCAL).unwrap_err().to_string();
            assert!(error.contains(expected) && !error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn addresses_are_checked_by_name() {
        assert!(address("0OIl", "--vault")
            .unwrap_err()
            .to_string()
            .starts_with("--vault"));
        let misplaced = address("https://host/KEY-1234", "--vault").unwrap_err().to_string();
        assert!(
            misplaced.contains("https://host") && !misplaced.contains("KEY"),
            "{misplaced}"
        );
    }
}
