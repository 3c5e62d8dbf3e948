//! A vault's policy as stored, and the hard bounds each number has to keep.

use crate::errors::{ensure, VaultError};
use crate::state::plain::plain;
use crate::state::{MarketPolicy, StoredPortfolio, VaultBreakerSettings};
use anchor_lang::prelude::*;
use ballast_core_types::{Ratio, I80F48};
use ballast_core_vault::directional::Mode;
use ballast_core_vault::exposure::ExposurePolicy;
use ballast_core_vault::fees::{FeePolicy, MOST_MANAGEMENT, MOST_PERFORMANCE};
use ballast_core_vault::keeper_pay::{KeeperPayParamError, KeeperPayPolicy};
use ballast_core_vault::monitor::MOST_AT_A_VENUE;
use ballast_core_vault::rebalance::RebalancePolicy;
use ballast_core_vault::state::VaultPolicy as Policy;
use ballast_risk::state::Fixed;
use bytemuck::{Pod, Zeroable};
use core::array::from_fn;

/// What a vault is created with, for good. All shares and ratios are fractions, not per cent.
#[derive(InitSpace, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "idl-build", derive(AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct VaultPolicy {
    /// Half-width of a market's band / its base.
    pub band: Fixed,
    /// Least that is worth a trade / net asset value.
    pub least_trade: Fixed,
    /// Most that is traded in an hour because D has drifted / net asset value.
    pub slice: Fixed,
    /// Floor per share / high of a share's net asset value.
    pub floor: Fixed,
    /// What that high falls in a day / itself.
    pub high_fall_per_day: Fixed,
    /// m: largest exposure / cushion.
    pub multiplier: Fixed,
    /// Greatest exposure / net asset value.
    pub max_leverage: Fixed,
    /// Greatest distance of a fill from the oracle price / that price.
    pub price_band: Fixed,
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
    /// Most that a trade pays whoever sent it / notional traded, 0 to 0.01 %.
    pub keeper_rate: Fixed,
    /// What looking after the vault pays once an hour, quote base units; up to a whole token.
    pub keeper_task: u64,
    /// Greatest net asset value with all deposits that wait, quote base units.
    pub deposit_cap: u64,
    /// What decides the targets: [`MANUAL`] or [`RULE_BASED`].
    pub mode: u32,
    /// Aversion to risk, by which what a trade removes of it is measured: 1 to 1,000.
    pub aversion: u32,
}

/// The base, as it was set: see [`Mode::Manual`].
pub const MANUAL: u32 = 0;
/// The base, times what trend and volatility leave of it: see [`Mode::RuleBased`].
pub const RULE_BASED: u32 = 1;

plain!(VaultPolicy {
    band,
    least_trade,
    slice,
    floor,
    high_fall_per_day,
    multiplier,
    max_leverage,
    price_band,
    max_cost,
    collateral_ratio,
    outflow,
    management_fee,
    performance_fee,
    keeper_rate,
    keeper_task,
    deposit_cap,
    mode,
    aversion
});

/// The greatest deposit cap, base units: at five times of it, and that four times over, a venue's
/// figures are still none that nobody holds.
const MOST_DEPOSITS: u64 = MOST_AT_A_VENUE / 20;

/// The greatest multiplier: the worst fall of an hour in six years of three assets was a quarter.
const MOST_MULTIPLIER: i64 = 40_000;

/// The greatest cost of a trade, a share of its notional.
const MOST_COST: i64 = 500;

// A levy takes at most half of a flow: see `ballast_core_vault::levy`.
const _: () = assert!(MOST_MULTIPLIER * MOST_COST <= 4_000 * 10_000);

/// `value` hundredths of one per cent.
const fn basis_points(value: i64) -> I80F48 {
    I80F48::from_bits(((value as i128) << 48) / 10_000)
}

/// What a vault's venues ask, the dearest of them.
#[derive(Clone, Copy, Debug)]
pub struct VenueTerms {
    /// Initial margin / notional.
    pub initial_margin: Ratio,
    /// What a small trade costs / notional: fee and half of the spread.
    pub cost: Ratio,
}

fn within(value: Fixed, least: i64, most: i64) -> bool {
    value.get() >= basis_points(least) && value.get() <= basis_points(most)
}

