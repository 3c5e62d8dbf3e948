//! What a vault takes in and what it gives for it, and who has power over either.

use super::client::VaultClient;
use anchor_lang::solana_program::program_option::COption;
use anyhow::{Context, Result};
use serde::Serialize;

/// The two tokens of a vault.
#[derive(Debug, Serialize)]
pub struct Tokens {
    /// Name of a share, as its mint has it.
    share_name: String,
    /// Symbol of a share.
    share_symbol: String,
    /// Mint of shares.
    share_mint: String,
    /// Mint of the quote token.
    quote_mint: String,
    /// Its token program: `SPL Token` or `Token-2022`.
    quote_program: &'static str,
    /// Who can freeze accounts of the quote token, the vault's custody among them.
    quote_freeze_authority: Option<String>,
}

impl Tokens {
    /// Reads the two mints.
    ///
    /// # Errors
    /// What could not be read.
    pub fn of(client: &mut VaultClient) -> Result<Self> {
        let keys = client.reader.keys;
        let named = client.cluster.account(&keys.share_mint)?.token_metadata()?;
        let named = named.context("the share mint has no name in it")?;
        let quote = client.cluster.account(&keys.quote_mint)?.mint()?;
        Ok(Self {
            share_name: named.name,
            share_symbol: named.symbol,
            share_mint: keys.share_mint.to_string(),
            quote_mint: keys.quote_mint.to_string(),
            quote_program: if keys.quote_program == keys.shares().program {
                "Token-2022"
            } else {
                "SPL Token"
            },
            quote_freeze_authority: match quote.freeze_authority {
                COption::Some(key) => Some(key.to_string()),
                COption::None => None,
            },
        })
    }

    /// Returns it in a line for each token.
    pub fn text(&self) -> [String; 2] {
        let frozen = match &self.quote_freeze_authority {
            Some(key) => format!("{key} can freeze any account of it, this vault's among them"),
            None => "nobody can freeze it".to_owned(),
        };
        [
            format!(
                "shares     {} ({}), mint {}: nobody can freeze, move or rename them",
                self.share_name, self.share_symbol, self.share_mint
            ),
            format!("quote      mint {}, {}: {frozen}", self.quote_mint, self.quote_program),
        ]
    }
}
