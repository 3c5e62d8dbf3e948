//! An example: how another program asks the risk engine about a book, and what it has to check in
//! the answer.
//!
//! `docs/reference/assess.md` describes question and answer. This program holds nothing and is
//! never deployed.

use anchor_lang::prelude::*;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::program::{get_return_data, invoke};
use anchor_lang::InstructionData;
use ballast_risk::{program::BallastRisk, AssessArgs, AssessReport, ASSESS_VERSION};

declare_id!("8NZJ1h8BybDJkTtjqo1RZpNcVE2n4vf6G7AgGe11naU4");

/// Asks, checks, decides.
#[program]
pub mod margin_reader {
    use super::*;

    /// Returns the initial margin of the book in `question`, base units of the quote token, if what
    /// its owner has to show for it reaches it: `collateral` in cash, and the book's own value on
    /// its adverse side.
    ///
    /// # Errors
    /// [`ReaderError`]; any refusal of the risk engine ends the whole transaction.
    pub fn check<'info>(ctx: Context<'info, Check<'info>>, collateral: u64, question: AssessArgs) -> Result<u64> {
        // The engine judges the accounts: this program only passes them on, none of them writable,
        // nobody's signature.
        let passed = ctx.remaining_accounts;
        let accounts = passed
            .iter()
            .map(|account| AccountMeta::new_readonly(*account.key, false));
        let instruction = Instruction {
            program_id: ctx.accounts.risk_program.key(),
            accounts: accounts.collect(),
            data: ballast_risk::instruction::Assess { args: question }.data(),
        };
        invoke(&instruction, passed)?;
        // Return data is one place for all programs: without its author's name it proves nothing.
        let (author, data) = get_return_data().ok_or(ReaderError::NoAnswer)?;
        require_keys_eq!(author, ballast_risk::ID, ReaderError::ForeignAnswer);
        require!(data.first() == Some(&ASSESS_VERSION), ReaderError::UnknownVersion);
        let answer = AssessReport::try_from_slice(&data).map_err(|_| ReaderError::UnknownVersion)?;
        let has = i128::from(collateral).saturating_add(i128::from(answer.value));
        msg!("initial margin {}, collateral and value {}", answer.initial_margin, has);
        require!(i128::from(answer.initial_margin) <= has, ReaderError::TooLittle);
        u64::try_from(answer.initial_margin).map_err(|_| ReaderError::UnknownVersion.into())
    }
}

/// Accounts of `check`; after them those of the question, as `assess` wants them.
#[derive(Accounts)]
pub struct Check<'info> {
    /// The risk engine: `Program` compares its address, so that nobody passes an engine of their
    /// own.
    pub risk_program: Program<'info, BallastRisk>,
}

/// Why the answer is not taken.
#[error_code]
pub enum ReaderError {
    /// The engine returned nothing.
    #[msg("answer: no return data")]
    NoAnswer,
    /// Another program wrote the return data.
    #[msg("answer: not the risk engine's")]
    ForeignAnswer,
    /// A layout that this program was not written for.
    #[msg("answer: not of the version this program knows")]
    UnknownVersion,
    /// The book needs more.
    #[msg("margin: initial margin above collateral and the book's value")]
    TooLittle,
}
