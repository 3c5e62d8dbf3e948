//! Pays keepers out of the pool's cash: see [`ballast_core_vault::keeper_pay`].

use crate::state::Vault;
use crate::tokens;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use ballast_core_types::Value;
use ballast_core_vault::keeper_pay::{KeeperPay, Purse};

/// Where a keeper's pay comes from, and where it goes.
#[derive(Clone, Copy)]
pub(crate) struct Payment<'a, 'info> {
    /// The vault's quote custody.
    pub custody: &'a AccountInfo<'info>,
    /// Gets the pay, whoever's it is; the token program refuses what is no account of the mint.
    /// Without one nobody is paid.
    pub payee: Option<&'a AccountInfo<'info>>,
    /// Token program of quote tokens.
    pub token_program: &'a Interface<'info, TokenInterface>,
}

impl<'info> Payment<'_, 'info> {
    /// Pays for a trade what of `earned` the day and the cash leave; returns how much.
    ///
    /// # Errors
    /// Those of the transfer.
    pub(crate) fn for_trade(
        &self,
        vault: &mut Account<'info, Vault>,
        earned: u64,
        nav: Value,
        clock: &Clock,
    ) -> Result<u64> {
        let memory = vault.keeper_pay.get();
        let (amount, after) = memory.paid(earned, &purse(vault, nav, clock));
        self.book(vault, amount, after)
    }

    /// Pays for a task that was done, if none was paid within the hour; returns how much.
    ///
    /// # Errors
    /// Those of the transfer.
    #[inline(never)]
    pub(crate) fn for_task(&self, vault: &mut Account<'info, Vault>, nav: Value, clock: &Clock) -> Result<u64> {
        let memory = vault.keeper_pay.get();
        let (amount, after) = memory.paid_for_task(&vault.policy.keepers(), &purse(vault, nav, clock));
        self.book(vault, amount, after)
    }

    fn book(&self, vault: &mut Account<'info, Vault>, amount: u64, after: KeeperPay) -> Result<u64> {
        if !self.send(vault, amount)? {
            return Ok(0);
        }
        vault.keeper_pay = after.into();
        Ok(amount)
    }

    /// Sends pay that leavers bear, out of the cash there is; returns how much.
    ///
    /// # Errors
    /// Those of the transfer.
    pub(crate) fn for_unwinding(&self, vault: &mut Account<'info, Vault>, earned: u64) -> Result<u64> {
        let amount = earned.min(vault.ledger.cash);
        let after = vault.keeper_pay.get().paid_by_leavers(amount);
        self.book(vault, amount, after)
    }

    /// Returns whether it was sent: not without a payee, if it is nothing, or while custody is
    /// frozen, which keeps nothing from being done.
    #[inline(never)]
    fn send(&self, vault: &mut Account<'info, Vault>, amount: u64) -> Result<bool> {
        let Some(payee) = self.payee.filter(|_| amount > 0 && tokens::can_pay(self.custody)) else {
            return Ok(false);
        };
        vault.debit(amount)?;
        tokens::send(vault, self.custody, payee, self.token_program, amount)?;
        Ok(true)
    }
}

fn purse(vault: &Vault, nav: Value, clock: &Clock) -> Purse {
    Purse {
        cash: vault.ledger.cash,
        nav,
        now: clock.unix_timestamp,
    }
}

/// Returns what an instruction that pays was given: its accounts have these names in each.
macro_rules! payment {
    ($accounts:expr) => {
        $crate::payment::Payment {
            custody: &$accounts.custody,
            payee: $accounts.payee.as_deref(),
            token_program: &$accounts.token_program,
        }
    };
}

pub(crate) use payment;
