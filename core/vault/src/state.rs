//! What a vault's account says, as plain values.

use crate::batch::queue::BatchQueue;
use crate::exposure::ExposurePolicy;
use crate::fees::{FeeLedger, FeePolicy};
use crate::keeper_pay::KeeperPayPolicy;
use crate::leaving::Leaving;
use crate::ledger::Ledger;
use crate::monitor::{MonitorParams, VaultMonitor};
use crate::outflow::Outflow;
use crate::places::{at, MAX_LEGS};
use crate::prices::{Prices, Purpose};
use crate::quarantine::Cases;
use crate::rebalance::RebalancePolicy;
use crate::shares::ShareMark;
use ballast_core_types::{Ratio, Shares, UnixTime};

/// What a vault was created with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VaultPolicy {
    /// Target, band, floor and cap.
    pub exposure: ExposurePolicy,
    /// The bounds every rebalance has to keep.
    pub rebalance: RebalancePolicy,
    /// Collateral at the venue / exposure.
    pub collateral_ratio: Ratio,
    /// Greatest net asset value with all deposits that wait, quote base units.
    pub deposit_cap: u64,
    /// Share of the net asset value that may leave at a price in a day.
    pub outflow: Ratio,
    /// What its manager earns.
    pub fees: FeePolicy,
    /// What keepers earn.
    pub keepers: KeeperPayPolicy,
}

/// A vault's decoded state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VaultState {
    /// Base units of one whole quote token, and of one whole share.
    pub unit: u64,
    /// What it was created with.
    pub policy: VaultPolicy,
    /// The market of each leg, by its place in the vault.
    pub legs: [Option<u8>; MAX_LEGS],
    /// How it monitors itself.
    pub monitor_params: MonitorParams,
    /// Its quote tokens.
    pub ledger: Ledger,
    /// Holders whose redemption is final and not filled.
    pub leaving: Leaving,
    /// Its line of batches.
    pub queue: BatchQueue,
    /// Venues in quarantine, and what is owed of such times.
    pub cases: Cases,
    /// What has left at a price.
    pub outflow: Outflow,
    /// What its manager has earned.
    pub fees: FeeLedger,
    /// What a share was last worth.
    pub share_mark: ShareMark,
    /// What it remembers from one observation to the next.
    pub monitor: VaultMonitor,
}

impl VaultState {
    /// Returns the legs: each one's place, and that of its market. They fill the first places.
    pub fn legs(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let placed = self.legs.iter().enumerate();
        placed.map_while(|(place, market)| Some((place, usize::from((*market)?))))
    }

    /// Returns the market of the leg at a place, by that one's own place.
    pub fn market_of(&self, place: usize) -> Option<usize> {
        at(&self.legs, place).map(usize::from)
    }

    /// Returns whether the venue of the leg at a place is in quarantine.
    pub fn is_quarantined(&self, place: usize) -> bool {
        self.cases.of(place).is_some()
    }

    /// Returns whether what is not in quarantine rests on a price that is admitted for nothing.
    pub fn rests_on_a_refused_price(&self, prices: &Prices) -> bool {
        let mut counted = self.legs().filter(|(place, _)| !self.is_quarantined(*place));
        counted.any(|(_, market)| prices.of(market).is_some_and(|of| of.refusal.is_some()))
    }

    /// Returns whether anything rests on the price of a market, for a purpose: not where all that
    /// is held of it is at venues in quarantine, and those do not count.
    pub fn counts(&self, market: usize, purpose: Purpose) -> bool {
        let mut legs = self.legs().filter(|(_, of)| *of == market);
        purpose.counts_quarantined() || legs.any(|(place, _)| !self.is_quarantined(place))
    }

    /// Returns whether what is at a venue in quarantine counts, for a purpose.
    pub fn counts_quarantined(&self, purpose: Purpose) -> bool {
        self.cases.is_quarantined() && purpose.counts_quarantined()
    }

    /// Returns what its manager has earned until now: see [`FeeLedger::accrued`].
    pub fn fees_at(&self, minted: Shares, now: UnixTime) -> FeeLedger {
        let is_quarantined = self.cases.is_quarantined();
        self.fees.accrued(&self.policy.fees, minted, now, is_quarantined)
    }
}
