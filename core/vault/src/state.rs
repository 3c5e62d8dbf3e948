//! What a vault's account says, as plain values.

use crate::exposure::ExposurePolicy;
use crate::monitor::{MonitorParams, VaultMonitor};
use crate::rebalance::RebalancePolicy;
use crate::shares::RiseLimit;
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
    /// Greatest rise of the redemption price an hour / that price.
    pub nav_rise_per_hour: Ratio,
    /// Greatest net asset value after a deposit, quote base units.
    pub deposit_cap: u64,
}

/// What a share was worth when it was last marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareMark {
    /// Net asset value per share, its rise limited.
    pub value: Ratio,
    /// When that was.
    pub at: UnixTime,
    /// The highest of these values yet.
    pub high_water: Ratio,
}

/// A vault's decoded state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VaultState {
    /// What it was created with.
    pub policy: VaultPolicy,
    /// How it monitors itself.
    pub monitor_params: MonitorParams,
    /// Ledger: quote tokens in custody that belong to the vault, base units.
    pub cash: u64,
    /// Shares of holders who wait to leave.
    pub pending_redemption_shares: Shares,
    /// What a share was last worth.
    pub share_mark: ShareMark,
    /// What it remembers from one observation to the next.
    pub monitor: VaultMonitor,
}

impl VaultState {
    /// Returns the limit on the rise of the redemption price.
    pub const fn rise_limit(&self) -> RiseLimit {
        RiseLimit {
            reference: self.share_mark.value,
            reference_at: self.share_mark.at,
            per_hour: self.policy.nav_rise_per_hour,
        }
    }
}
