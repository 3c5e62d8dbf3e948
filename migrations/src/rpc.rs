//! A local node over RPC.

use crate::cluster::{refusal, Cluster, ClusterError};
use anchor_lang::prelude::{Clock, Pubkey};
use ballast_sdk::accounts::RawAccount;
use ballast_sdk::Instruction;
use serde_json::{json, Value};
use solana_commitment_config::CommitmentConfig;
use solana_keypair::Keypair;
use solana_rpc_client::rpc_client::RpcClient;
use solana_rpc_client_api::client_error::{Error as ClientError, ErrorKind};
use solana_rpc_client_api::config::RpcSendTransactionConfig;
use solana_rpc_client_api::request::{RpcError, RpcRequest, RpcResponseErrorData};
use solana_signer::Signer;
use solana_transaction::Transaction;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The clock sysvar.
const CLOCK: Pubkey = Pubkey::from_str_const("SysvarC1ock11111111111111111111111111111111");
/// How long a transaction may take to land, and a slot to pass.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two questions about the same thing.
const PAUSE: Duration = Duration::from_millis(20);
/// Bytes of a program written in one request.
const CHUNK: usize = 512 * 1024;

/// A node that lets its accounts and its time be set (surfpool).
pub struct Rpc {
    client: RpcClient,
    url: String,
}

impl Rpc {
    /// The node at `url`.
    pub fn new(url: &str) -> Self {
        let client = RpcClient::new_with_timeout_and_commitment(
            url.to_owned(),
            Duration::from_secs(30),
            CommitmentConfig::processed(),
        );
        Self {
            client,
            url: url.to_owned(),
        }
    }

    fn unusable(&self, error: &ClientError) -> ClusterError {
        ClusterError::Unusable(match error.kind() {
            ErrorKind::Reqwest(_) | ErrorKind::Io(_) => {
                format!(
                    "the node at {} does not answer: it was not started, or it died",
                    self.url
                )
            }
            other => format!(
                "the node at {} answered: {}",
                self.url,
                other.to_string().replace('\n', " ")
            ),
        })
    }

    fn call(&self, method: &'static str, params: Value) -> Result<Value, ClusterError> {
        self.client
            .send(RpcRequest::Custom { method }, params)
            .map_err(|error| self.unusable(&error))
    }

    fn refused(&self, error: &ClientError) -> ClusterError {
        if let ErrorKind::RpcError(RpcError::RpcResponseError {
            message,
            data: RpcResponseErrorData::SendTransactionPreflightFailure(result),
            ..
        }) = error.kind()
        {
            return refusal(result.logs.as_deref().unwrap_or_default(), message.replace('\n', " "));
        }
        self.unusable(error)
    }
}

