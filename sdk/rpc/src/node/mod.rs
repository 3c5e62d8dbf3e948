//! A node over asynchronous RPC, and every way it can disappoint.

mod classify;
mod health;
mod transport;

pub use health::Observer;

pub(crate) use classify::{cause, Response};
pub(crate) use health::Endpoint;

use crate::error::{ArgumentError, NodeError};
use crate::node_error::words;
use crate::transaction_error::TransactionError;
use crate::url::{NodeUrl, HTTP};
use ballast_sdk::accounts::RawAccount;
use ballast_sdk::Pubkey;
use base64::prelude::{Engine, BASE64_STANDARD};
use classify::Answer;
use serde::de::DeserializeOwned;
use serde_json::{json, Value};
use solana_account_decoder_client_types::{UiAccount, UiAccountEncoding};
use solana_commitment_config::{CommitmentConfig, CommitmentLevel};
use solana_hash::Hash;
use solana_rpc_client_api::config::{
    RpcAccountInfoConfig, RpcProgramAccountsConfig, RpcSendTransactionConfig, RpcSimulateTransactionConfig,
    UiTransactionEncoding,
};
use solana_rpc_client_api::filter::RpcFilterType;
use solana_rpc_client_api::response::{
    Response as RpcResponse, RpcBlockhash, RpcKeyedAccount, RpcSimulateTransactionResult,
};
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;
use solana_transaction_status_client_types::TransactionStatus;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use transport::{Call, Transport};

/// Longest wait for one answer.
pub const TIMEOUT: Duration = Duration::from_secs(10);
/// JSON-RPC's number of a transaction that failed in the node's own simulation.
const PREFLIGHT: i64 = -32002;

/// An account with its balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The account.
    pub account: RawAccount,
    /// Lamports.
    pub lamports: u64,
}

/// A JSON-RPC node, or several in order of preference.
pub struct Node {
    transport: Transport,
    shown: String,
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

fn foreign(url: &str, text: &str) -> NodeError {
    NodeError::Foreign {
        url: url.to_owned(),
        words: words(text),
    }
}

/// Returns the result as what it should be.
fn result<T: DeserializeOwned>(url: &str, answer: Answer) -> Result<T, NodeError> {
    let value = match answer {
        Answer::Result(value) => value,
        Answer::Error { code, message, .. } => {
            return Err(NodeError::Declined {
                url: url.to_owned(),
                code,
                words: words(&message),
            })
        }
    };
    let shown = value.to_string();
    serde_json::from_value(value).map_err(|error| foreign(url, &format!("{error}; it sent {shown}")))
}

/// Returns what a text stands for: a hash, a signature, an address.
fn parsed<T: FromStr>(url: &str, text: &str) -> Result<T, NodeError> {
    text.parse()
        .map_err(|_| foreign(url, &format!("{text:?} in place of what was asked for")))
}

fn context(config: impl serde::Serialize) -> Value {
    serde_json::to_value(config).unwrap_or_default()
}

/// Returns a transaction as it is sent.
fn encoded(transaction: &VersionedTransaction) -> Result<String, NodeError> {
    let bytes = wincode::serialize(transaction).map_err(|error| foreign("this program", &error.to_string()))?;
    Ok(BASE64_STANDARD.encode(bytes))
}

impl Node {
    /// Returns the nodes at these addresses, in order of preference. Nothing is asked yet.
    pub fn new(urls: &[NodeUrl], longest: Duration, observer: Option<&Arc<dyn Observer>>) -> Self {
        let transport = Transport::new(urls, longest, observer);
        let shown = transport.first().map(ToString::to_string).unwrap_or_default();
        Self { transport, shown }
    }

    /// Returns the node at `url`, or at one of several with commas between them, which may take
    /// `longest` over one answer. Nothing is asked yet.
    ///
    /// # Errors
    /// If it is no address of a node.
    pub fn at(url: &str, longest: Duration) -> Result<Self, ArgumentError> {
        let urls = NodeUrl::parse_all(&[url.to_owned()], &HTTP, "--rpc-url")?;
        Ok(Self::new(&urls, longest, None))
    }

    /// Returns where the first one is, without what may be secret.
    pub fn url(&self) -> &str {
        &self.shown
    }

    async fn ask<T>(
        &self,
        method: &'static str,
        params: Value,
        read: impl Fn(&str, Answer) -> Result<T, NodeError>,
    ) -> Result<T, NodeError> {
        self.transport.ask(&Call { method, params }, read).await
    }

