//! The node, and every way it can disappoint.

use super::error::KeeperError;
use super::refusal::Refusal;
use anchor_lang::Discriminator;
use ballast_sdk::accounts::RawAccount;
use ballast_sdk::Pubkey;
use ballast_vault::state::RedemptionTicket;
use solana_account_decoder_client_types::{UiAccount, UiAccountEncoding};
use solana_commitment_config::{CommitmentConfig, CommitmentLevel};
use solana_hash::Hash;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_rpc_client_api::client_error::{Error as ClientError, ErrorKind};
use solana_rpc_client_api::config::{
    RpcAccountInfoConfig, RpcProgramAccountsConfig, RpcSendTransactionConfig, RpcSimulateTransactionConfig,
};
use solana_rpc_client_api::filter::{Memcmp, RpcFilterType};
use solana_rpc_client_api::request::{RpcError, TokenAccountsFilter};
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;
use std::str::FromStr;
use std::time::Duration;

/// Longest wait for one answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Where a redemption request names its vault: after the discriminator, the version and the bump.
const TICKET_VAULT_AT: usize = 10;
/// Where a fully verified price update names its feed: after the discriminator, the write authority and the one-byte level.
const PRICE_FEED_ID_AT: usize = 41;

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

/// How accounts are asked for.
pub fn account_config() -> RpcAccountInfoConfig {
    RpcAccountInfoConfig {
        encoding: Some(UiAccountEncoding::Base64),
        commitment: Some(CommitmentConfig::processed()),
        ..RpcAccountInfoConfig::default()
    }
}

/// An account as a notification or a list gives it; `None` if the node's words make no sense.
pub fn raw(key: Pubkey, account: &UiAccount) -> Option<RawAccount> {
    Some(RawAccount {
        key,
        owner: Pubkey::from_str(&account.owner).ok()?,
        data: account.data.decode()?,
    })
}

impl Node {
    /// A node at `url`. Nothing is asked yet.
    pub fn new(url: &str) -> Self {
        let rpc = RpcClient::new_with_timeout_and_commitment(url.to_owned(), TIMEOUT, CommitmentConfig::processed());
        Self {
            rpc,
            url: url.to_owned(),
        }
    }

    fn failed(&self, error: &ClientError) -> KeeperError {
        let url = &self.url;
        let words = error.to_string().replace('\n', " ");
        let nonsense = || format!("{url} does not answer as a Solana node does ({words}); check --rpc-url");
        KeeperError::Network(match error.kind() {
            ErrorKind::Reqwest(cause) if cause.is_connect() => {
                format!("cannot reach the node at {url}; is it running, and is --rpc-url right?")
            }
            ErrorKind::Reqwest(cause) if cause.is_timeout() => format!("the node at {url} did not answer in time"),
            ErrorKind::Reqwest(cause) if cause.is_decode() => nonsense(),
            ErrorKind::SerdeJson(_) | ErrorKind::RpcError(RpcError::ParseError(_) | RpcError::RpcRequestError(_)) => {
                nonsense()
            }
            _ => format!("the node at {url} says: {words}"),
        })
    }

