//! A vault as a command sees it, and a chain to ask and to send to.

use anchor_lang::Space;
use anyhow::{anyhow, bail, Context, Result};
use ballast_core_market::admission::PriceUse;
use ballast_core_types::Ratio;
use ballast_core_vault::batch::BatchError;
use ballast_core_vault::prices::Purpose;
use ballast_risk::errors::RiskError;
use ballast_rpc::amount::{brief, show};
use ballast_rpc::tokens::wallet_of;
use ballast_rpc::vault::VaultReader;
use ballast_rpc::{ClusterError, TestCluster};
use ballast_sdk::crank::budget;
use ballast_sdk::instructions::Holder;
use ballast_sdk::snapshot::Snapshot;
use ballast_sdk::{addresses, Instruction, Pubkey};
use ballast_vault::errors::VaultError;
use ballast_vault::state::{RequestBatch, Ticket};
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_keypair::Keypair;

/// A vault, and a chain.
pub struct VaultClient<'a> {
    /// The chain.
    pub cluster: &'a mut dyn TestCluster,
    /// Where the vault is.
    pub reader: VaultReader,
    /// Decimals of quote tokens and shares.
    pub decimals: u8,
}

impl<'a> VaultClient<'a> {
    /// Returns the vault at an address.
    ///
    /// # Errors
    /// If there is none, or something of it cannot be read.
    pub fn open(cluster: &'a mut dyn TestCluster, vault: &Pubkey, price_account: Option<Pubkey>) -> Result<Self> {
        if cluster.find(vault)?.is_none() {
            bail!("there is no vault at {vault}; check --vault and --rpc-url");
        }
        let reader = VaultReader::find(cluster, vault, price_account).context("--vault")?;
        let decimals = cluster.account(&reader.keys.share_mint)?.mint()?.decimals;
        Ok(Self {
            cluster,
            reader,
            decimals,
        })
    }

    /// Reads the vault and everything around it, as it would be behind those observations that are
    /// due; and these.
    ///
    /// # Errors
    /// What could not be read.
    pub fn snapshot(&mut self) -> Result<(Snapshot, Vec<Instruction>)> {
        let snapshot = self.reader.snapshot(self.cluster)?;
        Ok(snapshot.at_fresh_prices(PriceUse::Nav))
    }

    /// Returns a holder and where their tokens are.
    pub fn holder(&self, key: &Pubkey) -> Holder {
        Holder {
            key: *key,
            quote: wallet_of(key, &self.reader.keys.quote()),
            shares: wallet_of(key, &self.reader.keys.shares()),
        }
    }

