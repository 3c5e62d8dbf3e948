//! What a vault's manager has earned, as stored.

use crate::errors::{ensure, VaultError};
use crate::state::plain::plain;
use crate::state::{Vault, VaultPolicy};
use anchor_lang::prelude::*;
use ballast_core_types::{Shares, UnixTime};
use ballast_core_vault::fees::FeeLedger;
use bytemuck::{Pod, Zeroable};

/// See [`FeeLedger`].
#[derive(InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct StoredFees {
    /// Shares earned and not minted yet: part of the share supply.
    pub shares: u64,
    /// What the low net asset value has to be above, quote base units, virtual assets included.
    pub basis: u64,
    /// Until when the management fee has accrued, unix seconds.
    pub accrued_at: i64,
    /// When the performance fee last became shares, unix seconds.
    pub crystallised_at: i64,
}

plain!(StoredFees {
    shares,
    basis,
    accrued_at,
    crystallised_at
});

impl StoredFees {
    /// Returns the fees.
    pub fn get(&self) -> FeeLedger {
        FeeLedger {
            shares: Shares(self.shares),
            basis: self.basis,
            accrued_at: UnixTime(self.accrued_at),
            crystallised_at: UnixTime(self.crystallised_at),
        }
    }
}

impl From<FeeLedger> for StoredFees {
    fn from(fees: FeeLedger) -> Self {
        Self {
            shares: fees.shares.0,
            basis: fees.basis,
            accrued_at: fees.accrued_at.0,
            crystallised_at: fees.crystallised_at.0,
        }
    }
}

impl Vault {
    /// Returns who gets the shares that its manager earns, if it has fees.
    pub fn collector(&self) -> Option<Pubkey> {
        Some(self.collector).filter(|key| *key != Pubkey::default())
    }

    /// Has the management fee accrue until now.
    pub fn accrue_fees(&mut self, minted: Shares, now: UnixTime) {
        self.fees = self.state().fees_at(minted, now).into();
    }
}

/// Checks who a new vault's fees are for.
///
/// # Errors
/// [`VaultError::Collector`] if there are fees and nobody is named, or somebody and there are none.
pub fn validate_collector(collector: Option<Pubkey>, policy: &VaultPolicy) -> Result<()> {
    let is_named = collector.is_some_and(|key| key != Pubkey::default());
    ensure!(
        is_named == policy.has_fees() && is_named == collector.is_some(),
        VaultError::Collector
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_lie_in_memory_as_borsh_writes_them_and_come_back() {
        let (fields, memory, space) = StoredFees::encodings();
        assert_eq!((fields, space), (memory.clone(), memory.len()));
        let fees = FeeLedger {
            shares: Shares(1),
            basis: 2,
            accrued_at: UnixTime(3),
            crystallised_at: UnixTime(4),
        };
        assert_eq!(StoredFees::from(fees).get(), fees);
    }
}
