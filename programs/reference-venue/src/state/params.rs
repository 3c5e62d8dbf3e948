use anchor_lang::prelude::*;
use ballast_core_types::{Lots, Ratio, Value};
use ballast_risk::state::Fixed;
use fixed::types::I80F48;

use crate::errors::PerpError;

/// How a market trades. Fixed at creation; ratios are fractions of one.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq)]
pub struct MarketParams {
    pub half_spread: Fixed,
    /// Quote base units of notional that move the execution price by one per cent.
    pub depth_one_percent: u64,
    pub taker_fee: Fixed,
    pub initial_margin: Fixed,
    pub maintenance_margin: Fixed,
    /// Share of the closed notional that a liquidator earns.
    pub liquidation_fee: Fixed,
    /// Funding per day when one side holds the whole permitted open interest and the other none.
    pub funding_scale_per_day: Fixed,
    pub funding_cap_per_day: Fixed,
    /// Largest open interest of either side.
    pub max_open_interest_lots: i64,
}

const MAX_HALF_SPREAD: I80F48 = I80F48::lit("0.1");
const MAX_TAKER_FEE: I80F48 = I80F48::lit("0.05");

impl MarketParams {
    /// Zero may make the venue free of charge; it may never switch a guard off.
    pub fn validate(&self) -> Result<()> {
        let within = |value: Fixed, max: I80F48| value.get() >= I80F48::ZERO && value.get() <= max;
        require!(within(self.half_spread, MAX_HALF_SPREAD), PerpError::InvalidHalfSpread);
        require!(
            self.depth_one_percent > 0 && i64::try_from(self.depth_one_percent).is_ok(),
            PerpError::InvalidDepth
        );
        require!(within(self.taker_fee, MAX_TAKER_FEE), PerpError::InvalidTakerFee);
        let (initial, maintenance) = (self.initial_margin.get(), self.maintenance_margin.get());
        require!(
            maintenance > I80F48::ZERO && maintenance < initial && initial <= I80F48::ONE,
            PerpError::InvalidMargins
        );
        let fee = self.liquidation_fee.get();
        require!(
            fee >= I80F48::ZERO && fee < maintenance,
            PerpError::InvalidLiquidationFee
        );
        require!(
            within(self.funding_scale_per_day, I80F48::ONE) && within(self.funding_cap_per_day, I80F48::ONE),
            PerpError::InvalidFunding
        );
        require!(self.max_open_interest_lots > 0, PerpError::InvalidOpenInterestLimit);
        Ok(())
    }

    pub fn half_spread(&self) -> Ratio {
        self.half_spread.ratio()
    }

    pub fn depth(&self) -> Result<Value> {
        let depth = i64::try_from(self.depth_one_percent).map_err(|_| PerpError::InvalidDepth)?;
        Ok(Value(depth))
    }

    pub fn taker_fee(&self) -> Ratio {
        self.taker_fee.ratio()
    }

    pub fn initial_margin(&self) -> Ratio {
        self.initial_margin.ratio()
    }

    pub fn maintenance_margin(&self) -> Ratio {
        self.maintenance_margin.ratio()
    }

    pub fn liquidation_fee(&self) -> Ratio {
        self.liquidation_fee.ratio()
    }

    pub fn max_open_interest(&self) -> Lots {
        Lots(self.max_open_interest_lots)
    }
}
