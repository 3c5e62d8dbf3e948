//! `assign`: makes a ticket somebody else's, with all that it has coming: what waits for a venue in
//! quarantine can be sold without waiting for it.

use crate::errors::VaultError;
use crate::events::{announce, Assigned};
use crate::state::{Ticket, Vault, VAULT_VERSION};
use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenAccount;

/// Accounts of `assign`.
#[event_cpi]
#[derive(Accounts)]
pub struct Assign<'info> {
    /// Whose it is.
    pub holder: Signer<'info>,
    /// The vault; read for its mints.
    #[account(constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion)]
    pub vault: Box<Account<'info, Vault>>,
    /// The ticket. Its address stays what it is: that of its first holder.
    #[account(
        mut, dup,
        constraint = ticket.vault == vault.key() @ VaultError::WrongTicket,
        has_one = holder @ VaultError::WrongTicket,
    )]
    pub ticket: Box<Account<'info, Ticket>>,
    /// CHECK: whose it is from now on; gets its rent, and so has to be an account that can. It need
    /// not sign: nothing is asked of it.
    #[account(mut)]
    pub to: UncheckedAccount<'info>,
    /// Gets what was asked for.
    pub pay_to: Box<InterfaceAccount<'info, TokenAccount>>,
    /// Gets what was paid in, if it goes back.
    pub return_to: Box<InterfaceAccount<'info, TokenAccount>>,
}

pub(crate) fn handler(ctx: Context<Assign>) -> Result<()> {
    let accounts = ctx.accounts;
    let (vault, ticket) = (&accounts.vault, &mut accounts.ticket);
    let (quote, shares) = (vault.quote_mint, vault.share_mint);
    let (asked, paid_in) = if ticket.is_redemption() {
        (quote, shares)
    } else {
        (shares, quote)
    };
    require_keys_eq!(accounts.pay_to.mint, asked, VaultError::WrongTokenAccount);
    require_keys_eq!(accounts.return_to.mint, paid_in, VaultError::WrongTokenAccount);
    ticket.holder = accounts.to.key();
    ticket.pay_to = accounts.pay_to.key();
    ticket.return_to = accounts.return_to.key();
    let event = Assigned {
        vault: vault.key(),
        ticket: ticket.key(),
        from: accounts.holder.key(),
        to: ticket.holder,
        pay_to: ticket.pay_to,
        return_to: ticket.return_to,
    };
    announce(&accounts.event_authority, &event)
}
