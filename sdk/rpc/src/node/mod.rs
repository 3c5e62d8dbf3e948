//! A node over asynchronous RPC, and every way it can disappoint.

mod failure;
#[cfg(test)]
mod tests;

use crate::error::NodeError;
use crate::transaction_error::TransactionError;
use ballast_sdk::accounts::RawAccount;
use ballast_sdk::Pubkey;
use serde_json::Value;
use solana_account_decoder_client_types::{UiAccount, UiAccountEncoding};
use solana_commitment_config::{CommitmentConfig, CommitmentLevel};
use solana_hash::Hash;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_rpc_client_api::client_error::{Error as ClientError, ErrorKind};
use solana_rpc_client_api::config::{
    RpcAccountInfoConfig, RpcProgramAccountsConfig, RpcSendTransactionConfig, RpcSimulateTransactionConfig,
    UiTransactionEncoding,
};
use solana_rpc_client_api::filter::RpcFilterType;
use solana_rpc_client_api::request::{RpcError, RpcRequest, RpcResponseErrorData, TokenAccountsFilter};
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;
use std::str::FromStr;
use std::time::Duration;

/// Longest wait for one answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// An account with its balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The account.
    pub account: RawAccount,
    /// Lamports.
    pub lamports: u64,
}

/// A JSON-RPC node.
pub struct Node {
    rpc: RpcClient,
    url: String,
}

/// Returns how accounts are asked for.
pub fn account_config() -> RpcAccountInfoConfig {
    RpcAccountInfoConfig {
        encoding: Some(UiAccountEncoding::Base64),
        commitment: Some(CommitmentConfig::processed()),
        ..RpcAccountInfoConfig::default()
    }
}

/// Decodes an account as a notification or a list gives it. `None` if the node's words make no
/// sense.
pub fn raw(key: Pubkey, account: &UiAccount) -> Option<RawAccount> {
    Some(RawAccount {
        key,
        owner: Pubkey::from_str(&account.owner).ok()?,
        data: account.data.decode()?,
    })
}

impl Node {
    /// Returns a node at `url`. Nothing is asked yet.
    pub fn new(url: &str) -> Self {
        Self::with_timeout(url, TIMEOUT)
    }

    /// Returns a node at `url` that may take `longest` over one answer. Nothing is asked yet.
    pub fn with_timeout(url: &str, longest: Duration) -> Self {
        let rpc = RpcClient::new_with_timeout_and_commitment(url.to_owned(), longest, CommitmentConfig::processed());
        Self {
            rpc,
            url: url.to_owned(),
        }
    }

