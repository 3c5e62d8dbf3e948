//! A holder's request to leave.

use anchor_lang::prelude::*;
use ballast_core_types::{Shares, UnixTime};
use ballast_core_vault::redemption::RedemptionRequest;

/// First seed of a ticket's address: `["ticket", vault, holder]`.
pub const TICKET_SEED: &[u8] = b"ticket";

/// Shares a holder has set aside. They cannot be taken back: otherwise unwinding the book would be
/// a free prank.
#[account]
#[derive(InitSpace, Debug)]
pub struct RedemptionTicket {
    /// Layout version.
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// The vault.
    pub vault: Pubkey,
    /// Who gets the tokens, and the rent back.
    pub holder: Pubkey,
    /// Share base units still waiting in escrow.
    pub shares: u64,
    /// When the request was made, unix seconds.
    pub requested_at: i64,
}

impl RedemptionTicket {
    /// Decodes the request.
    pub fn request(&self) -> RedemptionRequest {
        RedemptionRequest {
            shares: Shares(self.shares),
            requested_at: UnixTime(self.requested_at),
        }
    }
}