    /// Returns accounts, in the order of `keys`.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn accounts(&self, keys: &[Pubkey]) -> Result<Vec<Option<Seen>>, NodeError> {
        let addresses: Vec<String> = keys.iter().map(ToString::to_string).collect();
        let params = json!([addresses, context(account_config())]);
        self.ask("getMultipleAccounts", params, |url, answer| {
            let found: RpcResponse<Vec<Option<UiAccount>>> = result(url, answer)?;
            let nonsense = || NodeError::Accounts { url: url.to_owned() };
            if found.value.len() != keys.len() {
                return Err(nonsense());
            }
            let seen = |(key, account): (&Pubkey, &Option<UiAccount>)| {
                let Some(account) = account else { return Ok(None) };
                Ok(Some(Seen {
                    account: raw(*key, account).ok_or_else(nonsense)?,
                    lamports: account.lamports,
                }))
            };
            keys.iter().zip(&found.value).map(seen).collect()
        })
        .await
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
        self.ask("getLatestBlockhash", json!([context(commitment)]), |url, answer| {
            let found: RpcResponse<RpcBlockhash> = result(url, answer)?;
            parsed(url, &found.value.blockhash)
        })
        .await
    }

    /// Returns the genesis hash, which tells one cluster from another.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn genesis(&self) -> Result<Hash, NodeError> {
        self.ask("getGenesisHash", json!([]), genesis).await
    }

    /// Asks each node for its genesis hash: who answers, and whether all are of one cluster.
    pub async fn genesis_of_each(&self) -> Vec<(NodeUrl, Result<Hash, NodeError>)> {
        let call = Call {
            method: "getGenesisHash",
            params: json!([]),
        };
        self.transport.ask_each(&call, genesis).await
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
        let params = json!([encoded(transaction)?, context(config)]);
        self.ask("simulateTransaction", params, |url, answer| {
            let found: RpcResponse<RpcSimulateTransactionResult> = result(url, answer)?;
            let RpcSimulateTransactionResult {
                err,
                logs,
                units_consumed,
                ..
            } = found.value;
            Ok(match err {
                Some(error) => Err(TransactionError::read(&error.to_string(), &logs.unwrap_or_default())),
                None => Ok(units_consumed.unwrap_or_default()),
            })
        })
        .await
    }

    /// Sends a transaction that was simulated.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn send(&self, transaction: &VersionedTransaction) -> Result<Signature, NodeError> {
        let params = json!([encoded(transaction)?, context(sending(true))]);
        self.ask("sendTransaction", params, |url, answer| {
            let text: String = result(url, answer)?;
            parsed(url, &text)
        })
        .await
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
        let params = json!([encoded(transaction)?, context(sending(false))]);
        self.ask("sendTransaction", params, |url, answer| {
            if let Answer::Error { code, message, data } = &answer {
                let simulated = serde_json::from_value::<RpcSimulateTransactionResult>(data.clone());
                if let (PREFLIGHT, Ok(simulated)) = (*code, simulated) {
                    let logs = simulated.logs.unwrap_or_default();
                    return Ok(Err(TransactionError::read(&words(message), &logs)));
                }
            }
            let text: String = result(url, answer)?;
            Ok(Ok(parsed(url, &text)?))
        })
        .await
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
        let params = json!([[signature.to_string()]]);
        self.ask("getSignatureStatuses", params, |url, answer| {
            let found: RpcResponse<Vec<Option<TransactionStatus>>> = result(url, answer)?;
            let status = found.value.into_iter().next().flatten();
            Ok(status.and_then(|status| match status.err {
                Some(ref error) => Some(Err(TransactionError::read(&error.to_string(), &[]))),
                None => status.satisfies_commitment(commitment).then_some(Ok(())),
            }))
        })
        .await
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
        let params = json!([program.to_string(), context(config)]);
        self.ask("getProgramAccounts", params, |url, answer| {
            let found: Vec<RpcKeyedAccount> = result(url, answer)?;
            let raw = |keyed: &RpcKeyedAccount| raw(keyed.pubkey.parse().ok()?, &keyed.account);
            Ok(found.iter().filter_map(raw).collect())
        })
        .await
    }

    /// Returns a token account of `owner` for `mint`, if there is one.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn token_account(&self, owner: &Pubkey, mint: &Pubkey) -> Result<Option<Pubkey>, NodeError> {
        let filter = json!({ "mint": mint.to_string() });
        let params = json!([owner.to_string(), filter, context(account_config())]);
        self.ask("getTokenAccountsByOwner", params, |url, answer| {
            let found: RpcResponse<Vec<RpcKeyedAccount>> = result(url, answer)?;
            let first = found.value.first();
            first.map(|keyed| parsed(url, &keyed.pubkey)).transpose()
        })
        .await
    }

    /// Asks for lamports, as test networks give them.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn airdrop(&self, key: &Pubkey, lamports: u64) -> Result<(), NodeError> {
        self.call("requestAirdrop", json!([key.to_string(), lamports]))
            .await
            .map(drop)
    }

    /// Calls a method that not every node has.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn call(&self, method: &'static str, params: Value) -> Result<Value, NodeError> {
        self.ask(method, params, result).await
    }
}

fn genesis(url: &str, answer: Answer) -> Result<Hash, NodeError> {
    let text: String = result(url, answer)?;
    parsed(url, &text)
}

fn sending(skip_preflight: bool) -> RpcSendTransactionConfig {
    RpcSendTransactionConfig {
        skip_preflight,
        preflight_commitment: Some(CommitmentLevel::Processed),
        encoding: Some(UiTransactionEncoding::Base64),
        ..RpcSendTransactionConfig::default()
    }
}
