//! The chain inside this process.

use crate::cluster::{sign, Cluster, TestCluster};
use crate::error::ClusterError;
use crate::transaction_error::TransactionError;
use anchor_lang::prelude::Clock;
use ballast_sdk::accounts::RawAccount;
use ballast_sdk::{Instruction, Pubkey};
use litesvm::LiteSVM;
use solana_account::Account;
use solana_hash::Hash;
use solana_keypair::Keypair;
use solana_transaction::versioned::VersionedTransaction;

/// Milliseconds that a slot stands for when time moves.
const SLOT_MILLISECONDS: i64 = 400;
/// This chain has no genesis block; quotes have to name something.
const GENESIS: [u8; 32] = *b"ballast's chain in this process.";
/// Enough for every program to say all it has to say.
const LOG_BYTES: usize = 64 * 1024;

/// Solana's virtual machine, its accounts and its clock.
pub struct Embedded {
    svm: LiteSVM,
}

fn unusable(error: &dyn std::fmt::Debug) -> ClusterError {
    ClusterError::Unusable(format!("the embedded chain failed: {error:?}"))
}

impl Embedded {
    /// Returns a chain whose clock stands at `unix_time`.
    pub fn new(unix_time: i64) -> Self {
        let mut svm = LiteSVM::new().with_log_bytes_limit(Some(LOG_BYTES));
        let clock = Clock {
            slot: 1_000,
            unix_timestamp: unix_time,
            ..svm.get_sysvar()
        };
        svm.set_sysvar(&clock);
        Self { svm }
    }

    /// Returns a blockhash that no transaction has used yet.
    pub fn fresh_blockhash(&mut self) -> Hash {
        self.svm.expire_blockhash();
        self.svm.latest_blockhash()
    }

    /// Executes a signed transaction.
    ///
    /// # Errors
    /// [`ClusterError::Refused`].
    pub fn execute(&mut self, transaction: impl Into<VersionedTransaction>) -> Result<(), ClusterError> {
        match self.svm.send_transaction(transaction.into()) {
            Ok(_) => Ok(()),
            Err(failed) => Err(TransactionError::read(&failed.err.to_string(), &failed.meta.logs).into()),
        }
    }

    fn move_clock(&mut self, seconds: i64, slots: i64) {
        let mut clock: Clock = self.svm.get_sysvar();
        clock.unix_timestamp = clock.unix_timestamp.saturating_add(seconds);
        clock.slot = clock.slot.saturating_add(slots.unsigned_abs());
        self.svm.set_sysvar(&clock);
    }
}

impl Cluster for Embedded {
    fn accounts(&mut self, keys: &[Pubkey]) -> Result<Vec<Option<RawAccount>>, ClusterError> {
        let raw = |key: &Pubkey| {
            let account = self.svm.get_account(key)?;
            Some(RawAccount {
                key: *key,
                owner: account.owner,
                data: account.data,
            })
        };
        Ok(keys.iter().map(raw).collect())
    }

    fn clock(&mut self) -> Result<Clock, ClusterError> {
        Ok(self.svm.get_sysvar())
    }

    fn program_accounts(&mut self, program: &Pubkey, bytes: usize) -> Result<Vec<RawAccount>, ClusterError> {
        let found = self.svm.get_program_accounts(program).into_iter();
        let raw = found.map(|(key, account)| RawAccount {
            key,
            owner: account.owner,
            data: account.data,
        });
        Ok(raw.filter(|account| account.data.len() == bytes).collect())
    }

    fn genesis(&mut self) -> Result<[u8; 32], ClusterError> {
        Ok(GENESIS)
    }

    fn send(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<(), ClusterError> {
        let blockhash = self.fresh_blockhash();
        let sent = self.execute(sign(instructions, signers, blockhash)?);
        sent.map_err(|error| error.of_payer(signers))
    }
}

impl TestCluster for Embedded {
    fn set_account(&mut self, account: &RawAccount) -> Result<(), ClusterError> {
        let written = Account {
            lamports: self.svm.minimum_balance_for_rent_exemption(account.data.len()),
            data: account.data.clone(),
            owner: account.owner,
            executable: false,
            rent_epoch: u64::MAX,
        };
        self.svm
            .set_account(account.key, written)
            .map_err(|error| unusable(&error))
    }

    fn advance_to(&mut self, unix_time: i64) -> Result<(), ClusterError> {
        let seconds = unix_time.saturating_sub(self.clock()?.unix_timestamp).max(0);
        self.move_clock(seconds, seconds.saturating_mul(1_000) / SLOT_MILLISECONDS);
        Ok(())
    }

    fn advance_slot(&mut self) -> Result<(), ClusterError> {
        self.move_clock(0, 1);
        Ok(())
    }

    fn airdrop(&mut self, key: &Pubkey, lamports: u64) -> Result<(), ClusterError> {
        self.svm
            .airdrop(key, lamports)
            .map(drop)
            .map_err(|failed| unusable(&failed.err))
    }

    fn deploy(&mut self, id: &Pubkey, program: &[u8]) -> Result<(), ClusterError> {
        self.svm.add_program(*id, program).map_err(|error| unusable(&error))
    }
}
