//! A vault's two net asset values, from account bytes: what a page in a browser shows, to the bit
//! of what the program would decide.

use crate::accounts;
use ballast_core_market::admission::{Now, PriceUse};
use ballast_core_types::{Position, Shares, Value};
use ballast_core_vault::portfolio::Portfolio;
use ballast_core_vault::shares::Pool;
use ballast_venues::{PositionAccounts, Reference, Venue};

/// The accounts behind a vault's net asset values, as an RPC node gives them. Whoever asks has
/// checked addresses and owners.
#[derive(Clone, Copy, Debug)]
pub struct VaultAccounts<'a> {
    /// The vault.
    pub vault: &'a [u8],
    /// Its risk market.
    pub market: &'a [u8],
    /// The venue's market.
    pub venue_market: &'a [u8],
    /// The vault's account there.
    pub venue_trader: &'a [u8],
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
    let market = accounts::market(accounts.market, PriceUse::Nav)?;
    let price = market.price(now).ok()?;
    let venue = PositionAccounts {
        market: accounts.venue_market,
        trader: accounts.venue_trader,
    };
    let ledger = accounts::vault_ledger(accounts.vault)?;
    let position = if ledger.is_quarantined {
        Position::default()
    } else {
        Reference::position(&venue, price.bounds.mid, now.unix_time).ok()?
    };
    let portfolio = Portfolio {
        cash: ledger.cash,
        receivables: ledger.receivables,
        levy_reserve: ledger.levy_reserve,
        position,
    };
    let fee = |nav: Value| {
        if ledger.is_quarantined {
            return Some(Value::ZERO);
        }
        let pool = Pool {
            nav,
            supply: HELD,
            unit: ledger.unit,
        };
        Value::from_amount(ledger.fees.performance(&ledger.fee_policy, &pool)?)
    };
    let low = portfolio.nav_low(&price.bounds, market.clock.slow_price)?;
    let high = portfolio.nav_high(&price.bounds)?;
    let without_reserve = high.checked_sub(Value::from_amount(ledger.levy_reserve)?)?;
    Some(NetAssetValues {
        low: low.checked_sub(fee(low)?)?,
        high: high.checked_sub(fee(without_reserve)?)?,
    })
}