    /// Returns what is in a token account, base units; `None` if there is none.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn balance(&mut self, key: &Pubkey) -> Result<Option<u64>> {
        let found = self.cluster.find(key)?;
        let account = found.map(|account| account.token_account()).transpose()?;
        Ok(account.map(|account| account.amount))
    }

    /// Returns a holder's open tickets of this vault with their batches as a claim would find them,
    /// by number.
    ///
    /// # Errors
    /// A cluster that cannot be used.
    pub fn tickets(&mut self, holder: &Pubkey) -> Result<Vec<(Ticket, RequestBatch)>> {
        let vault = self.reader.keys.vault;
        let mut ours = self.all_tickets()?;
        ours.retain(|ticket| ticket.holder == *holder);
        ours.sort_by_key(|ticket| ticket.number);
        let batches: Vec<Pubkey> = ours
            .iter()
            .map(|ticket| addresses::batch(&vault, ticket.batch))
            .collect();
        let found = self.cluster.accounts(&batches)?;
        let of = self.cluster.account(&vault)?.vault()?;
        let mut with_batches = Vec::new();
        for (ticket, account) in ours.into_iter().zip(found) {
            let number = ticket.batch;
            let batch = account
                .ok_or_else(|| anyhow!("batch {number} does not exist"))?
                .batch()?
                .collected(&of);
            with_batches.push((ticket, batch));
        }
        Ok(with_batches)
    }

    /// Returns a holder's open ticket of this number.
    ///
    /// # Errors
    /// If they have none, or as [`Self::tickets`].
    pub fn ticket(&mut self, holder: &Pubkey, number: u64) -> Result<Ticket> {
        let mut tickets = self.tickets(holder)?.into_iter();
        let found = tickets.find(|(ticket, _)| ticket.number == number);
        let (ticket, _) = found.ok_or_else(|| anyhow!("{holder} has no open ticket {number}"))?;
        Ok(ticket)
    }

    /// Returns the number after the highest of the open tickets that somebody made, whoever has
    /// them now.
    ///
    /// # Errors
    /// As [`Self::tickets`].
    pub fn next_number(&mut self, by: &Pubkey) -> Result<u64> {
        let all = self.all_tickets()?;
        let numbers = all.iter().filter(|ticket| ticket.opened_by == *by);
        let highest = numbers.map(|ticket| ticket.number).max();
        Ok(highest.unwrap_or(0).saturating_add(1))
    }

    fn all_tickets(&mut self) -> Result<Vec<Ticket>> {
        let vault = self.reader.keys.vault;
        let all = self
            .cluster
            .program_accounts(&ballast_vault::ID, 8 + Ticket::INIT_SPACE)?;
        let tickets = all.iter().filter_map(|account| account.ticket().ok());
        Ok(tickets.filter(|ticket| ticket.vault == vault).collect())
    }

    /// Sends instructions in one transaction with compute units to spare.
    ///
    /// # Errors
    /// The chain's refusal.
    pub fn send(&mut self, instructions: &[Instruction], signer: &Keypair) -> Result<()> {
        let mut all = vec![ComputeBudgetInstruction::set_compute_unit_limit(budget::MAX)];
        all.extend_from_slice(instructions);
        self.cluster.send(&all, &[signer]).map_err(|error| match &error {
            ClusterError::Refused(refusal) if refusal.is_unfunded() => {
                anyhow!("{error} (on a local network: vault faucet AMOUNT)")
            }
            _ => error.into(),
        })
    }

    /// Returns an amount of quote tokens or shares as people write it.
    pub fn show(&self, units: u64) -> String {
        show(i128::from(units), self.decimals)
    }

    /// Returns an amount with two places: for what is only looked at.
    pub fn brief(&self, units: impl Into<i128>) -> String {
        brief(units.into(), self.decimals)
    }
}

/// Returns the vault's own words for a rule of its batches.
pub fn words(error: BatchError) -> String {
    VaultError::from(error).to_string()
}

/// Returns why nothing says what a share is worth: a market's price is refused, in the risk
/// program's own words, or else a venue cannot be read.
pub fn no_appraisal(snapshot: &Snapshot) -> String {
    match snapshot.prices(Purpose::Batch) {
        Err(refused) => RiskError::from(refused).to_string(),
        Ok(_) => "the venue's accounts cannot be read".to_owned(),
    }
}

/// Returns a ratio with four places.
pub fn decimal(ratio: Ratio) -> String {
    format!("{:.4}", ratio.fixed().to_num::<f64>())
}

/// Returns how long ago something was, in words.
pub fn ago(seconds: i64) -> String {
    match seconds {
        ..=0 => "now".to_owned(),
        seconds => format!("{} ago", stretch(seconds)),
    }
}

/// Returns a number of things in words.
pub fn count(number: u64, thing: &str) -> String {
    match number {
        1 => format!("1 {thing}"),
        number => format!("{number} {thing}s"),
    }
}

/// Returns a stretch of time in words: `43 s`, `12 min`, `3 h 5 min`.
pub fn stretch(seconds: i64) -> String {
    let (hours, minutes) = (seconds / 3_600, seconds % 3_600 / 60);
    match seconds {
        ..120 => format!("{} s", seconds.max(0)),
        120..3_600 => format!("{minutes} min"),
        _ => format!("{hours} h {minutes} min"),
    }
}
