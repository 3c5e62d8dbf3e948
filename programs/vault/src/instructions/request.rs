//! `request_deposit` and `request_redeem`: quote tokens or shares into a batch, for a ticket.
//!
//! No price has a part in it. What is paid in lies apart until the batch is priced: a deposit that
//! waits is no cash of the pool, and a share that waits is still a share.

use crate::errors::{ensure, VaultError};
use crate::events::{self, Requested};
use crate::state::{
    check_acts_for, check_is_theirs, OperatorApproval, RequestBatch, StoredTicket, Ticket, Vault, BATCH_VERSION,
    HALF_FEE_LAMPORTS, REQUEST_FEE_LAMPORTS, TICKET_SEED, VAULT_VERSION,
};
use crate::tokens;
use anchor_lang::prelude::*;
use anchor_lang::system_program;
use anchor_spl::token_interface::{TokenAccount, TokenInterface, Transfer};
use ballast_core_market::breaker::permitted;
use ballast_core_types::UnixTime;
use ballast_core_vault::batch::queue::Request;
use ballast_core_vault::batch::{Batch, Class, Side};
use ballast_core_vault::shares::ShareMark;
use ballast_risk::state::Fixed;

/// What is asked for.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestArgs {
    /// The holder's number for the ticket.
    pub ticket: u64,
    /// Base units paid in: quote tokens of a deposit, shares of a redemption.
    pub amount: u64,
    /// With a value of a share: only at a price at most 1 % worse than that. It has to be the
    /// batch's reference, or where it has none the vault's last mark. Without: at any price.
    pub within_one_percent_of: Option<Fixed>,
}

/// Accounts of `request_deposit` and `request_redeem`.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: RequestArgs)]
pub struct MakeRequest<'info> {
    /// Whoever asks: the holder, or an operator of theirs.
    /// Pays the rent of the ticket, which the holder gets, and the fee for pricing and claim.
    #[account(mut)]
    pub requester: Signer<'info>,
    /// CHECK: whose request it is; has approved whoever asks.
    pub holder: UncheckedAccount<'info>,
    /// The vault.
    #[account(mut, dup, constraint = vault.version == VAULT_VERSION @ VaultError::VaultVersion)]
    pub vault: Box<Account<'info, Vault>>,
    /// The batch that takes requests.
    #[account(mut, dup, constraint = batch.vault == vault.key() @ VaultError::WrongBatch)]
    pub batch: Box<Account<'info, RequestBatch>>,
    /// The request.
    #[account(
        init,
        payer = requester,
        space = 8 + Ticket::INIT_SPACE,
        seeds = [TICKET_SEED, vault.key().as_ref(), holder.key().as_ref(), args.ticket.to_le_bytes().as_ref()],
        bump
    )]
    pub ticket: Box<Account<'info, Ticket>>,
    /// Where it is paid from: the holder's quote tokens or shares; delegated to the approval, if an
    /// operator asks.
    #[account(mut, dup, constraint = from.owner == holder.key() @ VaultError::WrongTokenAccount)]
    pub from: Box<InterfaceAccount<'info, TokenAccount>>,
    /// CHECK: where it waits: custody or escrow, pinned below.
    #[account(mut)]
    pub into: UncheckedAccount<'info>,
    /// Gets what is asked for: anybody's if the holder asks, the holder's if an operator does.
    pub pay_to: Box<InterfaceAccount<'info, TokenAccount>>,
    /// Token program of what is paid in.
    pub token_program: Interface<'info, TokenInterface>,
    /// System program.
    pub system_program: Program<'info, System>,
    /// The holder's approval of an operator who asks.
    pub approval: Option<Box<Account<'info, OperatorApproval>>>,
}

pub(crate) fn handler(ctx: Context<MakeRequest>, args: RequestArgs, side: Side) -> Result<()> {
    let accounts = ctx.accounts;
    check_accounts(accounts, side)?;
    check_size(accounts, args.amount, side)?;
    let now = UnixTime(Clock::get()?.unix_timestamp);
    let queue = accounts.vault.queue.get();
    let (number, opens) = queue.taking(now);
    ensure!(number == accounts.batch.number, VaultError::BatchNotOpen);
    if opens {
        accounts.batch.totals = Batch::opened(now).into();
    }
    join(accounts, &args, side, ctx.bumps.ticket, now)?;
    accounts.vault.queue = queue.taken(number, now).into();
    accounts.vault.count_ticket(1)?;
    take_in(accounts, args.amount)?;
    announce(accounts, side)
}

