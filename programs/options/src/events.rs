//! What the house announces. An event stands alone: with the parameters of the house, its numbers
//! can be worked out again.

use crate::state::{ClearingHouseSettings, ExpiryOutcome, ListingSettings, SeriesKey};
use anchor_lang::prelude::*;
use ballast_core_margin::MarketGreeks;
use ballast_risk::state::{Fixed, StoredSumsAt};

/// A house.
#[event]
#[derive(Debug)]
pub struct ClearingHouseCreated {
    pub house: Pubkey,
    pub creator: Pubkey,
    pub quote_mint: Pubkey,
    pub cluster: [u8; 32],
    pub settings: ClearingHouseSettings,
    pub risk_markets: Vec<Pubkey>,
    pub listings: Vec<ListingSettings>,
}

/// A series that may be traded.
#[event]
#[derive(Debug)]
pub struct SeriesCreated {
    pub house: Pubkey,
    pub series: Pubkey,
    pub key: SeriesKey,
}

/// A margin account.
#[event]
#[derive(Debug)]
pub struct AccountOpened {
    pub house: Pubkey,
    pub account: Pubkey,
    pub owner: Pubkey,
    pub number: u64,
}

/// A margin account that is gone.
#[event]
#[derive(Debug)]
pub struct AccountClosed {
    pub house: Pubkey,
    pub account: Pubkey,
    pub owner: Pubkey,
}

/// Tokens that came in. `repaid` of them went to the insurance account for a debt.
#[event]
#[derive(Debug)]
pub struct Deposited {
    pub house: Pubkey,
    pub account: Pubkey,
    pub amount: u64,
    pub repaid: u64,
    pub cash: u64,
    pub ledger: u64,
}

/// Tokens that left, and its margin status afterwards.
#[event]
#[derive(Debug)]
pub struct Withdrawn {
    pub house: Pubkey,
    pub account: Pubkey,
    pub amount: u64,
    pub cash: u64,
    pub ledger: u64,
    pub equity: i64,
    pub initial: i64,
}

/// How a trade came about.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TradeSource {
    /// A maker's signed quote.
    Quote {
        /// Its nonce.
        nonce: u64,
    },
    /// An auction.
    Auction {
        /// Its account.
        auction: Pubkey,
    },
}

/// A leg of a trade: `buyer` paid `premium` for `quantity`. Who is not the maker paid `fee` to the
/// insurance fund, for all legs together: in the event of the first.
#[event]
#[derive(Debug)]
pub struct Traded {
    pub house: Pubkey,
    pub key: SeriesKey,
    pub buyer: Pubkey,
    pub seller: Pubkey,
    pub maker: Pubkey,
    pub quantity: i64,
    pub price: u64,
    pub premium: u64,
    pub fee: u64,
    pub open_interest: u64,
    pub source: TradeSource,
}

/// A quote that its maker put on the chain.
#[event]
#[derive(Debug)]
pub struct QuotePosted {
    pub quote: Pubkey,
    pub account: Pubkey,
    pub nonce: u64,
    pub message: Vec<u8>,
}

/// A posted quote that is gone.
#[event]
#[derive(Debug)]
pub struct QuoteClosed {
    pub quote: Pubkey,
    pub account: Pubkey,
    pub nonce: u64,
}

/// Quotes below `nonce_base` are void, and `cancelled` besides.
#[event]
#[derive(Debug)]
pub struct QuotesCancelled {
    pub account: Pubkey,
    pub cancelled: Option<u64>,
    pub nonce_base: u64,
}

/// An auction that begins.
#[event]
#[derive(Debug)]
pub struct AuctionOpened {
    pub auction: Pubkey,
    pub account: Pubkey,
    pub key: SeriesKey,
    pub side: u8,
    pub quantity: i64,
    pub start_price: u64,
    pub end_price: u64,
    pub begins_at: i64,
    pub seconds: u32,
}

/// An auction that is gone, `left` of it untaken.
#[event]
#[derive(Debug)]
pub struct AuctionClosed {
    pub auction: Pubkey,
    pub account: Pubkey,
    pub left: i64,
}

/// The margin status of an account. See the clearing house's margin.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MarginStatusReport {
    pub equity: i64,
    pub unpaid: i64,
    pub initial: i64,
    pub maintenance: i64,
    pub target: i64,
    pub cash: i64,
    pub cash_need_initial: i64,
    pub cash_need_maintenance: i64,
    pub debt: i64,
}

