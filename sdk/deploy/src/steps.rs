//! The steps of initialisation, as instructions.

use crate::config::Config;
use crate::keys::{self, PROGRAMS};
use anchor_spl::token::spl_token;
use anyhow::{anyhow, bail, Context, Result};
use ballast_risk::state::MarketParams;
use ballast_rpc::{tokens, TestCluster};
use ballast_sdk::addresses::{self, TokenMint, VaultKeys};
use ballast_sdk::feeds::PriceFeeds;
use ballast_sdk::instructions::options::{self, ClearingHouseKeys, MarketKeys};
use ballast_sdk::instructions::surface;
use ballast_sdk::{instructions, Instruction, Pubkey};
use ballast_vault::CreateVaultArgs;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::path::Path;

/// Number of the vault among its creator's.
const VAULT_NUMBER: u64 = 1;
/// What a wallet that pays for accounts gets.
const LAMPORTS: u64 = 100_000_000_000;

/// A local network of one asset: who sets it up, and where everything is.
pub struct Local {
    /// What to set up.
    pub config: Config,
    /// The asset, such as `BTC`.
    pub asset: String,
    /// Creates everything, mints test USDC, switches the venue's faults.
    pub authority: Keypair,
    /// Of the test USDC.
    pub mint: Keypair,
    /// Feed id of the asset.
    pub feed_id: [u8; 32],
    /// Where its prices are published.
    pub feeds: PriceFeeds,
    /// Addresses of the vault and all it uses.
    pub keys: VaultKeys,
    /// Addresses of the options clearing house.
    pub house: ClearingHouseKeys,
    /// Parameters of the asset's risk market.
    pub params: MarketParams,
}

/// One transaction of the initialisation.
pub struct Step<'a> {
    /// What it makes, for a person.
    pub name: String,
    /// The account that exists once it has been done.
    pub creates: Pubkey,
    /// Instructions.
    pub instructions: Vec<Instruction>,
    /// Who signs; the first pays.
    pub signers: Vec<&'a Keypair>,
}

impl Local {
    /// Returns the local network of `asset`.
    ///
    /// # Errors
    /// If the configuration knows no feed for it.
    pub fn new(config: Config, asset: &str) -> Result<Self> {
        let (authority, mint) = (
            keys::wallet("authority"),
            keys::derived("ballast local network mint: USDC"),
        );
        let market = config.risk_market(asset, &authority.pubkey(), &mint.pubkey())?;
        let risk_market = addresses::risk_market(&authority.pubkey(), &market.name);
        // Each asset has a vault: the number counts them by name, which an address may well
        // contain.
        let keys = VaultKeys::derive(
            &authority.pubkey(),
            vault_number(asset),
            &TokenMint::spl(mint.pubkey()),
            &[risk_market],
        );
        let feed_id = config.feed(asset)?;
        let house = ClearingHouseKeys::derive(&authority.pubkey(), vault_number(asset), &mint.pubkey());
        Ok(Self {
            config,
            asset: asset.to_owned(),
            authority,
            mint,
            feed_id,
            feeds: PriceFeeds::local(&market.params).ok_or_else(|| anyhow!("{asset} has no price source"))?,
            keys,
            house,
            params: market.params,
        })
    }

    /// Returns the accounts of the house's one market.
    pub fn listed(&self) -> MarketKeys {
        let risk_market = self.keys.first().risk_market;
        MarketKeys {
            risk_market,
            surface: addresses::surface(&risk_market),
        }
    }

