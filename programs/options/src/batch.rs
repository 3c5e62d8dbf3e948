//! Batches of margin accounts: what anyone does to many of them at once.

use crate::errors::{OptionsError, Refuse};
use crate::state::MarginAccount;
use anchor_lang::prelude::*;
use ballast_core_clearing::account::MarginAccount as MarginBook;
use ballast_core_clearing::payout::PayoutError;

/// Most margin accounts of a batch.
pub const MAX_BATCH: usize = 20;

/// That something was done to an account, or why not.
pub type Acted = std::result::Result<(), PayoutError>;

/// Hands on each margin account of a batch, and stores it. Whoever has nothing to be done is passed
/// over, and so is what is no margin account any more: who was there first, or closed the account,
/// does not spoil the others.
///
/// # Errors
/// [`OptionsError::Batch`], [`OptionsError::IsInsurance`], [`OptionsError::WrongHouse`]; why
/// nothing was done where nothing was.
pub fn each_member<'info>(
    batch: &'info [AccountInfo<'info>],
    house: &Pubkey,
    insurance: &Pubkey,
    mut act: impl FnMut(&Pubkey, &mut MarginBook) -> Result<Acted>,
) -> Result<()> {
    require!((1..=MAX_BATCH).contains(&batch.len()), OptionsError::Batch);
    let mut outcome: Acted = Err(PayoutError::NothingHere);
    for participant in batch {
        require_keys_neq!(*participant.key, *insurance, OptionsError::IsInsurance);
        if *participant.owner != crate::ID {
            continue;
        }
        let acted = member(participant, house, &mut act)?;
        if acted.is_err_and(|refusal| !refusal.is_nothing_to_do()) {
            return acted.or_refuse();
        }
        outcome = outcome.or(acted);
    }
    outcome.or_refuse()
}

#[inline(never)]
fn member<'info>(
    participant: &'info AccountInfo<'info>,
    house: &Pubkey,
    act: &mut impl FnMut(&Pubkey, &mut MarginBook) -> Result<Acted>,
) -> Result<Acted> {
    let loader = AccountLoader::<MarginAccount>::try_from(participant)?;
    let mut account = loader.load_mut()?;
    require_keys_eq!(account.house, *house, OptionsError::WrongHouse);
    let mut book = account.book()?;
    let acted = act(participant.key, &mut book)?;
    if acted.is_ok() {
        account.store(&book)?;
    }
    Ok(acted)
}
