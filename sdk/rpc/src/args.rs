//! What command lines have in common: addresses, key files, URLs.

use crate::error::ArgumentError;
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

/// Reads the keypair in the file that `--keypair` names, as `solana-keygen` writes it.
///
/// # Errors
/// Names the file.
pub fn keypair(path: &Path) -> Result<Keypair, ArgumentError> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| ArgumentError(format!("--keypair: cannot read {shown}: {error}")))?;
    let bad = || {
        ArgumentError(format!(
            "--keypair: {shown} is not a keypair; it must hold a JSON array of 64 numbers, as solana-keygen writes it"
        ))
    };
    let bytes: Vec<u8> = serde_json::from_str(&text).map_err(|_| bad())?;
    Keypair::try_from(bytes.as_slice()).map_err(|_| bad())
}

/// Writes a keypair as `solana-keygen` does: the 64 bytes as a JSON array.
///
/// # Errors
/// Names the file, if it cannot be written.
pub fn write_keypair(path: &Path, keypair: &Keypair) -> Result<(), ArgumentError> {
    let text = serde_json::to_string(keypair.to_bytes().as_slice()).map_err(std::io::Error::from);
    text.and_then(|text| std::fs::write(path, text))
        .map_err(|error| ArgumentError(format!("{}: cannot be written: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use solana_signer::Signer;

    #[test]
    fn a_written_keypair_is_read_and_anything_else_is_named() {
        let file = |name: &str| std::env::temp_dir().join(format!("ballast-rpc-{}-{name}", std::process::id()));
        let (good, bad, missing) = (file("good"), file("bad"), file("missing"));
        let written = Keypair::new();
        write_keypair(&good, &written).unwrap();
        assert_eq!(keypair(&good).unwrap().pubkey(), written.pubkey());
        std::fs::write(&bad, "[1, 2, 3]").unwrap();
        for (path, expected) in [(&bad, "not a keypair"), (&missing, "cannot read")] {
            let error = keypair(path).unwrap_err().to_string();
            assert!(error.contains(expected) && !error.contains('\n'), "{error}");
        }
        std::fs::remove_file(good).unwrap();
        std::fs::remove_file(bad).unwrap();
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
