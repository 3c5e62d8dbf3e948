//! How a holder who leaves is paid, at once or from the queue.

use crate::errors::VaultError;
use crate::events::Redeemed;
use crate::tokens;
use crate::valuation::{appraise, Moment, Valuation};
use anchor_lang::prelude::*;
use anchor_spl::token::{Token, TokenAccount};
use ballast_core_types::{Position, Value};
use ballast_core_vault::appraisal::Appraisal;
use ballast_core_vault::prices::Purpose;
use ballast_core_vault::redemption::Payment;

/// Reads the prices of an exit. Never refuses for the state of the market, only for an account that
/// is not the market's, or a price that is older than one the market already knows.
///
/// # Errors
/// [`VaultError::SameSlotAsRebalance`]; the rule that refused the price.
pub(crate) fn exit_moment(valuation: &Valuation, supply: u64) -> Result<Moment> {
    valuation.vault.check_slot(Clock::get()?.slot)?;
    valuation.moment(Purpose::Redeem, supply)
}

/// What was decided before anything moved.
pub(crate) struct Decided {
    /// What is paid for how many shares.
    pub payment: Payment,
    /// The net asset value it was priced at, quote base units.
    pub nav: Value,
    /// The position at the venue, which paying does not touch.
    pub position: Position,
}

impl Decided {
    /// Returns a payment of this appraisal.
    pub fn new(payment: Payment, appraisal: &Appraisal) -> Self {
        Self {
            payment,
            nav: appraisal.nav.redemption,
            position: appraisal.portfolio.position,
        }
    }
}

/// Where a payment goes from and to.
pub(crate) struct Payout<'a, 'info> {
    /// The vault.
    pub valuation: &'a mut Valuation<'info>,
    /// Quote custody.
    pub custody: &'a mut Account<'info, TokenAccount>,
    /// The holder's quote tokens.
    pub to: &'a Account<'info, TokenAccount>,
    /// Token program.
    pub token_program: &'a Program<'info, Token>,
}

impl Payout<'_, '_> {
    /// Pays out of custody for shares that are burnt by now; books, marks, checks and announces it.
    ///
    /// # Errors
    /// [`VaultError::NotLiquid`], [`VaultError::CustodyShort`], [`VaultError::OutOfRange`].
    #[inline(never)]
    pub fn pay(self, moment: &Moment, decided: &Decided) -> Result<()> {
        let Payment { amount, shares } = decided.payment;
        let vault = &mut self.valuation.vault;
        vault.debit(amount)?;
        let (from, to) = (self.custody.to_account_info(), self.to.to_account_info());
        tokens::send(vault, &from, &to, self.token_program, amount)?;
        self.custody.reload()?;
        let left = Moment {
            prices: moment.prices,
            supply: moment.supply.checked_sub(shares).ok_or(VaultError::OutOfRange)?,
            clock: moment.clock.clone(),
        };
        // Who leaves is never asked what is active, but what they leave behind is observed.
        let state = vault.state();
        vault.record(&*appraise(&state, decided.position, &left)?);
        vault.check_invariants(self.custody.amount, left.supply)?;
        emit!(Redeemed {
            vault: vault.key(),
            holder: self.to.owner,
            shares: shares.0,
            amount,
            nav_before: decided.nav.0,
            supply_before: moment.supply.0,
            cash_after: vault.cash,
            prices: (&moment.prices).into(),
            breakers: vault.monitor.tripped,
        });
        Ok(())
    }
}
