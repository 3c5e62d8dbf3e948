//! What the vault announces: inputs, before and after, so that anyone can replay a decision.
//!
//! Each event is the data of a call of the program to itself, which an indexer finds among the
//! transaction's inner instructions. A log is cut where it is too long, and whoever sends the
//! transaction can make it so; an instruction is never cut.

use crate::state::{
    StoredBatch, StoredCases, StoredFees, StoredLeaving, StoredLedger, StoredMonitor, StoredPortfolio, VaultBreaker,
};
use anchor_lang::event::EVENT_IX_TAG_LE;
use anchor_lang::prelude::*;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::program::invoke_signed;
use anchor_lang::Event;
use ballast_risk::state::Fixed;

mod views;

pub use views::{BookView, LegView, OrderView, OutlookView, PricesView, TargetView, TargetsView, TradeReason};

/// Announces an event.
///
/// # Errors
/// Those of a call.
#[inline(never)]
pub(crate) fn announce<E: Event>(authority: &AccountInfo, event: &E) -> Result<()> {
    // Written once, into room for all of it: what is allocated is never given back.
    let head = EVENT_IX_TAG_LE.len().saturating_add(E::DISCRIMINATOR.len());
    let mut data = Vec::with_capacity(head.saturating_add(size_of::<E>()));
    data.extend_from_slice(EVENT_IX_TAG_LE);
    data.extend_from_slice(E::DISCRIMINATOR);
    event.serialize(&mut data)?;
    let instruction = Instruction {
        program_id: crate::ID,
        accounts: vec![AccountMeta::new_readonly(*authority.key, true)],
        data,
    };
    let bump = [crate::EVENT_AUTHORITY_AND_BUMP.1];
    let seeds: &[&[u8]] = &[EVENT_AUTHORITY_SEED, &bump];
    Ok(invoke_signed(&instruction, core::slice::from_ref(authority), &[seeds])?)
}

/// Seed of the address that signs those calls, Anchor's for `event_cpi`.
pub const EVENT_AUTHORITY_SEED: &[u8] = b"__event_authority";

/// A vault was created.
#[event]
#[derive(Clone, Debug)]
pub struct VaultCreated {
    /// The vault.
    pub vault: Pubkey,
    /// Who created it.
    pub creator: Pubkey,
    /// Quote mint.
    pub quote_mint: Pubkey,
    /// Share mint.
    pub share_mint: Pubkey,
    /// Who may trip and resume its breakers.
    pub guardian: Option<Pubkey>,
    /// Who gets the shares that its manager earns.
    pub collector: Option<Pubkey>,
    /// Its markets and legs.
    pub portfolio: StoredPortfolio,
}

/// Quote tokens or shares went into a batch, for a ticket.
#[event]
#[derive(Clone, Debug)]
pub struct Requested {
    /// The vault.
    pub vault: Pubkey,
    /// Whose request.
    pub holder: Pubkey,
    /// Its ticket.
    pub ticket: Pubkey,
    /// Number of the batch.
    pub batch: u64,
    /// Whether shares were paid in, rather than quote tokens.
    pub is_redemption: bool,
    /// Whether it is content with any price.
    pub is_any_price: bool,
    /// Base units paid in.
    pub amount: u64,
}

/// A batch was priced, or filled further.
#[event]
#[derive(Clone, Debug)]
pub struct BatchPriced {
    /// The vault.
    pub vault: Pubkey,
    /// Number of the batch.
    pub number: u64,
    /// Who sent it.
    pub keeper: Pubkey,
    /// Low net asset value before, which redemptions got, quote base units.
    pub nav_low: i64,
    /// High net asset value before, which deposits paid, quote base units.
    pub nav_high: i64,
    /// Share supply before.
    pub supply_before: u64,
    /// Shares minted for deposits.
    pub minted: u64,
    /// Shares burnt.
    pub burnt: u64,
    /// What those were worth, quote base units.
    pub worth: u64,
    /// Levy on the net side, quote base units.
    pub levy: u64,
    /// The batch after it.
    pub totals: StoredBatch,
    /// Ledger after it.
    pub ledger_after: StoredLedger,
    /// Redemptions that are final and not filled after it.
    pub leaving_after: StoredLeaving,
    /// What its manager has earned and has not had, after it.
    pub fees_after: StoredFees,
    /// Prices used, of each market.
    pub prices: Vec<PricesView>,
    /// Breakers of the market and of the vault that were active, a bit for each.
    pub breakers: u16,
}

