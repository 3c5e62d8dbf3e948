//! What a client needs of a chain, whichever it is, and what a set-up needs of a local network
//! besides.

use crate::error::ClusterError;
use anchor_lang::prelude::Clock;
use ballast_sdk::accounts::RawAccount;
use ballast_sdk::{Instruction, Pubkey};
use solana_hash::Hash;
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_transaction::Transaction;

/// A chain: accounts are read, transactions sent.
pub trait Cluster {
    /// Returns the accounts at these addresses, in order, taken at one moment.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn accounts(&mut self, keys: &[Pubkey]) -> Result<Vec<Option<RawAccount>>, ClusterError>;

    /// Returns the chain's clock.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn clock(&mut self) -> Result<Clock, ClusterError>;

    /// Returns all accounts of a program that have exactly this many bytes. Order is not defined.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn program_accounts(&mut self, program: &Pubkey, bytes: usize) -> Result<Vec<RawAccount>, ClusterError>;

    /// Returns the genesis hash, which tells one cluster from another.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn genesis(&mut self) -> Result<[u8; 32], ClusterError>;

    /// Signs the instructions as one transaction, paid by the first signer, and returns when it has
    /// landed.
    ///
    /// # Errors
    /// [`ClusterError`].
    fn send(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<(), ClusterError>;

    /// Returns one account that may not exist.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn find(&mut self, key: &Pubkey) -> Result<Option<RawAccount>, ClusterError> {
        Ok(self.accounts(&[*key])?.into_iter().next().flatten())
    }

    /// Returns one account that has to exist.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn account(&mut self, key: &Pubkey) -> Result<RawAccount, ClusterError> {
        let found = self.find(key)?;
        found.ok_or_else(|| ClusterError::Unusable(format!("account {key} does not exist")))
    }
}

/// A chain for tests and demonstrations: time moves when told, and any account can be written.
pub trait TestCluster: Cluster {
    /// Writes an account, as no real chain lets anybody do: prices are published this way.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn set_account(&mut self, account: &RawAccount) -> Result<(), ClusterError>;

    /// Moves chain time forward to this unix second, and slots with it.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn advance_to(&mut self, unix_time: i64) -> Result<(), ClusterError>;

    /// Comes back in a later slot.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn advance_slot(&mut self) -> Result<(), ClusterError>;

    /// Gives lamports.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn airdrop(&mut self, key: &Pubkey, lamports: u64) -> Result<(), ClusterError>;

    /// Puts a compiled program at `id`.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`].
    fn deploy(&mut self, id: &Pubkey, program: &[u8]) -> Result<(), ClusterError>;
}

/// Signs instructions as one transaction, paid by the first signer.
pub(crate) fn sign(
    instructions: &[Instruction],
    signers: &[&Keypair],
    blockhash: Hash,
) -> Result<Transaction, ClusterError> {
    let payer = signers.first().map(|signer| signer.pubkey());
    let mut transaction = Transaction::new_with_payer(instructions, payer.as_ref());
    let signed = transaction.try_sign(signers, blockhash);
    signed.map_err(|error| ClusterError::Unusable(format!("the transaction cannot be signed: {error}")))?;
    Ok(transaction)
}
