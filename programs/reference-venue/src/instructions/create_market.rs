use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenAccount, TokenInterface};
use ballast_risk::state::{Fixed, Market as RiskMarket};

use crate::events::MarketCreated;
use crate::state::{Faults, Market, MarketParams, MARKET_SEED, NETWORK_NOTICE, VAULT_SEED, VERSION};

#[derive(Accounts)]
pub struct CreateMarket<'info> {
    #[account(mut)]
    pub payer: Signer<'info>,
    /// Switches faults and deleverages; can move nobody's tokens.
    pub authority: Signer<'info>,
    pub risk_market: AccountLoader<'info, RiskMarket>,
    pub quote_mint: Box<InterfaceAccount<'info, Mint>>,
    #[account(
        init,
        payer = payer,
        space = 8 + Market::INIT_SPACE,
        seeds = [MARKET_SEED, risk_market.key().as_ref(), quote_mint.key().as_ref()],
        bump,
    )]
    pub market: Box<Account<'info, Market>>,
    #[account(
        init,
        payer = payer,
        seeds = [VAULT_SEED, market.key().as_ref()],
        bump,
        token::mint = quote_mint,
        token::authority = market,
        token::token_program = token_program,
    )]
    pub vault: Box<InterfaceAccount<'info, TokenAccount>>,
    pub token_program: Interface<'info, TokenInterface>,
    pub system_program: Program<'info, System>,
}

impl CreateMarket<'_> {
    pub fn handle(ctx: Context<CreateMarket>, params: MarketParams) -> Result<()> {
        params.validate()?;
        msg!("{}", crate::NOTICE);
        let accounts = ctx.accounts;
        let key = accounts.market.key();
        accounts.market.set_inner(Market {
            version: VERSION,
            bump: ctx.bumps.market,
            vault_bump: ctx.bumps.vault,
            network_notice: NETWORK_NOTICE,
            authority: accounts.authority.key(),
            risk_market: accounts.risk_market.key(),
            quote_mint: accounts.quote_mint.key(),
            vault: accounts.vault.key(),
            params,
            faults: Faults::default(),
            open_long_lots: 0,
            open_short_lots: 0,
            cumulative_funding: Fixed::default(),
            funding_updated_at: Clock::get()?.unix_timestamp,
            insurance_fund: 0,
            total_collateral: 0,
            total_queued: 0,
            reserved: [0; 64],
        });
        emit!(MarketCreated {
            market: key,
            risk_market: accounts.market.risk_market,
            quote_mint: accounts.market.quote_mint,
            authority: accounts.market.authority,
            params,
        });
        accounts.market.check_invariants(accounts.vault.amount)
    }
}
