//! A vault's keeper, with the plan of the bot.

use super::VaultFixture;
use ballast_sdk::action::{instruction, CrankAction};
use litesvm::types::FailedTransactionMetadata;
use solana_signer::Signer;

impl VaultFixture {
    /// Plans and sends until nothing is due. Returns how many transactions that took. Panics if it
    /// never comes to rest.
    pub fn crank(&mut self) -> Result<u32, Box<FailedTransactionMetadata>> {
        for round in 0..20 {
            if self.crank_once()?.is_empty() {
                return Ok(round);
            }
            self.pass(0, 1);
        }
        panic!("the keeper never comes to rest: {:?}", self.snapshot().plan());
    }

    /// Sends what is due in one transaction.
    pub fn crank_once(&mut self) -> Result<Vec<CrankAction>, Box<FailedTransactionMetadata>> {
        let snapshot = self.snapshot();
        let actions = snapshot.plan();
        let keeper = self.keeper.insecure_clone();
        let instructions: Vec<_> = actions
            .iter()
            .map(|action| instruction(action, &snapshot, &keeper.pubkey()))
            .collect();
        if !instructions.is_empty() {
            self.send_paid_by(&keeper, &instructions, &[])?;
        }
        Ok(actions)
    }
}
