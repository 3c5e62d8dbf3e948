use anchor_lang::prelude::*;
use ballast_risk::state::Fixed;

use crate::events::TraderCreated;
use crate::state::{Market, PendingOrder, Trader, TRADER_SEED, VERSION};

#[derive(Accounts)]
pub struct CreateTrader<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,
    /// CHECK: any key may own a trader account, a program's own address among them; only its
    /// signature moves the money.
    pub owner: UncheckedAccount<'info>,
    pub market: Box<Account<'info, Market>>,
    #[account(
        init,
        payer = payer,
        space = 8 + Trader::INIT_SPACE,
        seeds = [TRADER_SEED, market.key().as_ref(), owner.key().as_ref()],
        bump,
    )]
    pub trader: Box<Account<'info, Trader>>,
    pub system_program: Program<'info, System>,
}

impl CreateTrader<'_> {
    pub fn handle(ctx: Context<CreateTrader>) -> Result<()> {
        let accounts = ctx.accounts;
        let key = accounts.trader.key();
        accounts.trader.set_inner(Trader {
            version: VERSION,
            bump: ctx.bumps.trader,
            market: accounts.market.key(),
            owner: accounts.owner.key(),
            collateral: 0,
            lots: 0,
            entry_cost: 0,
            funding_index: Fixed::default(),
            queued_withdrawal: 0,
            queued_ready_at: 0,
            pending: PendingOrder::default(),
            last_fill: Default::default(),
            reserved: [0; 48],
        });
        emit!(TraderCreated {
            market: accounts.trader.market,
            trader: key,
            owner: accounts.trader.owner,
        });
        Ok(())
    }
}
