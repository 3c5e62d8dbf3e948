//! Instruction builders. Each returns one instruction; accounts come from [`VaultKeys`], never from
//! guesses. Here are those that a keeper sends; those of other people have modules of their own.

use crate::addresses::{self, VaultKeys};
use crate::feeds::PriceFeeds;
use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::{InstructionData, ToAccountMetas};
use anchor_spl::token::spl_token::ID as TOKEN;
use ballast_core_market::price_clock::Source;
use ballast_risk::state::MarketParams;
use ballast_vault::Order;

pub mod batches;
mod governance;
pub mod options;
pub mod surface;
pub mod venue;

pub use governance::{create_risk_market, create_vault, resume_breaker, trip_breaker};

fn build(program_id: Pubkey, accounts: impl ToAccountMetas, data: impl InstructionData) -> Instruction {
    let accounts: Vec<AccountMeta> = accounts.to_account_metas(None);
    Instruction {
        program_id,
        accounts,
        data: data.data(),
    }
}

/// `ballast_risk::observe`. `feeds` has an account for each source of `params`; the venues follow
/// from `params`.
pub fn observe(market: &Pubkey, params: &MarketParams, feeds: &PriceFeeds) -> Instruction {
    let accounts = ballast_risk::accounts::Observe {
        market: *market,
        price_feed: feeds.first,
        second_feed: feeds.second,
        quote_feed: feeds.quote,
    };
    let mut instruction = build(ballast_risk::ID, accounts, ballast_risk::instruction::Observe {});
    let venues = params.venues().iter();
    instruction
        .accounts
        .extend(venues.map(|venue| AccountMeta::new_readonly(venue.account, false)));
    instruction
}

/// `ballast_risk::declare_silence`. Anyone may send it.
pub fn declare_silence(market: &Pubkey, source: Source) -> Instruction {
    let accounts = ballast_risk::accounts::DeclareSilence { market: *market };
    let source = source.into();
    build(
        ballast_risk::ID,
        accounts,
        ballast_risk::instruction::DeclareSilence { source },
    )
}

/// As [`build`], with the accounts of a vault's portfolio behind; those of `traded` legs are
/// written to.
fn build_with(
    keys: &VaultKeys,
    traded: &[usize],
    accounts: impl ToAccountMetas,
    data: impl InstructionData,
) -> Instruction {
    let mut instruction = build(ballast_vault::ID, accounts, data);
    instruction.accounts.extend(keys.portfolio(traded));
    instruction
}

/// Returns the legs that orders trade.
fn traded(orders: &[Order]) -> Vec<usize> {
    orders.iter().map(|order| usize::from(order.leg)).collect()
}

/// A person with token accounts for quote and shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Signs.
    pub key: Pubkey,
    /// Quote token account.
    pub quote: Pubkey,
    /// Share token account.
    pub shares: Pubkey,
}

/// Whoever sends what anyone may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cranker {
    /// Signs.
    pub key: Pubkey,
    /// Quote token account that gets what the vault pays for it; nothing is paid without one.
    pub pay_to: Option<Pubkey>,
}

impl From<&Pubkey> for Cranker {
    /// Returns one that wants nothing for it.
    fn from(key: &Pubkey) -> Self {
        Self {
            key: *key,
            pay_to: None,
        }
    }
}

/// `ballast_vault::rebalance`. Anyone may send it.
pub fn rebalance(keys: &VaultKeys, keeper: impl Into<Cranker>, orders: Vec<Order>) -> Instruction {
    let keeper = keeper.into();
    let accounts = ballast_vault::accounts::Rebalance {
        keeper: keeper.key,
        vault: keys.vault,
        custody: keys.custody,
        payee: keeper.pay_to,
        token_program: keys.quote_program,
        share_mint: keys.share_mint,
        venue_program: ballast_reference_venue::ID,
        event_authority: addresses::event_authority(),
        program: ballast_vault::ID,
    };
    build_with(
        keys,
        &traded(&orders),
        accounts,
        ballast_vault::instruction::Rebalance { orders },
    )
}

