//! A batch of requests, as stored: totals, and what it was given.

use crate::errors::VaultError;
use crate::state::plain::{moment, plain, stored_as};
use crate::state::{StoredRight, Vault};
use anchor_lang::prelude::*;
use ballast_core_types::{Lots, Ratio, Shares, UnixTime};
use ballast_core_vault::batch::collect::collect;
use ballast_core_vault::batch::{Batch, Deposits, Redemptions, Requested, Returned};
use ballast_core_vault::places::MAX_LEGS;
use ballast_core_vault::quarantine::CASES;
use ballast_risk::state::Fixed;
use bytemuck::{Pod, Zeroable};

/// First seed of a batch's address: `["batch", vault, number]`.
pub const BATCH_SEED: &[u8] = b"batch";
/// Layout of batches and tickets written by this program.
pub const BATCH_VERSION: u8 = 4;

/// See [`Batch`]. Zero stands for what has not happened.
#[derive(InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct StoredBatch {
    /// When its first request came, unix seconds.
    pub opened_at: i64,
    /// When an advance closed it, unix seconds.
    pub closed_at: i64,
    /// When it was first priced, unix seconds.
    pub priced_at: i64,
    /// Value of a share that the class within one per cent is judged by.
    pub reference: Fixed,
    /// When that was marked, unix seconds.
    pub reference_at: i64,
    /// Quote base units asked to come in at any price.
    pub deposits_any: u64,
    /// Quote base units asked to come in within one per cent.
    pub deposits_within: u64,
    /// Quote base units that came in.
    pub deposits_accepted: u64,
    /// Shares minted for them.
    pub shares_minted: u64,
    /// Shares asked to leave at any price.
    pub redemptions_any: u64,
    /// Shares asked to leave within one per cent.
    pub redemptions_within: u64,
    /// Shares that are final.
    pub shares_total: u64,
    /// Those of them that are not filled.
    pub shares_left: u64,
    /// Shares that were final before these, since the vault's beginning; wraps around.
    pub shares_behind: u64,
    /// Their part of each position when they were first priced, lots.
    pub lots: [i64; MAX_LEGS],
    /// What of it is not unwound and goes with shares that are not filled, lots.
    pub lots_left: [i64; MAX_LEGS],
    /// What unwinding has cost and those who left have not borne, quote base units.
    pub unwind_cost: u64,
    /// Advanced and not settled by a pricing, quote base units.
    pub advanced: u64,
    /// All that was given to the redemptions, quote base units.
    pub paid: u64,
    /// What redemptions that are filled have in venues in quarantine.
    pub rights: [StoredRight; CASES],
    /// What advance and unwinding cost more than what they were for was worth, quote base units.
    pub debt: u64,
    /// Bits: 1 deposits at any price went back, 2 deposits within one per cent, 4 redemptions
    /// within one per cent, 8 redemptions are final.
    pub flags: u64,
}

plain!(StoredBatch {
    opened_at,
    closed_at,
    priced_at,
    reference,
    reference_at,
    deposits_any,
    deposits_within,
    deposits_accepted,
    shares_minted,
    redemptions_any,
    redemptions_within,
    shares_total,
    shares_left,
    shares_behind,
    lots,
    lots_left,
    unwind_cost,
    advanced,
    paid,
    rights,
    debt,
    flags
});

const DEPOSITS_RETURNED: u64 = 1;
const DEPOSITS_WITHIN_RETURNED: u64 = 2;
const REDEMPTIONS_WITHIN_RETURNED: u64 = 4;
const FINAL: u64 = 8;

impl StoredBatch {
    /// Returns whether it has a right in a venue in quarantine.
    pub fn has_rights(&self) -> bool {
        self.rights.iter().any(|right| right.shares != 0)
    }

