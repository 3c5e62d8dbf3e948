//! What leaving is worth, and how much of it may be paid now.

use crate::errors::VaultError;
use crate::events::{Prices, Redeemed};
use crate::state::Vault;
use crate::tokens;
use crate::valuation::Valuation;
use anchor_lang::prelude::*;
use anchor_spl::token::{Token, TokenAccount};
use ballast_core_market::admission::{Now, PriceBounds};
use ballast_core_types::{scale, Price, Value};
use ballast_core_vault::book::Book;
use ballast_core_vault::shares;
use ballast_risk::read;

/// The vault as somebody who leaves finds it.
pub(crate) struct Exit {
    /// Prices used.
    pub bounds: PriceBounds,
    /// The market's slow price.
    pub slow: Price,
    /// Whether they are live.
    pub live: bool,
    /// The book.
    pub book: Book,
    /// Whether the venue answers.
    pub venue_answers: bool,
    /// Low net asset value, its rise not limited.
    pub low: Value,
    /// Low net asset value, its rise limited.
    pub nav: Value,
    /// Share supply.
    pub supply: u64,
    /// Chain time.
    pub now: Now,
}

impl Exit {
    /// Prices the exit. Never refuses for the state of the market, only for an account that is not the market's, or a
    /// price that is older than one the market already knows.
    pub fn read(valuation: &Valuation, supply: u64) -> Result<Self> {
        let clock = Clock::get()?;
        require!(
            clock.slot != valuation.vault.last_rebalance_slot,
            VaultError::SameSlotAsRebalance
        );
        let (bounds, live) = valuation.exit_price(&clock)?;
        let slow = valuation.slow_price()?;
        let book = valuation.book(bounds.mid, &clock)?;
        let low = book.nav_low(&bounds, slow).ok_or(VaultError::OutOfRange)?;
        let nav = valuation.vault.redemption_nav(low, supply, clock.unix_timestamp)?;
        Ok(Self {
            bounds,
            slow,
            live,
            book,
            venue_answers: valuation.venue_answers(),
            low,
            nav,
            supply,
            now: read::now(&clock),
        })
    }

    /// What `burnt` shares are worth, at most all there is: below a share price of one, the virtual assets would
    /// promise the last holder a little more than the vault has, and the last shares could never be paid.
    pub fn worth(&self, burnt: u64) -> Result<u64> {
        let worth = shares::assets_for_shares_floor(burnt, self.nav, self.supply);
        let worth = worth.ok_or(VaultError::OutOfRange)?.min(self.nav.positive_part());
        require!(worth > 0, VaultError::WorthNothing);
        Ok(worth)
    }

    /// How many shares `amount` costs.
    pub fn shares_for(&self, amount: u64) -> Result<u64> {
        Ok(shares::shares_for_assets_ceil(amount, self.nav, self.supply).ok_or(VaultError::OutOfRange)?)
    }

    /// The part of the liquid tokens that `held` shares stand for.
    pub fn liquid_part(&self, held: u64) -> Result<u64> {
        let part = scale::mul_div_floor(self.book.cash, held, self.supply.max(1));
        Ok(part.ok_or(VaultError::OutOfRange)?)
    }

    /// Whether `amount` for `burnt` shares may be paid with the book as it is: out of what is not kept for those who
    /// wait, and only if the book that remains is inside its limits.
    ///
    /// # Errors
    /// [`VaultError::NotLiquid`], [`VaultError::BookMustComeDown`].
    pub fn may_pay(&self, vault: &Vault, amount: u64, burnt: u64, from_queue: bool) -> Result<()> {
        require!(amount <= self.book.cash, VaultError::NotLiquid);
        let leaving = if from_queue {
            vault.leaving_shares.checked_sub(burnt)
        } else {
            Some(vault.leaving_shares)
        };
        let leaving = leaving.ok_or(VaultError::OutOfRange)?;
        let cash = self.book.cash.checked_sub(amount).ok_or(VaultError::NotLiquid)?;
        if !from_queue {
            let waiting = shares::assets_for_shares_floor(leaving, self.nav, self.supply);
            require!(cash >= waiting.ok_or(VaultError::OutOfRange)?, VaultError::NotLiquid);
        }
        let supply = self.supply.checked_sub(burnt).ok_or(VaultError::OutOfRange)?;
        let targets = vault.targets(self.nav_after(amount)?, supply, leaving)?;
        let largest = |delta: Option<Value>| delta.and_then(Value::checked_abs);
        let held = largest(self.book.delta(self.bounds.mid)).ok_or(VaultError::OutOfRange)?;
        let filled = largest(self.book.delta_if_filled(self.bounds.mid)).ok_or(VaultError::OutOfRange)?;
        require!(held.max(filled) <= targets.cap, VaultError::BookMustComeDown);
        Ok(())
    }

    /// Pays `amount` out of custody for `burnt` shares, which are burnt by now; books, marks, checks and announces it.
    pub fn pay<'info>(
        &self,
        vault: &mut Account<'info, Vault>,
        custody: &mut Account<'info, TokenAccount>,
        to: &Account<'info, TokenAccount>,
        token_program: &Program<'info, Token>,
        amount: u64,
        burnt: u64,
    ) -> Result<()> {
        vault.debit(amount)?;
        tokens::send(
            vault,
            &custody.to_account_info(),
            &to.to_account_info(),
            token_program,
            amount,
        )?;
        custody.reload()?;
        let supply = self.supply.checked_sub(burnt).ok_or(VaultError::OutOfRange)?;
        let left = Value::from_amount(amount).and_then(|paid| self.low.checked_sub(paid));
        let left = left.ok_or(VaultError::OutOfRange)?;
        // Who leaves is never asked what stands, but what he leaves behind is looked at.
        if self.live {
            vault.look(left, supply, self.venue_answers, self.now)?;
        } else {
            vault.mark(left, supply, self.now.unix_time)?;
        }
        vault.check_invariants(custody.amount, supply)?;
        emit!(Redeemed {
            vault: vault.key(),
            holder: to.owner,
            shares: burnt,
            amount,
            nav_before: self.nav.0,
            supply_before: self.supply,
            cash_after: vault.cash,
            prices: Prices::new(&self.bounds, self.slow),
            breakers: vault.watch.tripped,
        });
        Ok(())
    }

    /// Net asset value once `amount` has been paid.
    pub fn nav_after(&self, amount: u64) -> Result<Value> {
        let after = Value::from_amount(amount).and_then(|paid| self.nav.checked_sub(paid));
        Ok(after.ok_or(VaultError::OutOfRange)?.max(Value::ZERO))
    }
}