    /// Accounts, in the order of `keys`.
    ///
    /// # Errors
    /// [`KeeperError::Network`].
    pub async fn accounts(&self, keys: &[Pubkey]) -> Result<Vec<Option<Seen>>, KeeperError> {
        let answer = self
            .rpc
            .get_multiple_ui_accounts_with_config(keys, account_config())
            .await;
        let found = answer.map_err(|error| self.failed(&error))?.value;
        let nonsense = || {
            KeeperError::Network(format!(
                "{} sent accounts that make no sense; check --rpc-url",
                self.url
            ))
        };
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

    /// A fresh blockhash.
    ///
    /// # Errors
    /// [`KeeperError::Network`].
    pub async fn blockhash(&self) -> Result<Hash, KeeperError> {
        let answer = self
            .rpc
            .get_latest_blockhash_with_commitment(CommitmentConfig::confirmed())
            .await;
        answer.map(|(hash, _)| hash).map_err(|error| self.failed(&error))
    }

    /// Runs a transaction without sending it; the inner `Err` is the chain's refusal.
    ///
    /// # Errors
    /// [`KeeperError::Network`].
    pub async fn simulate(&self, transaction: &VersionedTransaction) -> Result<Result<u64, Refusal>, KeeperError> {
        let config = RpcSimulateTransactionConfig {
            commitment: Some(CommitmentConfig::processed()),
            encoding: Some(solana_rpc_client_api::config::UiTransactionEncoding::Base64),
            ..RpcSimulateTransactionConfig::default()
        };
        let answer = self.rpc.simulate_transaction_with_config(transaction, config).await;
        let result = answer.map_err(|error| self.failed(&error))?.value;
        Ok(match result.err {
            Some(error) => Err(Refusal::read(&error.to_string(), &result.logs.unwrap_or_default())),
            None => Ok(result.units_consumed.unwrap_or_default()),
        })
    }

    /// Sends a transaction that was simulated.
    ///
    /// # Errors
    /// [`KeeperError::Network`].
    pub async fn send(&self, transaction: &VersionedTransaction) -> Result<Signature, KeeperError> {
        let config = RpcSendTransactionConfig {
            skip_preflight: true,
            preflight_commitment: Some(CommitmentLevel::Processed),
            encoding: Some(solana_rpc_client_api::config::UiTransactionEncoding::Base64),
            ..RpcSendTransactionConfig::default()
        };
        let answer = self.rpc.send_transaction_with_config(transaction, config).await;
        answer.map_err(|error| self.failed(&error))
    }

    /// What became of a transaction: `None` while it is not confirmed.
    ///
    /// # Errors
    /// [`KeeperError::Network`].
    pub async fn outcome(&self, signature: &Signature) -> Result<Option<Result<(), Refusal>>, KeeperError> {
        let answer = self
            .rpc
            .get_signature_statuses(&[*signature])
            .await
            .map_err(|error| self.failed(&error))?;
        let status = answer.value.into_iter().next().flatten();
        Ok(status.and_then(|status| match status.err {
            Some(ref error) => Some(Err(Refusal::read(&error.to_string(), &[]))),
            None => status
                .satisfies_commitment(CommitmentConfig::confirmed())
                .then_some(Ok(())),
        }))
    }

    async fn program_accounts(
        &self,
        program: &Pubkey,
        filters: Vec<RpcFilterType>,
    ) -> Result<Vec<RawAccount>, KeeperError> {
        let config = RpcProgramAccountsConfig {
            filters: Some(filters),
            account_config: account_config(),
            ..RpcProgramAccountsConfig::default()
        };
        let answer = self.rpc.get_program_ui_accounts_with_config(program, config).await;
        let found = answer.map_err(|error| self.failed(&error))?;
        Ok(found.iter().filter_map(|(key, account)| raw(*key, account)).collect())
    }

    /// The vault's redemption requests.
    ///
    /// # Errors
    /// [`KeeperError::Network`].
    pub async fn tickets(&self, vault: &Pubkey) -> Result<Vec<RedemptionTicket>, KeeperError> {
        let filters = vec![
            memcmp(0, RedemptionTicket::DISCRIMINATOR),
            memcmp(TICKET_VAULT_AT, vault.as_ref()),
        ];
        let found = self.program_accounts(&ballast_vault::ID, filters).await?;
        Ok(found.iter().filter_map(|account| account.ticket().ok()).collect())
    }

    /// Price updates of a feed that `owner` holds.
    ///
    /// # Errors
    /// [`KeeperError::Network`].
    pub async fn price_accounts(&self, owner: &Pubkey, feed: &[u8; 32]) -> Result<Vec<RawAccount>, KeeperError> {
        self.program_accounts(owner, vec![memcmp(PRICE_FEED_ID_AT, feed)]).await
    }

    /// A token account of `owner` for `mint`, if there is one.
    ///
    /// # Errors
    /// [`KeeperError::Network`].
    pub async fn token_account(&self, owner: &Pubkey, mint: &Pubkey) -> Result<Option<Pubkey>, KeeperError> {
        let answer = self
            .rpc
            .get_token_accounts_by_owner(owner, TokenAccountsFilter::Mint(*mint))
            .await;
        let found = answer.map_err(|error| self.failed(&error))?;
        Ok(found.first().and_then(|keyed| Pubkey::from_str(&keyed.pubkey).ok()))
    }
}

fn memcmp(offset: usize, bytes: &[u8]) -> RpcFilterType {
    RpcFilterType::Memcmp(Memcmp::new_base58_encoded(offset, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// Answers every request on a loopback port with `body`.
    async fn node_that_says(body: &'static str) -> Node {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Node::new(&format!("http://{address}"))
    }

    #[tokio::test]
    async fn nonsense_is_one_line_that_says_what_to_check() {
        for body in [
            "<html>It works!</html>",
            "",
            "[]",
            "null",
            r#"{"jsonrpc":"2.0","id":1,"result":"42"}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":{"context":{"slot":1},"value":[]}}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":{"context":{"slot":1},"value":[{"data":["???","base64"],"executable":false,"lamports":1,"owner":"nobody","rentEpoch":0,"space":3}]}}"#,
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}"#,
        ] {
            let error = node_that_says(body)
                .await
                .accounts(&[Pubkey::default()])
                .await
                .unwrap_err();
            let line = error.to_string();
            assert!(
                !line.contains('\n') && line.contains("http://127.0.0.1"),
                "{body}: {line}"
            );
            assert_eq!(error.exit_code(), 1);
        }
    }

    #[tokio::test]
    async fn a_dead_port_says_that_the_node_cannot_be_reached() {
        let port = TcpListener::bind("127.0.0.1:0")
            .await
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let error = Node::new(&format!("http://127.0.0.1:{port}"))
            .blockhash()
            .await
            .unwrap_err();
        assert!(error.to_string().starts_with("cannot reach the node"), "{error}");
    }

    #[test]
    fn the_layouts_that_filters_rely_on_are_these() {
        use anchor_lang::AccountSerialize;
        let vault = Pubkey::new_unique();
        let ticket = RedemptionTicket {
            version: 1,
            bump: 2,
            vault,
            holder: Pubkey::new_unique(),
            shares: 3,
            requested_at: 0,
        };
        let mut bytes = Vec::new();
        ticket.try_serialize(&mut bytes).unwrap();
        assert_eq!(bytes[TICKET_VAULT_AT..TICKET_VAULT_AT + 32], vault.to_bytes());

        let publication = ballast_sdk::prices::Publication {
            feed_id: [9; 32],
            price: 1,
            confidence: 1,
            exponent: 0,
            publish_time: 1,
            slot: 1,
        };
        let account = ballast_sdk::prices::pull_account(vault, &publication);
        assert_eq!(account.data[PRICE_FEED_ID_AT..PRICE_FEED_ID_AT + 32], [9; 32]);
    }
}