/// Puts the request into its batch, and writes its ticket.
#[inline(never)]
fn join(accounts: &mut MakeRequest, args: &RequestArgs, side: Side, bump: u8, now: UnixTime) -> Result<()> {
    let (vault, holder) = (accounts.vault.key(), accounts.holder.key());
    let record = &mut accounts.batch;
    let reference = args.within_one_percent_of.map(|value| value.ratio());
    let request = Request {
        side,
        amount: args.amount,
        class: if reference.is_some() {
            Class::WithinOnePercent
        } else {
            Class::AnyPrice
        },
        reference,
    };
    let mark: ShareMark = accounts.vault.share_mark();
    let batch = record.totals.get().with_request(&request, &mark, now);
    record.totals = batch.map_err(VaultError::from)?.into();
    record.tickets = record.tickets.checked_add(1).ok_or(VaultError::OutOfRange)?;
    let fee = record.pricing_fee.checked_add(HALF_FEE_LAMPORTS);
    record.pricing_fee = fee.ok_or(VaultError::OutOfRange)?;
    accounts.ticket.stored = StoredTicket {
        version: BATCH_VERSION,
        bump,
        redemption: u8::from(side == Side::Redemption),
        any_price: u8::from(reference.is_none()),
        padding: [0; 4],
        vault,
        holder,
        opened_by: holder,
        number: args.ticket,
        batch: record.number,
        amount: args.amount,
        claimed: 0,
        requested_at: now.0,
        pay_to: accounts.pay_to.key(),
        return_to: accounts.from.key(),
    };
    Ok(())
}

fn check_accounts(accounts: &MakeRequest, side: Side) -> Result<()> {
    let vault = &accounts.vault;
    let (quote, shares) = (vault.quote_mint, vault.share_mint);
    let (into, error, paid, bought) = match side {
        Side::Deposit => (vault.custody, VaultError::WrongCustody, quote, shares),
        Side::Redemption => (vault.escrow, VaultError::WrongEscrow, shares, quote),
    };
    if accounts.into.key() != into {
        return Err(error.into());
    }
    require_keys_eq!(accounts.from.mint, paid, VaultError::WrongTokenAccount);
    require_keys_eq!(accounts.pay_to.mint, bought, VaultError::WrongTokenAccount);
    let (requester, holder) = (accounts.requester.key, accounts.holder.key);
    check_acts_for(requester, holder, &vault.key(), accounts.approval.as_deref())?;
    if requester != holder {
        check_is_theirs(&accounts.from, holder)?;
        check_is_theirs(&accounts.pay_to, holder)?;
    }
    Ok(())
}

/// Refuses what is too small to be worth a ticket, and a deposit past the cap: what waits has
/// reserved its part of it.
fn check_size(accounts: &mut MakeRequest, amount: u64, side: Side) -> Result<()> {
    let vault = &mut accounts.vault;
    if side == Side::Redemption {
        let is_all = amount > 0 && amount == accounts.from.amount;
        ensure!(is_all || amount >= vault.unit, VaultError::RequestTooSmall);
        return Ok(());
    }
    ensure!(amount >= vault.least_deposit(), VaultError::RequestTooSmall);
    ensure!(!vault.cases.is_quarantined(), VaultError::VenueQuarantined);
    let tripped = vault.monitor.get().breakers.tripped;
    if !permitted(tripped, true).deposit {
        crate::valuation::log_active(tripped, |permits| permits.deposit);
        return err!(VaultError::DepositNotPermitted);
    }
    let pending = vault.ledger.pending_deposits.checked_add(amount);
    let pending = pending.ok_or(VaultError::OutOfRange)?;
    let with_pool = u64::try_from(vault.nav.max(0))
        .ok()
        .and_then(|nav| nav.checked_add(pending));
    let within = with_pool.is_some_and(|sum| sum <= vault.policy.deposit_cap);
    ensure!(within, VaultError::OverDepositCap);
    vault.ledger.pending_deposits = pending;
    Ok(())
}

/// Moves what is paid in, and the fee.
fn take_in<'info>(accounts: &MakeRequest<'info>, amount: u64) -> Result<()> {
    let (from, to) = (accounts.from.to_account_info(), accounts.into.to_account_info());
    let program = &accounts.token_program;
    let by = |authority: AccountInfo<'info>| Transfer { from, to, authority };
    match &accounts.approval {
        Some(approval) if accounts.requester.key != accounts.holder.key => {
            let transfer = by(approval.to_account_info());
            approval.with_signer(|seeds| tokens::transfer(program, transfer, seeds, amount))?;
        }
        _ => tokens::transfer(program, by(accounts.requester.to_account_info()), &[], amount)?,
    }
    let transfer = system_program::Transfer {
        from: accounts.requester.to_account_info(),
        to: accounts.batch.to_account_info(),
    };
    system_program::transfer(CpiContext::new(system_program::ID, transfer), REQUEST_FEE_LAMPORTS)
}

#[inline(never)]
fn announce(accounts: &MakeRequest, side: Side) -> Result<()> {
    let ticket = &accounts.ticket;
    let event = Requested {
        vault: ticket.vault,
        holder: ticket.holder,
        ticket: ticket.key(),
        batch: ticket.batch,
        is_redemption: side == Side::Redemption,
        is_any_price: ticket.is_any_price(),
        amount: ticket.amount,
    };
    events::announce(&accounts.event_authority, &event)
}
