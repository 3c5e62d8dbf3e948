//! Margin accounts: opened, filled, emptied, closed.

use super::super::{build, TOKEN};
use super::keys::with_markets;
use super::{ClearingHouseKeys, MarketKeys};
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use ballast_options::state::StoredPosition;
use ballast_options::{accounts, instruction, ID};

/// Builds `open_account`: `number` is a slot of the last 512.
pub fn open_account(keys: &ClearingHouseKeys, payer: &Pubkey, owner: &Pubkey, number: u64) -> Instruction {
    let accounts = accounts::OpenAccount {
        payer: *payer,
        owner: *owner,
        house: keys.house,
        account: keys.account(owner, number),
        system_program: system_program::ID,
    };
    build(ID, accounts, instruction::OpenAccount { number })
}

/// Builds `close_account`: `payer` is the one the account names.
pub fn close_account(owner: &Pubkey, account: &Pubkey, payer: &Pubkey) -> Instruction {
    let accounts = accounts::CloseAccount {
        owner: *owner,
        account: *account,
        payer: *payer,
    };
    build(ID, accounts, instruction::CloseAccount {})
}

/// Builds `set_quote_signer`: `lots_a_minute` is the greatest `u64` for any number.
pub fn set_quote_signer(owner: &Pubkey, account: &Pubkey, quote_signer: Pubkey, lots_a_minute: u64) -> Instruction {
    let accounts = accounts::SetQuoteSigner {
        owner: *owner,
        account: *account,
    };
    let data = instruction::SetQuoteSigner {
        quote_signer,
        lots_a_minute,
    };
    build(ID, accounts, data)
}

/// Builds `what_if`: its return data is a [`ballast_options::WhatIfReport`].
pub fn what_if(
    keys: &ClearingHouseKeys,
    account: &Pubkey,
    markets: &[MarketKeys],
    legs: Vec<StoredPosition>,
    cash: i64,
) -> Instruction {
    let accounts = accounts::WhatIf {
        house: keys.house,
        account: *account,
    };
    with_markets(build(ID, accounts, instruction::WhatIf { legs, cash }), markets)
}

/// Builds `deposit`.
pub fn deposit(
    keys: &ClearingHouseKeys,
    owner: &Pubkey,
    account: &Pubkey,
    source: &Pubkey,
    amount: u64,
) -> Instruction {
    let accounts = accounts::Deposit {
        owner: *owner,
        house: keys.house,
        account: *account,
        insurance: keys.insurance,
        source: *source,
        custody: keys.custody,
        token_program: TOKEN,
    };
    build(ID, accounts, instruction::Deposit { amount })
}

/// Builds `withdraw`: `markets` are those that the account has positions on.
pub fn withdraw(
    keys: &ClearingHouseKeys,
    owner: &Pubkey,
    account: &Pubkey,
    destination: &Pubkey,
    markets: &[MarketKeys],
    amount: u64,
) -> Instruction {
    let accounts = accounts::Withdraw {
        owner: *owner,
        house: keys.house,
        account: *account,
        destination: *destination,
        custody: keys.custody,
        token_program: TOKEN,
    };
    with_markets(build(ID, accounts, instruction::Withdraw { amount }), markets)
}