    /// Returns the steps, in order, on a chain with this genesis hash whose clock says `now`.
    ///
    /// # Errors
    /// If a configured amount does not fit, or the surface or the house breaks a rule.
    pub fn steps(&self, now: i64, genesis: [u8; 32]) -> Result<Vec<Step<'_>>> {
        let (authority, mint, keys) = (self.authority.pubkey(), self.mint.pubkey(), &self.keys);
        let step = |name, creates, instructions| Step {
            name,
            creates,
            instructions,
            signers: vec![&self.authority],
        };
        let mut coin = step("test USDC".to_owned(), mint, self.create_mint());
        coin.signers.push(&self.mint);
        let policy = self.config.policy()?;
        let vault = CreateVaultArgs {
            id: vault_number(&self.asset),
            collector: policy.has_fees().then_some(authority),
            share: self.config.share(&self.asset),
            policy,
            markets: vec![self.config.market_policy()],
            guardian: self.config.has_guardian().then_some(authority),
            breakers: self.config.vault_breakers(),
        };
        let mut steps = vec![coin];
        for asset in self.config.assets() {
            let market = self.config.risk_market(asset, &authority, &mint)?;
            let key = addresses::risk_market(&authority, &market.name);
            let create = instructions::create_risk_market(&authority, market);
            steps.push(step(format!("risk market {asset}-USD"), key, vec![create]));
        }
        steps.extend([
            step(
                "venue with its insurance fund".to_owned(),
                keys.first().venue_market,
                self.create_venue()?,
            ),
            step(
                "vault".to_owned(),
                keys.vault,
                vec![instructions::create_vault(&authority, keys, vault)],
            ),
        ]);
        let described = self.config.surface().create(now, authority)?;
        let create = surface::create(&authority, &keys.first().risk_market, described);
        let name = format!("volatility surface of {}-USD", self.asset);
        steps.push(step(name, self.listed().surface, vec![create]));
        steps.push(step(
            "options clearing house".to_owned(),
            self.house.house,
            self.create_clearing_house(genesis)?,
        ));
        Ok(steps)
    }

    fn create_mint(&self) -> Vec<Instruction> {
        let (authority, mint) = (self.authority.pubkey(), self.mint.pubkey());
        // Rent exemption of 82 bytes is about 1.5 million lamports; a mint may well hold more.
        let create = solana_system_interface::instruction::create_account(
            &authority,
            &mint,
            10_000_000,
            tokens::MINT_SIZE,
            &spl_token::ID,
        );
        vec![create, tokens::initialise_mint(&mint, &authority)]
    }

    fn create_venue(&self) -> Result<Vec<Instruction>> {
        let (authority, keys) = (self.authority.pubkey(), &self.keys);
        let mint = keys.quote();
        let (purse, amount) = (tokens::wallet_of(&authority, &mint), self.config.insurance_fund()?);
        Ok(vec![
            instructions::venue::create_market(
                &authority,
                &keys.first().risk_market,
                &mint,
                self.config.venue_market()?,
            ),
            tokens::open_wallet(&authority, &authority, &mint),
            tokens::mint_to(&mint, &purse, &authority, amount),
            instructions::venue::fund_insurance(&authority, &purse, keys, 0, amount),
        ])
    }

    fn create_clearing_house(&self, genesis: [u8; 32]) -> Result<Vec<Instruction>> {
        let (authority, mint, house) = (self.authority.pubkey(), self.keys.quote(), self.config.house());
        let (purse, amount) = (tokens::wallet_of(&authority, &mint), house.insurance_fund()?);
        let args = house.create(vault_number(&self.asset), genesis)?;
        Ok(vec![
            options::create_clearing_house(&authority, &mint.mint, &[self.listed()], args),
            tokens::open_wallet(&authority, &authority, &mint),
            tokens::mint_to(&mint, &purse, &authority, amount),
            options::fund_insurance(&self.house, &authority, &purse, amount),
        ])
    }

    /// Deploys the programs and runs the steps; what is there already is left as it is. `say` hears
    /// what was done.
    ///
    /// # Errors
    /// The step that failed.
    pub fn initialise(&self, cluster: &mut dyn TestCluster, programs: &Path, say: &mut dyn FnMut(&str)) -> Result<()> {
        let compiled = compiled(programs)?;
        cluster.airdrop(&self.authority.pubkey(), LAMPORTS)?;
        for ((name, id), program) in PROGRAMS.iter().zip(&compiled) {
            if cluster.find(id)?.is_some() {
                say(&format!("program {name} is there already: {id}"));
                continue;
            }
            cluster
                .deploy(id, program)
                .with_context(|| format!("the program {name} could not be deployed"))?;
            say(&format!("program {name}: {id}"));
        }
        let (now, genesis) = (cluster.clock()?.unix_timestamp, cluster.genesis()?);
        for step in self.steps(now, genesis)? {
            if cluster.find(&step.creates)?.is_some() {
                say(&format!("{} is there already: {}", step.name, step.creates));
                continue;
            }
            cluster
                .send(&step.instructions, &step.signers)
                .with_context(|| format!("{} could not be created", step.name))?;
            say(&format!("{}: {}", step.name, step.creates));
        }
        Ok(())
    }
}

/// Returns the vault's number: one vault per asset and creator.
fn vault_number(asset: &str) -> u64 {
    asset.bytes().fold(VAULT_NUMBER, |number, byte| {
        number.wrapping_mul(256).wrapping_add(u64::from(byte))
    })
}

/// Returns the compiled programs, in the order of [`PROGRAMS`].
///
/// # Errors
/// The file that is missing, and how to make it.
pub fn compiled(folder: &Path) -> Result<Vec<Vec<u8>>> {
    let read = |(name, _): &(&str, Pubkey)| {
        let file = folder.join(format!("ballast_{name}.so"));
        match std::fs::read(&file) {
            Ok(bytes) if bytes.starts_with(b"\x7fELF") => Ok(bytes),
            Ok(_) => bail!("{}: is not a compiled program; run ./ballast build", file.display()),
            Err(_) => bail!(
                "{}: the compiled program is missing; run ./ballast build",
                file.display()
            ),
        }
    };
    PROGRAMS.iter().map(read).collect()
}
