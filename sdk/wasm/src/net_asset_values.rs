//! A vault's two net asset values, from account bytes: what a page in a browser shows, to the bit
//! of what the program would decide.

use crate::accounts;
use ballast_core_market::admission::{Now, PriceUse};
use ballast_core_market::breaker::BreakerSet;
use ballast_core_market::regime::Regime;
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Shares, UnixTime, Value};
use ballast_core_vault::directional::Outlook;
use ballast_core_vault::places::{MAX_LEGS, MAX_MARKETS};
use ballast_core_vault::portfolio::{Leg, Portfolio};
use ballast_core_vault::prices::{MarketPrices, Prices, Purpose};
use ballast_core_vault::shares::Pool;
use ballast_venues::{PositionAccounts, Reference, Venue};

/// The accounts behind a vault's net asset values, as an RPC node gives them. Whoever asks has
/// checked addresses and owners.
#[derive(Clone, Copy, Debug, Default)]
pub struct VaultAccounts<'a> {
    /// The vault.
    pub vault: &'a [u8],
    /// Its risk markets, each in its place; nothing where there is none.
    pub markets: [&'a [u8]; MAX_MARKETS],
    /// Of each leg, in its place, the venue's market and the vault's account there.
    pub venues: [[&'a [u8]; 2]; MAX_LEGS],
}

/// Net asset values, quote base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetAssetValues {
    /// Low: what those who leave get.
    pub low: Value,
    /// High: what those who come pay.
    pub high: Value,
}

/// Any supply but zero, which is all that a fee asks of it: the mint is not among the accounts.
const HELD: Shares = Shares(1);

/// Computes the net asset values, at a price admitted for deposits, of a vault that somebody holds.
/// `None` if an account is not of its layout, no price is admitted, or a value does not fit.
pub fn net_asset_values(accounts: &VaultAccounts, now: Now) -> Option<NetAssetValues> {
    let ledger = accounts::vault_ledger(accounts.vault)?;
    let counts = |place: usize| ledger.is_quarantined.get(place) == Some(&false);
    let mut prices = Prices {
        purpose: Purpose::Batch,
        markets: [None; MAX_MARKETS],
    };
    let mut legs = [None; MAX_LEGS];
    let each = ledger.legs.iter().zip(accounts.venues).enumerate().zip(&mut legs);
    for ((place, (market, [venue_market, venue_trader])), leg) in each {
        let Some(market) = market.map(usize::from).filter(|_| counts(place)) else {
            continue;
        };
        let of = price(accounts.markets.get(market)?, now)?;
        *prices.markets.get_mut(market)? = Some(of);
        let venue = PositionAccounts {
            market: venue_market,
            trader: venue_trader,
        };
        let position = Reference::position(&venue, of.bounds.mid, now.unix_time).ok()?;
        *leg = Some(Leg { market, position });
    }
    let portfolio = Portfolio {
        cash: ledger.cash,
        receivables: ledger.receivables,
        levy_reserve: ledger.levy_reserve,
        legs,
    };
    let is_quarantined = ledger.is_quarantined.contains(&true);
    let fee = |nav: Value| {
        if is_quarantined {
            return Some(Value::ZERO);
        }
        let pool = Pool {
            nav,
            supply: HELD,
            unit: ledger.unit,
        };
        Value::from_amount(ledger.fees.performance(&ledger.fee_policy, &pool)?)
    };
    let low = portfolio.nav_low(&prices)?;
    let high = portfolio.nav_high(&prices)?;
    let without_reserve = high.checked_sub(Value::from_amount(ledger.levy_reserve)?)?;
    Some(NetAssetValues {
        low: low.checked_sub(fee(low)?)?,
        high: high.checked_sub(fee(without_reserve)?)?,
    })
}

/// Returns a market's price, admitted for deposits; what a value does not ask of it says nothing.
fn price(market: &[u8], now: Now) -> Option<MarketPrices> {
    let market = accounts::market(market, PriceUse::Nav)?;
    let price = market.price(now).ok()?;
    Some(MarketPrices {
        bounds: price.bounds,
        slow: market.clock.slow_price,
        active: BreakerSet::NONE,
        is_admitted: true,
        refusal: None,
        silent_for: None,
        published_at: UnixTime(price.publish_time),
        clock_tolerance: 0,
        outlook: Outlook {
            strength: BasisPoints(0),
            volatility: BasisPoints(0),
            regime: Regime::Calm,
            acceleration: None,
        },
    })
}
