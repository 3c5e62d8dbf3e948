// A program that reads an option from its instruction, and writes six numbers to its first account.

#[path = "../../src/wire.rs"]
#[allow(dead_code)]
mod wire;

use ballast_core_math::black_scholes::Greeks;
use solana_account_info::AccountInfo;
use solana_program_entrypoint::{entrypoint, ProgramResult};
use solana_program_error::ProgramError;
use solana_pubkey::Pubkey;
use wire::{Arguments, Outcome, Status};

entrypoint!(process);

fn process(_program: &Pubkey, accounts: &[AccountInfo], instruction: &[u8]) -> ProgramResult {
    let row = Arguments::from_bytes(instruction).ok_or(ProgramError::InvalidInstructionData)?;
    let account = accounts.first().ok_or(ProgramError::NotEnoughAccountKeys)?;
    let Greeks { price, delta, gamma, vega, theta, rho } = work(&row.inputs()).ok_or(ProgramError::InvalidArgument)?;
    let outcome = Outcome::new(Status::Done, 0).with_scaled(&[price, delta, gamma, vega, theta, rho]);
    outcome.write(&mut account.try_borrow_mut_data()?);
    Ok(())
}
