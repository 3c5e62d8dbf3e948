//! A hedge at the reference venue.

use crate::client::OptionsClient;
use anchor_lang::prelude::Pubkey;
use anyhow::Context;
use anyhow::Result;
use ballast_core_types::I80F48;
use ballast_reference_venue::state::Trader;
use ballast_reference_venue::OrderArgs;
use ballast_rpc::tokens;
use ballast_sdk::addresses::{self, TokenMint};
use ballast_sdk::instructions::venue;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// A clearing house's quote token is of this program.
const SPL_TOKEN: Pubkey = TokenMint::spl(Pubkey::new_from_array([0; 32])).program;

/// How far from the published price an order may fill: the venue's spread and what a large one
/// moves it by.
const SLIPPAGE: f64 = 0.03;

/// An account at the venue.
pub struct Hedge {
    owner: Keypair,
    market: Pubkey,
    trader: Pubkey,
    risk_market: Pubkey,
    wallet: Pubkey,
}

impl Hedge {
    /// Returns an owner's account on the perpetual of a market; without any yet, it is opened with
    /// so much collateral, base units.
    ///
    /// # Errors
    /// What the venue refused.
    pub fn open(client: &mut OptionsClient, risk_market: &Pubkey, owner: Keypair, collateral: u64) -> Result<Self> {
        let (key, mint) = (owner.pubkey(), client.keys.quote_mint);
        let market = addresses::venue_market(risk_market, &mint);
        let hedge = Self {
            market,
            trader: addresses::venue_trader(&market, &key),
            risk_market: *risk_market,
            wallet: tokens::wallet_of(&key, &TokenMint::spl(mint)),
            owner,
        };
        if client.cluster.find(&hedge.trader)?.is_some() {
            return Ok(hedge);
        }
        let create = venue::create_trader(&key, &market);
        let deposit = venue::deposit(&key, &hedge.wallet, &market, &hedge.trader, &SPL_TOKEN, collateral);
        let sent = client.send(&[create, deposit], &[&hedge.owner]);
        sent.context("the hedge's account could not be opened")?;
        Ok(hedge)
    }

    /// Reads the account.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn trader(&self, client: &mut OptionsClient) -> Result<Trader> {
        Ok(client.cluster.account(&self.trader)?.venue_trader()?)
    }

    /// Brings the position to so many lots. Returns whether anything was to be done.
    ///
    /// # Errors
    /// What the venue refused.
    pub fn trade_to(&self, client: &mut OptionsClient, lots: i64, price: f64) -> Result<bool> {
        let now = self.trader(client)?.lots;
        let change = lots - now;
        if change == 0 {
            return Ok(false);
        }
        let worst = if change > 0 {
            price * (1.0 + SLIPPAGE)
        } else {
            price * (1.0 - SLIPPAGE)
        };
        let command = OrderArgs {
            lots: change,
            // Base units for a lot are dollars for one: both have six decimals.
            limit_price: I80F48::from_num(worst).into(),
            reduce_only: lots == 0,
        };
        let owner = self.owner.pubkey();
        let place = venue::place_order(&owner, &self.market, &self.risk_market, command);
        client
            .send(&[place], &[&self.owner])
            .context("the hedge's order was refused")?;
        Ok(true)
    }

    /// Computes what the account would be worth at a price: collateral and the result that is not
    /// realised, base units.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn worth(&self, client: &mut OptionsClient, price: f64) -> Result<f64> {
        let trader = self.trader(client)?;
        Ok(trader.collateral as f64 + trader.lots as f64 * price - trader.entry_cost as f64)
    }

    /// Closes the position and takes everything out.
    ///
    /// # Errors
    /// What the venue refused.
    pub fn leave(&self, client: &mut OptionsClient, price: f64) -> Result<()> {
        self.trade_to(client, 0, price)?;
        let amount = self.trader(client)?.collateral;
        if amount == 0 {
            return Ok(());
        }
        let withdraw = venue::withdraw(
            &self.owner.pubkey(),
            &self.market,
            &self.risk_market,
            &self.wallet,
            &SPL_TOKEN,
            amount,
        );
        client
            .send(&[withdraw], &[&self.owner])
            .context("the hedge's collateral could not be withdrawn")
    }
}
