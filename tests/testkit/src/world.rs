//! A whole local world: risk market, venue, vault, users, and a price that the test sets.

use crate::params::{self, FEED};
use crate::tokens::{put, put_mint, put_tokens};
use anchor_lang::prelude::{Clock, Pubkey};
use ballast_reference_venue::state::{Faults, MarketParams};
use ballast_risk::CreateMarketArgs;
use ballast_sdk::accounts::RawAccount;
use ballast_sdk::addresses::{self, VaultKeys};
use ballast_sdk::instructions::{self as ix, Holder};
use ballast_sdk::plan::{plan, Action};
use ballast_sdk::prices::{self, Publication};
use ballast_sdk::snapshot::Snapshot;
use ballast_sdk::Instruction;
use ballast_vault::state::{VaultBreaker, VaultPolicy};
use ballast_vault::{CreateVaultArgs, Order, RedeemRequest};
use litesvm::types::{FailedTransactionMetadata, TransactionMetadata};
use litesvm::LiteSVM;
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_transaction::{InstructionError, Transaction, TransactionError};

/// What sending gives.
pub type Sent = Result<TransactionMetadata, Box<FailedTransactionMetadata>>;

/// Chain time at which worlds begin.
pub const START: i64 = 1_700_000_000;

/// Secret of the guardian's key.
const GUARDIAN: [u8; 32] = [255; 32];

/// A person with a wallet.
pub struct User {
    /// Signs.
    pub keypair: Keypair,
    /// Token accounts.
    pub holder: Holder,
}

/// The world.
pub struct World {
    /// The SVM.
    pub svm: LiteSVM,
    /// Pays fees, creates everything, switches the venue's faults.
    pub admin: Keypair,
    /// Cranks.
    pub keeper: Keypair,
    /// May trip and resume the vault's breakers.
    pub guardian: Keypair,
    /// Addresses.
    pub keys: VaultKeys,
    /// The price account.
    pub price_feed: Pubkey,
    /// The account of the second source, for a market that has one.
    pub second_feed: Option<Pubkey>,
    /// Keys handed out so far.
    keys_made: u8,
    /// Quote tokens handed out so far.
    pub minted: u64,
}

impl World {
    /// A world with sound parameters and a price of 50,000.
    pub fn new() -> Self {
        Self::with(params::risk_market(), params::venue(), params::vault())
    }

    /// A world with these parameters.
    pub fn with(market: CreateMarketArgs, venue: MarketParams, policy: VaultPolicy) -> Self {
        Self::with_vault(
            market,
            venue,
            params::create_vault(1, policy, Some(Self::guardian_key())),
        )
    }

    /// The address of every world's guardian.
    pub fn guardian_key() -> Pubkey {
        Keypair::new_from_array(GUARDIAN).pubkey()
    }

    /// A world with these parameters and this vault, number 1.
    pub fn with_vault(market: CreateMarketArgs, venue: MarketParams, vault: CreateVaultArgs) -> Self {
        let mut world = Self::bare(&market.name);
        let admin = world.admin.pubkey();
        world
            .send(&[ix::create_risk_market(&admin, market)], &[])
            .expect("risk market");
        world.set_price("50000", "10");
        world.observe().expect("first observation");
        let keys = world.keys;
        world
            .send(
                &[ix::venue::create_market(
                    &admin,
                    &keys.risk_market,
                    &keys.quote_mint,
                    venue,
                )],
                &[],
            )
            .expect("venue market");
        let fund = world.user(100_000_000_000_000);
        let fill = ix::venue::fund_insurance(
            &fund.holder.key,
            &fund.holder.quote,
            &keys.venue_market,
            100_000_000_000_000,
        );
        world.send(&[fill], &[&fund.keypair]).expect("insurance fund");
        world
            .send(&[ix::create_vault(&admin, &keys, vault)], &[])
            .expect("vault");
        world
    }

