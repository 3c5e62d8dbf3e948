//! A node over blocking RPC: [`Node`] and the thread that waits for it.

use crate::clock::CLOCK;
use crate::cluster::{sign, Cluster, TestCluster};
use crate::error::{ClusterError, NodeError};
use crate::node::Node;
use anchor_lang::prelude::Clock;
use ballast_sdk::accounts::RawAccount;
use ballast_sdk::{Instruction, Pubkey};
use serde_json::{json, Value};
use solana_commitment_config::CommitmentConfig;
use solana_keypair::Keypair;
use solana_signature::Signature;
use std::future::Future;
use std::thread::sleep;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// Longest wait for one answer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long a transaction may take to land, and a slot to pass.
const PATIENCE: Duration = Duration::from_secs(20);
/// Tries of a read.
const READS: u32 = 3;
/// Before a read is tried again.
const BEFORE_ANOTHER_READ: Duration = Duration::from_millis(300);
/// What a person is kept waiting for at most because a node asks for it.
const LONGEST_WAIT: Duration = Duration::from_secs(3);
/// Between two questions about the same thing.
const PAUSE: Duration = Duration::from_millis(20);
/// Bytes of a program written in one request.
const CHUNK: usize = 512 * 1024;

/// A node, asked by a thread that waits. As a [`TestCluster`] it has to be one that lets its
/// accounts and its time be set (surfpool).
///
/// Not for use inside an asynchronous runtime: waiting there panics.
pub struct BlockingRpc {
    runtime: Runtime,
    node: Node,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl BlockingRpc {
    /// Returns the node at `url`, or at the first that answers of several with commas between them.
    /// Nothing is asked yet.
    ///
    /// # Errors
    /// [`ClusterError::Unusable`] if it is no address, or the system gives no timers.
    pub fn new(url: &str) -> Result<Self, ClusterError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime =
            runtime.map_err(|error| ClusterError::Unusable(format!("the system gives no timers: {error}")))?;
        let node = Node::at(url, TIMEOUT).map_err(|error| ClusterError::Unusable(error.to_string()))?;
        Ok(Self { runtime, node })
    }

    fn wait<T>(&self, answer: impl Future<Output = Result<T, NodeError>>) -> Result<T, ClusterError> {
        Ok(self.runtime.block_on(answer)?)
    }

    /// Asks again, twice at most, what changes nothing on the chain and may be answered a moment
    /// later.
    fn read<T, F: Future<Output = Result<T, NodeError>>>(&self, ask: impl Fn() -> F) -> Result<T, ClusterError> {
        let mut left = READS;
        loop {
            let error = match self.runtime.block_on(ask()) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let wait = error.wait().unwrap_or_default();
            left -= 1;
            if left == 0 || !error.is_transient() || wait > LONGEST_WAIT {
                return Err(error.into());
            }
            sleep(wait.max(BEFORE_ANOTHER_READ));
        }
    }

    fn call(&self, method: &'static str, params: Value) -> Result<Value, ClusterError> {
        self.wait(self.node.call(method, params))
    }

    fn late(&self, what: &str) -> ClusterError {
        ClusterError::Unusable(format!("the node at {} {what}", self.node.url()))
    }

    fn landed(&self, signature: &Signature) -> Result<(), ClusterError> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let outcome = || self.node.outcome(signature, CommitmentConfig::processed());
            if let Some(outcome) = self.read(outcome)? {
                return Ok(outcome?);
            }
            sleep(PAUSE);
        }
        Err(self.late("did not execute a transaction in time"))
    }
}

impl Cluster for BlockingRpc {
    fn accounts(&mut self, keys: &[Pubkey]) -> Result<Vec<Option<RawAccount>>, ClusterError> {
        let found = self.read(|| self.node.accounts(keys))?.into_iter();
        Ok(found.map(|seen| seen.map(|seen| seen.account)).collect())
    }

    fn clock(&mut self) -> Result<Clock, ClusterError> {
        let account = self.account(&CLOCK)?;
        crate::clock::clock(&account.data).ok_or_else(|| self.late("has no sound clock"))
    }

    fn program_accounts(&mut self, program: &Pubkey, bytes: usize) -> Result<Vec<RawAccount>, ClusterError> {
        // The filter is applied here: not every node knows it, and a local one has few accounts.
        let mut found = self.read(|| self.node.program_accounts(program, Vec::new()))?;
        found.retain(|account| account.data.len() == bytes);
        Ok(found)
    }

    fn genesis(&mut self) -> Result<[u8; 32], ClusterError> {
        Ok(self.read(|| self.node.genesis())?.to_bytes())
    }

    fn send(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<(), ClusterError> {
        let blockhash = self.read(|| self.node.blockhash_at(CommitmentConfig::processed()))?;
        let transaction = sign(instructions, signers, blockhash)?.into();
        let sent = self.wait(self.node.simulate_and_send(&transaction))?;
        let signature = sent.map_err(|refusal| ClusterError::from(refusal).of_payer(signers))?;
        self.landed(&signature)
    }
}

impl TestCluster for BlockingRpc {
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
                return Err(self.late("makes no more slots"));
            }
            sleep(PAUSE);
        }
        Ok(())
    }

    fn airdrop(&mut self, key: &Pubkey, lamports: u64) -> Result<(), ClusterError> {
        self.wait(self.node.airdrop(key, lamports))
    }

    /// The node writes the program itself (`surfnet_writeProgram`), at once. Through the
    /// upgradeable loader it works too, but was measured at 12 s for 52 kB: minutes for the three
    /// programs, more than the demo itself. A public network, which has no such call, is no
    /// business of this trait.
    fn deploy(&mut self, id: &Pubkey, program: &[u8]) -> Result<(), ClusterError> {
        for (index, chunk) in program.chunks(CHUNK).enumerate() {
            let offset = index.saturating_mul(CHUNK);
            self.call("surfnet_writeProgram", json!([id.to_string(), hex(chunk), offset]))?;
        }
        Ok(())
    }
}
