//! What a quote token may be: a mint whose program can take nothing from the vault and asks it for
//! nothing.
//!
//! The list names what is allowed. Extensions that are thought of later are none of it, and what
//! this build cannot even read is refused as well.

use crate::errors::VaultError;
use anchor_lang::prelude::*;
use anchor_spl::token_2022;
use anchor_spl::token_2022::spl_token_2022::extension::{BaseStateWithExtensions, ExtensionType, StateWithExtensions};
use anchor_spl::token_2022::spl_token_2022::state::Mint;

/// Extensions that say something about a mint, and do nothing to what is held of it.
pub const ALLOWED: [ExtensionType; 6] = [
    ExtensionType::MetadataPointer,
    ExtensionType::TokenMetadata,
    ExtensionType::GroupPointer,
    ExtensionType::TokenGroup,
    ExtensionType::GroupMemberPointer,
    ExtensionType::TokenGroupMember,
];

/// Refuses a Token-2022 mint with an extension outside [`ALLOWED`], and logs its name. A mint of
/// the SPL Token program has none.
///
/// # Errors
/// [`VaultError::QuoteExtension`].
pub fn validate(mint: &AccountInfo) -> Result<()> {
    if *mint.owner != token_2022::ID {
        return Ok(());
    }
    let data = mint.try_borrow_data()?;
    let extensions = StateWithExtensions::<Mint>::unpack(&data).and_then(|mint| mint.get_extension_types());
    let Ok(extensions) = extensions else {
        msg!("extension: one that this program does not know");
        return err!(VaultError::QuoteExtension);
    };
    if let Some(refused) = extensions.iter().find(|extension| !ALLOWED.contains(extension)) {
        msg!("extension: {:?}", refused);
        return err!(VaultError::QuoteExtension);
    }
    Ok(())
}
