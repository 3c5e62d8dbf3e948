//! The depositors: how they come in, and how they get out again.

use super::depositor::Depositor;
use super::stage::Stage;
use crate::chain::refused;
use anyhow::Context;
use anyhow::Result;
use ballast_rpc::tokens;
use ballast_rpc::tokens::UNIT;
use ballast_rpc::ClusterError;
use ballast_sdk::addresses::{self, VaultKeys};
use ballast_sdk::instructions::batches;
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
        let (authority, keys) = (&stage.local.authority, &stage.local.keys);
        for person in &self.people {
            stage.chain.cluster().airdrop(&person.keypair.pubkey(), LAMPORTS)?;
            let instructions = person.open(&authority.pubkey(), keys);
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
            sum += (stage.tokens(&person.holder.quote)? as f64 - person.minted as f64) / UNIT as f64;
        }
        Ok(sum)
    }

    /// Lets somebody ask to come in; `false` if the programs refuse it now.
    ///
    /// # Errors
    /// A cluster that cannot be used.
    pub fn ask_to_enter(&mut self, who: usize, stage: &mut Stage) -> Result<bool> {
        let seen = stage.snapshot()?;
        let (authority, quote) = (&stage.local.authority, stage.local.keys.quote());
        let person = &mut self.people[who];
        // Test USDC comes into being with the request, so a refused one leaves nothing behind; what
        // went back is asked with once more.
        let missing = person.budget - person.minted;
        let funds = (missing > 0).then(|| tokens::mint_to(&quote, &person.holder.quote, &authority.pubkey(), missing));
        let request = person.request_deposit(&seen);
        let instructions: Vec<_> = funds.into_iter().chain(request).collect();
        match stage.chain.cluster().send(&instructions, &[&person.keypair, authority]) {
            Ok(()) => person.minted = person.budget,
            Err(error) => {
                self.refusals.push(refusal(error)?);
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns whether somebody's deposit came in, once nobody waits; one that went back is tried
    /// again later.
    ///
    /// # Errors
    /// If a wallet cannot be read.
    pub fn has_entered(&mut self, who: usize, stage: &mut Stage) -> Result<bool> {
        let person = &mut self.people[who];
        if stage.tokens(&person.holder.shares)? == 0 {
            self.refusals
                .push("the deposit went back: a breaker was active when it was priced".to_owned());
            return Ok(false);
        }
        person.deposited = person.budget;
        Ok(true)
    }

    /// Lets the first one ask to take a part out, as many shares as it is worth now.
    ///
    /// # Errors
    /// A cluster that cannot be used.
    pub fn ask_for_part(&mut self, stage: &mut Stage, nav_per_share: f64) -> Result<()> {
        let seen = stage.snapshot()?;
        let person = &mut self.people[0];
        let request = person.request_redeem(&seen, (PART as f64 / nav_per_share) as u64);
        stage.chain.cluster().send(&request, &[&person.keypair])?;
        self.withdrew = true;
        Ok(())
    }

    /// Lets everybody who holds shares ask to leave with all of them. Returns how many each has.
    ///
    /// # Errors
    /// Who could not ask.
    pub fn ask_to_leave(&mut self, stage: &mut Stage) -> Result<Vec<u64>> {
        let mut asked = Vec::new();
        for person in &mut self.people {
            let shares = stage.tokens(&person.holder.shares)?;
            if shares > 0 {
                let request = person.request_redeem(&stage.snapshot()?, shares);
                let sent = stage.chain.cluster().send(&request, &[&person.keypair]);
                sent.with_context(|| format!("{} could not ask to leave", person.name))?;
            }
            asked.push(shares);
        }
        Ok(asked)
    }

    /// Claims what is due to the tickets that are open; `false` if there are none.
    ///
    /// # Errors
    /// A cluster that cannot be used.
    pub fn claim(&mut self, stage: &mut Stage) -> Result<bool> {
        let mut waiting = false;
        for person in &self.people {
            let key = person.ticket(&stage.vault);
            let cluster = stage.chain.cluster();
            let Some(account) = cluster.find(&key)? else {
                continue;
            };
            let ticket = account.ticket()?;
            let batch = cluster
                .account(&addresses::batch(&ticket.vault, ticket.batch))?
                .batch()?
                .collected(&cluster.account(&ticket.vault)?.vault()?);
            let authority = &stage.local.authority;
            let claim = batches::claim(&stage.vault.keys, &ticket, &batch, &authority.pubkey());
            let Some(claim) = claim else {
                waiting = true;
                continue;
            };
            // Anyone may claim for anyone, so the keeper may have been faster.
            if let Err(error) = cluster.send(&[claim], &[authority]) {
                refusal(error)?;
            }
            waiting |= cluster.find(&key)?.is_some();
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
