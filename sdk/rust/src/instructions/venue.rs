//! The venue's own instructions, as demos and tests need them.

use super::build;
use crate::addresses::{self, LegKeys, TokenMint, VaultKeys};
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use ballast_reference_venue::state::{Faults, MarketParams};
use ballast_reference_venue::OrderArgs;

/// `ballast_reference_venue::create_market`.
pub fn create_market(authority: &Pubkey, risk_market: &Pubkey, quote: &TokenMint, params: MarketParams) -> Instruction {
    let market = addresses::venue_market(risk_market, &quote.mint);
    let accounts = ballast_reference_venue::accounts::CreateMarket {
        payer: *authority,
        authority: *authority,
        risk_market: *risk_market,
        quote_mint: quote.mint,
        market,
        vault: addresses::venue_vault(&market),
        token_program: quote.program,
        system_program: system_program::ID,
    };
    build(
        ballast_reference_venue::ID,
        accounts,
        ballast_reference_venue::instruction::CreateMarket { params },
    )
}

/// `ballast_reference_venue::set_faults`.
pub fn set_faults(authority: &Pubkey, market: &Pubkey, faults: Faults) -> Instruction {
    let accounts = ballast_reference_venue::accounts::SetFaults {
        authority: *authority,
        market: *market,
    };
    build(
        ballast_reference_venue::ID,
        accounts,
        ballast_reference_venue::instruction::SetFaults { faults },
    )
}

/// `ballast_reference_venue::fund_insurance` of the venue's market of the leg at a place.
pub fn fund_insurance(funder: &Pubkey, source: &Pubkey, keys: &VaultKeys, leg: usize, amount: u64) -> Instruction {
    let at = keys.leg(leg);
    let accounts = ballast_reference_venue::accounts::FundInsurance {
        funder: *funder,
        market: at.venue_market,
        source: *source,
        vault: at.venue_vault,
        token_program: keys.quote_program,
    };
    build(
        ballast_reference_venue::ID,
        accounts,
        ballast_reference_venue::instruction::FundInsurance { amount },
    )
}

/// `ballast_reference_venue::deposit`.
pub fn deposit(
    owner: &Pubkey,
    source: &Pubkey,
    market: &Pubkey,
    trader: &Pubkey,
    quote_program: &Pubkey,
    amount: u64,
) -> Instruction {
    let accounts = ballast_reference_venue::accounts::Deposit {
        depositor: *owner,
        market: *market,
        trader: *trader,
        source: *source,
        vault: addresses::venue_vault(market),
        token_program: *quote_program,
    };
    build(
        ballast_reference_venue::ID,
        accounts,
        ballast_reference_venue::instruction::Deposit { amount },
    )
}

/// `ballast_reference_venue::fulfil` of the order of a leg. Anyone may send it.
pub fn fulfil(leg: &LegKeys) -> Instruction {
    let accounts = ballast_reference_venue::accounts::Fulfil {
        market: leg.venue_market,
        trader: leg.venue_trader,
        risk_market: leg.risk_market,
    };
    build(
        ballast_reference_venue::ID,
        accounts,
        ballast_reference_venue::instruction::Fulfil {},
    )
}

/// `ballast_reference_venue::create_trader`; the owner pays.
pub fn create_trader(owner: &Pubkey, market: &Pubkey) -> Instruction {
    let accounts = ballast_reference_venue::accounts::CreateTrader {
        payer: *owner,
        owner: *owner,
        market: *market,
        trader: addresses::venue_trader(market, owner),
        system_program: system_program::ID,
    };
    build(
        ballast_reference_venue::ID,
        accounts,
        ballast_reference_venue::instruction::CreateTrader {},
    )
}

/// `ballast_reference_venue::place_order`, of the owner's one account on a market.
pub fn place_order(owner: &Pubkey, market: &Pubkey, risk_market: &Pubkey, order: OrderArgs) -> Instruction {
    let accounts = ballast_reference_venue::accounts::PlaceOrder {
        owner: *owner,
        market: *market,
        trader: addresses::venue_trader(market, owner),
        risk_market: *risk_market,
    };
    build(
        ballast_reference_venue::ID,
        accounts,
        ballast_reference_venue::instruction::PlaceOrder { order },
    )
}

/// `ballast_reference_venue::withdraw`, from the owner's one account on a market.
pub fn withdraw(
    owner: &Pubkey,
    market: &Pubkey,
    risk_market: &Pubkey,
    destination: &Pubkey,
    quote_program: &Pubkey,
    amount: u64,
) -> Instruction {
    let accounts = ballast_reference_venue::accounts::Withdraw {
        owner: *owner,
        market: *market,
        trader: addresses::venue_trader(market, owner),
        vault: addresses::venue_vault(market),
        destination: *destination,
        risk_market: *risk_market,
        token_program: *quote_program,
    };
    build(
        ballast_reference_venue::ID,
        accounts,
        ballast_reference_venue::instruction::Withdraw { amount },
    )
}