/// A batch was advanced its part of what is liquid.
#[event]
#[derive(Clone, Debug)]
pub struct Advanced {
    /// The vault.
    pub vault: Pubkey,
    /// Number of the batch.
    pub number: u64,
    /// Quote base units.
    pub amount: u64,
    /// Share supply.
    pub supply: u64,
    /// The batch after it.
    pub totals: StoredBatch,
    /// Ledger after it.
    pub ledger_after: StoredLedger,
}

/// A ticket was paid what was due to it.
#[event]
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The vault.
    pub vault: Pubkey,
    /// The ticket.
    pub ticket: Pubkey,
    /// Whose it is.
    pub holder: Pubkey,
    /// Number of its batch.
    pub batch: u64,
    /// Token account that got it.
    pub to: Pubkey,
    /// Quote base units.
    pub quote: u64,
    /// Share base units.
    pub shares: u64,
    /// Whether it is what was paid in, that went back.
    pub is_returned: bool,
    /// Whether the ticket is closed by it.
    pub ends: bool,
}

/// A request was taken back.
#[event]
#[derive(Clone, Debug)]
pub struct Cancelled {
    /// The vault.
    pub vault: Pubkey,
    /// The ticket.
    pub ticket: Pubkey,
    /// Whose it was.
    pub holder: Pubkey,
    /// Number of its batch.
    pub batch: u64,
    /// Base units that went back.
    pub amount: u64,
}

/// A rebalance was proven.
#[event]
#[derive(Clone, Debug)]
pub struct Rebalanced {
    /// The vault.
    pub vault: Pubkey,
    /// Who cranked it.
    pub keeper: Pubkey,
    /// Why it was due.
    pub reason: TradeReason,
    /// What was ordered, and what filled.
    pub orders: Vec<OrderView>,
    /// Prices used, of each market.
    pub prices: Vec<PricesView>,
    /// Breakers of the market and of the vault that were active, a bit for each.
    pub breakers: u16,
    /// The vault's that are active after it.
    pub vault_breakers_after: u16,
    /// Targets, and what the markets said of the days ahead.
    pub targets: TargetsView,
    /// Book before.
    pub before: BookView,
    /// Book after.
    pub after: BookView,
    /// By how much the cost of risk fell, quote base units.
    pub risk_removed: u64,
    /// What whoever cranked it was paid, quote base units.
    pub paid: u64,
}

/// What belongs to holders who leave was traded down.
#[event]
#[derive(Clone, Debug)]
pub struct Unwound {
    /// The vault.
    pub vault: Pubkey,
    /// Who cranked it.
    pub keeper: Pubkey,
    /// Number of the batch.
    pub batch: u64,
    /// The leg, by its place in the vault.
    pub leg: u8,
    /// Lots ordered.
    pub ordered: i64,
    /// Lots unwound, an order in flight as if it had filled.
    pub unwound: i64,
    /// Fill price; zero while the order waits.
    pub fill_price: Fixed,
    /// What it cost with what was paid for it, quote base units.
    pub cost: u64,
    /// What whoever cranked it was paid, quote base units.
    pub paid: u64,
    /// Prices used, of each market.
    pub prices: Vec<PricesView>,
    /// Redemptions that are final and not filled after it.
    pub leaving_after: StoredLeaving,
    /// The vault's breakers that are active after it.
    pub vault_breakers_after: u16,
}

