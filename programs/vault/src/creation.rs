//! The vault's token accounts and its share mint, created at program addresses.

use crate::state::{ShareName, Vault};
use crate::tokens::with_signer;
use anchor_lang::prelude::*;
use anchor_lang::solana_program::program_pack::Pack;
use anchor_lang::system_program::{self, Allocate, Assign};
use anchor_spl::token_2022::spl_token_2022::extension::ExtensionType;
use anchor_spl::token_2022::spl_token_2022::state::{Account as TokenAccountState, Mint as MintState};
use anchor_spl::token_2022::{self, initialize_account3, initialize_mint2, InitializeAccount3, InitializeMint2};
use anchor_spl::token_2022_extensions::spl_token_metadata_interface::state::TokenMetadata;
use anchor_spl::token_2022_extensions::{
    metadata_pointer_initialize, token_metadata_initialize, token_metadata_update_authority, MetadataPointerInitialize,
    TokenMetadataInitialize, TokenMetadataUpdateAuthority,
};

/// An account that the vault has at the address of a seed and its own.
pub(crate) struct Creation<'a, 'info> {
    /// The vault.
    pub vault: &'a Account<'info, Vault>,
    /// Pays the rent.
    pub payer: &'a AccountInfo<'info>,
    /// First seed of the address.
    pub seed: &'static [u8],
    /// Bump of the address.
    pub bump: u8,
}

impl<'info> Creation<'_, 'info> {
    /// Makes `account` the mint of the vault's shares: the vault alone mints, nobody freezes,
    /// closes or moves what is held, and nobody changes its name, which lies in the mint itself.
    pub(crate) fn share_mint(
        &self,
        account: &AccountInfo<'info>,
        decimals: u8,
        name: &ShareName,
        program: &AccountInfo<'info>,
    ) -> Result<()> {
        let metadata = TokenMetadata {
            mint: account.key(),
            name: name.name.clone(),
            symbol: name.symbol.clone(),
            uri: name.uri.clone(),
            ..TokenMetadata::default()
        };
        let space = ExtensionType::try_calculate_account_len::<MintState>(&[ExtensionType::MetadataPointer])?;
        self.allocate(account, space, metadata.tlv_size_of()?, &token_2022::ID)?;
        let pointer = MetadataPointerInitialize {
            token_program_id: program.clone(),
            mint: account.clone(),
        };
        metadata_pointer_initialize(CpiContext::new(token_2022::ID, pointer), None, Some(account.key()))?;
        let mint = InitializeMint2 { mint: account.clone() };
        let vault = self.vault.to_account_info();
        initialize_mint2(CpiContext::new(token_2022::ID, mint), decimals, vault.key, None)?;
        with_signer(self.vault, |seeds| {
            let TokenMetadata { name, symbol, uri, .. } = metadata;
            let accounts = TokenMetadataInitialize {
                program_id: program.clone(),
                metadata: account.clone(),
                update_authority: vault.clone(),
                mint_authority: vault.clone(),
                mint: account.clone(),
            };
            token_metadata_initialize(
                CpiContext::new_with_signer(token_2022::ID, accounts, seeds),
                name,
                symbol,
                uri,
            )?;
            let accounts = TokenMetadataUpdateAuthority {
                program_id: program.clone(),
                metadata: account.clone(),
                current_authority: vault.clone(),
                new_authority: vault.clone(),
            };
            let nobody = Default::default();
            token_metadata_update_authority(CpiContext::new_with_signer(token_2022::ID, accounts, seeds), nobody)
        })
    }

    /// Makes `account` a token account of `mint` that the vault owns.
    pub(crate) fn token_account(
        &self,
        account: &AccountInfo<'info>,
        mint: &AccountInfo<'info>,
        program: &Pubkey,
    ) -> Result<()> {
        self.allocate(account, TokenAccountState::LEN, 0, program)?;
        let created = InitializeAccount3 {
            account: account.clone(),
            mint: mint.clone(),
            authority: self.vault.to_account_info(),
        };
        initialize_account3(CpiContext::new(*program, created))
    }

    /// Gives `account` to a token program, with `space` bytes and the rent for `more`. Lamports
    /// that anyone sent there first do not matter.
    fn allocate(&self, account: &AccountInfo<'info>, space: usize, more: usize, program: &Pubkey) -> Result<()> {
        let rent = Rent::get()?.minimum_balance(space.saturating_add(more));
        let missing = rent.saturating_sub(account.lamports());
        if missing > 0 {
            let transfer = system_program::Transfer {
                from: self.payer.clone(),
                to: account.clone(),
            };
            system_program::transfer(CpiContext::new(system_program::ID, transfer), missing)?;
        }
        let space = u64::try_from(space).map_err(|_| crate::errors::VaultError::OutOfRange)?;
        let vault = self.vault.key();
        let seeds: &[&[u8]] = &[self.seed, vault.as_ref(), &[self.bump]];
        let signer = &[seeds];
        let allocate = Allocate {
            account_to_allocate: account.clone(),
        };
        system_program::allocate(CpiContext::new_with_signer(system_program::ID, allocate, signer), space)?;
        let assign = Assign {
            account_to_assign: account.clone(),
        };
        system_program::assign(CpiContext::new_with_signer(system_program::ID, assign, signer), program)
    }
}
