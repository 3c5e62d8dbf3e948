//! A local chain in this process: programs, wallets, accounts, and one price that the test sets.

mod prices;
mod transactions;

pub use prices::PricedMarket;
pub use transactions::{error_code, more_units, Sent};

use crate::params::{self, FEED};
use crate::tokens::{put_mint, put_tokens, set_supply};
use anchor_lang::prelude::{Clock, Pubkey};
use ballast_risk::CreateMarketArgs;
use ballast_sdk::accounts::RawAccount;
use ballast_sdk::addresses::{self, TokenMint};
use ballast_sdk::feeds::PriceFeeds;
use ballast_sdk::instructions::{self as ix, Holder};
use ballast_sdk::prices::{self as price_accounts, Publication};
use litesvm::LiteSVM;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Chain time at which worlds begin.
pub const START: i64 = 1_700_000_000;

/// A person with a wallet.
pub struct User {
    /// Signs.
    pub keypair: Keypair,
    /// Token accounts.
    pub holder: Holder,
}

impl User {
    /// Returns the same person once more, for another margin account.
    pub fn again(&self) -> Self {
        Self {
            keypair: self.keypair.insecure_clone(),
            holder: self.holder,
        }
    }
}

/// The world.
pub struct World {
    /// The SVM.
    pub svm: LiteSVM,
    /// Pays fees and creates everything.
    pub admin: Keypair,
    /// The mint of the quote token.
    pub quote_mint: Pubkey,
    /// Its token program.
    pub quote_program: Pubkey,
    /// The risk market that is observed.
    pub risk_market: Pubkey,
    /// Where its prices are published.
    pub feeds: PriceFeeds,
    /// Quote tokens handed out so far.
    pub minted: u64,
    /// Keys handed out so far.
    keys_made: u8,
    /// What each source of the market published last, and where.
    published: [Option<(Pubkey, Publication)>; 3],
    /// Accounts of the last transaction, in its order.
    last_keys: Vec<Pubkey>,
    /// Its bytes.
    last_size: usize,
}

impl World {
    /// Returns a world with a market of sound parameters, observed at a price of 50,000.
    pub fn new() -> Self {
        Self::with_market(params::risk_market())
    }

    /// Returns a world with this market, all of whose sources say 50,000, observed.
    pub fn with_market(market: CreateMarketArgs) -> Self {
        let mut world = Self::bare(&market.name);
        let (admin, params) = (world.admin.pubkey(), market.params);
        world
            .send(&[ix::create_risk_market(&admin, market)], &[])
            .expect("risk market");
        world.feeds = PriceFeeds::local(&params).expect("a source");
        if world.feeds.second.is_some() {
            world.set_second_price("50000", "10");
        }
        if world.feeds.quote.is_some() {
            world.set_quote_price("1", "0.0001");
        }
        world.set_price("50000", "10");
        world.observe().expect("first observation");
        world
    }

    /// Returns a world with programs, a mint and the admin's wallet, but no market yet.
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
        let admin = Keypair::new_from_array([1; 32]);
        svm.airdrop(&admin.pubkey(), 1_000_000_000_000).expect("lamports");
        let quote_mint = Keypair::new_from_array([3; 32]).pubkey();
        put_mint(&mut svm, quote_mint, 0);
        let mut world = Self {
            svm,
            quote_mint,
            quote_program: anchor_spl::token::ID,
            risk_market: addresses::risk_market(&admin.pubkey(), market_name),
            admin,
            feeds: PriceFeeds {
                first: price_accounts::local_price_account(&FEED),
                second: None,
                quote: None,
            },
            minted: 0,
            keys_made: 3,
            published: [None; 3],
            last_keys: Vec::new(),
            last_size: 0,
        };
        world.set_clock(START, 1_000);
        world
    }

    /// Returns the same world once more, to try something in.
    pub fn copy(&self) -> Self {
        Self {
            svm: self.svm.clone(),
            admin: self.admin.insecure_clone(),
            last_keys: self.last_keys.clone(),
            ..*self
        }
    }

    /// Returns the next key of this world: always the same ones, so that compute units are.
    pub(crate) fn next_key(&mut self) -> Keypair {
        self.keys_made += 1;
        Keypair::new_from_array([self.keys_made; 32])
    }

    /// Returns a new person with this many quote tokens. Nothing is at the address of the share
    /// account.
    pub fn wallet(&mut self, amount: u64) -> User {
        let (keypair, quote, shares) = (self.next_key(), self.next_key().pubkey(), self.next_key().pubkey());
        self.svm.airdrop(&keypair.pubkey(), 1_000_000_000).expect("lamports");
        let holder = Holder {
            key: keypair.pubkey(),
            quote,
            shares,
        };
        put_tokens(&mut self.svm, holder.quote, self.quote_mint, holder.key, amount);
        self.minted += amount;
        set_supply(&mut self.svm, self.quote_mint, self.minted);
        User { keypair, holder }
    }

    /// Returns the quote token.
    pub const fn quote(&self) -> TokenMint {
        TokenMint {
            mint: self.quote_mint,
            program: self.quote_program,
        }
    }

    /// Has another quote token, before anything is made of it.
    #[must_use]
    pub fn quoted_in(mut self, token: &TokenMint) -> Self {
        (self.quote_mint, self.quote_program) = (token.mint, token.program);
        self
    }

    /// Returns chain time.
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

    /// Lets time pass, and nothing else.
    pub fn pass(&mut self, seconds: i64, slots: u64) {
        let clock = self.clock();
        self.set_clock(clock.unix_timestamp + seconds, clock.slot + slots);
    }

    /// Returns an account, as a client sees it.
    pub fn raw(&self, key: &Pubkey) -> Option<RawAccount> {
        let account = self.svm.get_account(key)?;
        Some(RawAccount {
            key: *key,
            owner: account.owner,
            data: account.data,
        })
    }

    /// Returns the amount in a token account.
    pub fn tokens(&self, key: &Pubkey) -> u64 {
        self.raw(key)
            .expect("a token account")
            .token_account()
            .expect("a token account")
            .amount
    }

    /// Returns every byte that the programs and the tokens of this world hold, to prove that a
    /// refusal changed nothing.
    pub fn fingerprint(&self) -> Vec<(Pubkey, Vec<u8>)> {
        let owners = [
            ballast_risk::ID,
            ballast_reference_venue::ID,
            ballast_vault::ID,
            ballast_options::ID,
            anchor_spl::token::ID,
            anchor_spl::token_2022::ID,
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

/// Returns where a compiled program is: in `SBF_OUT_DIR`, or in the workspace's `target/deploy`.
pub fn program_path(name: &str) -> std::path::PathBuf {
    let folder = std::env::var_os("SBF_OUT_DIR").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/deploy"),
        std::path::PathBuf::from,
    );
    folder.join(format!("ballast_{name}.so"))
}
