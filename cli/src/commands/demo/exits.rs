//! The depositors: how they come in, and how they get out again.

use super::depositor::Depositor;
use super::sample;
use super::stage::Stage;
use crate::chain::refused;
use anyhow::Context;
use anyhow::Result;
use ballast_core_market::admission::PriceUse;
use ballast_rpc::tokens;
use ballast_rpc::tokens::UNIT;
use ballast_rpc::ClusterError;
use ballast_sdk::addresses::VaultKeys;
use solana_signer::Signer;

/// What the first depositor takes out on the way, base units.
const PART: u64 = 100_000 * UNIT;
/// For fees and rent, lamports.
const LAMPORTS: u64 = 10_000_000_000;

/// The depositors of a run, and what became of what they asked for.
pub struct Depositors {
    /// The depositors.
    pub people: Vec<Depositor>,
    /// What was refused until later, in the programs' words.
    pub refusals: Vec<String>,
    /// Whether the first one took a part out.
    pub withdrew: bool,
    /// Shares that payouts burnt, base units.
    pub shares_burnt: u64,
}

impl Depositors {
    /// Returns the depositors of a vault before any of them has come.
    pub fn new(keys: &VaultKeys) -> Self {
        Self {
            people: vec![
                Depositor::new("Ada", 600_000 * UNIT, keys),
                Depositor::new("Ben", 400_000 * UNIT, keys),
            ],
            refusals: Vec::new(),
            withdrew: false,
            shares_burnt: 0,
        }
    }

    /// Gives everybody a wallet.
    ///
    /// # Errors
    /// Who got none, and why.
    pub fn open_wallets(&self, stage: &mut Stage) -> Result<()> {
        let (authority, mint) = (&stage.local.authority, stage.local.keys.quote_mint);
        for person in &self.people {
            stage.chain.cluster().airdrop(&person.keypair.pubkey(), LAMPORTS)?;
            let instructions = person.open(&authority.pubkey(), &mint, &stage.local.keys.share_mint);
            stage
                .chain
                .cluster()
                .send(&instructions, &[authority])
                .with_context(|| format!("{} got no wallet", person.name))?;
        }
        Ok(())
    }

    /// Returns what the depositors have beside the vault, less what was minted for them, quote.
    ///
    /// # Errors
    /// If a wallet cannot be read.
    pub fn outside(&self, stage: &mut Stage) -> Result<f64> {
        let mut sum = 0.0;
        for person in &self.people {
            sum += (stage.tokens(&person.holder.quote)? as f64 - person.deposited as f64) / UNIT as f64;
        }
        Ok(sum)
    }

    /// Lets somebody deposit; `false` if the programs refuse it now.
    ///
    /// # Errors
    /// A cluster that cannot be used.
    pub fn enter(&mut self, who: usize, stage: &mut Stage) -> Result<bool> {
        let per_share = sample::step(&stage.snapshot()?, 0, 0)?.nav_per_share;
        let (authority, mint) = (&stage.local.authority, stage.local.keys.quote_mint);
        let person = &mut self.people[who];
        let funds = tokens::mint_to(&mint, &person.holder.quote, &authority.pubkey(), person.budget);
        let cluster = stage.chain.cluster();
        // Nobody enters in the slot of a rebalance.
        cluster.advance_slot()?;
        // Test USDC comes into being with the deposit, so a refused one leaves nothing behind.
        let deposit = person.deposit(&stage.vault, per_share);
        let mut instructions = vec![funds];
        instructions.extend(stage.vault.priced(cluster, PriceUse::Nav, deposit)?);
        match cluster.send(&instructions, &[&person.keypair, authority]) {
            Ok(()) => person.deposited = person.budget,
            Err(error) => {
                self.refusals.push(refusal(error)?);
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Lets the first one take a part out by amount; `false` if the programs refuse it now.
    ///
    /// # Errors
    /// A cluster that cannot be used.
    pub fn part_leaves(&mut self, stage: &mut Stage) -> Result<bool> {
        let supply = stage.shares()?;
        let person = &self.people[0];
        let redeem = person.redeem(&stage.vault, PART);
        let cluster = stage.chain.cluster();
        cluster.advance_slot()?;
        let instructions = stage.vault.priced(cluster, PriceUse::Exit, redeem)?;
        if let Err(error) = cluster.send(&instructions, &[&person.keypair]) {
            self.refusals.push(refusal(error)?);
            return Ok(false);
        }
        self.shares_burnt += supply - stage.shares()?;
        self.withdrew = true;
        Ok(true)
    }

    /// Lets everybody who holds shares ask to leave with all of them.
    ///
    /// # Errors
    /// Who could not ask.
    pub fn ask_to_leave(&self, stage: &mut Stage) -> Result<()> {
        for person in &self.people {
            let shares = stage.tokens(&person.holder.shares)?;
            if shares > 0 {
                let request = person.request(&stage.vault, shares);
                let sent = stage.chain.cluster().send(&[request], &[&person.keypair]);
                sent.with_context(|| format!("{} could not ask to leave", person.name))?;
            }
        }
        Ok(())
    }

    /// Completes the requests that are left; `false` if there were none.
    ///
    /// # Errors
    /// A cluster that cannot be used.
    pub fn pay_tickets(&mut self, stage: &mut Stage) -> Result<bool> {
        let mut waiting = false;
        for person in &self.people {
            let cluster = stage.chain.cluster();
            if cluster.find(&person.ticket(&stage.vault))?.is_none() {
                continue;
            }
            waiting = true;
            // Anyone may complete a request; a refusal (nothing liquid yet) is tried again in the
            // next round.
            let complete = person.complete(&stage.vault);
            let instructions = stage.vault.priced(cluster, PriceUse::Exit, complete)?;
            if let Err(error) = cluster.send(&instructions, &[&stage.local.authority]) {
                self.refusals.push(refusal(error)?);
            }
        }
        Ok(waiting)
    }
}

/// Returns the words of a program's refusal.
fn refusal(error: ClusterError) -> Result<String> {
    match refused(&error) {
        Some(words) => Ok(words.to_owned()),
        None => Err(error.into()),
    }
}