    /// Returns the batch.
    #[inline(never)]
    pub fn get(&self) -> Batch {
        let has = |flag: u64| self.flags & flag != 0;
        Batch {
            opened_at: UnixTime(self.opened_at),
            closed_at: moment(self.closed_at),
            priced_at: moment(self.priced_at),
            reference: Some(self.reference.ratio()).filter(|reference| *reference > Ratio::ZERO),
            reference_at: UnixTime(self.reference_at),
            deposits: Deposits {
                requested: Requested {
                    any: self.deposits_any,
                    within: self.deposits_within,
                },
                returned: Returned {
                    any: has(DEPOSITS_RETURNED),
                    within: has(DEPOSITS_WITHIN_RETURNED),
                },
                accepted: self.deposits_accepted,
                minted: Shares(self.shares_minted),
            },
            redemptions: Redemptions {
                requested: Requested {
                    any: self.redemptions_any,
                    within: self.redemptions_within,
                },
                returned: Returned {
                    any: false,
                    within: has(REDEMPTIONS_WITHIN_RETURNED),
                },
                is_final: has(FINAL),
                total: Shares(self.shares_total),
                left: Shares(self.shares_left),
                behind: self.shares_behind,
                lots: self.lots.map(Lots),
                lots_left: self.lots_left.map(Lots),
                unwind_cost: self.unwind_cost,
                advanced: self.advanced,
                paid: self.paid,
                rights: self.rights.map(|right| right.get()),
                debt: self.debt,
            },
        }
    }
}

impl From<Batch> for StoredBatch {
    #[inline(never)]
    fn from(batch: Batch) -> Self {
        let Batch {
            deposits, redemptions, ..
        } = batch;
        let flag = |is_set: bool, flag: u64| if is_set { flag } else { 0 };
        Self {
            opened_at: batch.opened_at.0,
            closed_at: batch.closed_at.map_or(0, |at| at.0),
            priced_at: batch.priced_at.map_or(0, |at| at.0),
            reference: batch.reference.unwrap_or(Ratio::ZERO).into(),
            reference_at: batch.reference_at.0,
            deposits_any: deposits.requested.any,
            deposits_within: deposits.requested.within,
            deposits_accepted: deposits.accepted,
            shares_minted: deposits.minted.0,
            redemptions_any: redemptions.requested.any,
            redemptions_within: redemptions.requested.within,
            shares_total: redemptions.total.0,
            shares_left: redemptions.left.0,
            shares_behind: redemptions.behind,
            lots: redemptions.lots.map(|lots| lots.0),
            lots_left: redemptions.lots_left.map(|lots| lots.0),
            unwind_cost: redemptions.unwind_cost,
            advanced: redemptions.advanced,
            paid: redemptions.paid,
            rights: redemptions.rights.map(StoredRight::from),
            debt: redemptions.debt,
            flags: flag(deposits.returned.any, DEPOSITS_RETURNED)
                | flag(deposits.returned.within, DEPOSITS_WITHIN_RETURNED)
                | flag(redemptions.returned.within, REDEMPTIONS_WITHIN_RETURNED)
                | flag(redemptions.is_final, FINAL),
        }
    }
}

/// A batch of requests. It is read and written as its bytes lie: see [`StoredRequestBatch`].
#[account]
#[derive(InitSpace, Debug)]
pub struct RequestBatch {
    /// All of it.
    pub stored: StoredRequestBatch,
}

stored_as!(RequestBatch, StoredRequestBatch);

/// What a batch's account holds.
#[derive(InitSpace, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct StoredRequestBatch {
    /// Layout version; zero before the first request.
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// Zero.
    pub padding: [u8; 6],
    /// The vault.
    pub vault: Pubkey,
    /// Its number there.
    pub number: u64,
    /// Who opened it, and gets the rent back.
    pub payer: Pubkey,
    /// Tickets that are not closed.
    pub tickets: u64,
    /// Lamports for whoever first prices it.
    pub pricing_fee: u64,
    /// Quote base units its tickets have claimed, what went back included.
    pub quote_claimed: u64,
    /// Shares its tickets have claimed, what went back included.
    pub shares_claimed: u64,
    /// Totals, and what it was given.
    pub totals: StoredBatch,
}

plain!(StoredRequestBatch {
    version,
    bump,
    padding,
    vault,
    number,
    payer,
    tickets,
    pricing_fee,
    quote_claimed,
    shares_claimed,
    totals
});