/// The Greeks of positions on one market, base units: [`MarketGreeks`].
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GreeksReport {
    /// Σ q·Δ·S.
    pub delta: i64,
    /// How that changes when the price moves by 1 %.
    pub gamma: i64,
    /// Per vol point.
    pub vega: i64,
    /// Per vol point of an option of thirty days.
    pub vega_weighted: i64,
    /// Per day.
    pub theta: i64,
    /// Per 1 % of the rate.
    pub rho: i64,
}

/// A liquidation that began: the account failed at the last prices and at the averages of late.
#[event]
#[derive(Debug)]
pub struct LiquidationBegun {
    pub account: Pubkey,
    pub margin_status: MarginStatusReport,
    pub of_late: MarginStatusReport,
    pub since: i64,
}

/// A liquidation that ended: the target is reached.
#[event]
#[derive(Debug)]
pub struct LiquidationEnded {
    pub account: Pubkey,
    pub margin_status: MarginStatusReport,
    pub of_late: MarginStatusReport,
}

/// A share of a failing account's live positions that changed hands. `payment` went to the account,
/// or to the fund for its debt; where it is negative to the liquidator, `from_fund` of it from the
/// insurance fund, and the account owes that. `fee` is what the liquidator paid to the fund
/// besides.
#[event]
#[derive(Debug)]
pub struct Liquidated {
    pub account: Pubkey,
    pub liquidator: Pubkey,
    pub share: u64,
    pub permitted: u64,
    pub payment: i64,
    pub discount: i64,
    pub fee: u64,
    pub from_fund: u64,
    pub fund_cash: u64,
    pub fair: i64,
    pub before: MarginStatusReport,
}

/// A position that its owner moved to another of their accounts.
#[event]
#[derive(Debug)]
pub struct PositionTransferred {
    pub house: Pubkey,
    pub key: SeriesKey,
    pub from: Pubkey,
    pub to: Pubkey,
    pub quantity: i64,
    pub open_interest: u64,
}

/// What was copied of a market's averages for an expiry that does not have its price yet.
#[event]
#[derive(Debug)]
pub struct SettlementCopied {
    pub expiry: Pubkey,
    pub begins: StoredSumsAt,
    pub before: Fixed,
}

/// An expiry's price, for good: of a window, what was added up from `begins` to `ends_at`, over
/// `averaged_seconds`.
#[event]
#[derive(Debug)]
pub struct ExpirySettled {
    pub expiry: Pubkey,
    pub market: u8,
    pub moment: i64,
    pub price: Fixed,
    pub outcome: ExpiryOutcome,
    pub begins: StoredSumsAt,
    pub ends_at: i64,
    pub averaged_seconds: u64,
}

/// An account's positions of an expiry, settled by their net.
#[event]
#[derive(Debug)]
pub struct PositionsSettled {
    pub expiry: Pubkey,
    pub account: Pubkey,
    pub net: i64,
    pub collected: u64,
    pub unpaid: u64,
    pub claim: u64,
    pub dust: u64,
}

/// What the insurance fund put into an expiry of which something is missing.
#[event]
#[derive(Debug)]
pub struct ExpiryCovered {
    pub house: Pubkey,
    pub expiry: Pubkey,
    pub missing: u64,
    pub covered: u64,
}

/// What was paid on a claim: all of it, or ⌊claim × collected / claimed⌋ where less was collected
/// than claimed, and once the fund has put in its part ⌊claim × covered / claimed⌋ besides.
#[event]
#[derive(Debug)]
pub struct ClaimPaid {
    pub expiry: Pubkey,
    pub account: Pubkey,
    pub claim: u64,
    pub collected: u64,
    pub claimed: u64,
    pub covered: u64,
    pub amount: u64,
    pub is_last: bool,
    pub repaid: u64,
    pub dust: u64,
}

impl From<&MarketGreeks> for GreeksReport {
    fn from(greeks: &MarketGreeks) -> Self {
        Self {
            delta: greeks.delta,
            gamma: greeks.gamma,
            vega: greeks.vega,
            vega_weighted: greeks.vega_weighted,
            theta: greeks.theta,
            rho: greeks.rho,
        }
    }
}
