//! A clearing house as a command sees it: its account, its markets, and a chain to ask and to send
//! to.

use crate::name;
use anchor_lang::error::Error as ProgramError;
use anchor_lang::prelude::{AccountInfo, Clock, Pubkey};
use anchor_lang::Space;
use anyhow::{anyhow, bail, Context, Result};
use ballast_core_clearing::account::MarginAccount as MarginBook;
use ballast_core_clearing::margin::MarginContext;
use ballast_core_market::admission::PriceUse;
use ballast_options::markets::{Markets, Purpose};
use ballast_options::state::{
    AuctionOffer, ClearingHouse, Expiry, MarginAccount, Series, SeriesKey, MARGIN_ACCOUNT_BYTES,
};
use ballast_risk::read::now;
use ballast_rpc::tokens::wallet_of;
use ballast_rpc::{ClusterError, TestCluster};
use ballast_sdk::accounts::RawAccount;
use ballast_sdk::addresses::TokenMint;
use ballast_sdk::feeds::PriceFeeds;
use ballast_sdk::instructions::options::{ClearingHouseKeys, MarketKeys};
use ballast_sdk::{instructions, Instruction};
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_keypair::Keypair;

/// All that a transaction may use: margin of two full accounts needs much of it.
const MAX_UNITS: u32 = 1_400_000;

/// A house, and a chain.
pub struct OptionsClient<'a> {
    /// The chain.
    pub cluster: &'a mut dyn TestCluster,
    /// Addresses.
    pub keys: ClearingHouseKeys,
    /// The house's account.
    pub house: ClearingHouse,
    /// Names of its markets' assets, in the order of the listings.
    pub names: Vec<String>,
    /// Accounts of its markets, in the same order.
    pub markets: Vec<MarketKeys>,
    /// Where their prices are published, and how they are observed, in the same order.
    pub sources: Vec<MarketSource>,
}

/// Where a market's prices are published.
#[derive(Clone, Debug)]
pub struct MarketSource {
    /// The accounts.
    pub feeds: PriceFeeds,
    /// The observation.
    pub observe: Instruction,
}

/// A price account that somebody gives for a market.
#[derive(Clone, Debug)]
pub struct GivenFeed {
    /// The asset.
    pub asset: String,
    /// Its price account.
    pub key: Pubkey,
}

/// An account of the house with its address.
pub type Found<T> = (Pubkey, T);

impl<'a> OptionsClient<'a> {
    /// Returns the house at an address. A market's price account is the one given, or that of local
    /// networks.
    ///
    /// # Errors
    /// If there is no house, or one of its markets cannot be read.
    pub fn open(cluster: &'a mut dyn TestCluster, house: &Pubkey, given: &[GivenFeed]) -> Result<Self> {
        let account = cluster.find(house)?;
        let account =
            account.ok_or_else(|| anyhow!("there is no clearing house at {house}; check --house and --rpc-url"))?;
        let keys = ClearingHouseKeys::of(&account).context("--house")?;
        let house = account.house()?;
        house
            .check_version()
            .map_err(|error| anyhow!("--house: {}", words(&error)))?;
        let addresses: Vec<Pubkey> = house.listings().iter().map(|listing| listing.risk_market).collect();
        let (mut names, mut markets, mut sources) = (Vec::new(), Vec::new(), Vec::new());
        for (listing, found) in house.listings().iter().zip(cluster.accounts(&addresses)?) {
            let market = found
                .ok_or_else(|| anyhow!("risk market {} is gone", listing.risk_market))?
                .risk_market()?;
            let text = String::from_utf8_lossy(&market.name).trim_end_matches('\0').to_owned();
            let asset = text.split('-').next().unwrap_or_default().to_owned();
            let feed = given.iter().find(|feed| feed.asset.eq_ignore_ascii_case(&asset));
            let mut feeds = PriceFeeds::local(&market.params)
                .ok_or_else(|| anyhow!("the first price source of {asset} is of an unknown kind"))?;
            if let Some(feed) = feed {
                feeds.first = feed.key;
            }
            sources.push(MarketSource {
                feeds,
                observe: instructions::observe(&listing.risk_market, &market.params, &feeds),
            });
            names.push(asset);
            markets.push(MarketKeys {
                risk_market: listing.risk_market,
                surface: listing.surface,
            });
        }
        if let Some(unknown) = given
            .iter()
            .find(|feed| !names.iter().any(|name| feed.asset.eq_ignore_ascii_case(name)))
        {
            bail!(
                "--price-feed: {} is none of the house's markets ({})",
                unknown.asset,
                names.join(", ")
            );
        }
        Ok(Self {
            cluster,
            keys,
            house,
            names,
            markets,
            sources,
        })
    }

    /// Decimals of amounts, sizes and prices.
    pub fn decimals(&self) -> u8 {
        self.house.quote_decimals
    }

