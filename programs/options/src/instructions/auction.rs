//! `open_auction` and `cancel_auction`: an owner offers a size at a price that moves with time.
//! Nothing is locked.

use crate::errors::{OptionsError, Refuse};
use crate::events::{AuctionClosed, AuctionOpened};
use crate::state::{side_of, AuctionOffer, ClearingHouse, MarginAccount, Series, AUCTION_SEED, VERSION};
use anchor_lang::prelude::*;
use ballast_core_types::Lots;

/// What is offered.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenAuctionArgs {
    /// Number of the auction among the account's.
    pub number: u64,
    /// What the owner does: 1 buy, 2 sell.
    pub side: u8,
    /// How much, lots.
    pub quantity: i64,
    /// The price it begins with, base units for one unit of the underlying.
    pub start_price: u64,
    /// The price it ends with.
    pub end_price: u64,
    /// When it begins, seconds from now.
    pub delay_seconds: u32,
    /// How long it lasts, seconds.
    pub seconds: u32,
}

/// Accounts of `open_auction`.
#[derive(Accounts)]
#[instruction(args: OpenAuctionArgs)]
pub struct OpenAuction<'info> {
    /// Pays for the auction's account.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// The owner of the margin account.
    pub owner: Signer<'info>,
    /// The house.
    pub house: AccountLoader<'info, ClearingHouse>,
    /// The series.
    #[account(has_one = house @ OptionsError::WrongHouse)]
    pub series: Box<Account<'info, Series>>,
    /// The margin account.
    #[account(has_one = house @ OptionsError::WrongHouse, has_one = owner @ OptionsError::NotOwner)]
    pub account: AccountLoader<'info, MarginAccount>,
    /// The auction.
    #[account(
        init,
        payer = payer,
        space = 8 + AuctionOffer::INIT_SPACE,
        seeds = [AUCTION_SEED, account.key().as_ref(), &args.number.to_le_bytes()],
        bump
    )]
    pub auction: Box<Account<'info, AuctionOffer>>,
    /// Creates the account.
    pub system_program: Program<'info, System>,
}

pub(crate) fn open_auction(ctx: Context<OpenAuction>, args: OpenAuctionArgs) -> Result<()> {
    let accounts = ctx.accounts;
    let house = accounts.house.load()?;
    house.check_version()?;
    accounts.account.load()?.book()?.check_solvent().or_refuse()?;
    let least = Lots(house.listing(accounts.series.key.market)?.settings.min_size);
    let now = Clock::get()?.unix_timestamp;
    side_of(args.side)?;
    accounts.auction.set_inner(AuctionOffer {
        version: VERSION,
        bump: ctx.bumps.auction,
        side: args.side,
        house: accounts.house.key(),
        account: accounts.account.key(),
        payer: accounts.payer.key(),
        number: args.number,
        key: accounts.series.key,
        start_price: args.start_price,
        end_price: args.end_price,
        begins_at: now.saturating_add(i64::from(args.delay_seconds)),
        seconds: args.seconds,
        left: args.quantity,
        reserved: [0; 32],
    });
    let auction = accounts.auction.auction()?;
    auction.check_open(least, accounts.series.key.expiry, now).or_refuse()?;
    emit!(AuctionOpened {
        auction: accounts.auction.key(),
        account: accounts.account.key(),
        key: accounts.series.key,
        side: args.side,
        quantity: args.quantity,
        start_price: args.start_price,
        end_price: args.end_price,
        begins_at: accounts.auction.begins_at,
        seconds: args.seconds,
    });
    Ok(())
}

/// Accounts of `cancel_auction`.
#[derive(Accounts)]
pub struct CancelAuction<'info> {
    /// The owner of the margin account; anyone, once the auction is over or its margin account
    /// gone.
    pub authority: Signer<'info>,
    /// CHECK: the margin account that the auction names; it may have been closed.
    #[account(address = auction.account @ OptionsError::WrongAuction)]
    pub account: UncheckedAccount<'info>,
    /// The auction.
    #[account(mut, dup, close = payer, has_one = payer @ OptionsError::WrongPayer)]
    pub auction: Box<Account<'info, AuctionOffer>>,
    /// CHECK: who paid for the account: it can only be given lamports.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
}

pub(crate) fn cancel_auction<'info>(ctx: Context<'info, CancelAuction<'info>>) -> Result<()> {
    let accounts = ctx.accounts;
    let auction = accounts.auction.auction()?;
    let over = Clock::get()?.unix_timestamp > auction.ends_at() || auction.left.0 <= 0;
    // Whoever's address is closed never comes back, so nothing can be made of its auctions.
    let orphaned = *accounts.account.owner != crate::ID;
    if !over && !orphaned {
        let account = AccountLoader::<MarginAccount>::try_from(&accounts.account)?;
        let owner = account.load()?.owner;
        require_keys_eq!(owner, accounts.authority.key(), OptionsError::AuctionNotOver);
    }
    emit!(AuctionClosed {
        auction: accounts.auction.key(),
        account: accounts.account.key(),
        left: accounts.auction.left,
    });
    Ok(())
}