impl RequestBatch {
    /// Returns the batch as a claim of one of its tickets would find it: with what its rights in
    /// venues in quarantine are due. As it is, if it has none or a value does not fit.
    #[must_use]
    pub fn collected(mut self, vault: &Vault) -> Self {
        let totals = self.collect(&mut vault.clone()).map(|()| self.totals);
        self.totals = totals.unwrap_or(self.totals);
        self
    }

    /// Returns whether it would leave a case that has ended, were it collected now.
    pub fn leaves_a_case(&self, vault: &Vault) -> bool {
        let rights = |batch: &Self| batch.totals.rights.iter().filter(|right| right.shares != 0).count();
        rights(&self.clone().collected(vault)) < rights(self)
    }

    /// Collects what came back from venues in quarantine for those of its shares that were burnt
    /// meanwhile.
    ///
    /// # Errors
    /// [`VaultError::OutOfRange`].
    pub fn collect(&mut self, vault: &mut Vault) -> Result<()> {
        if !self.totals.has_rights() {
            return Ok(());
        }
        let collected = collect(&self.totals.get(), vault.cases.get(), vault.ledger.get());
        let collected = collected.ok_or(VaultError::OutOfRange)?;
        self.totals = collected.batch.into();
        (vault.cases, vault.ledger) = (collected.cases.into(), collected.ledger.into());
        Ok(())
    }

    /// Returns what is owed to its tickets: quote base units and shares. Once no ticket is open,
    /// the dust that their rounding left.
    ///
    /// # Errors
    /// [`VaultError::OutOfRange`].
    pub fn outstanding(&self) -> Result<(u64, u64)> {
        let totals = self.totals.get();
        let outstanding = || {
            let deposits = &totals.deposits;
            let sent_back = deposits.requested.total()?.checked_sub(deposits.accepted)?;
            let quote = sent_back.checked_add(totals.redemptions.paid)?;
            let redemptions = &totals.redemptions;
            let sent_back = redemptions.requested.total()?.checked_sub(redemptions.total.0)?;
            let shares = sent_back.checked_add(deposits.minted.0)?;
            Some((
                quote.checked_sub(self.quote_claimed)?,
                shares.checked_sub(self.shares_claimed)?,
            ))
        };
        Ok(outstanding().ok_or(VaultError::OutOfRange)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_vault::quarantine::Right;

    #[test]
    fn a_batch_survives_storage_and_lies_in_memory_as_borsh_writes_it() {
        let mut batch = Batch::opened(UnixTime(7));
        assert_eq!(StoredBatch::from(batch).get(), batch);
        (batch.closed_at, batch.priced_at) = (Some(UnixTime(8)), Some(UnixTime(9)));
        (batch.reference, batch.reference_at) = (Some(Ratio::ONE), UnixTime(6));
        batch.deposits = Deposits {
            requested: Requested { any: 1, within: 2 },
            returned: Returned {
                any: false,
                within: true,
            },
            accepted: 1,
            minted: Shares(3),
        };
        batch.redemptions = Redemptions {
            requested: Requested { any: 4, within: 5 },
            returned: Returned {
                any: false,
                within: true,
            },
            is_final: true,
            total: Shares(4),
            left: Shares(2),
            behind: 11,
            lots: [-9, 8, -7, 6, -5, 4, -3, 2].map(Lots),
            lots_left: [-5, 4, -3, 2, -1, 0, 1, 2].map(Lots),
            unwind_cost: 12,
            advanced: 13,
            paid: 14,
            rights: [
                Right::default(),
                Right {
                    shares: Shares(15),
                    entry: 16,
                    had: 17,
                },
                Right::default(),
                Right {
                    shares: Shares(19),
                    entry: 20,
                    had: 21,
                },
            ],
            debt: 18,
        };
        assert_eq!(StoredBatch::from(batch).get(), batch);
        for (fields, memory, space) in [StoredBatch::encodings(), StoredRequestBatch::encodings()] {
            assert_eq!((fields, space), (memory.clone(), memory.len()));
        }
    }
}
