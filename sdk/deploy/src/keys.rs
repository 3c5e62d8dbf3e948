//! Keypairs of local networks, derived from public text. Worthless as secrets, and meant to be.

use ballast_sdk::Pubkey;
use sha2::{Digest, Sha256};
use solana_keypair::Keypair;

/// Returns the keypair whose secret seed is the SHA-256 of `text`.
pub fn derived(text: &str) -> Keypair {
    Keypair::new_from_array(Sha256::digest(text).into())
}

/// Returns the keypair at a program's address. `name` is one of [`PROGRAMS`].
pub fn program(name: &str) -> Keypair {
    // The venue's address is derived from the name it had first, and stays.
    let word = if name == "reference_venue" { "perp" } else { name };
    derived(&format!("ballast local network program: {word}"))
}

/// Returns a wallet of the local network.
pub fn wallet(name: &str) -> Keypair {
    derived(&format!("ballast local network wallet: {name}"))
}

/// The programs: name, address.
pub const PROGRAMS: [(&str, Pubkey); 4] = [
    ("risk", ballast_risk::ID),
    ("reference_venue", ballast_reference_venue::ID),
    ("vault", ballast_vault::ID),
    ("options", ballast_options::ID),
];

#[cfg(test)]
mod tests {
    use super::*;
    use solana_signer::Signer;

    #[test]
    fn the_derived_keypairs_are_those_of_the_declared_programs() {
        for (name, id) in PROGRAMS {
            assert_eq!(program(name).pubkey(), id, "{name}");
        }
    }
}
