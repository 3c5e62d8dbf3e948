//! `rebalance`: *propose, then prove*. The orders run, the book is valued again, and unless it is provably better everything is undone.

use crate::errors::VaultError;
use crate::events::{Prices, Rebalanced};
use crate::tokens::with_signer;
use crate::valuation::*;
use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, TokenAccount};
use ballast_core_market::admission::{AdmittedPrice, PriceUse};
use ballast_core_market::breaker::{permitted, BreakerSet};
use ballast_core_types::{value_ceil, value_floor, Lots, Price, Value};
use ballast_core_vault::rebalance::{check, fill_inside_band, price_limits, Trigger};
use ballast_reference_venue::program::BallastReferenceVenue;
use ballast_reference_venue::{FillReceipt, OrderArgs};

/// One proposed order.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which of the vault's venue markets; this version has one, number 0.
    pub market: u8,
    /// Positive buys, negative sells.
    pub lots: i64,
}

/// Accounts of `rebalance` and `unwind`.
#[derive(Accounts)]
pub struct Rebalance<'info> {
    /// Whoever cranks; named in the event, has no rights and gets nothing.
    pub keeper: Signer<'info>,
    /// The vault and what it is worth.
    pub valuation: Valuation<'info>,
    /// Quote custody; read for the ledger's invariant.
    #[account(address = valuation.vault.custody @ VaultError::WrongCustody)]
    pub custody: Box<Account<'info, TokenAccount>>,
    /// Share mint; read for the supply.
    #[account(address = valuation.vault.share_mint @ VaultError::WrongShareMint)]
    pub share_mint: Box<Account<'info, Mint>>,
    /// The venue.
    pub venue_program: Program<'info, BallastReferenceVenue>,
}

pub(crate) fn handler(ctx: Context<Rebalance>, orders: &[Order]) -> Result<()> {
    run(ctx.accounts, orders, Trigger::Limits)
}

/// A price to trade at, and how far it is to be trusted.
struct TradePrice {
    price: AdmittedPrice,
    standing: BreakerSet,
    admitted: bool,
}

impl TradePrice {
    /// The live price for trading; failing that, the live price for exits, which permits reductions only.
    fn read(valuation: &Valuation, clock: &Clock) -> Result<Self> {
        let (admitted, (price, standing)) = match valuation.live(PriceUse::Trade, clock) {
            Ok(live) => (true, live),
            Err(_) => (false, valuation.live(PriceUse::Exit, clock)?),
        };
        Ok(Self {
            price,
            standing,
            admitted,
        })
    }
}

