//! What `rebalance` and `unwind` share: *propose, then prove*. The orders run, the book is valued
//! again, and unless it is provably better everything is undone.

use crate::errors::{ensure, VaultError};
use crate::state::Vault;
use crate::valuation::*;
use crate::venue;
use anchor_lang::prelude::*;
use ballast_core_types::{value_ceil, FillReceipt, Lots, PriceBounds};
use ballast_core_vault::appraisal::Appraisal;
use ballast_core_vault::portfolio::Leg;
use ballast_core_vault::rebalance::{fill_inside_band, price_limits};
use ballast_risk::errors::RiskError;
use ballast_venues::{AccountRole, VenueAction};

/// One proposed order.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// The leg, by its place in the vault.
    pub leg: u8,
    /// Positive buys, negative sells.
    pub lots: i64,
}

/// Returns a leg as it was appraised, and the price of its market.
///
/// # Errors
/// [`VaultError::WrongLeg`] if there is none; the rule that refuses the price, since nothing is
/// traded at one that is not admitted.
pub(crate) fn leg<'a>(appraisal: &'a Appraisal, place: u8) -> Result<(&'a Leg, &'a PriceBounds)> {
    let leg = appraisal
        .portfolio
        .leg(usize::from(place))
        .ok_or(VaultError::WrongLeg)?;
    let of = appraisal.prices.of(leg.market).ok_or(VaultError::OutOfRange)?;
    match of.refusal {
        Some(refusal) => Err(RiskError::from(refusal).into()),
        None => Ok((leg, &of.bounds)),
    }
}

/// Checks the fill of a leg against the venue's report and the price band; returns the lots that
/// filled.
#[inline(never)]
pub(crate) fn check_fill(before: &Appraisal, after: &Appraisal, place: u8, receipt: &FillReceipt) -> Result<Lots> {
    let ((was, bounds), (is, _)) = (leg(before, place)?, leg(after, place)?);
    let band = before.vault.policy.rebalance.price_band;
    let filled = is.position.lots.checked_sub(was.position.lots);
    let filled = filled.ok_or(VaultError::OutOfRange)?;
    ensure!(filled == receipt.lots, VaultError::FillMismatch);
    if filled != Lots::ZERO {
        let cost = receipt.price.and_then(|fill| value_ceil(filled, fill));
        let inside = cost.and_then(|cost| fill_inside_band(bounds.mid, band, filled, cost));
        ensure!(inside.ok_or(VaultError::OutOfRange)?, VaultError::FillOutsideBand);
    }
    Ok(filled)
}

/// Sends an order to the venue, limited to the price band and, if so asked, to reducing.
#[inline(never)]
pub(crate) fn place<'info>(
    vault: &Account<'info, Vault>,
    venue_program: &AccountInfo<'info>,
    portfolio: &PortfolioAccounts<'info>,
    order: Order,
    before: &Appraisal,
    reduce_only: bool,
) -> Result<FillReceipt> {
    let (_, bounds) = leg(before, order.leg)?;
    let limits = price_limits(bounds.mid, before.vault.policy.rebalance.price_band);
    let (lowest_sale, highest_purchase) = limits.ok_or(VaultError::OutOfRange)?;
    let action = VenueAction::PlaceOrder {
        lots: Lots(order.lots),
        limit: if order.lots > 0 { highest_purchase } else { lowest_sale },
        reduce_only,
    };
    let at = portfolio.leg(vault.portfolio.leg(order.leg)?, order.leg)?;
    let roles = [
        (AccountRole::Owner, vault.to_account_info()),
        (AccountRole::Market, at.venue_market.clone()),
        (AccountRole::Trader, at.venue_trader.clone()),
        (AccountRole::RiskMarket, at.risk_market.clone()),
    ];
    venue::call(vault, &action, &roles, venue_program)?;
    venue::receipt()
}
