//! Instructions about tokens.

use anchor_lang::prelude::{AccountMeta, ProgramError, Pubkey};
use anchor_lang::solana_program::system_program;
use anchor_spl::token::spl_token;
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
pub fn wallet_of(owner: &Pubkey, mint: &Pubkey) -> Pubkey {
    Pubkey::find_program_address(&[owner.as_ref(), spl_token::ID.as_ref(), mint.as_ref()], &ASSOCIATED).0
}

/// Creates that account if it does not exist.
pub fn open_wallet(payer: &Pubkey, owner: &Pubkey, mint: &Pubkey) -> Instruction {
    Instruction {
        program_id: ASSOCIATED,
        accounts: vec![
            AccountMeta::new(*payer, true),
            AccountMeta::new(wallet_of(owner, mint), false),
            AccountMeta::new_readonly(*owner, false),
            AccountMeta::new_readonly(*mint, false),
            AccountMeta::new_readonly(system_program::ID, false),
            AccountMeta::new_readonly(spl_token::ID, false),
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
pub fn mint_to(mint: &Pubkey, to: &Pubkey, authority: &Pubkey, amount: u64) -> Instruction {
    let mut data = vec![7];
    data.extend_from_slice(&amount.to_le_bytes());
    let accounts = vec![
        AccountMeta::new(*mint, false),
        AccountMeta::new(*to, false),
        AccountMeta::new_readonly(*authority, true),
    ];
    Instruction {
        program_id: spl_token::ID,
        accounts,
        data,
    }
}

/// `Approve`: `delegate` may move up to `amount` of what lies in `account`, which is `owner`'s.
///
/// # Errors
/// Never, with the token program's own address.
pub fn delegate(account: &Pubkey, delegate: &Pubkey, owner: &Pubkey, amount: u64) -> Result<Instruction, ProgramError> {
    spl_token::instruction::approve(&spl_token::ID, account, delegate, owner, &[], amount)
}

/// `Revoke`: nobody but `owner` moves what lies in `account` any more.
///
/// # Errors
/// Never, with the token program's own address.
pub fn revoke(account: &Pubkey, owner: &Pubkey) -> Result<Instruction, ProgramError> {
    spl_token::instruction::revoke(&spl_token::ID, account, owner, &[])
}
