//! What the report records of the chain.

use anyhow::anyhow;
use anyhow::Result;
use ballast_core_market::admission::PriceBounds;
use ballast_core_market::admission::PriceUse;
use ballast_core_market::breaker::permitted;
use ballast_core_types::Price;
use ballast_core_types::Ratio;
use ballast_core_types::Value;
use ballast_core_vault::shares;
use ballast_sdk::snapshot::Snapshot;
use ballast_sim::record::Step;

/// Base units of a token, for people.
const UNIT: f64 = 1e6;

fn quote(value: Value) -> f64 {
    value.0 as f64 / UNIT
}

fn number(ratio: Ratio) -> f64 {
    ratio.fixed().to_num()
}

fn dollars(price: Price) -> f64 {
    price.fixed().to_num()
}

fn unfit<T>(value: Option<T>) -> Result<T> {
    value.ok_or_else(|| anyhow!("a number of the vault does not fit its type"))
}

/// Returns the price the vault is seen at, and whether the programs let risk be taken and deposits
/// in.
fn seen(snapshot: &Snapshot) -> Result<(PriceBounds, bool)> {
    let trade = snapshot.live_price(PriceUse::Trade).ok();
    let live = trade.or_else(|| snapshot.live_price(PriceUse::Exit).ok());
    // Without a live price nothing may be opened, whatever else stands.
    let standing = match &live {
        Some(live) => unfit(snapshot.looked(live))?.1,
        None => snapshot.standing(None).map_err(|error| anyhow!("{error}"))?,
    };
    let bounds = match live {
        Some(price) => price.bounds,
        None => snapshot.exit_price().map_err(|error| anyhow!("{error}"))?,
    };
    Ok((bounds, permitted(standing, trade.is_some()).open))
}

/// Records the vault at the end of a step. Cranks, keeper, cost and reactions are the driver's to
/// add.
///
/// # Errors
/// If there is no price at all, or a number does not fit.
pub fn step(snapshot: &Snapshot, index: u32, unix_time: i64) -> Result<Step> {
    let (bounds, calm) = seen(snapshot)?;
    let book = unfit(snapshot.book(bounds.mid))?;
    let targets = unfit(snapshot.targets(&book, &bounds))?;
    let nav = unfit(book.nav_at(bounds.mid))?;
    let (signals, vault) = (&snapshot.risk_market.signals, &snapshot.vault);
    let delta = quote(unfit(book.delta(bounds.mid))?);
    let leverage = if nav.0 > 0 { delta.abs() / quote(nav) } else { 0.0 };
    let deposits = snapshot.live_price(PriceUse::Nav).is_ok() && calm;
    Ok(Step {
        index,
        unix_time,
        price: dollars(bounds.mid),
        slow_price: dollars(unfit(signals.slow_price.price())?),
        nav_per_share: number(unfit(shares::nav_per_share(nav, snapshot.supply))?),
        delta,
        delta_target: quote(targets.delta),
        band: quote(targets.band),
        leverage,
        cap: quote(targets.cap),
        floor_per_share: number(vault.high_water.ratio()) * number(vault.policy.floor.ratio()),
        volatility: number(snapshot.risk_market.larger_variance()).max(0.0).sqrt(),
        breaker: !calm,
        deposits_allowed: deposits,
        ..Step::default()
    })
}

/// Computes the net asset value at the published price, quote: before and after trading, at one
/// price, the difference is the cost.
///
/// # Errors
/// As [`step`].
pub fn nav(snapshot: &Snapshot) -> Result<f64> {
    let (bounds, _) = seen(snapshot)?;
    let book = unfit(snapshot.book(bounds.mid))?;
    Ok(quote(unfit(book.nav_at(bounds.mid))?))
}