    /// Programs, mint and wallets, but no market yet.
    pub fn bare(market_name: &[u8; 16]) -> Self {
        let mut svm = LiteSVM::new().with_log_bytes_limit(Some(1 << 20));
        for (id, name) in [
            (ballast_risk::ID, "risk"),
            (ballast_reference_venue::ID, "reference_venue"),
            (ballast_vault::ID, "vault"),
        ] {
            svm.add_program_from_file(id, program_path(name))
                .expect("compiled programs: run ./ballast build first");
        }
        let (admin, keeper) = (Keypair::new_from_array([1; 32]), Keypair::new_from_array([2; 32]));
        for wallet in [&admin, &keeper] {
            svm.airdrop(&wallet.pubkey(), 1_000_000_000_000).expect("lamports");
        }
        let quote_mint = Keypair::new_from_array([3; 32]).pubkey();
        put_mint(&mut svm, quote_mint, 0);
        let risk_market = addresses::risk_market(&admin.pubkey(), market_name);
        let keys = VaultKeys::derive(&admin.pubkey(), 1, &quote_mint, &risk_market);
        let mut world = Self {
            svm,
            admin,
            keeper,
            guardian: Keypair::new_from_array(GUARDIAN),
            keys,
            price_feed: prices::local_price_account(&FEED),
            second_feed: None,
            keys_made: 3,
            minted: 0,
        };
        world.set_clock(START, 1_000);
        world
    }

    /// The same world once more, to try something in.
    pub fn copy(&self) -> Self {
        Self {
            svm: self.svm.clone(),
            admin: self.admin.insecure_clone(),
            keeper: self.keeper.insecure_clone(),
            guardian: self.guardian.insecure_clone(),
            ..*self
        }
    }

    /// The next key of this world: always the same ones, so that compute units are.
    fn next_key(&mut self) -> Keypair {
        self.keys_made += 1;
        Keypair::new_from_array([self.keys_made; 32])
    }

    /// A new person with this many quote tokens and an empty share account.
    pub fn user(&mut self, amount: u64) -> User {
        let (keypair, quote, shares) = (self.next_key(), self.next_key().pubkey(), self.next_key().pubkey());
        self.svm.airdrop(&keypair.pubkey(), 1_000_000_000).expect("lamports");
        let holder = Holder {
            key: keypair.pubkey(),
            quote,
            shares,
        };
        put_tokens(&mut self.svm, holder.quote, self.keys.quote_mint, holder.key, amount);
        put_tokens(&mut self.svm, holder.shares, self.keys.share_mint, holder.key, 0);
        self.minted += amount;
        put_mint(&mut self.svm, self.keys.quote_mint, self.minted);
        User { keypair, holder }
    }

