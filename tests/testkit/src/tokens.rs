//! Token accounts written straight into the SVM.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::program_option::COption;
use anchor_lang::solana_program::program_pack::Pack;
use anchor_spl::token::spl_token::state::{Account as TokenAccount, AccountState, Mint};
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

/// Writes a token account.
pub fn put_tokens(svm: &mut LiteSVM, key: Pubkey, mint: Pubkey, owner: Pubkey, amount: u64) {
    let mut data = vec![0; TokenAccount::LEN];
    let account = TokenAccount {
        mint,
        owner,
        amount,
        delegate: COption::None,
        state: AccountState::Initialized,
        is_native: COption::None,
        delegated_amount: 0,
        close_authority: COption::None,
    };
    account.pack_into_slice(&mut data);
    put(svm, key, anchor_spl::token::ID, data);
}
