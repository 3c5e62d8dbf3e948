//! The accounts at which a market's prices are published. Only an observation reads them.

use crate::accounts::{DecodeError, RawAccount};
use crate::prices::local_account_of;
use anchor_lang::prelude::Pubkey;
use ballast_core_market::admission::{Now, PriceError, RawPrice};
use ballast_core_market::observation::MarketObservation;
use ballast_core_market::MarketView;
use ballast_risk::oracle::{self, OracleAccount};
use ballast_risk::state::{MarketParams, PriceSource};

/// Addresses, one for each source that the market has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceFeeds {
    /// Of the source that makes the price.
    pub first: Pubkey,
    /// Of the one that confirms it.
    pub second: Option<Pubkey>,
    /// Of the quote token's own.
    pub quote: Option<Pubkey>,
}

/// The same accounts, as the chain has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedAccounts {
    /// Of the source that makes the price; without data if its account does not exist.
    pub first: RawAccount,
    /// Of the one that confirms it, if there is one; likewise.
    pub second: Option<RawAccount>,
    /// Of the quote token's own, likewise.
    pub quote: Option<RawAccount>,
}

impl PriceFeeds {
    /// Returns the accounts of a market's sources on a local network. `None` if its first source is
    /// of an unknown kind.
    pub fn local(params: &MarketParams) -> Option<Self> {
        let [first, second, quote] = &params.sources;
        Some(Self {
            first: local_account_of(first)?,
            second: local_account_of(second),
            quote: local_account_of(quote),
        })
    }

    /// Returns the accounts, each as `find` has it; asked in the order of [`Self::keys`]. A source
    /// whose account does not exist is silent.
    pub fn accounts(&self, mut find: impl FnMut(&Pubkey) -> Option<RawAccount>) -> FeedAccounts {
        let mut found = |key| find(&key).unwrap_or(RawAccount::missing(key));
        FeedAccounts {
            first: found(self.first),
            second: self.second.map(&mut found),
            quote: self.quote.map(found),
        }
    }

    /// Returns the addresses, the first source's first.
    pub fn keys(&self) -> impl Iterator<Item = Pubkey> {
        [Some(self.first), self.second, self.quote].into_iter().flatten()
    }
}

impl FeedAccounts {
    /// Returns the price that the first source has published, if its account can be decoded.
    pub fn raw_price(&self, params: &MarketParams) -> Option<RawPrice> {
        let [source, _, _] = &params.sources;
        decode(source, &self.first)
    }

    /// Returns what an observation at this moment would see in these accounts; venues are not among
    /// them.
    ///
    /// # Errors
    /// The rule that refuses the price.
    pub fn observation(
        &self,
        params: &MarketParams,
        market: &MarketView,
        now: Now,
    ) -> Result<MarketObservation, PriceError> {
        // The program refuses an observation whose first source it cannot read, or to which an
        // account is passed that is not another's: then none is planned, and silence can be
        // declared instead.
        let other = |source: Option<&PriceSource>, account: &Option<RawAccount>| match (source, account) {
            (None, _) => Ok(None),
            (Some(source), Some(account)) if may_be_of(source, account) => Ok(decode(source, account)),
            _ => Err(PriceError::NothingObserved),
        };
        let second = other(params.second_source(), &self.second)?;
        let quote = other(params.quote_source(), &self.quote)?;
        let price = self.raw_price(params).ok_or(PriceError::NothingObserved)?;
        Ok(MarketObservation {
            price: market.newer_price(&price, now)?,
            second: second.and_then(|raw| market.second_price(&raw, now)),
            quote: quote.and_then(|raw| market.quote_price(&raw, now)),
            trading_cost: None,
            implied: market.implied,
        })
    }

    /// Returns a market's account as an observation at this moment would leave it; as it is if that
    /// would change nothing, or be refused. For whoever shows what a transaction would meet behind
    /// an observation.
    ///
    /// # Errors
    /// If it is no market.
    pub fn observed(&self, account: &RawAccount, now: Now) -> Result<RawAccount, DecodeError> {
        let (mut market, view) = account.market_view()?;
        let seen = self.observation(&market.params, &view, now);
        if let Ok(Some(state)) = seen.and_then(|observation| view.observe(&observation, now)) {
            if market.record(&state).is_ok() {
                return Ok(RawAccount {
                    data: market.account_data(),
                    ..account.clone()
                });
            }
        }
        Ok(account.clone())
    }
}

/// Returns whether the program takes an account for another source's, whatever it holds.
fn may_be_of(source: &PriceSource, account: &RawAccount) -> bool {
    oracle::identify_other(source, &account.key, &account.owner).is_ok()
}

/// Returns the published price in an account, if it is the source's and can be decoded.
fn decode(source: &PriceSource, account: &RawAccount) -> Option<RawPrice> {
    let account = OracleAccount {
        key: &account.key,
        owner: &account.owner,
        data: &account.data,
    };
    oracle::decode(source, &account).ok()
}
