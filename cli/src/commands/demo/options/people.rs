//! Who takes part, each with a wallet of test tokens and a margin account.

use crate::commands::options::client::OptionsClient;
use anchor_lang::prelude::Pubkey;
use anyhow::{Context, Result};
use ballast_deploy::keys;
use ballast_deploy::steps::Local;
use ballast_options::state::MarginAccount;
use ballast_options_client::perp::Hedge;
use ballast_rpc::tokens::{self, UNIT};
use ballast_sdk::addresses::TokenMint;
use ballast_sdk::instructions::options as ix;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// For rent and fees.
const LAMPORTS: u64 = 10_000_000_000;

/// Returns base units as whole units.
pub fn whole(units: i64) -> f64 {
    units as f64 / UNIT as f64
}

/// Returns whole units as base units.
pub fn amount(units: f64) -> u64 {
    (units * UNIT as f64).round() as u64
}

/// Everybody, and the writer's hedge.
pub struct People {
    /// Quotes, and buys the strangle.
    pub maker: Person,
    /// Sells it.
    pub writer: Person,
    /// Takes positions of accounts that fail.
    pub liquidator: Person,
    /// The writer's account at the venue.
    pub hedge: Hedge,
}

impl People {
    /// Lets everybody arrive with as many tokens as the strangle's notional, half of which the
    /// writer keeps for the hedge.
    ///
    /// # Errors
    /// What was refused.
    pub fn arrive(client: &mut OptionsClient, local: &Local, notional: f64) -> Result<Self> {
        let mut person = |name, deposit: f64| Person::arrive(client, local, name, [amount(notional), amount(deposit)]);
        let maker = person("maker", notional)?;
        let writer = person("writer", notional * 0.5)?;
        let liquidator = person("liquidator", notional * 0.5)?;
        let market = local.keys.first().risk_market;
        let hedge = Hedge::open(client, &market, keys::wallet(writer.name), amount(notional * 0.5))?;
        Ok(Self {
            maker,
            writer,
            liquidator,
            hedge,
        })
    }

    /// Returns everybody.
    pub fn all(&self) -> [&Person; 3] {
        [&self.maker, &self.writer, &self.liquidator]
    }

    /// Lets everybody take all cash out and close the margin account.
    ///
    /// # Errors
    /// What was refused.
    pub fn leave(&mut self, client: &mut OptionsClient) -> Result<()> {
        for person in [&mut self.maker, &mut self.writer, &mut self.liquidator] {
            person.leave(client)?;
        }
        Ok(())
    }
}

/// A person.
pub struct Person {
    /// For the report.
    pub name: &'static str,
    /// Signs.
    pub keypair: Keypair,
    /// The margin account.
    pub account: Pubkey,
    /// A second one, for what is taken of accounts that fail: it holds cash alone until then.
    pub desk: Option<Pubkey>,
    /// Token account.
    pub wallet: Pubkey,
    /// What was minted, base units.
    pub minted: u64,
    /// What went into the margin account, less what came out, base units.
    pub paid_in: i128,
}

impl Person {
    /// Lets somebody arrive whose wallet gets the first amount, and whose margin account the second
    /// of it, base units.
    fn arrive(
        client: &mut OptionsClient,
        local: &Local,
        name: &'static str,
        [minted, deposit]: [u64; 2],
    ) -> Result<Self> {
        let keypair = keys::wallet(name);
        let (key, mint) = (keypair.pubkey(), TokenMint::spl(local.house.quote_mint));
        client.cluster.airdrop(&key, LAMPORTS)?;
        let wallet = tokens::wallet_of(&key, &mint);
        let authority = local.authority.pubkey();
        let give = [
            tokens::open_wallet(&authority, &key, &mint),
            tokens::mint_to(&mint, &wallet, &authority, minted),
        ];
        client.send(&give, &[&local.authority])?;
        let number = client.cluster.clock()?.slot;
        let account = client.keys.account(&key, number);
        let open = [
            ix::open_account(&client.keys, &key, &key, number),
            ix::deposit(&client.keys, &key, &account, &wallet, deposit),
        ];
        let sent = client.send(&open, &[&keypair]);
        sent.with_context(|| format!("{name}'s margin account could not be opened"))?;
        Ok(Self {
            name,
            keypair,
            account,
            desk: None,
            wallet,
            minted,
            paid_in: i128::from(deposit),
        })
    }

    /// Reads the margin account; returns it with its address.
    ///
    /// # Errors
    /// If it is gone.
    pub fn margin(&self, client: &mut OptionsClient) -> Result<(Pubkey, MarginAccount)> {
        Ok((self.account, client.account(&self.account)?))
    }

    /// Takes cash out.
    ///
    /// # Errors
    /// The margin that would not hold.
    pub fn withdraw(&mut self, client: &mut OptionsClient, amount: u64) -> Result<()> {
        if amount == 0 {
            return Ok(());
        }
        let (key, account) = self.margin(client)?;
        let markets = client.markets_of(&[&account], None);
        let withdraw = ix::withdraw(
            &client.keys,
            &self.keypair.pubkey(),
            &key,
            &self.wallet,
            &markets,
            amount,
        );
        let sent = client.send(&[withdraw], &[&self.keypair]);
        sent.with_context(|| format!("{} could not withdraw", self.name))?;
        self.paid_in -= i128::from(amount);
        Ok(())
    }

    /// Returns the account for what is taken, opened with all that is in the wallet at first.
    ///
    /// # Errors
    /// What was refused.
    pub fn desk(&mut self, client: &mut OptionsClient) -> Result<Pubkey> {
        if let Some(desk) = self.desk {
            return Ok(desk);
        }
        let (key, number) = (self.keypair.pubkey(), client.cluster.clock()?.slot);
        let desk = client.keys.account(&key, number);
        let cash = self.tokens(client)?;
        let open = [
            ix::open_account(&client.keys, &key, &key, number),
            ix::deposit(&client.keys, &key, &desk, &self.wallet, cash),
        ];
        let sent = client.send(&open, &[&self.keypair]);
        sent.with_context(|| format!("{}'s second margin account could not be opened", self.name))?;
        self.paid_in += i128::from(cash);
        self.desk = Some(desk);
        Ok(desk)
    }

    /// Takes all cash out and closes the accounts.
    fn leave(&mut self, client: &mut OptionsClient) -> Result<()> {
        for key in [Some(self.account), self.desk.take()].into_iter().flatten() {
            self.account = key;
            let account = client.account(&key)?;
            self.withdraw(client, account.cash)?;
            let close = ix::close_account(&self.keypair.pubkey(), &key, &account.payer);
            let sent = client.send(&[close], &[&self.keypair]);
            sent.with_context(|| format!("{}'s margin account could not be closed", self.name))?;
        }
        Ok(())
    }

    /// Returns what is in the wallet, base units.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn tokens(&self, client: &mut OptionsClient) -> Result<u64> {
        Ok(client.cluster.account(&self.wallet)?.token_account()?.amount)
    }
}
