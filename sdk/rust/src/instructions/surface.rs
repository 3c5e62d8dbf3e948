//! Builders of the risk program's instructions about a market's volatility surface.

use super::build;
use crate::addresses;
use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use ballast_risk::state::StoredSlice;
use ballast_risk::CreateSurfaceArgs;

/// `ballast_risk::create_surface`. The market's creator signs.
pub fn create(authority: &Pubkey, risk_market: &Pubkey, args: CreateSurfaceArgs) -> Instruction {
    let accounts = ballast_risk::accounts::CreateSurface {
        authority: *authority,
        market: *risk_market,
        surface: addresses::surface(risk_market),
        system_program: system_program::ID,
    };
    build(
        ballast_risk::ID,
        accounts,
        ballast_risk::instruction::CreateSurface { args },
    )
}

/// `ballast_risk::propose_feeders`. The surface's authority signs; they may be put in force two
/// days later.
pub fn propose_feeders(authority: &Pubkey, surface: &Pubkey, feeders: Vec<Pubkey>, required: u8) -> Instruction {
    let accounts = ballast_risk::accounts::ProposeFeeders {
        authority: *authority,
        surface: *surface,
    };
    build(
        ballast_risk::ID,
        accounts,
        ballast_risk::instruction::ProposeFeeders { feeders, required },
    )
}

/// `ballast_risk::cancel_feeders`. The surface's authority signs.
pub fn cancel_feeders(authority: &Pubkey, surface: &Pubkey) -> Instruction {
    let accounts = ballast_risk::accounts::ProposeFeeders {
        authority: *authority,
        surface: *surface,
    };
    build(ballast_risk::ID, accounts, ballast_risk::instruction::CancelFeeders {})
}

/// `ballast_risk::apply_feeders`. Permissionless.
pub fn apply_feeders(surface: &Pubkey) -> Instruction {
    let accounts = ballast_risk::accounts::ApplyFeeders { surface: *surface };
    build(ballast_risk::ID, accounts, ballast_risk::instruction::ApplyFeeders {})
}

/// `ballast_risk::set_grid`. The surface's authority signs.
pub fn set_grid(authority: &Pubkey, surface: &Pubkey, grid: Vec<i64>) -> Instruction {
    let accounts = ballast_risk::accounts::SetGrid {
        authority: *authority,
        surface: *surface,
    };
    build(ballast_risk::ID, accounts, ballast_risk::instruction::SetGrid { grid })
}

/// `ballast_risk::open_submission`. The feeder signs and pays.
pub fn open_submission(feeder: &Pubkey, surface: &Pubkey) -> Instruction {
    let accounts = ballast_risk::accounts::OpenSubmission {
        feeder: *feeder,
        surface: *surface,
        submission: addresses::submission(surface, feeder),
        system_program: system_program::ID,
    };
    build(ballast_risk::ID, accounts, ballast_risk::instruction::OpenSubmission {})
}

/// `ballast_risk::close_submission`. The feeder signs, and gets the rent.
pub fn close_submission(feeder: &Pubkey, surface: &Pubkey) -> Instruction {
    let accounts = ballast_risk::accounts::CloseSubmission {
        feeder: *feeder,
        submission: addresses::submission(surface, feeder),
    };
    build(
        ballast_risk::ID,
        accounts,
        ballast_risk::instruction::CloseSubmission {},
    )
}

/// `ballast_risk::submit_surface`. The feeder signs.
pub fn submit(feeder: &Pubkey, surface: &Pubkey, slices: Vec<StoredSlice>) -> Instruction {
    let accounts = ballast_risk::accounts::SubmitSurface {
        feeder: *feeder,
        surface: *surface,
        submission: addresses::submission(surface, feeder),
    };
    build(
        ballast_risk::ID,
        accounts,
        ballast_risk::instruction::SubmitSurface { slices },
    )
}

/// `ballast_risk::publish_surface`. Permissionless; `feeders` are all of the surface's, in order.
pub fn publish(risk_market: &Pubkey, feeders: &[Pubkey]) -> Instruction {
    let surface = addresses::surface(risk_market);
    let accounts = ballast_risk::accounts::PublishSurface {
        surface,
        market: *risk_market,
    };
    let mut instruction = build(ballast_risk::ID, accounts, ballast_risk::instruction::PublishSurface {});
    instruction.accounts.extend(
        feeders
            .iter()
            .map(|feeder| AccountMeta::new_readonly(addresses::submission(&surface, feeder), false)),
    );
    instruction
}
