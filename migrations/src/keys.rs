//! Keypairs of local networks, derived from public text. Worthless as secrets, and meant to be.

use anchor_lang::prelude::Pubkey;
use sha2::{Digest, Sha256};
use solana_keypair::Keypair;

/// The keypair whose secret seed is the SHA-256 of `text`.
pub fn derived(text: &str) -> Keypair {
    Keypair::new_from_array(Sha256::digest(text).into())
}

/// The keypair at a program's address: `name` is `risk`, `perp`, `vault` or `options`.
pub fn program(name: &str) -> Keypair {
    derived(&format!("ballast local network program: {name}"))
}

/// A wallet of the local network.
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
        // Not deployed by `migrations`, and derived likewise.
        assert_eq!(program("options").pubkey(), ballast_options::ID);
    }
}
