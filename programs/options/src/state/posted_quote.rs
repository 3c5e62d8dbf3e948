//! A quote on the chain, for owners who cannot sign off it.

use crate::errors::OptionsError;
use crate::state::version::VERSION;
use anchor_lang::prelude::*;
use ballast_core_clearing::quote::QUOTE_BYTES;

/// First seed of a posted quote's address: `["quote", margin account, nonce]`.
pub const QUOTE_SEED: &[u8] = b"quote";

/// A quote that was posted instead of signed: the same message, with the same nonce.
#[account]
#[derive(InitSpace, Debug)]
pub struct PostedQuote {
    /// Layout version.
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// The maker's margin account.
    pub account: Pubkey,
    /// Who signed for it: it is taken while this is the account's owner or quote signer.
    pub authority: Pubkey,
    /// Who paid for this account, and gets the rent back.
    pub payer: Pubkey,
    /// The quote's nonce.
    pub nonce: u64,
    /// The message. See [`ballast_core_clearing::quote`].
    #[max_len(QUOTE_BYTES)]
    pub message: Vec<u8>,
}

impl PostedQuote {
    /// # Errors
    /// [`OptionsError::Version`].
    pub fn check_version(&self) -> Result<()> {
        require!(self.version == VERSION, OptionsError::Version);
        Ok(())
    }
}
