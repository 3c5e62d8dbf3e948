//! The vault's venue: its accounts as bytes, its instructions as data. Nothing of the venue's own
//! crate is needed.

use crate::errors::VaultError;
use crate::state::Vault;
use crate::tokens::with_signer;
use anchor_lang::prelude::*;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::program::{get_return_data, invoke_signed};
use ballast_core_types::{FillReceipt, Position, Price, TradingTerms};
use ballast_venues::{AccountRole, MarketPins, PositionAccounts, Reference, Venue, VenueAction};

/// The venue's program.
pub const PROGRAM: Pubkey = Pubkey::new_from_array(Reference::PROGRAM);

/// Returns what a venue's market pins; `None` if it is none.
pub fn pins(market: &AccountInfo) -> Option<MarketPins> {
    if *market.owner != PROGRAM {
        return None;
    }
    Reference::pins(&market.try_borrow_data().ok()?).ok()
}

/// Returns the token account a venue's market pays from and is paid to; `None` if it is none.
pub fn custody(market: &AccountInfo) -> Option<Pubkey> {
    pins(market).map(|pins| Pubkey::new_from_array(pins.custody))
}

/// Returns the vault's position, funding brought up to date at `mid`; `None` if the venue's
/// accounts cannot be read.
#[inline(never)]
pub fn position(market: &AccountInfo, trader: &AccountInfo, mid: Price, now: i64) -> Option<Position> {
    if *market.owner != PROGRAM || *trader.owner != PROGRAM {
        return None;
    }
    let (market, trader) = (market.try_borrow_data().ok()?, trader.try_borrow_data().ok()?);
    let accounts = PositionAccounts {
        market: &market,
        trader: &trader,
    };
    Reference::position(&accounts, mid, now).ok()
}

/// Returns what trading at a venue's market costs; `None` if it cannot be read.
pub fn terms(market: &AccountInfo) -> Option<TradingTerms> {
    if *market.owner != PROGRAM {
        return None;
    }
    Reference::terms(&market.try_borrow_data().ok()?).ok()
}

/// Calls the venue with the vault's signature. `accounts` are found by their role.
///
/// # Errors
/// The venue's own; [`VaultError::VenueAccounts`] if a role is missing.
#[inline(never)]
pub fn call<'info>(
    vault: &Vault,
    action: &VenueAction,
    accounts: &[(AccountRole, AccountInfo<'info>)],
    program: &AccountInfo<'info>,
) -> Result<()> {
    let encoded = Reference::encode(action);
    let mut metas = Vec::with_capacity(encoded.accounts.len());
    let mut infos = Vec::with_capacity(encoded.accounts.len().saturating_add(1));
    for meta in encoded.accounts {
        let (_, account) = accounts
            .iter()
            .find(|(role, _)| *role == meta.role)
            .ok_or(VaultError::VenueAccounts)?;
        metas.push(AccountMeta {
            pubkey: *account.key,
            is_signer: meta.is_signer,
            is_writable: meta.is_writable,
        });
        infos.push(account.clone());
    }
    infos.push(program.clone());
    let instruction = Instruction {
        program_id: PROGRAM,
        accounts: metas,
        data: encoded.data().to_vec(),
    };
    with_signer(vault, |seeds| Ok(invoke_signed(&instruction, &infos, seeds)?))
}

/// Returns what the order that was just placed returned.
///
/// # Errors
/// [`VaultError::FillMismatch`] if the venue said nothing that can be read.
pub fn receipt() -> Result<FillReceipt> {
    let (program, data) = get_return_data().ok_or(VaultError::FillMismatch)?;
    require_keys_eq!(program, PROGRAM, VaultError::FillMismatch);
    Ok(Reference::receipt(&data).map_err(|_| VaultError::FillMismatch)?)
}
