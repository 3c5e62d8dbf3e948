//! Instruction builders. Each returns one instruction; accounts come from [`VaultKeys`], never from
//! guesses.

use crate::addresses::{self, VaultKeys};
use crate::feeds::PriceFeeds;
use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use anchor_lang::{InstructionData, ToAccountMetas};
use anchor_spl::token::spl_token::ID as TOKEN;
use ballast_core_market::price_clock::Source;
use ballast_core_vault::places::MAX_LEGS;
use ballast_risk::state::MarketParams;
use ballast_vault::state::VaultBreaker;
use ballast_vault::{CreateVaultArgs, Order};

pub mod batches;
pub mod options;
pub mod surface;
pub mod venue;

fn build(program_id: Pubkey, accounts: impl ToAccountMetas, data: impl InstructionData) -> Instruction {
    let accounts: Vec<AccountMeta> = accounts.to_account_metas(None);
    Instruction {
        program_id,
        accounts,
        data: data.data(),
    }
}

/// `ballast_risk::create_market`.
pub fn create_risk_market(creator: &Pubkey, args: ballast_risk::CreateMarketArgs) -> Instruction {
    let accounts = ballast_risk::accounts::CreateMarket {
        creator: *creator,
        market: addresses::risk_market(creator, &args.name),
        system_program: system_program::ID,
    };
    build(
        ballast_risk::ID,
        accounts,
        ballast_risk::instruction::CreateMarket { args },
    )
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

/// `ballast_vault::create_vault`.
pub fn create_vault(creator: &Pubkey, keys: &VaultKeys, args: CreateVaultArgs) -> Instruction {
    let accounts = ballast_vault::accounts::CreateVault {
        creator: *creator,
        vault: keys.vault,
        share_mint: keys.share_mint,
        custody: keys.custody,
        escrow: keys.escrow,
        quote_mint: keys.quote_mint,
        venue_program: ballast_reference_venue::ID,
        quote_program: keys.quote_program,
        share_program: keys.shares().program,
        system_program: system_program::ID,
        event_authority: addresses::event_authority(),
        program: ballast_vault::ID,
    };
    let legs: Vec<usize> = (0..MAX_LEGS).collect();
    build_with(keys, &legs, accounts, ballast_vault::instruction::CreateVault { args })
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

fn trade(keys: &VaultKeys, keeper: &Pubkey) -> ballast_vault::accounts::Rebalance {
    ballast_vault::accounts::Rebalance {
        keeper: *keeper,
        vault: keys.vault,
        custody: keys.custody,
        share_mint: keys.share_mint,
        venue_program: ballast_reference_venue::ID,
        event_authority: addresses::event_authority(),
        program: ballast_vault::ID,
    }
}

/// `ballast_vault::rebalance`. Anyone may send it.
pub fn rebalance(keys: &VaultKeys, keeper: &Pubkey, orders: Vec<Order>) -> Instruction {
    build_with(
        keys,
        &traded(&orders),
        trade(keys, keeper),
        ballast_vault::instruction::Rebalance { orders },
    )
}

/// `ballast_vault::move_collateral` of the leg at a place. Anyone may send it.
pub fn move_collateral(keys: &VaultKeys, leg: u8) -> Instruction {
    let place = usize::from(leg);
    let accounts = ballast_vault::accounts::MoveCollateral {
        vault: keys.vault,
        custody: keys.custody,
        share_mint: keys.share_mint,
        venue_vault: keys.leg(place).venue_vault,
        venue_program: ballast_reference_venue::ID,
        token_program: keys.quote_program,
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

/// `ballast_vault::mark`. Anyone may send it.
pub fn mark(keys: &VaultKeys) -> Instruction {
    let accounts = ballast_vault::accounts::Mark {
        vault: keys.vault,
        share_mint: keys.share_mint,
        event_authority: addresses::event_authority(),
        program: ballast_vault::ID,
    };
    build_with(keys, &[], accounts, ballast_vault::instruction::Mark {})
}

fn guard(keys: &VaultKeys, guardian: &Pubkey) -> ballast_vault::accounts::Guard {
    ballast_vault::accounts::Guard {
        guardian: *guardian,
        vault: keys.vault,
        event_authority: addresses::event_authority(),
        program: ballast_vault::ID,
    }
}

/// `ballast_vault::trip_breaker`, signed by the vault's guardian.
pub fn trip_breaker(keys: &VaultKeys, guardian: &Pubkey, breaker: VaultBreaker) -> Instruction {
    build(
        ballast_vault::ID,
        guard(keys, guardian),
        ballast_vault::instruction::TripBreaker { breaker },
    )
}

/// `ballast_vault::resume_breaker`, signed by the vault's guardian. [`mark`] has to come before it
/// in the same transaction.
pub fn resume_breaker(keys: &VaultKeys, guardian: &Pubkey, breaker: VaultBreaker) -> Instruction {
    build(
        ballast_vault::ID,
        guard(keys, guardian),
        ballast_vault::instruction::ResumeBreaker { breaker },
    )
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
