use anchor_lang::prelude::*;

use crate::errors::PerpError;
use crate::events::CancelReason;
use crate::execution;
use crate::state::{Market, Trader};

#[derive(Accounts)]
pub struct CancelPending<'info> {
    pub canceller: Signer<'info>,
    pub market: Box<Account<'info, Market>>,
    #[account(mut, dup, has_one = market @ PerpError::WrongTraderMarket)]
    pub trader: Box<Account<'info, Trader>>,
}

impl CancelPending<'_> {
    /// The owner at any time, anyone once the order has expired. Works while the venue is paused:
    /// it neither trades nor moves a token.
    pub fn handle(ctx: Context<CancelPending>) -> Result<()> {
        let trader = &mut ctx.accounts.trader;
        require!(trader.pending.is_some(), PerpError::NoPendingOrder);
        let expired = Clock::get()?.unix_timestamp >= trader.pending.expires_at;
        let owner = ctx.accounts.canceller.key() == trader.owner;
        require!(owner || expired, PerpError::CancelBeforeExpiry);
        let reason = if expired {
            CancelReason::Expired
        } else {
            CancelReason::Owner
        };
        let key = trader.key();
        execution::cancel_pending(trader, key, reason);
        Ok(())
    }
}
