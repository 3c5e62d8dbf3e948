//! Where accounts live.

use anchor_lang::prelude::{AccountMeta, Pubkey};
use ballast_core_vault::places::{at, MAX_LEGS, MAX_MARKETS};
use ballast_options::state as options;
use ballast_reference_venue::state::{Market as VenueMarket, Trader};
use ballast_vault::state::{
    Vault, BATCH_SEED, CUSTODY_SEED, ESCROW_SEED, OPERATOR_SEED, SHARES_SEED, TICKET_SEED, VAULT_SEED,
};
use core::array::from_fn;

/// Address of a risk market.
pub fn risk_market(creator: &Pubkey, name: &[u8; 16]) -> Pubkey {
    let seeds: &[&[u8]] = &[ballast_risk::state::MARKET_SEED, creator.as_ref(), name];
    Pubkey::find_program_address(seeds, &ballast_risk::ID).0
}

/// Address of a market's volatility surface.
pub fn surface(risk_market: &Pubkey) -> Pubkey {
    let seeds: &[&[u8]] = &[ballast_risk::state::SURFACE_SEED, risk_market.as_ref()];
    Pubkey::find_program_address(seeds, &ballast_risk::ID).0
}

/// Address of what a feeder submits to a surface.
pub fn submission(surface: &Pubkey, feeder: &Pubkey) -> Pubkey {
    let seeds: &[&[u8]] = &[ballast_risk::state::SUBMISSION_SEED, surface.as_ref(), feeder.as_ref()];
    Pubkey::find_program_address(seeds, &ballast_risk::ID).0
}

/// Returns a market name as its address contains it: padded with zeros. `None` if it is longer than
/// 16 bytes.
pub fn market_name(text: &str) -> Option<[u8; 16]> {
    let mut name = [0; 16];
    name.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
    Some(name)
}

/// Address of a venue market.
pub fn venue_market(risk_market: &Pubkey, quote_mint: &Pubkey) -> Pubkey {
    VenueMarket::find(risk_market, quote_mint).0
}

/// Address of a venue market's token account.
pub fn venue_vault(venue_market: &Pubkey) -> Pubkey {
    VenueMarket::find_vault(venue_market).0
}

/// Address of an owner's account at the venue.
pub fn venue_trader(venue_market: &Pubkey, owner: &Pubkey) -> Pubkey {
    Trader::find(venue_market, owner).0
}

/// Address of a vault.
pub fn vault(creator: &Pubkey, id: u64) -> Pubkey {
    let seeds: &[&[u8]] = &[VAULT_SEED, creator.as_ref(), &id.to_le_bytes()];
    Pubkey::find_program_address(seeds, &ballast_vault::ID).0
}

/// Address of a holder's request of this number.
pub fn ticket(vault: &Pubkey, holder: &Pubkey, number: u64) -> Pubkey {
    let number = number.to_le_bytes();
    let seeds: &[&[u8]] = &[TICKET_SEED, vault.as_ref(), holder.as_ref(), &number];
    Pubkey::find_program_address(seeds, &ballast_vault::ID).0
}

/// Address of a holder's approval of an operator.
pub fn operator_approval(vault: &Pubkey, holder: &Pubkey, operator: &Pubkey) -> Pubkey {
    let seeds: &[&[u8]] = &[OPERATOR_SEED, vault.as_ref(), holder.as_ref(), operator.as_ref()];
    Pubkey::find_program_address(seeds, &ballast_vault::ID).0
}

/// Returns the address that signs a vault program's calls to itself, which announce its events.
pub fn event_authority() -> Pubkey {
    ballast_vault::EVENT_AUTHORITY_AND_BUMP.0
}

/// Address of a vault's batch of this number.
pub fn batch(vault: &Pubkey, number: u64) -> Pubkey {
    let seeds: &[&[u8]] = &[BATCH_SEED, vault.as_ref(), &number.to_le_bytes()];
    Pubkey::find_program_address(seeds, &ballast_vault::ID).0
}

/// Address of a clearing house.
pub fn house(creator: &Pubkey, number: u64) -> Pubkey {
    let seeds: &[&[u8]] = &[options::HOUSE_SEED, creator.as_ref(), &number.to_le_bytes()];
    Pubkey::find_program_address(seeds, &ballast_options::ID).0
}

/// Address of a clearing house's custody.
pub fn house_custody(house: &Pubkey) -> Pubkey {
    Pubkey::find_program_address(&[options::CUSTODY_SEED, house.as_ref()], &ballast_options::ID).0
}

/// Address of a clearing house's insurance account: the margin account of the house itself, number
/// zero.
pub fn house_insurance(house: &Pubkey) -> Pubkey {
    margin_account(house, house, 0)
}

/// Address of a margin account. `number` is the slot it was opened in, or shortly before.
pub fn margin_account(house: &Pubkey, owner: &Pubkey, number: u64) -> Pubkey {
    let seeds: &[&[u8]] = &[
        options::ACCOUNT_SEED,
        house.as_ref(),
        owner.as_ref(),
        &number.to_le_bytes(),
    ];
    Pubkey::find_program_address(seeds, &ballast_options::ID).0
}

/// Address of an expiry: `moment` in unix seconds.
pub fn expiry(house: &Pubkey, market: u8, moment: i64) -> Pubkey {
    let seeds: &[&[u8]] = &[options::EXPIRY_SEED, house.as_ref(), &[market], &moment.to_le_bytes()];
    Pubkey::find_program_address(seeds, &ballast_options::ID).0
}

/// Address of a series.
pub fn series(house: &Pubkey, key: &options::SeriesKey) -> Pubkey {
    let seeds: &[&[u8]] = &[options::SERIES_SEED, house.as_ref(), &key.bytes()];
    Pubkey::find_program_address(seeds, &ballast_options::ID).0
}

