//! Creation of markets and vaults, and what a guardian signs.

use super::{build, build_with};
use crate::addresses::{self, VaultKeys};
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use ballast_core_vault::places::MAX_LEGS;
use ballast_vault::state::VaultBreaker;
use ballast_vault::CreateVaultArgs;

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

/// `ballast_vault::resume_breaker`, signed by the vault's guardian. [`mark`](super::mark) has to
/// come before it in the same transaction.
pub fn resume_breaker(keys: &VaultKeys, guardian: &Pubkey, breaker: VaultBreaker) -> Instruction {
    build(
        ballast_vault::ID,
        guard(keys, guardian),
        ballast_vault::instruction::ResumeBreaker { breaker },
    )
}
