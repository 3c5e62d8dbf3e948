use anchor_lang::prelude::*;

use crate::errors::PerpError;
use crate::events::FaultsSet;
use crate::state::{Faults, Market};

#[derive(Accounts)]
pub struct SetFaults<'info> {
    pub authority: Signer<'info>,
    #[account(mut, dup, has_one = authority @ PerpError::NotAuthority)]
    pub market: Box<Account<'info, Market>>,
}

impl SetFaults<'_> {
    pub fn handle(ctx: Context<SetFaults>, faults: Faults) -> Result<()> {
        faults.validate()?;
        let market = &mut ctx.accounts.market;
        let before = std::mem::replace(&mut market.faults, faults);
        emit!(FaultsSet {
            market: market.key(),
            before,
            after: faults,
        });
        Ok(())
    }
}