    /// Returns where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn failed(&self, error: &ClientError) -> NodeError {
        NodeError::of(&self.url, error)
    }

    /// Returns accounts, in the order of `keys`.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn accounts(&self, keys: &[Pubkey]) -> Result<Vec<Option<Seen>>, NodeError> {
        let answer = self
            .rpc
            .get_multiple_ui_accounts_with_config(keys, account_config())
            .await;
        let found = answer.map_err(|error| self.failed(&error))?.value;
        let nonsense = || NodeError::Accounts { url: self.url.clone() };
        if found.len() != keys.len() {
            return Err(nonsense());
        }
        let seen = |(key, account): (&Pubkey, &Option<UiAccount>)| {
            account
                .as_ref()
                .map(|account| {
                    let decoded = raw(*key, account).ok_or_else(nonsense)?;
                    Ok(Seen {
                        account: decoded,
                        lamports: account.lamports,
                    })
                })
                .transpose()
        };
        keys.iter().zip(&found).map(seen).collect()
    }

    /// Returns a confirmed blockhash to sign with.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn blockhash(&self) -> Result<Hash, NodeError> {
        self.blockhash_at(CommitmentConfig::confirmed()).await
    }

    /// Returns the newest blockhash of this commitment.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn blockhash_at(&self, commitment: CommitmentConfig) -> Result<Hash, NodeError> {
        let answer = self.rpc.get_latest_blockhash_with_commitment(commitment).await;
        answer.map(|(hash, _)| hash).map_err(|error| self.failed(&error))
    }

    /// Returns the genesis hash, which tells one cluster from another.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn genesis(&self) -> Result<Hash, NodeError> {
        self.rpc.get_genesis_hash().await.map_err(|error| self.failed(&error))
    }

    /// Runs a transaction without sending it; the inner `Err` is the chain's refusal. Returns the
    /// compute units it used.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn simulate(
        &self,
        transaction: &VersionedTransaction,
    ) -> Result<Result<u64, TransactionError>, NodeError> {
        let config = RpcSimulateTransactionConfig {
            commitment: Some(CommitmentConfig::processed()),
            encoding: Some(UiTransactionEncoding::Base64),
            ..RpcSimulateTransactionConfig::default()
        };
        let answer = self.rpc.simulate_transaction_with_config(transaction, config).await;
        let result = answer.map_err(|error| self.failed(&error))?.value;
        Ok(match result.err {
            Some(error) => Err(TransactionError::read(
                &error.to_string(),
                &result.logs.unwrap_or_default(),
            )),
            None => Ok(result.units_consumed.unwrap_or_default()),
        })
    }

    /// Sends a transaction that was simulated.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn send(&self, transaction: &VersionedTransaction) -> Result<Signature, NodeError> {
        let config = RpcSendTransactionConfig {
            skip_preflight: true,
            preflight_commitment: Some(CommitmentLevel::Processed),
            encoding: Some(UiTransactionEncoding::Base64),
            ..RpcSendTransactionConfig::default()
        };
        let answer = self.rpc.send_transaction_with_config(transaction, config).await;
        answer.map_err(|error| self.failed(&error))
    }

    /// Lets the node simulate a transaction and send it if that succeeds; the inner `Err` is the
    /// chain's refusal.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn simulate_and_send(
        &self,
        transaction: &VersionedTransaction,
    ) -> Result<Result<Signature, TransactionError>, NodeError> {
        let config = RpcSendTransactionConfig {
            preflight_commitment: Some(CommitmentLevel::Processed),
            encoding: Some(UiTransactionEncoding::Base64),
            ..RpcSendTransactionConfig::default()
        };
        let answer = self.rpc.send_transaction_with_config(transaction, config).await;
        answer.map_or_else(|error| self.refused(&error).map(Err), |signature| Ok(Ok(signature)))
    }

    /// Returns the refusal that a failed request to send carries.
    fn refused(&self, error: &ClientError) -> Result<TransactionError, NodeError> {
        let ErrorKind::RpcError(RpcError::RpcResponseError {
            message,
            data: RpcResponseErrorData::SendTransactionPreflightFailure(result),
            ..
        }) = error.kind()
        else {
            return Err(self.failed(error));
        };
        let logs = result.logs.as_deref().unwrap_or_default();
        Ok(TransactionError::read(&message.replace('\n', " "), logs))
    }

    /// Returns what became of a transaction: `None` while it has not reached this commitment.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn outcome(
        &self,
        signature: &Signature,
        commitment: CommitmentConfig,
    ) -> Result<Option<Result<(), TransactionError>>, NodeError> {
        let answer = self
            .rpc
            .get_signature_statuses(&[*signature])
            .await
            .map_err(|error| self.failed(&error))?;
        let status = answer.value.into_iter().next().flatten();
        Ok(status.and_then(|status| match status.err {
            Some(ref error) => Some(Err(TransactionError::read(&error.to_string(), &[]))),
            None => status.satisfies_commitment(commitment).then_some(Ok(())),
        }))
    }

    /// Returns the accounts of a program that all `filters` let through. Order is not defined.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn program_accounts(
        &self,
        program: &Pubkey,
        filters: Vec<RpcFilterType>,
    ) -> Result<Vec<RawAccount>, NodeError> {
        let config = RpcProgramAccountsConfig {
            filters: (!filters.is_empty()).then_some(filters),
            account_config: account_config(),
            ..RpcProgramAccountsConfig::default()
        };
        let answer = self.rpc.get_program_ui_accounts_with_config(program, config).await;
        let found = answer.map_err(|error| self.failed(&error))?;
        Ok(found.iter().filter_map(|(key, account)| raw(*key, account)).collect())
    }

    /// Returns a token account of `owner` for `mint`, if there is one.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn token_account(&self, owner: &Pubkey, mint: &Pubkey) -> Result<Option<Pubkey>, NodeError> {
        let answer = self
            .rpc
            .get_token_accounts_by_owner(owner, TokenAccountsFilter::Mint(*mint))
            .await;
        let found = answer.map_err(|error| self.failed(&error))?;
        Ok(found.first().and_then(|keyed| Pubkey::from_str(&keyed.pubkey).ok()))
    }

    /// Asks for lamports, as test networks give them.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn airdrop(&self, key: &Pubkey, lamports: u64) -> Result<(), NodeError> {
        let answer = self.rpc.request_airdrop(key, lamports).await;
        answer.map(drop).map_err(|error| self.failed(&error))
    }

    /// Calls a method that not every node has.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn call(&self, method: &'static str, params: Value) -> Result<Value, NodeError> {
        let answer = self.rpc.send(RpcRequest::Custom { method }, params).await;
        answer.map_err(|error| self.failed(&error))
    }
}
