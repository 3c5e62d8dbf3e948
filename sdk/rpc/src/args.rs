//! What command lines have in common: addresses, key files, URLs.

use crate::error::ArgumentError;
use ballast_keys::KeyFileError;
use ballast_sdk::Pubkey;
use solana_keypair::Keypair;
use std::path::Path;
use std::str::FromStr;
use url::{Host, Url};

/// Parses an address in base 58.
///
/// # Errors
/// Names the argument.
pub fn address(text: &str, argument: &str) -> Result<Pubkey, ArgumentError> {
    Pubkey::from_str(text).map_err(|_| {
        ArgumentError(format!(
            "{argument}: {text:?} is not an address; give 32 bytes in base 58"
        ))
    })
}

/// Returns the URL, if it begins with one of these schemes.
///
/// # Errors
/// Names the argument.
pub fn scheme(url: String, schemes: &[&str], argument: &str) -> Result<String, ArgumentError> {
    if schemes
        .iter()
        .any(|scheme| url.len() > scheme.len() && url.starts_with(scheme))
    {
        return Ok(url);
    }
    Err(ArgumentError(format!(
        "{argument}: {url:?} does not begin with {}",
        schemes.join(" or ")
    )))
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

/// Reads the key that `--keypair` names, for use at a node. A file that others can read is refused,
/// but for a node on this machine, whose keys are worth nothing: there it is a warning.
///
/// # Errors
/// Names the file, and holds nothing of it.
pub fn keypair(path: &Path, rpc_url: &str) -> Result<Signer, ArgumentError> {
    let named = |error: KeyFileError| ArgumentError(format!("--keypair: {error}"));
    let file = ballast_keys::read(path).map_err(named)?;
    let exposed = file.check_mode().err();
    let keypair = file.signer().map_err(named)?;
    match exposed {
        Some(error) if !is_local(rpc_url) => Err(named(error)),
        exposed => Ok(Signer {
            keypair,
            warning: exposed.map(|error| named(error).to_string()),
        }),
    }
}

/// Returns whether a URL is of this machine.
fn is_local(url: &str) -> bool {
    match Url::parse(url).as_ref().map(Url::host) {
        Ok(Some(Host::Domain(name))) => name == "localhost",
        Ok(Some(Host::Ipv4(address))) => address.is_loopback(),
        Ok(Some(Host::Ipv6(address))) => address.is_loopback(),
        _ => false,
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
    fn a_url_of_this_machine_is_known() {
        for url in [LOCAL, "http://localhost:1/x", "http://[::1]:8899", "http://127.9.9.9"] {
            assert!(is_local(url), "{url}");
        }
        for url in [
            "https://node.example",
            "http://127.0.0.1.example",
            "http://localhost@away.example",
            "x",
        ] {
            assert!(!is_local(url), "{url}");
        }
    }
    #[test]
    fn addresses_and_schemes_are_checked_by_name() {
        assert!(address("0OIl", "--vault")
            .unwrap_err()
            .to_string()
            .starts_with("--vault"));
        let http = |url: &str| scheme(url.to_owned(), &["http://", "https://"], "--rpc-url");
        assert!(http("http://x").is_ok() && http("http://").is_err() && http("x:1").is_err());
    }
}
