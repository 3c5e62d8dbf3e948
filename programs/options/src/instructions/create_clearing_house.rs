//! `create_clearing_house`: one quote mint, up to four markets, parameters that nothing changes
//! afterwards.

use crate::errors::OptionsError;
use crate::events::ClearingHouseCreated;
use crate::markets::{with_market, with_surface};
use crate::state::{
    ClearingHouse, ClearingHouseSettings, ListingSettings, MarginAccount, ACCOUNT_SEED, CUSTODY_SEED, HOUSE_BYTES,
    HOUSE_SEED, MARGIN_ACCOUNT_BYTES, VERSION,
};
use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};
use ballast_core_clearing::params::MAX_LISTINGS;

/// A house's parameters, validated as one bundle.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct CreateClearingHouseArgs {
    /// Creator's number for it.
    pub number: u64,
    /// Genesis hash of the cluster. Quotes name it; a program cannot read it, so whoever trades has
    /// to compare it.
    pub cluster: [u8; 32],
    /// Parameters of all markets.
    pub settings: ClearingHouseSettings,
    /// Parameters of each market, in the order of the accounts.
    pub listings: Vec<ListingSettings>,
}

/// Accounts of `create_clearing_house`. After them, for each listing: its market and that market's
/// surface.
#[derive(Accounts)]
#[instruction(args: CreateClearingHouseArgs)]
pub struct CreateClearingHouse<'info> {
    /// Pays; has no rights afterwards.
    #[account(mut)]
    pub creator: Signer<'info>,
    /// Quote mint.
    pub quote_mint: Box<Account<'info, Mint>>,
    /// The house.
    #[account(
        init,
        payer = creator,
        space = HOUSE_BYTES,
        seeds = [HOUSE_SEED, creator.key().as_ref(), &args.number.to_le_bytes()],
        bump
    )]
    pub house: AccountLoader<'info, ClearingHouse>,
    /// Its custody.
    #[account(
        init,
        payer = creator,
        seeds = [CUSTODY_SEED, house.key().as_ref()],
        bump,
        token::mint = quote_mint,
        token::authority = house,
    )]
    pub custody: Box<Account<'info, TokenAccount>>,
    /// Its insurance fund: the margin account of the house itself, number zero.
    #[account(
        init,
        payer = creator,
        space = MARGIN_ACCOUNT_BYTES,
        seeds = [ACCOUNT_SEED, house.key().as_ref(), house.key().as_ref(), &0u64.to_le_bytes()],
        bump
    )]
    pub insurance: AccountLoader<'info, MarginAccount>,
    /// Token program.
    pub token_program: Program<'info, Token>,
    /// Creates the accounts.
    pub system_program: Program<'info, System>,
}

pub(crate) fn handler<'info>(
    ctx: Context<'info, CreateClearingHouse<'info>>,
    args: CreateClearingHouseArgs,
) -> Result<()> {
    let accounts = ctx.accounts;
    let (key, creator) = (accounts.house.key(), accounts.creator.key());
    let mut house = accounts.house.load_init()?;
    house.version = VERSION;
    house.bump = ctx.bumps.house;
    house.custody_bump = ctx.bumps.custody;
    house.quote_decimals = accounts.quote_mint.decimals;
    house.number = args.number;
    house.creator = creator;
    house.quote_mint = accounts.quote_mint.key();
    house.custody = accounts.custody.key();
    house.insurance = accounts.insurance.key();
    house.cluster = args.cluster;
    house.settings = args.settings;
    require!(args.cluster != [0; 32], OptionsError::NoCluster);
    args.settings.validate(accounts.quote_mint.decimals)?;
    list(&mut house, &args.listings, ctx.remaining_accounts)?;
    let mut insurance = accounts.insurance.load_init()?;
    insurance.open(key, key, creator, 0, ctx.bumps.insurance);
    emit!(ClearingHouseCreated {
        house: key,
        creator,
        quote_mint: house.quote_mint,
        cluster: args.cluster,
        settings: args.settings,
        risk_markets: house.listings().iter().map(|listing| listing.risk_market).collect(),
        listings: args.listings,
    });
    Ok(())
}

/// Lists the markets, each once and with the surface that is its own.
#[inline(never)]
fn list(house: &mut ClearingHouse, settings: &[ListingSettings], accounts: &[AccountInfo]) -> Result<()> {
    let pairs = settings.len().checked_mul(2);
    require!(
        (1..=MAX_LISTINGS).contains(&settings.len()) && pairs == Some(accounts.len()),
        OptionsError::Listings
    );
    for (settings, pair) in settings.iter().zip(accounts.chunks_exact(2)) {
        let [market, surface] = pair else {
            return err!(OptionsError::Listings);
        };
        settings.validate()?;
        with_market(market, |_| Ok(()))?;
        let of = with_surface(surface, |surface| Ok(surface.market))?;
        require_keys_eq!(of, *market.key, OptionsError::WrongMarket);
        let listed = house
            .listings()
            .iter()
            .any(|listing| listing.risk_market == *market.key);
        require!(!listed, OptionsError::MarketTwice);
        let place = house.listings.get_mut(usize::from(house.listing_count));
        let place = place.ok_or(OptionsError::Listings)?;
        place.risk_market = *market.key;
        place.surface = *surface.key;
        place.settings = *settings;
        house.listing_count = house.listing_count.saturating_add(1);
    }
    Ok(())
}