/// Runs and proves the orders.
pub(crate) fn run(accounts: &mut Rebalance, orders: &[Order], trigger: Trigger) -> Result<()> {
    let order = single(orders)?;
    let clock = Clock::get()?;
    let TradePrice {
        price,
        standing,
        admitted,
    } = TradePrice::read(&accounts.valuation, &clock)?;
    let (bounds, mid) = (price.bounds, price.bounds.mid);
    let slow = accounts.valuation.slow_price()?;
    let supply = accounts.share_mint.supply;
    let now = clock.unix_timestamp;

    let book = accounts.valuation.book(mid, &clock)?;
    let before = exposure(&book, mid).ok_or(VaultError::OutOfRange)?;
    let nav_low = book.nav_low(&bounds, slow).ok_or(VaultError::OutOfRange)?;
    let vault = &accounts.valuation.vault;
    let leaving = vault.leaving_shares;
    let policy = vault.policy.rebalance();
    let nav = vault.redemption_nav(nav_low, supply, now)?;
    let targets = vault.targets(nav, supply, leaving)?;
    let valuation = &mut accounts.valuation;
    let standing = standing.union(valuation.look(nav_low, supply, &clock)?);
    let permitted = permitted(standing, admitted);

    let reduce_only = !permitted.open || trigger == Trigger::Redemption;
    if reduce_only && !before.lots_if_filled.is_reduced_by(Lots(order.lots)) {
        name_standing(standing, |permits| permits.open);
        return err!(VaultError::OpeningNotPermitted);
    }
    let (lowest_sale, highest_purchase) = price_limits(mid, policy.price_band).ok_or(VaultError::OutOfRange)?;
    let limit = if order.lots > 0 { highest_purchase } else { lowest_sale };
    let receipt = place(accounts, order, limit, reduce_only)?;

    let book = accounts.valuation.book(mid, &clock)?;
    let after = exposure(&book, mid).ok_or(VaultError::OutOfRange)?;
    let filled = after.lots.checked_sub(before.lots).ok_or(VaultError::OutOfRange)?;
    require!(filled.0 == receipt.lots, VaultError::FillMismatch);
    if filled != Lots::ZERO {
        let cost = receipt.price.price().and_then(|fill| value_ceil(filled, fill));
        let inside = cost.and_then(|cost| fill_inside_band(mid, policy.price_band, filled, cost));
        require!(inside.ok_or(VaultError::OutOfRange)?, VaultError::FillOutsideBand);
    }
    let valuation = &mut accounts.valuation;
    let vault = &mut valuation.vault;
    let nav_low = book.nav_low(&bounds, slow).ok_or(VaultError::OutOfRange)?;
    let nav_after = vault.redemption_nav(nav_low, supply, now)?;
    let cap_after = vault.targets(nav_after, supply, leaving)?.cap;
    check(
        &policy,
        permitted,
        trigger,
        &targets,
        cap_after,
        &before,
        &after,
        notional(filled, mid)?,
    )
    .map_err(VaultError::from)?;

    vault.last_rebalance_slot = clock.slot;
    vault.rebalances = vault.rebalances.saturating_add(1);
    // An order that waits counts as if it had filled; a venue that drops it cannot trade for nothing.
    let ordered = after.lots_if_filled.checked_sub(before.lots_if_filled);
    let ordered = notional(ordered.ok_or(VaultError::OutOfRange)?, mid)?;
    vault.traded(ordered.positive_part(), now);
    valuation.look(nav_low, supply, &clock)?;
    let vault = &valuation.vault;
    vault.check_invariants(accounts.custody.amount, supply)?;
    emit!(Rebalanced {
        vault: vault.key(),
        keeper: accounts.keeper.key(),
        unwind: trigger == Trigger::Redemption,
        ordered: order.lots,
        filled: filled.0,
        fill_price: receipt.price,
        prices: Prices::new(&bounds, slow),
        price_admitted: admitted,
        breakers: standing.bits(),
        vault_breakers_after: vault.watch.tripped,
        targets: (&targets).into(),
        before: (&before).into(),
        after: (&after).into(),
    });
    Ok(())
}

/// The one order of a vault with one market.
fn single(orders: &[Order]) -> Result<Order> {
    let (order, rest) = orders.split_first().ok_or(VaultError::EmptyOrder)?;
    require!(order.market == 0, VaultError::WrongMarket);
    require!(order.lots != 0, VaultError::EmptyOrder);
    if let Some(second) = rest.first() {
        require!(second.market == 0, VaultError::WrongMarket);
        return err!(VaultError::DuplicateOrder);
    }
    Ok(*order)
}

/// Sends the order to the venue and reads its accounts again.
fn place(accounts: &mut Rebalance, order: Order, limit: Price, reduce_only: bool) -> Result<FillReceipt> {
    let valuation = &mut accounts.valuation;
    let call = ballast_reference_venue::cpi::accounts::PlaceOrder {
        owner: valuation.vault.to_account_info(),
        market: valuation.venue_market.to_account_info(),
        trader: valuation.venue_trader.to_account_info(),
        risk_market: valuation.risk_market.to_account_info(),
        price_feed: valuation.price_feed.to_account_info(),
    };
    let args = OrderArgs {
        lots: order.lots,
        limit_price: limit.into(),
        reduce_only,
    };
    let receipt = with_signer(&valuation.vault, |seeds| {
        let context = CpiContext::new_with_signer(accounts.venue_program.key(), call, seeds);
        Ok(ballast_reference_venue::cpi::place_order(context, args)?.get())
    })?;
    valuation.venue_market.reload()?;
    valuation.venue_trader.reload()?;
    Ok(receipt)
}

/// |lots| at the published price.
fn notional(lots: Lots, mid: Price) -> Result<Value> {
    let value = value_floor(lots, mid).and_then(Value::checked_abs);
    Ok(value.ok_or(VaultError::OutOfRange)?)
}
