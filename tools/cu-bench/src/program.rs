//! The entry point.

use crate::run::run;
use crate::scenarios::scenarios;
use crate::wire::{Arguments, Operation, Outcome, Tier, BOOK};
use solana_account_info::AccountInfo;
use solana_program_entrypoint::{entrypoint, ProgramResult};
use solana_program_error::ProgramError;
use solana_pubkey::Pubkey;

entrypoint!(process);

fn process(_program: &Pubkey, accounts: &[AccountInfo], instruction: &[u8]) -> ProgramResult {
    let [operation, tier] = *instruction else {
        return Err(ProgramError::InvalidInstructionData);
    };
    let operation = Operation::from_byte(operation).ok_or(ProgramError::InvalidInstructionData)?;
    let tier = Tier::from_byte(tier).ok_or(ProgramError::InvalidInstructionData)?;
    let [arguments, outcomes] = accounts else {
        return Err(ProgramError::NotEnoughAccountKeys);
    };
    let arguments = arguments.try_borrow_data()?;
    let mut outcomes = outcomes.try_borrow_mut_data()?;
    let rows = arguments.chunks_exact(Arguments::BYTES);
    let places = outcomes.chunks_exact_mut(Outcome::BYTES);
    if rows.len() != places.len() || !rows.remainder().is_empty() {
        return Err(ProgramError::InvalidAccountData);
    }
    if operation == Operation::Scenarios {
        let books = arguments.chunks_exact(BOOK * Arguments::BYTES);
        for (book, place) in books.zip(outcomes.chunks_exact_mut(BOOK * Outcome::BYTES)) {
            let rows: Option<Vec<Arguments>> = book.chunks_exact(Arguments::BYTES).map(Arguments::from_bytes).collect();
            scenarios(&rows.ok_or(ProgramError::InvalidAccountData)?).write(place);
        }
        return Ok(());
    }
    for (row, place) in rows.zip(places) {
        let arguments = Arguments::from_bytes(row).ok_or(ProgramError::InvalidAccountData)?;
        run(operation, tier, &arguments).write(place);
    }
    Ok(())
}
