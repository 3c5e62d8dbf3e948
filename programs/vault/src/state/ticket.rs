//! One request to come or to go.

use anchor_lang::prelude::*;
use ballast_core_types::UnixTime;
use ballast_core_vault::batch::ticket::Ticket as Request;
use ballast_core_vault::batch::{Class, Side};

/// First seed of a ticket's address: `["ticket", vault, holder, number]`. The number is the
/// holder's own, so that nobody else can take the address.
pub const TICKET_SEED: &[u8] = b"ticket";

/// What every request pays, lamports: half for whoever first prices its batch, half for whoever
/// brings its ticket to an end. The pool pays neither.
pub const REQUEST_FEE_LAMPORTS: u64 = 100_000;
/// Half of [`REQUEST_FEE_LAMPORTS`].
pub const HALF_FEE_LAMPORTS: u64 = REQUEST_FEE_LAMPORTS / 2;

/// A request, its class, and where what comes of it goes.
#[account]
#[derive(InitSpace, Debug)]
pub struct Ticket {
    /// Layout version.
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// The vault.
    pub vault: Pubkey,
    /// Whose it is; gets the rent back.
    pub holder: Pubkey,
    /// Who made the request: with the number, its address.
    pub opened_by: Pubkey,
    /// Their number for it.
    pub number: u64,
    /// Number of its batch.
    pub batch: u64,
    /// Whether shares were paid in, rather than quote tokens.
    pub is_redemption: bool,
    /// Whether it is content with any price, rather than with one within 1 % of the reference.
    pub is_any_price: bool,
    /// Base units paid in.
    pub amount: u64,
    /// Quote base units claimed so far.
    pub claimed: u64,
    /// When it was made, unix seconds.
    pub requested_at: i64,
    /// Token account that gets what was asked for.
    pub pay_to: Pubkey,
    /// Token account that gets what was paid in, if it goes back.
    pub return_to: Pubkey,
}

impl Ticket {
    /// Decodes the request.
    pub fn request(&self) -> Request {
        Request {
            side: if self.is_redemption {
                Side::Redemption
            } else {
                Side::Deposit
            },
            class: if self.is_any_price {
                Class::AnyPrice
            } else {
                Class::WithinOnePercent
            },
            amount: self.amount,
            claimed: self.claimed,
            requested_at: UnixTime(self.requested_at),
        }
    }
}
