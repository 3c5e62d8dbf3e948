//! Token accounts written straight into the SVM.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::program_option::COption;
use anchor_lang::solana_program::program_pack::Pack;
use anchor_spl::token::spl_token::state::{Account as TokenAccount, AccountState, Mint};
use ballast_sdk::addresses::TokenMint;
use litesvm::LiteSVM;
use solana_account::Account;

/// Writes an account with enough lamports.
pub fn put(svm: &mut LiteSVM, key: Pubkey, owner: Pubkey, data: Vec<u8>) {
    let lamports = svm.minimum_balance_for_rent_exemption(data.len()).max(1);
    let account = Account {
        lamports,
        data,
        owner,
        executable: false,
        rent_epoch: u64::MAX,
    };
    svm.set_account(key, account).expect("an account the SVM takes");
}

/// Writes a mint with six decimals and a supply that the test keeps true.
pub fn put_mint(svm: &mut LiteSVM, key: Pubkey, supply: u64) {
    let mut data = vec![0; Mint::LEN];
    let mint = Mint {
        decimals: 6,
        is_initialized: true,
        supply,
        ..Mint::default()
    };
    mint.pack_into_slice(&mut data);
    put(svm, key, anchor_spl::token::ID, data);
}

/// Writes the supply of a mint that is there.
pub fn set_supply(svm: &mut LiteSVM, key: Pubkey, supply: u64) {
    let mut account = svm.get_account(&key).expect("a mint");
    account.data[36..44].copy_from_slice(&supply.to_le_bytes());
    svm.set_account(key, account).expect("an account the SVM takes");
}

/// Writes a Token-2022 mint with one extension of this type, its bytes zero: what its own program
/// would say of it does not matter to who only asks which there are.
pub fn put_extended_mint(svm: &mut LiteSVM, key: Pubkey, decimals: u8, extension: u16) {
    let mut data = vec![0; Mint::LEN];
    let mint = Mint {
        decimals,
        is_initialized: true,
        ..Mint::default()
    };
    mint.pack_into_slice(&mut data);
    // Room of a token account, which kind of account it is, then type and length of the extension.
    data.resize(TokenAccount::LEN, 0);
    data.push(1);
    data.extend(extension.to_le_bytes());
    data.extend(4u16.to_le_bytes());
    data.extend([0; 4]);
    put(svm, key, anchor_spl::token_2022::ID, data);
}

/// Writes a token account, of the program that its mint is of: SPL Token where there is no mint.
pub fn put_tokens(svm: &mut LiteSVM, key: Pubkey, mint: Pubkey, owner: Pubkey, amount: u64) {
    let program = svm.get_account(&mint).map(|mint| mint.owner);
    let is_2022 = program == Some(anchor_spl::token_2022::ID);
    let token = if is_2022 { TokenMint::token_2022 } else { TokenMint::spl };
    put_tokens_of(svm, key, &token(mint), owner, amount);
}

/// Writes a token account of a mint that need not be there.
pub fn put_tokens_of(svm: &mut LiteSVM, key: Pubkey, token: &TokenMint, owner: Pubkey, amount: u64) {
    let mut data = vec![0; TokenAccount::LEN];
    let account = TokenAccount {
        mint: token.mint,
        owner,
        amount,
        delegate: COption::None,
        state: AccountState::Initialized,
        is_native: COption::None,
        delegated_amount: 0,
        close_authority: COption::None,
    };
    account.pack_into_slice(&mut data);
    put(svm, key, token.program, data);
}
