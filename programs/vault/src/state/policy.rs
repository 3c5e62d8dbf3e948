//! A vault's policy as stored, and the hard bounds each number has to keep.

use crate::errors::VaultError;
use crate::state::plain::plain;
use crate::state::VaultBreakerSettings;
use anchor_lang::prelude::*;
use ballast_core_types::{Ratio, I80F48};
use ballast_core_vault::exposure::ExposurePolicy;
use ballast_core_vault::fees::{FeePolicy, MOST_MANAGEMENT, MOST_PERFORMANCE};
use ballast_core_vault::rebalance::RebalancePolicy;
use ballast_core_vault::state::VaultPolicy as Policy;
use ballast_risk::state::Fixed;
use bytemuck::{Pod, Zeroable};

/// What a vault is created with, for good. All shares and ratios are fractions, not per cent.
#[derive(InitSpace, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct VaultPolicy {
    /// Target dollar delta / net asset value; negative is short.
    pub target: Fixed,
    /// Half-width of the band / net asset value.
    pub band: Fixed,
    /// Floor per share / highest net asset value per share yet.
    pub floor: Fixed,
    /// m: largest exposure / cushion.
    pub multiplier: Fixed,
    /// Greatest exposure / net asset value.
    pub max_leverage: Fixed,
    /// Greatest distance of a fill from the oracle price / that price.
    pub price_band: Fixed,
    /// Least improvement of a rebalance / band.
    pub min_improvement: Fixed,
    /// Greatest cost of a rebalance / notional traded.
    pub max_cost: Fixed,
    /// Collateral at the venue / exposure.
    pub collateral_ratio: Fixed,
    /// Most that may leave at a price in a day / net asset value.
    pub outflow: Fixed,
    /// Shares a year that are the manager's / share supply, 0 to 2 %.
    pub management_fee: Fixed,
    /// Share of the gain that is the manager's, 0 to 20 %.
    pub performance_fee: Fixed,
    /// Greatest net asset value with all deposits that wait, quote base units.
    pub deposit_cap: u64,
}

plain!(VaultPolicy {
    target,
    band,
    floor,
    multiplier,
    max_leverage,
    price_band,
    min_improvement,
    max_cost,
    collateral_ratio,
    outflow,
    management_fee,
    performance_fee,
    deposit_cap
});

/// The greatest deposit cap, base units: what a policy may ask for is at most twenty times of it,
/// and fits.
const MOST_DEPOSITS: u64 = i64::MAX.unsigned_abs() / 20;

/// `value` hundredths of one per cent.
const fn basis_points(value: i64) -> I80F48 {
    I80F48::from_bits(((value as i128) << 48) / 10_000)
}

fn within(value: Fixed, least: i64, most: i64) -> bool {
    value.get() >= basis_points(least) && value.get() <= basis_points(most)
}

impl VaultPolicy {
    /// Checks the whole bundle. `initial_margin` is the venue's.
    ///
    /// # Errors
    /// The first parameter out of its bounds.
    pub fn validate(&self, initial_margin: Ratio) -> Result<()> {
        let target = self.target.get();
        require!(
            target != I80F48::ZERO && within(self.target, -30_000, 30_000),
            VaultError::Target
        );
        require!(within(self.band, 10, 5_000), VaultError::Band);
        require!(within(self.floor, 1_000, 9_900), VaultError::Floor);
        require!(within(self.multiplier, 1_000, 200_000), VaultError::Multiplier);
        require!(within(self.max_leverage, 1_000, 50_000), VaultError::MaxLeverage);
        require!(within(self.price_band, 1, 500), VaultError::PriceBand);
        require!(within(self.min_improvement, 100, 10_000), VaultError::MinImprovement);
        require!(within(self.max_cost, 1, 500), VaultError::MaxCost);
        // A levy takes at most half of a flow: see `ballast_core_vault::levy`.
        let levy = self.max_cost.get().checked_mul(self.multiplier.get());
        require!(
            levy.is_some_and(|levy| levy <= basis_points(4_000)),
            VaultError::LevyTooHigh
        );
        // A venue lets it fall a fifth short, and not under its own margin.
        let least = initial_margin
            .fixed()
            .checked_mul_int(5)
            .and_then(|five| five.checked_div_int(4));
        require!(
            least.is_some_and(|least| self.collateral_ratio.get() > least) && within(self.collateral_ratio, 1, 20_000),
            VaultError::CollateralRatio
        );
        require!(within(self.outflow, 1_000, 10_000), VaultError::Outflow);
        let up_to = |fee: Fixed, most: Ratio| (I80F48::ZERO..=most.fixed()).contains(&fee.get());
        require!(up_to(self.management_fee, MOST_MANAGEMENT), VaultError::ManagementFee);
        require!(
            up_to(self.performance_fee, MOST_PERFORMANCE),
            VaultError::PerformanceFee
        );
        require!((1..=MOST_DEPOSITS).contains(&self.deposit_cap), VaultError::DepositCap);
        Ok(())
    }

    /// Checks the policy together with the breakers: what a proven trade may cost is no unexplained
    /// move.
    ///
    /// # Errors
    /// [`VaultError::UnexplainedTrip`].
    pub fn validate_with(&self, breakers: &VaultBreakerSettings) -> Result<()> {
        let [_, unexplained, ..] = &breakers.settings;
        let most = self.max_cost.get().checked_mul(self.max_leverage.get());
        let trip = basis_points(i64::from(unexplained.trip));
        require!(most.is_some_and(|most| trip > most), VaultError::UnexplainedTrip);
        Ok(())
    }

    /// Returns whether a manager earns anything.
    pub fn has_fees(&self) -> bool {
        [self.management_fee, self.performance_fee]
            .iter()
            .any(|fee| fee.get() != I80F48::ZERO)
    }

    /// Decodes the policy.
    pub fn decoded(&self) -> Policy {
        Policy {
            exposure: ExposurePolicy {
                target: self.target.ratio(),
                band: self.band.ratio(),
                floor: self.floor.ratio(),
                multiplier: self.multiplier.ratio(),
                max_leverage: self.max_leverage.ratio(),
            },
            rebalance: RebalancePolicy {
                price_band: self.price_band.ratio(),
                min_improvement: self.min_improvement.ratio(),
                max_cost: self.max_cost.ratio(),
            },
            collateral_ratio: self.collateral_ratio.ratio(),
            deposit_cap: self.deposit_cap,
            outflow: self.outflow.ratio(),
            fees: FeePolicy {
                management: self.management_fee.ratio(),
                performance: self.performance_fee.ratio(),
            },
        }
    }
}