/// The clock from its account's bytes: slot, epoch start, epoch, leader epoch, unix time.
fn decode_clock(data: &[u8]) -> Option<Clock> {
    let word = |i: usize| data.get(8 * i..8 * i + 8)?.try_into().ok().map(i64::from_le_bytes);
    Some(Clock {
        slot: word(0)? as u64,
        epoch_start_timestamp: word(1)?,
        epoch: word(2)? as u64,
        leader_schedule_epoch: word(3)? as u64,
        unix_timestamp: word(4)?,
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Cluster for Rpc {
    fn accounts(&mut self, keys: &[Pubkey]) -> Result<Vec<Option<RawAccount>>, ClusterError> {
        let answer = self
            .client
            .get_multiple_accounts_with_commitment(keys, CommitmentConfig::processed());
        let found = answer.map_err(|error| self.unusable(&error))?.value;
        let raw = keys.iter().zip(found).map(|(key, account)| {
            account.map(|account| RawAccount {
                key: *key,
                owner: account.owner,
                data: account.data,
            })
        });
        Ok(raw.collect())
    }

    fn clock(&mut self) -> Result<Clock, ClusterError> {
        let account = self.account(&CLOCK)?;
        decode_clock(&account.data)
            .ok_or_else(|| ClusterError::Unusable(format!("the node at {} has no sound clock", self.url)))
    }

    fn program_accounts(&mut self, program: &Pubkey, bytes: usize) -> Result<Vec<RawAccount>, ClusterError> {
        // The filter is applied here: not every node knows it, and a local one has few accounts.
        let found = self.client.get_program_accounts(program);
        let found = found.map_err(|error| self.unusable(&error))?.into_iter();
        let raw = found.map(|(key, account)| RawAccount {
            key,
            owner: account.owner,
            data: account.data,
        });
        Ok(raw.filter(|account| account.data.len() == bytes).collect())
    }

    fn genesis(&mut self) -> Result<[u8; 32], ClusterError> {
        let hash = self.client.get_genesis_hash().map_err(|error| self.unusable(&error))?;
        Ok(hash.to_bytes())
    }

    fn send(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<(), ClusterError> {
        let blockhash = self
            .client
            .get_latest_blockhash()
            .map_err(|error| self.unusable(&error))?;
        let payer = signers.first().map(|signer| signer.pubkey());
        let transaction = Transaction::new_signed_with_payer(instructions, payer.as_ref(), signers, blockhash);
        let config = RpcSendTransactionConfig {
            preflight_commitment: Some(CommitmentConfig::processed().commitment),
            ..RpcSendTransactionConfig::default()
        };
        let sent = self.client.send_transaction_with_config(&transaction, config);
        let signature = sent.map_err(|error| self.refused(&error))?;
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let statuses = self
                .client
                .get_signature_statuses(&[signature])
                .map_err(|error| self.unusable(&error))?;
            if let Some(status) = statuses.value.into_iter().next().flatten() {
                let failed = |error: &dyn std::fmt::Display| ClusterError::Refused {
                    code: None,
                    message: error.to_string(),
                };
                return status.err.map_or(Ok(()), |error| Err(failed(&error)));
            }
            sleep(PAUSE);
        }
        Err(ClusterError::Unusable(format!(
            "the node at {} did not execute a transaction in time",
            self.url
        )))
    }

    fn set_account(&mut self, account: &RawAccount) -> Result<(), ClusterError> {
        let fields = json!({
            "lamports": 100_000_000_u64,
            "data": hex(&account.data),
            "owner": account.owner.to_string(),
            "executable": false,
        });
        self.call("surfnet_setAccount", json!([account.key.to_string(), fields]))
            .map(drop)
    }

    fn advance_to(&mut self, unix_time: i64) -> Result<(), ClusterError> {
        if self.clock()?.unix_timestamp >= unix_time {
            return Ok(());
        }
        self.call(
            "surfnet_timeTravel",
            json!([{ "absoluteTimestamp": unix_time.saturating_mul(1_000) }]),
        )
        .map(drop)
    }

    fn advance_slot(&mut self) -> Result<(), ClusterError> {
        let from = self.clock()?.slot;
        let start = Instant::now();
        while self.clock()?.slot <= from {
            if start.elapsed() > PATIENCE {
                return Err(ClusterError::Unusable(format!(
                    "the node at {} makes no more slots",
                    self.url
                )));
            }
            sleep(PAUSE);
        }
        Ok(())
    }

    fn airdrop(&mut self, key: &Pubkey, lamports: u64) -> Result<(), ClusterError> {
        self.client
            .request_airdrop(key, lamports)
            .map(drop)
            .map_err(|error| self.unusable(&error))
    }

    /// The node writes the program itself (`surfnet_writeProgram`), at once. Through the upgradeable loader it works too,
    /// but was measured at 12 s for 52 kB: minutes for the three programs, more than the demo itself. A public network,
    /// which has no such call, is no business of this tool.
    fn deploy(&mut self, id: &Pubkey, program: &[u8]) -> Result<(), ClusterError> {
        for (index, chunk) in program.chunks(CHUNK).enumerate() {
            self.call(
                "surfnet_writeProgram",
                json!([id.to_string(), hex(chunk), index * CHUNK]),
            )?;
        }
        Ok(())
    }
}