/// Collateral moved between custody and the venue.
#[event]
#[derive(Clone, Debug)]
pub struct CollateralMoved {
    /// The vault.
    pub vault: Pubkey,
    /// The leg, by its place in the vault.
    pub leg: u8,
    /// Quote base units into the venue; negative out of it.
    pub amount: i64,
    /// Ledger cash after.
    pub cash_after: u64,
    /// Venue collateral after.
    pub collateral_after: u64,
    /// Withdrawals queued at the venue after.
    pub queued_after: u64,
    /// What whoever sent it was paid, quote base units.
    pub paid: u64,
    /// Prices used, of each market.
    pub prices: Vec<PricesView>,
    /// Breakers of the vault that are active after it, a bit for each.
    pub breakers: u16,
}

/// A queued withdrawal arrived.
#[event]
#[derive(Clone, Debug)]
pub struct WithdrawalCollected {
    /// The vault.
    pub vault: Pubkey,
    /// The leg, by its place in the vault.
    pub leg: u8,
    /// Quote base units received.
    pub amount: u64,
    /// Ledger cash after.
    pub cash_after: u64,
}

/// The vault was observed.
#[event]
#[derive(Clone, Debug)]
pub struct Marked {
    /// The vault.
    pub vault: Pubkey,
    /// Low net asset value, quote base units; none if the accounts of a venue could not be read.
    pub nav_low: Option<i64>,
    /// Share supply.
    pub supply: u64,
    /// Breakers that were active before, a bit for each.
    pub breakers_before: u16,
    /// What the vault remembers after it.
    pub monitor: StoredMonitor,
    /// What whoever sent it was paid, quote base units.
    pub paid: u64,
}

/// Somebody may act for a holder, or no longer.
#[event]
#[derive(Clone, Debug)]
pub struct OperatorSet {
    /// The vault.
    pub vault: Pubkey,
    /// Who approved.
    pub holder: Pubkey,
    /// Who may act for them.
    pub operator: Pubkey,
    /// Whether they may.
    pub approved: bool,
}

/// What the manager had earned was minted.
#[event]
#[derive(Clone, Debug)]
pub struct FeesClaimed {
    /// The vault.
    pub vault: Pubkey,
    /// Token account that got the shares.
    pub to: Pubkey,
    /// Shares.
    pub shares: u64,
    /// Share supply.
    pub supply: u64,
}

/// A venue went into quarantine, or left it.
#[event]
#[derive(Clone, Debug)]
pub struct Quarantined {
    /// The vault.
    pub vault: Pubkey,
    /// The leg, by its place in the vault.
    pub leg: u8,
    /// Whether its venue is in quarantine now.
    pub is_quarantined: bool,
    /// Low value of all that was there, quote base units; none if it could not be told.
    pub value: Option<u64>,
    /// Share supply.
    pub supply: u64,
    /// The vault's cases.
    pub cases: StoredCases,
    /// The vault's ledger.
    pub ledger_after: StoredLedger,
}

/// A ticket is somebody else's from now on.
#[event]
#[derive(Clone, Debug)]
pub struct Assigned {
    /// The vault.
    pub vault: Pubkey,
    /// The ticket.
    pub ticket: Pubkey,
    /// Whose it was.
    pub from: Pubkey,
    /// Whose it is.
    pub to: Pubkey,
    /// Token account that gets what was asked for.
    pub pay_to: Pubkey,
    /// Token account that gets what was paid in, if it goes back.
    pub return_to: Pubkey,
}

/// The guardian tripped or resumed a breaker.
#[event]
#[derive(Clone, Debug)]
pub struct BreakerByHand {
    /// The vault.
    pub vault: Pubkey,
    /// Its guardian.
    pub guardian: Pubkey,
    /// Which one.
    pub breaker: VaultBreaker,
    /// Whether it is active now.
    pub is_active: bool,
    /// Breakers that are active after it, a bit for each.
    pub breakers: u16,
}
