//! Instructions about tokens.

use anchor_lang::prelude::{AccountMeta, ProgramError, Pubkey};
use anchor_lang::solana_program::system_program;
use anchor_spl::token::spl_token;
use anchor_spl::token_2022::spl_token_2022::instruction;
use ballast_sdk::addresses::TokenMint;
use ballast_sdk::Instruction;

/// Decimals of test USDC.
pub const DECIMALS: u8 = 6;
/// Base units of one test USDC.
pub const UNIT: u64 = 1_000_000;
/// Size of a mint account.
pub const MINT_SIZE: u64 = 82;

/// The associated token account program.
const ASSOCIATED: Pubkey = Pubkey::from_str_const("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");

/// Returns where an owner's tokens of a mint are.
pub fn wallet_of(owner: &Pubkey, token: &TokenMint) -> Pubkey {
    let seeds = [owner, &token.program, &token.mint].map(AsRef::as_ref);
    Pubkey::find_program_address(&seeds, &ASSOCIATED).0
}

/// Creates that account if it does not exist.
pub fn open_wallet(payer: &Pubkey, owner: &Pubkey, token: &TokenMint) -> Instruction {
    Instruction {
        program_id: ASSOCIATED,
        accounts: vec![
            AccountMeta::new(*payer, true),
            AccountMeta::new(wallet_of(owner, token), false),
            AccountMeta::new_readonly(*owner, false),
            AccountMeta::new_readonly(token.mint, false),
            AccountMeta::new_readonly(system_program::ID, false),
            AccountMeta::new_readonly(token.program, false),
        ],
        data: vec![1],
    }
}

/// `InitializeMint2` without a freeze authority.
pub fn initialise_mint(mint: &Pubkey, authority: &Pubkey) -> Instruction {
    let mut data = vec![20, DECIMALS];
    data.extend_from_slice(authority.as_ref());
    data.push(0);
    Instruction {
        program_id: spl_token::ID,
        accounts: vec![AccountMeta::new(*mint, false)],
        data,
    }
}

/// `MintTo`.
pub fn mint_to(token: &TokenMint, to: &Pubkey, authority: &Pubkey, amount: u64) -> Instruction {
    let mut data = vec![7];
    data.extend_from_slice(&amount.to_le_bytes());
    let accounts = vec![
        AccountMeta::new(token.mint, false),
        AccountMeta::new(*to, false),
        AccountMeta::new_readonly(*authority, true),
    ];
    Instruction {
        program_id: token.program,
        accounts,
        data,
    }
}

/// `Approve`: `delegate` may move up to `amount` of the tokens in `owner`'s wallet.
///
/// # Errors
/// Where the mint is of neither token program.
pub fn delegate(
    token: &TokenMint,
    delegate: &Pubkey,
    owner: &Pubkey,
    amount: u64,
) -> Result<Instruction, ProgramError> {
    let wallet = wallet_of(owner, token);
    instruction::approve(&token.program, &wallet, delegate, owner, &[], amount)
}

/// `Revoke`: nobody but `owner` moves the tokens in their wallet any more.
///
/// # Errors
/// Where the mint is of neither token program.
pub fn revoke(token: &TokenMint, owner: &Pubkey) -> Result<Instruction, ProgramError> {
    instruction::revoke(&token.program, &wallet_of(owner, token), owner, &[])
}