    /// Returns the series of a name.
    ///
    /// # Errors
    /// As [`name::parse`].
    pub fn series(&self, text: &str) -> Result<SeriesKey> {
        name::parse(text, &self.names)
    }

    /// Returns the name of a series.
    pub fn name(&self, key: &SeriesKey) -> String {
        name::of(key, &self.names)
    }

    /// Sends instructions in one transaction with compute units to spare. The first of them has the
    /// index 1.
    ///
    /// # Errors
    /// The chain's refusal.
    pub fn send(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<()> {
        let mut all = vec![ComputeBudgetInstruction::set_compute_unit_limit(MAX_UNITS)];
        all.extend_from_slice(instructions);
        let sent = self.cluster.send(&all, signers);
        sent.map_err(|error| match &error {
            ClusterError::Refused(refusal) if refusal.is_unfunded() => {
                anyhow!("{error} (on a local network: options faucet AMOUNT)")
            }
            _ => error.into(),
        })
    }

    /// Observes those of these markets whose price is older than half of what a use of it allows,
    /// so that what follows finds a young one.
    ///
    /// # Errors
    /// The rule that refuses the published price.
    pub fn refresh_prices(&mut self, markets: &[MarketKeys], usage: PriceUse, signer: &Keypair) -> Result<()> {
        let keys: Vec<Pubkey> = markets.iter().map(|market| market.risk_market).collect();
        let found = self.cluster.accounts(&keys)?;
        let clock = self.cluster.clock()?;
        let mut due = Vec::new();
        for account in found.into_iter().flatten() {
            if needs_observation(&account, usage, &clock)? {
                due.extend(self.source(&account.key).map(|source| source.observe.clone()));
            }
        }
        if due.is_empty() {
            return Ok(());
        }
        self.send(&due, &[signer])
            .context("the market's price is old, and no newer one could be observed")
    }

    /// Returns the accounts of a market of the house.
    ///
    /// # Errors
    /// If the house has no such market.
    pub fn market(&self, index: u8) -> Result<MarketKeys> {
        let found = self.markets.get(usize::from(index)).copied();
        found.ok_or_else(|| anyhow!("the house has no market {index}"))
    }

    /// Returns where a market's prices are published.
    fn source(&self, market: &Pubkey) -> Option<&MarketSource> {
        let mut both = self.markets.iter().zip(&self.sources);
        both.find(|(keys, _)| keys.risk_market == *market)
            .map(|(_, source)| source)
    }

    /// Returns a market's account as an instruction would find it: behind an observation, where
    /// [`Self::refresh_prices`] sends one.
    fn observed(&mut self, account: RawAccount, usage: PriceUse, clock: &Clock) -> Result<RawAccount> {
        let Some(feeds) = self.source(&account.key).map(|source| source.feeds) else {
            return Ok(account);
        };
        if !needs_observation(&account, usage, clock)? {
            return Ok(account);
        }
        let asked: Vec<Pubkey> = feeds.keys().collect();
        let mut found = self.cluster.accounts(&asked)?.into_iter();
        let published = feeds.accounts(|_| found.next().flatten());
        Ok(published.observed(&account, now(clock))?)
    }

    /// Returns where an owner's quote tokens are.
    ///
    /// # Errors
    /// If the owner has no account for them.
    pub fn wallet(&mut self, owner: &Pubkey) -> Result<Pubkey> {
        let mint = self.keys.quote_mint;
        let wallet = wallet_of(owner, &TokenMint::spl(mint));
        if self.cluster.find(&wallet)?.is_none() {
            bail!(
                "{owner} has no account for the quote token {mint}; create its associated token account {wallet} \
                 (on a local network: options faucet AMOUNT)"
            );
        }
        Ok(wallet)
    }

    /// Returns a margin account of this house.
    ///
    /// # Errors
    /// If there is none at the address, or it is another house's.
    pub fn account(&mut self, key: &Pubkey) -> Result<MarginAccount> {
        let found = self
            .cluster
            .find(key)?
            .ok_or_else(|| anyhow!("there is no margin account at {key}"))?;
        let account = found.margin_account()?;
        if account.house != self.keys.house {
            bail!(
                "the margin account {key} is of house {}, not of {}",
                account.house,
                self.keys.house
            );
        }
        Ok(account)
    }

    fn all<T>(&mut self, bytes: usize, read: impl Fn(&RawAccount) -> Option<(Pubkey, T)>) -> Result<Vec<Found<T>>> {
        let found = self.cluster.program_accounts(&ballast_options::ID, bytes)?;
        let house = self.keys.house;
        let ours = found.iter().filter_map(|raw| {
            let (of, value) = read(raw)?;
            (of == house).then_some((raw.key, value))
        });
        Ok(ours.collect())
    }

    /// Returns every margin account of the house, by address.
    ///
    /// # Errors
    /// A cluster that cannot be used.
    pub fn accounts(&mut self) -> Result<Vec<Found<MarginAccount>>> {
        let mut all = self.all(MARGIN_ACCOUNT_BYTES, |raw| {
            let account = raw.margin_account().ok()?;
            Some((account.house, account))
        })?;
        all.sort_by_key(|(key, _)| *key);
        Ok(all)
    }

    /// Returns every expiry of the house, by moment and market.
    ///
    /// # Errors
    /// A cluster that cannot be used.
    pub fn expiries(&mut self) -> Result<Vec<Found<Expiry>>> {
        let mut all = self.all(8 + Expiry::INIT_SPACE, |raw| {
            let expiry = raw.expiry().ok()?;
            Some((expiry.house, expiry))
        })?;
        all.sort_by_key(|(_, expiry)| (expiry.expiry, expiry.market));
        Ok(all)
    }

    /// Returns every series of the house, in the order of its terms.
    ///
    /// # Errors
    /// A cluster that cannot be used.
    pub fn all_series(&mut self) -> Result<Vec<Found<Series>>> {
        let mut all = self.all(8 + Series::INIT_SPACE, |raw| {
            let series = raw.series().ok()?;
            Some((series.house, series))
        })?;
        all.sort_by_key(|(_, series)| series.key.terms().ok());
        Ok(all)
    }

    /// Returns every auction of the house, by end.
    ///
    /// # Errors
    /// A cluster that cannot be used.
    pub fn auctions(&mut self) -> Result<Vec<Found<AuctionOffer>>> {
        let mut all = self.all(8 + AuctionOffer::INIT_SPACE, |raw| {
            let auction = raw.auction().ok()?;
            Some((auction.house, auction))
        })?;
        all.sort_by_key(|(_, auction)| auction.begins_at.saturating_add(i64::from(auction.seconds)));
        Ok(all)
    }

    /// Returns the accounts of the markets that these margin accounts have positions on, and of one
    /// more.
    pub fn markets_of(&self, accounts: &[&MarginAccount], market: Option<u8>) -> Vec<MarketKeys> {
        let used = |index: usize| {
            let held = accounts.iter().flat_map(|account| account.positions());
            market.map(usize::from) == Some(index)
                || held
                    .clone()
                    .any(|position| usize::from(position.series.market) == index)
        };
        let all = self.markets.iter().enumerate();
        all.filter(|(index, _)| used(*index)).map(|(_, keys)| *keys).collect()
    }

    /// Calls `action` with what the margin of these books would be computed from now, read by the
    /// clearing house's own code; and says why only reductions are permitted, if so.
    ///
    /// # Errors
    /// Why a price or a surface is not good enough, and whatever `action` fails with.
    pub fn with_context<T>(
        &mut self,
        purpose: Purpose,
        markets: &[MarketKeys],
        books: &[&MarginBook],
        action: impl FnOnce(&MarginContext, Option<String>) -> Result<T>,
    ) -> Result<T> {
        let keys: Vec<Pubkey> = markets
            .iter()
            .flat_map(|market| [market.risk_market, market.surface])
            .collect();
        let mut asked = vec![self.keys.house];
        asked.extend(&keys);
        let mut found = self.cluster.accounts(&asked)?;
        // Open interest is the house's, and is charged for.
        if let Some(house) = found.remove(0) {
            self.house = house.house()?;
        }
        // After the accounts, so that no price is from the future.
        let clock: Clock = self.cluster.clock()?;
        let missing = keys.iter().zip(&found).find(|(_, account)| account.is_none());
        if let Some((key, _)) = missing {
            bail!("account {key} of a market does not exist: nothing was published there yet");
        }
        let mut raw: Vec<(RawAccount, u64)> = Vec::new();
        for account in found.into_iter().flatten() {
            let usage = match purpose {
                Purpose::Margin => PriceUse::Margin,
                Purpose::Liquidate => PriceUse::Exit,
            };
            raw.push((self.observed(account, usage, &clock)?, 1));
        }
        let infos: Vec<AccountInfo> = raw
            .iter_mut()
            .map(|(account, lamports)| {
                AccountInfo::new(
                    &account.key,
                    false,
                    false,
                    lamports,
                    &mut account.data,
                    &account.owner,
                    false,
                )
            })
            .collect();
        let read = Markets::read(&self.house, &infos, books, purpose, &clock);
        let mut read = read.map_err(|error| anyhow!("the market cannot be valued now: {}", words(&error)))?;
        let closed = read.first_closed().map(|error| words(&error));
        let context = read.context(&self.house);
        action(&context, closed)
    }
}

/// Returns whether a market's price is older than half of what a use of it allows.
fn needs_observation(market: &RawAccount, usage: PriceUse, clock: &Clock) -> Result<bool> {
    let (_, view) = market.market_view()?;
    Ok(view.needs_observation(usage, now(clock)))
}

/// Returns a program's error as one sentence.
pub fn words(error: &ProgramError) -> String {
    match error {
        ProgramError::AnchorError(error) => error.error_msg.clone(),
        other => other.to_string(),
    }
}