/// `ballast_vault::move_collateral` of the leg at a place, which may pay to a quote token account.
/// Anyone may send it.
pub fn move_collateral(keys: &VaultKeys, leg: u8, pay_to: Option<Pubkey>) -> Instruction {
    let place = usize::from(leg);
    let accounts = ballast_vault::accounts::MoveCollateral {
        vault: keys.vault,
        custody: keys.custody,
        payee: pay_to,
        token_program: keys.quote_program,
        share_mint: keys.share_mint,
        venue_vault: keys.leg(place).venue_vault,
        venue_program: ballast_reference_venue::ID,
        event_authority: addresses::event_authority(),
        program: ballast_vault::ID,
    };
    build_with(
        keys,
        &[place],
        accounts,
        ballast_vault::instruction::MoveCollateral { leg },
    )
}

/// `ballast_vault::mark`, which may pay to a quote token account. Anyone may send it.
pub fn mark(keys: &VaultKeys, pay_to: Option<Pubkey>) -> Instruction {
    let accounts = ballast_vault::accounts::Mark {
        vault: keys.vault,
        share_mint: keys.share_mint,
        custody: keys.custody,
        payee: pay_to,
        token_program: keys.quote_program,
        event_authority: addresses::event_authority(),
        program: ballast_vault::ID,
    };
    build_with(keys, &[], accounts, ballast_vault::instruction::Mark {})
}

/// `ballast_vault::collect_withdrawal` of the leg at a place. Anyone may send it.
pub fn collect_withdrawal(keys: &VaultKeys, leg: u8) -> Instruction {
    let at = keys.leg(usize::from(leg));
    let accounts = ballast_vault::accounts::CollectWithdrawal {
        vault: keys.vault,
        venue_market: at.venue_market,
        venue_trader: at.venue_trader,
        custody: keys.custody,
        venue_vault: at.venue_vault,
        venue_program: ballast_reference_venue::ID,
        token_program: keys.quote_program,
        event_authority: addresses::event_authority(),
        program: ballast_vault::ID,
    };
    build(
        ballast_vault::ID,
        accounts,
        ballast_vault::instruction::CollectWithdrawal { leg },
    )
}

/// `ballast_vault::price_batch`. Anyone may send it.
pub fn price_batch(keys: &VaultKeys, keeper: &Pubkey, number: u64) -> Instruction {
    let accounts = ballast_vault::accounts::PriceBatch {
        keeper: *keeper,
        vault: keys.vault,
        batch: addresses::batch(&keys.vault, number),
        custody: keys.custody,
        escrow: keys.escrow,
        share_mint: keys.share_mint,
        token_program: keys.shares().program,
        event_authority: addresses::event_authority(),
        program: ballast_vault::ID,
    };
    build_with(keys, &[], accounts, ballast_vault::instruction::PriceBatch {})
}

/// `ballast_vault::exit_liquid`. Anyone may send it, in any state.
pub fn exit_liquid(keys: &VaultKeys, number: u64) -> Instruction {
    let accounts = ballast_vault::accounts::ExitLiquid {
        vault: keys.vault,
        batch: addresses::batch(&keys.vault, number),
        share_mint: keys.share_mint,
        event_authority: addresses::event_authority(),
        program: ballast_vault::ID,
    };
    build(ballast_vault::ID, accounts, ballast_vault::instruction::ExitLiquid {})
}

/// `ballast_vault::unwind` of a leg for the batch of that number. Anyone may send it.
pub fn unwind(keys: &VaultKeys, keeper: impl Into<Cranker>, number: u64, order: Order) -> Instruction {
    let keeper = keeper.into();
    let accounts = ballast_vault::accounts::Unwind {
        keeper: keeper.key,
        vault: keys.vault,
        custody: keys.custody,
        payee: keeper.pay_to,
        token_program: keys.quote_program,
        share_mint: keys.share_mint,
        venue_program: ballast_reference_venue::ID,
        batch: addresses::batch(&keys.vault, number),
        event_authority: addresses::event_authority(),
        program: ballast_vault::ID,
    };
    let traded = [usize::from(order.leg)];
    build_with(keys, &traded, accounts, ballast_vault::instruction::Unwind { order })
}
