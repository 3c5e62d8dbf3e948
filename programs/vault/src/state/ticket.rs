//! A holder's request to leave.

use anchor_lang::prelude::*;

/// First seed of a ticket's address: `["ticket", vault, holder]`.
pub const TICKET_SEED: &[u8] = b"ticket";

/// How long a request waits for the book to come down before it is paid out of what is liquid, whatever the book looks like.
/// Within it those who stay are protected; after it those who leave are, against a venue or an oracle that is gone.
pub const UNWIND_GRACE_SECONDS: i64 = 3_600;

/// Shares a holder has set aside. They cannot be taken back: otherwise unwinding the book would be a free prank.
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