/// Address of a margin account's auction.
pub fn auction(account: &Pubkey, number: u64) -> Pubkey {
    let seeds: &[&[u8]] = &[options::AUCTION_SEED, account.as_ref(), &number.to_le_bytes()];
    Pubkey::find_program_address(seeds, &ballast_options::ID).0
}

/// Address of a posted quote.
pub fn posted_quote(account: &Pubkey, nonce: u64) -> Pubkey {
    let seeds: &[&[u8]] = &[options::QUOTE_SEED, account.as_ref(), &nonce.to_le_bytes()];
    Pubkey::find_program_address(seeds, &ballast_options::ID).0
}

/// A mint, and the token program that it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenMint {
    /// The mint.
    pub mint: Pubkey,
    /// SPL Token or Token-2022.
    pub program: Pubkey,
}

impl TokenMint {
    /// Returns a mint of the SPL Token program.
    pub const fn spl(mint: Pubkey) -> Self {
        Self {
            mint,
            program: anchor_spl::token::ID,
        }
    }

    /// Returns a mint of the Token-2022 program.
    pub const fn token_2022(mint: Pubkey) -> Self {
        Self {
            mint,
            program: anchor_spl::token_2022::ID,
        }
    }
}

/// The addresses of a leg: an account of a vault at a venue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LegKeys {
    /// Risk market.
    pub risk_market: Pubkey,
    /// Venue market.
    pub venue_market: Pubkey,
    /// The vault's account at the venue.
    pub venue_trader: Pubkey,
    /// The venue's token account.
    pub venue_vault: Pubkey,
}

/// Every address a vault's instructions name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VaultKeys {
    /// The vault.
    pub vault: Pubkey,
    /// Quote mint.
    pub quote_mint: Pubkey,
    /// Its token program.
    pub quote_program: Pubkey,
    /// Share mint, of Token-2022.
    pub share_mint: Pubkey,
    /// Quote custody.
    pub custody: Pubkey,
    /// Share escrow.
    pub escrow: Pubkey,
    /// Risk markets, each in its place.
    pub markets: [Option<Pubkey>; MAX_MARKETS],
    /// Legs, each in its place.
    pub legs: [Option<LegKeys>; MAX_LEGS],
}

impl VaultKeys {
    /// Returns the addresses of a vault that `creator` makes (or made) with a leg on each of these
    /// markets, up to four.
    pub fn derive(creator: &Pubkey, id: u64, quote: &TokenMint, risk_markets: &[Pubkey]) -> Self {
        let quote_mint = &quote.mint;
        let key = vault(creator, id);
        let child = |seed: &[u8]| Pubkey::find_program_address(&[seed, key.as_ref()], &ballast_vault::ID).0;
        let leg = |place: usize| {
            let risk_market = *risk_markets.get(place)?;
            let venue_market = venue_market(&risk_market, quote_mint);
            Some(LegKeys {
                risk_market,
                venue_market,
                venue_trader: venue_trader(&venue_market, &key),
                venue_vault: venue_vault(&venue_market),
            })
        };
        Self {
            vault: key,
            quote_mint: *quote_mint,
            quote_program: quote.program,
            share_mint: child(SHARES_SEED),
            custody: child(CUSTODY_SEED),
            escrow: child(ESCROW_SEED),
            markets: from_fn(|place| risk_markets.get(place).copied()),
            legs: from_fn(leg),
        }
    }

    /// Returns the quote token.
    pub const fn quote(&self) -> TokenMint {
        TokenMint {
            mint: self.quote_mint,
            program: self.quote_program,
        }
    }

    /// Returns the share.
    pub const fn shares(&self) -> TokenMint {
        TokenMint::token_2022(self.share_mint)
    }

    /// Returns the addresses a vault account names: all a keeper needs to be told is the vault.
    pub fn of(key: &Pubkey, vault: &Vault) -> Self {
        let (markets, legs) = (vault.portfolio.markets(), vault.portfolio.legs());
        let leg = |place: usize| {
            let leg = legs.get(place)?;
            Some(LegKeys {
                risk_market: markets.get(usize::from(leg.market))?.risk_market,
                venue_market: leg.venue_market,
                venue_trader: leg.venue_trader,
                venue_vault: venue_vault(&leg.venue_market),
            })
        };
        Self {
            vault: *key,
            quote_mint: vault.quote_mint,
            quote_program: vault.quote_program,
            share_mint: vault.share_mint,
            custody: vault.custody,
            escrow: vault.escrow,
            markets: from_fn(|place| Some(markets.get(place)?.risk_market)),
            legs: from_fn(leg),
        }
    }

    /// Returns the leg in the first place: the only one of many a vault.
    pub fn first(&self) -> LegKeys {
        self.leg(0)
    }

    /// Returns the leg at a place; one of no addresses where there is none.
    pub fn leg(&self, place: usize) -> LegKeys {
        at(&self.legs, place).unwrap_or_default()
    }

    /// Returns the accounts of its portfolio, which follow those that an instruction names. Those
    /// of the legs at `traded` are written to.
    pub fn portfolio(&self, traded: &[usize]) -> Vec<AccountMeta> {
        let markets = self.markets.iter().flatten();
        let mut metas: Vec<_> = markets.map(|key| AccountMeta::new_readonly(*key, false)).collect();
        for (place, leg) in self.legs.iter().flatten().enumerate() {
            let is_writable = traded.contains(&place);
            let of = |pubkey| AccountMeta {
                pubkey,
                is_signer: false,
                is_writable,
            };
            metas.extend([of(leg.venue_market), of(leg.venue_trader)]);
        }
        metas
    }
}