impl VaultPolicy {
    /// Checks the whole bundle, with what is wanted of each market, at venues that ask so much, for
    /// a vault of tokens of `unit` base units.
    ///
    /// # Errors
    /// The first parameter out of its bounds.
    pub fn validate(&self, markets: &[MarketPolicy], venues: &VenueTerms, unit: u64) -> Result<()> {
        ensure!(matches!(self.mode, MANUAL | RULE_BASED), VaultError::Mode);
        ensure!(within(self.band, 100, 5_000), VaultError::Band);
        ensure!(within(self.least_trade, 1, 500), VaultError::LeastTrade);
        let mut sum = I80F48::ZERO;
        for market in markets {
            self.validate_market(market)?;
            let more = sum.checked_add(market.base.get().saturating_abs());
            sum = more.ok_or(VaultError::Base)?;
        }
        ensure!(sum <= basis_points(10_000), VaultError::Base);
        // With less than two of them a remnant of the hour could keep anything from being traded.
        let two = self.least_trade.get().checked_mul_int(2);
        ensure!(
            within(self.slice, 100, 50_000) && two.is_some_and(|two| self.slice.get() >= two),
            VaultError::Slice
        );
        ensure!(within(self.floor, 1_000, 9_900), VaultError::Floor);
        ensure!(within(self.high_fall_per_day, 1, 100), VaultError::HighFall);
        ensure!(within(self.multiplier, 1_000, MOST_MULTIPLIER), VaultError::Multiplier);
        ensure!(within(self.max_leverage, 1_000, 50_000), VaultError::MaxLeverage);
        ensure!(within(self.price_band, 1, 500), VaultError::PriceBand);
        ensure!(within(self.max_cost, 1, MOST_COST), VaultError::MaxCost);
        // A venue lets it fall a fifth short, and not under its own margin.
        let least = venues
            .initial_margin
            .fixed()
            .checked_mul_int(5)
            .and_then(|five| five.checked_div_int(4));
        ensure!(
            least.is_some_and(|least| self.collateral_ratio.get() > least) && within(self.collateral_ratio, 1, 20_000),
            VaultError::CollateralRatio
        );
        ensure!(within(self.outflow, 1_000, 10_000), VaultError::Outflow);
        let up_to = |fee: Fixed, most: Ratio| (I80F48::ZERO..=most.fixed()).contains(&fee.get());
        ensure!(up_to(self.management_fee, MOST_MANAGEMENT), VaultError::ManagementFee);
        ensure!(
            up_to(self.performance_fee, MOST_PERFORMANCE),
            VaultError::PerformanceFee
        );
        ensure!((1..=MOST_DEPOSITS).contains(&self.deposit_cap), VaultError::DepositCap);
        self.validate_keepers(markets, venues, unit)
    }

    /// Checks what keepers are paid: never so much that a levy does not cover it, and that a drift
    /// from the edge of any band is worth a trade to whoever sends it.
    fn validate_keepers(&self, markets: &[MarketPolicy], venues: &VenueTerms, unit: u64) -> Result<()> {
        let keepers = self.keepers();
        let refused = |error| match error {
            KeeperPayParamError::Rate => VaultError::KeeperRate,
            KeeperPayParamError::Aversion => VaultError::Aversion,
            KeeperPayParamError::Task => VaultError::KeeperTask,
        };
        keepers.validate(self.max_cost.ratio(), unit).map_err(refused)?;
        for market in markets {
            let band = self.band.get().checked_mul(market.base.get().saturating_abs());
            let band = Ratio::from_fixed(band.ok_or(VaultError::Base)?);
            keepers.validate_market(band, venues.cost).map_err(refused)?;
        }
        Ok(())
    }

    /// Returns what keepers are paid for.
    pub fn keepers(&self) -> KeeperPayPolicy {
        KeeperPayPolicy {
            rate: self.keeper_rate.ratio(),
            task: self.keeper_task,
            aversion: self.aversion,
        }
    }

    /// Checks what is wanted of one market.
    fn validate_market(&self, market: &MarketPolicy) -> Result<()> {
        // A trend that is up says nothing of going short.
        let least = if self.mode == MANUAL { -10_000 } else { 1 };
        let base = market.base.get();
        ensure!(
            base != I80F48::ZERO && within(market.base, least, 10_000),
            VaultError::Base
        );
        ensure!(
            (1_000..=30_000).contains(&market.reference_volatility),
            VaultError::ReferenceVolatility
        );
        // A trade that ends inside the band: at most half of the band wide.
        let half_band = self
            .band
            .get()
            .checked_mul(base.saturating_abs())
            .and_then(|band| band.checked_div_int(2));
        ensure!(
            half_band.is_some_and(|half| self.least_trade.get() <= half),
            VaultError::LeastTrade
        );
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
        ensure!(most.is_some_and(|most| trip > most), VaultError::UnexplainedTrip);
        Ok(())
    }

    /// Returns whether a manager earns anything.
    pub fn has_fees(&self) -> bool {
        [self.management_fee, self.performance_fee]
            .iter()
            .any(|fee| fee.get() != I80F48::ZERO)
    }

    /// Decodes the policy, with what is wanted of each market.
    pub fn decoded(&self, portfolio: &StoredPortfolio) -> Policy {
        let mode = if self.mode == RULE_BASED {
            Mode::RuleBased
        } else {
            Mode::Manual
        };
        let markets = portfolio.markets();
        Policy {
            exposure: ExposurePolicy {
                directional: from_fn(|place| Some(markets.get(place)?.policy.decoded(mode))),
                band: self.band.ratio(),
                least_trade: self.least_trade.ratio(),
                floor: self.floor.ratio(),
                high_fall_per_day: self.high_fall_per_day.ratio(),
                multiplier: self.multiplier.ratio(),
                max_leverage: self.max_leverage.ratio(),
            },
            rebalance: RebalancePolicy {
                price_band: self.price_band.ratio(),
                slice: self.slice.ratio(),
                max_cost: self.max_cost.ratio(),
            },
            collateral_ratio: self.collateral_ratio.ratio(),
            deposit_cap: self.deposit_cap,
            outflow: self.outflow.ratio(),
            fees: FeePolicy {
                management: self.management_fee.ratio(),
                performance: self.performance_fee.ratio(),
            },
            keepers: self.keepers(),
        }
    }
}
