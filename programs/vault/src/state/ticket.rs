//! One request to come or to go.

use crate::state::plain::{plain, stored_as};
use anchor_lang::prelude::*;
use ballast_core_types::UnixTime;
use ballast_core_vault::batch::ticket::Ticket as Request;
use ballast_core_vault::batch::{Class, Side};
use bytemuck::{Pod, Zeroable};

/// First seed of a ticket's address: `["ticket", vault, holder, number]`. The number is the
/// holder's own, so that nobody else can take the address.
pub const TICKET_SEED: &[u8] = b"ticket";

/// What every request pays, lamports: half for whoever first prices its batch, half for whoever
/// brings its ticket to an end. The pool pays neither.
pub const REQUEST_FEE_LAMPORTS: u64 = 100_000;
/// Half of [`REQUEST_FEE_LAMPORTS`].
pub const HALF_FEE_LAMPORTS: u64 = REQUEST_FEE_LAMPORTS / 2;

/// A request, its class, and where what comes of it goes. It is read and written as its bytes lie:
/// see [`StoredTicket`].
#[account]
#[derive(InitSpace, Debug)]
pub struct Ticket {
    /// All of it.
    pub stored: StoredTicket,
}

stored_as!(Ticket, StoredTicket);

/// What a ticket's account holds.
#[derive(InitSpace, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct StoredTicket {
    /// Layout version.
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// One if shares were paid in, zero if quote tokens were.
    pub redemption: u8,
    /// One if it is content with any price, zero if only with one within 1 % of the reference.
    pub any_price: u8,
    /// Zero.
    pub padding: [u8; 4],
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

plain!(StoredTicket {
    version,
    bump,
    redemption,
    any_price,
    padding,
    vault,
    holder,
    opened_by,
    number,
    batch,
    amount,
    claimed,
    requested_at,
    pay_to,
    return_to
});

impl Ticket {
    /// Returns whether shares were paid in, rather than quote tokens.
    pub fn is_redemption(&self) -> bool {
        self.redemption != 0
    }

    /// Returns whether it is content with any price, rather than with one within 1 % of the
    /// reference.
    pub fn is_any_price(&self) -> bool {
        self.any_price != 0
    }

    /// Decodes the request.
    pub fn request(&self) -> Request {
        Request {
            side: if self.is_redemption() {
                Side::Redemption
            } else {
                Side::Deposit
            },
            class: if self.is_any_price() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_lies_in_memory_as_borsh_writes_it() {
        let (fields, memory, space) = StoredTicket::encodings();
        assert_eq!((fields, space), (memory.clone(), memory.len()));
    }
}
