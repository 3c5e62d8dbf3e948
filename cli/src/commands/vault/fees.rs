//! What a vault's manager earns: as `show` tells it, and `ballast vault claim-fees`.

use super::client::VaultClient;
use super::Common;
use anyhow::{bail, Result};
use ballast_core_types::Ratio;
use ballast_core_vault::appraisal::Appraisal;
use ballast_rpc::tokens;
use ballast_sdk::instructions::batches;
use ballast_sdk::snapshot::Snapshot;
use serde::Serialize;
use solana_signer::Signer;

/// Mints what the vault's manager has earned, into the wallet of the collector, who signs
///
/// No share is worth less by it: what was earned is counted among the shares from the hour in which
/// it was.
#[derive(clap::Args, Debug)]
pub struct Args {}

/// Claims them.
///
/// # Errors
/// The rule that refused it.
pub fn run(common: &Common, client: &mut VaultClient) -> Result<String> {
    let (signer, keys) = (common.signer()?, client.reader.keys);
    let (snapshot, _) = client.snapshot()?;
    let Some(collector) = snapshot.vault.collector() else {
        bail!("this vault has no fees, and nobody who collects them");
    };
    if collector != signer.pubkey() {
        bail!(
            "the fees of this vault are {collector}'s, who has to sign; you are {}",
            signer.pubkey()
        );
    }
    let to = client.holder(&collector).shares;
    let held = client.balance(&to)?.unwrap_or(0);
    let instructions = [
        tokens::open_wallet(&collector, &collector, &keys.shares()),
        batches::claim_fees(&keys, &collector, &to),
    ];
    client.send(&instructions, &signer)?;
    let minted = client.balance(&to)?.unwrap_or(0).saturating_sub(held);
    Ok(format!("{} shares minted to {collector}", client.show(minted)))
}

/// Fees of a vault. Amounts are base units, rates per cent.
#[derive(Debug, Serialize)]
pub struct Fees {
    /// Shares a year over all shares.
    management: String,
    /// Share of the gain.
    performance: String,
    /// Who gets them.
    collector: String,
    /// Shares that were earned and not minted: they are counted among the shares.
    earned_shares: u64,
    /// What of the gain will become shares, if that can be told: no value above has it.
    performance_due: Option<u64>,
}

impl Fees {
    /// Returns those of a vault; `None` if it has none.
    pub fn of(snapshot: &Snapshot, appraisal: Option<&Appraisal>) -> Option<Self> {
        let collector = snapshot.vault.collector()?;
        let policy = &snapshot.state.policy.fees;
        Some(Self {
            management: percent(policy.management),
            performance: percent(policy.performance),
            collector: collector.to_string(),
            earned_shares: snapshot.fees().shares.0,
            performance_due: appraisal.map(|appraisal| appraisal.performance_fee),
        })
    }

    /// Returns them in words.
    pub fn text(&self, client: &VaultClient) -> String {
        let due = match self.performance_due {
            Some(due) => format!("{} of the gain", client.brief(due)),
            None => "what cannot be told of the gain".to_owned(),
        };
        format!(
            "fees       {} % of the shares a year and {} % of the gain, in shares, to {};\n           \
             earned and among the shares {}, still to come {due}; both are out of every value above",
            self.management,
            self.performance,
            self.collector,
            client.brief(self.earned_shares),
        )
    }
}

/// What a vault pays keepers. Amounts are base units.
#[derive(Debug, Serialize)]
pub struct Keepers {
    /// Most that a trade pays, hundredths of one per cent of its notional.
    rate_basis_points: String,
    /// What looking after it pays once an hour.
    task: u64,
    /// Aversion to risk, by which what a trade removes is measured.
    aversion: u32,
    /// All that was ever paid.
    paid: u64,
}

impl Keepers {
    /// Returns what a vault pays.
    pub fn of(snapshot: &Snapshot) -> Self {
        let policy = &snapshot.state.policy.keepers;
        Self {
            rate_basis_points: format!("{:.2}", policy.rate.fixed().to_num::<f64>() * 10_000.0),
            task: policy.task,
            aversion: policy.aversion,
            paid: snapshot.vault.keeper_pay.total,
        }
    }

    /// Returns it in words.
    pub fn text(&self, client: &VaultClient) -> String {
        format!(
            "keepers    up to {} bp of what they trade, at most a tenth of the risk removed; {} an hour for looking after it;\n           \
             {} paid so far",
            self.rate_basis_points,
            client.brief(self.task),
            client.brief(self.paid),
        )
    }
}

/// Returns a share in per cent, to a hundredth.
fn percent(share: Ratio) -> String {
    format!("{:.2}", share.fixed().to_num::<f64>() * 100.0)
}