    /// Sends instructions in one transaction, paid by the admin.
    pub fn send(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Sent {
        let payer = self.admin.insecure_clone();
        self.send_paid_by(&payer, instructions, signers)
    }

    /// Sends instructions in one transaction.
    pub fn send_paid_by(&mut self, payer: &Keypair, instructions: &[Instruction], signers: &[&Keypair]) -> Sent {
        self.svm.expire_blockhash();
        let mut all = vec![payer];
        all.extend(signers.iter().filter(|signer| signer.pubkey() != payer.pubkey()));
        let hash = self.svm.latest_blockhash();
        let transaction = Transaction::new_signed_with_payer(instructions, Some(&payer.pubkey()), &all, hash);
        self.svm.send_transaction(transaction).map_err(Box::new)
    }

    // ---- time and prices -------------------------------------------------------------------------------------------

    /// Chain time.
    pub fn clock(&self) -> Clock {
        self.svm.get_sysvar()
    }

    /// Sets chain time.
    pub fn set_clock(&mut self, unix_timestamp: i64, slot: u64) {
        let mut clock = self.clock();
        clock.unix_timestamp = unix_timestamp;
        clock.slot = slot;
        self.svm.set_sysvar(&clock);
    }

    /// Lets time pass.
    pub fn pass(&mut self, seconds: i64, slots: u64) {
        let clock = self.clock();
        self.set_clock(clock.unix_timestamp + seconds, clock.slot + slots);
    }

    /// A publication of `price` ± `confidence`, now.
    pub fn publication(&self, price: &str, confidence: &str) -> Publication {
        let clock = self.clock();
        let scaled = |text: &str| {
            let value = text.parse::<ballast_core_types::I80F48>().expect("a decimal number");
            (value * ballast_core_types::I80F48::from_num(100_000_000)).to_num::<i64>()
        };
        Publication {
            feed_id: FEED,
            price: scaled(price),
            confidence: scaled(confidence).unsigned_abs(),
            exponent: -8,
            publish_time: clock.unix_timestamp,
            slot: clock.slot,
        }
    }

    /// Publishes `price` ± `confidence`, now.
    pub fn set_price(&mut self, price: &str, confidence: &str) {
        let publication = self.publication(price, confidence);
        self.publish(&publication);
    }

    /// Publishes anything.
    pub fn publish(&mut self, publication: &Publication) {
        let account = prices::pull_account(self.price_feed, publication);
        put(&mut self.svm, account.key, account.owner, account.data);
    }

    /// An hour later at this price, observed.
    pub fn hour_at(&mut self, price: &str) -> Sent {
        self.pass(3_600, 100);
        let confidence = price.parse::<ballast_core_types::I80F48>().expect("a decimal number") / 5_000;
        self.set_price(price, &confidence.to_string());
        self.observe()
    }

    // ---- instructions ----------------------------------------------------------------------------------------------

    /// `observe`.
    pub fn observe(&mut self) -> Sent {
        let params = self.risk_market().params;
        let (market, second) = (self.keys.risk_market, self.second_feed);
        self.send(&[ix::observe(&market, &params, &self.price_feed, second.as_ref())], &[])
    }

    /// The risk market.
    pub fn risk_market(&self) -> ballast_risk::state::Market {
        let account = self.raw(&self.keys.risk_market).expect("a risk market");
        account.risk_market().expect("a risk market of this layout")
    }

    /// `deposit`.
    pub fn deposit(&mut self, user: &User, amount: u64) -> Sent {
        let instruction = ix::deposit(&self.keys, &self.price_feed, &user.holder, amount, 0);
        self.send(&[instruction], &[&user.keypair])
    }

    /// `redeem` by shares.
    pub fn redeem_shares(&mut self, user: &User, shares: u64) -> Sent {
        self.redeem(user, RedeemRequest::Shares { shares, min_amount: 0 })
    }

    /// `redeem`.
    pub fn redeem(&mut self, user: &User, request: RedeemRequest) -> Sent {
        let instruction = ix::redeem(&self.keys, &self.price_feed, &user.holder, request);
        self.send(&[instruction], &[&user.keypair])
    }

    /// `request_redemption`.
    pub fn request(&mut self, user: &User, shares: u64) -> Sent {
        self.send(
            &[ix::request_redemption(&self.keys, &user.holder, shares)],
            &[&user.keypair],
        )
    }

    /// `complete_redemption`, sent by a stranger.
    pub fn complete(&mut self, user: &User) -> Sent {
        let (holder, quote) = (user.holder.key, user.holder.quote);
        self.send(
            &[ix::complete_redemption(&self.keys, &self.price_feed, &holder, &quote)],
            &[],
        )
    }

    /// `rebalance` with one order.
    pub fn rebalance(&mut self, lots: i64) -> Sent {
        self.rebalance_with(vec![Order { market: 0, lots }])
    }

    /// `rebalance`.
    pub fn rebalance_with(&mut self, orders: Vec<Order>) -> Sent {
        let keeper = self.keeper.insecure_clone();
        self.send(
            &[ix::rebalance(&self.keys, &self.price_feed, &keeper.pubkey(), orders)],
            &[&keeper],
        )
    }

    /// `unwind` with one order.
    pub fn unwind(&mut self, lots: i64) -> Sent {
        let keeper = self.keeper.insecure_clone();
        self.send(
            &[ix::unwind(
                &self.keys,
                &self.price_feed,
                &keeper.pubkey(),
                vec![Order { market: 0, lots }],
            )],
            &[&keeper],
        )
    }

    /// `move_collateral`.
    pub fn move_collateral(&mut self) -> Sent {
        self.send(&[ix::move_collateral(&self.keys, &self.price_feed)], &[])
    }

    /// `mark`.
    pub fn mark(&mut self) -> Sent {
        self.send(&[ix::mark(&self.keys, &self.price_feed)], &[])
    }

    /// `trip_breaker`, by the guardian.
    pub fn trip(&mut self, breaker: VaultBreaker) -> Sent {
        let guardian = self.guardian.insecure_clone();
        self.send(
            &[ix::trip_breaker(&self.keys, &guardian.pubkey(), breaker)],
            &[&guardian],
        )
    }

    /// `mark` and `resume_breaker`, by the guardian.
    pub fn resume(&mut self, breaker: VaultBreaker) -> Sent {
        let guardian = self.guardian.insecure_clone();
        let look = ix::mark(&self.keys, &self.price_feed);
        let resume = ix::resume_breaker(&self.keys, &guardian.pubkey(), breaker);
        self.send(&[look, resume], &[&guardian])
    }

    /// Switches the venue's faults.
    pub fn faults(&mut self, faults: Faults) {
        let (admin, market) = (self.admin.pubkey(), self.keys.venue_market);
        self.send(&[ix::venue::set_faults(&admin, &market, faults)], &[])
            .expect("faults");
    }

    /// Plans and sends, as the keeper does, until nothing is due; how many transactions that took.
    pub fn crank(&mut self) -> Result<u32, Box<FailedTransactionMetadata>> {
        for round in 0..20 {
            if self.crank_once()?.is_empty() {
                return Ok(round);
            }
            self.pass(0, 1);
        }
        panic!("the keeper never comes to rest: {:?}", plan(&self.snapshot()));
    }

    /// One transaction of what is due.
    pub fn crank_once(&mut self) -> Result<Vec<Action>, Box<FailedTransactionMetadata>> {
        let snapshot = self.snapshot();
        let actions = plan(&snapshot);
        let keeper = self.keeper.insecure_clone();
        let instructions: Vec<_> = actions
            .iter()
            .map(|action| action.instruction(&snapshot, &keeper.pubkey()))
            .collect();
        if !instructions.is_empty() {
            self.send_paid_by(&keeper, &instructions, &[])?;
        }
        Ok(actions)
    }

    // ---- looking ---------------------------------------------------------------------------------------------------

    /// An account, as a client sees it.
    pub fn raw(&self, key: &Pubkey) -> Option<RawAccount> {
        let account = self.svm.get_account(key)?;
        Some(RawAccount {
            key: *key,
            owner: account.owner,
            data: account.data,
        })
    }

    /// What a keeper would see.
    pub fn snapshot(&self) -> Snapshot {
        let accounts = Snapshot::accounts(&self.keys).map(|key| self.raw(&key));
        let feed = self.raw(&self.price_feed).expect("a price account");
        let second = self.second_feed.and_then(|key| self.raw(&key));
        let snapshot = Snapshot::decode(self.keys, self.clock(), feed, accounts).expect("the world's own accounts");
        snapshot.with_second(second)
    }

    /// Tokens in a token account.
    pub fn tokens(&self, key: &Pubkey) -> u64 {
        self.raw(key)
            .expect("a token account")
            .token_account()
            .expect("a token account")
            .amount
    }

    /// Share supply.
    pub fn supply(&self) -> u64 {
        self.snapshot().supply
    }

    /// Every byte that the programs and the tokens of this world hold, to prove that a refusal changed nothing.
    pub fn fingerprint(&self) -> Vec<(Pubkey, Vec<u8>)> {
        let owners = [
            ballast_risk::ID,
            ballast_reference_venue::ID,
            ballast_vault::ID,
            ballast_options::ID,
            anchor_spl::token::ID,
        ];
        let mut all: Vec<_> = owners
            .iter()
            .flat_map(|owner| self.svm.get_program_accounts(owner))
            .map(|(key, account)| (key, account.data))
            .collect();
        all.sort();
        all
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

/// Where the compiled programs are: `SBF_OUT_DIR`, or the workspace's `target/deploy`.
pub fn program_path(name: &str) -> std::path::PathBuf {
    let folder = std::env::var_os("SBF_OUT_DIR").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/deploy"),
        std::path::PathBuf::from,
    );
    folder.join(format!("ballast_{name}.so"))
}

/// The program error code a transaction failed with. Panics, with the logs, if it did not fail that way.
pub fn error_code(sent: &Sent) -> u32 {
    let failed = sent.as_ref().expect_err("a refusal");
    match &failed.err {
        TransactionError::InstructionError(_, InstructionError::Custom(code)) => *code,
        other => panic!("{other:?}\n{}", failed.meta.logs.join("\n")),
    }
}
