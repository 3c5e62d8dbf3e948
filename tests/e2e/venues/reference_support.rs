//! A market of the reference venue in an in-process SVM, with a price that the test sets.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::clock::Clock;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::program_option::COption;
use anchor_lang::solana_program::program_pack::Pack;
use anchor_lang::{AccountDeserialize, Discriminator, InstructionData, ToAccountMetas};
use anchor_spl::token::spl_token::state::{Account as TokenState, AccountState, Mint};
use ballast_core_types::I80F48;
use ballast_reference_venue::state::{Faults, Market, MarketParams, Trader};
use ballast_reference_venue::{accounts, instruction, OrderArgs, PerpError};
use ballast_risk::state::{
    Fixed, Market as RiskMarket, PriceSource, SourceKind, StoredSignals, UseSettings, MARKET_VERSION,
};
use ballast_testkit::params;
use litesvm::types::{FailedTransactionMetadata, TransactionMetadata};
use litesvm::LiteSVM;
use solana_account::Account;
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_transaction::Transaction;

pub const START: i64 = 1_700_000_000;
pub type Sent = Result<TransactionMetadata, Box<FailedTransactionMetadata>>;

pub fn fixed(text: &str) -> Fixed {
    Fixed::from(text.parse::<I80F48>().unwrap())
}

pub struct PerpWorld {
    pub svm: LiteSVM,
    pub payer: Keypair,
    pub authority: Keypair,
    pub mint: Pubkey,
    pub risk_market: Pubkey,
    pub price_feed: Pubkey,
    pub oracle: Pubkey,
    pub market: Pubkey,
    pub vault: Pubkey,
}

pub fn params() -> MarketParams {
    MarketParams {
        half_spread: fixed("0.0005"),
        depth_one_percent: 1_000_000_000_000,
        taker_fee: fixed("0.0005"),
        initial_margin: fixed("0.1"),
        maintenance_margin: fixed("0.05"),
        liquidation_fee: fixed("0.01"),
        funding_scale_per_day: fixed("0.1"),
        funding_cap_per_day: fixed("0.05"),
        max_open_interest_lots: 1_000_000_000,
    }
}

impl PerpWorld {
    /// One market at a price of 100 with a million in the insurance fund.
    pub fn new() -> Self {
        let mut world = Self::without_market();
        world.create_market(params()).unwrap();
        let funder = world.wallet(1_000_000_000_000);
        world
            .send(
                accounts::FundInsurance {
                    funder: funder.owner.pubkey(),
                    market: world.market,
                    source: funder.tokens,
                    vault: world.vault,
                    token_program: anchor_spl::token::ID,
                },
                instruction::FundInsurance {
                    amount: 1_000_000_000_000,
                },
                &[&funder.owner],
            )
            .unwrap();
        world
    }

    pub fn without_market() -> Self {
        let mut svm = LiteSVM::new();
        let program = std::env::var("SBF_OUT_DIR").unwrap_or_else(|_| "../target/deploy".into());
        svm.add_program_from_file(
            ballast_reference_venue::ID,
            format!("{program}/ballast_reference_venue.so"),
        )
        .expect("build the programs first: ./ballast build");
        let (payer, authority) = (Keypair::new(), Keypair::new());
        svm.airdrop(&payer.pubkey(), 1_000_000_000_000).unwrap();
        let mint = Pubkey::new_unique();
        let risk_market = Pubkey::new_unique();
        let (market, _) = Market::find(&risk_market, &mint);
        let (vault, _) = Market::find_vault(&market);
        let mut world = Self {
            svm,
            payer,
            authority,
            mint,
            risk_market,
            price_feed: Pubkey::new_unique(),
            oracle: Pubkey::new_unique(),
            market,
            vault,
        };
        world.set_mint(mint);
        world.pass(0, 10);
        world.set_risk_market(risk_market);
        world.set_price("100", "0");
        world
    }

    pub fn create_market(&mut self, params: MarketParams) -> Sent {
        let authority = self.authority.insecure_clone();
        self.send(
            accounts::CreateMarket {
                payer: self.payer.pubkey(),
                authority: authority.pubkey(),
                risk_market: self.risk_market,
                quote_mint: self.mint,
                market: self.market,
                vault: self.vault,
                token_program: anchor_spl::token::ID,
                system_program: anchor_lang::system_program::ID,
            },
            instruction::CreateMarket { params },
            &[&authority],
        )
    }

    /// Move the clock on and publish the price again, so that it stays fresh.
    pub fn pass(&mut self, seconds: i64, slots: u64) {
        let mut clock: Clock = self.svm.get_sysvar();
        clock.unix_timestamp = clock.unix_timestamp.max(START) + seconds;
        clock.slot += slots;
        self.svm.set_sysvar(&clock);
        if let Some(mut account) = self.svm.get_account(&self.price_feed) {
            account.data[96..104].copy_from_slice(&clock.unix_timestamp.to_le_bytes());
            account.data[232..240].copy_from_slice(&clock.slot.to_le_bytes());
            self.svm.set_account(self.price_feed, account).unwrap();
        }
    }

    /// Publish a price of `text` ± `confidence`, as a legacy push account.
    pub fn set_price(&mut self, text: &str, confidence: &str) {
        let scaled = |text: &str| -> i64 { (text.parse::<I80F48>().unwrap() * I80F48::from_num(100_000_000)).to_num() };
        let clock: Clock = self.svm.get_sysvar();
        let mut data = vec![0u8; 240];
        for (offset, word) in [(0, 0xa1b2_c3d4u32), (4, 2), (8, 3), (224, 1)] {
            data[offset..offset + 4].copy_from_slice(&word.to_le_bytes());
        }
        data[20..24].copy_from_slice(&(-8i32).to_le_bytes());
        data[96..104].copy_from_slice(&clock.unix_timestamp.to_le_bytes());
        data[208..216].copy_from_slice(&scaled(text).to_le_bytes());
        data[216..224].copy_from_slice(&scaled(confidence).to_le_bytes());
        data[232..240].copy_from_slice(&clock.slot.to_le_bytes());
        self.put(self.price_feed, self.oracle, data);
    }

    pub fn set_risk_market(&mut self, key: Pubkey) {
        let usage = |age| UseSettings {
            max_age_seconds: age,
            max_age_slots: age * 10,
            max_divergence: 100,
            max_confidence: fixed("0.1"),
            max_deviation: fixed("0.9"),
        };
        let mut market: RiskMarket = bytemuck::Zeroable::zeroed();
        market.version = MARKET_VERSION;
        market.params = params::risk_market().params;
        market.params.sources[0] = PriceSource::new(SourceKind::PythPush, self.oracle, self.price_feed.to_bytes());
        market.params.uses = [usage(60), usage(60), usage(600), usage(60)];
        market.signals = StoredSignals {
            price: fixed("100"),
            publish_time: START,
            observed_at: START,
            slow_price: fixed("100"),
            high: fixed("100"),
            observations: 1,
            ..Default::default()
        };
        let data = [RiskMarket::DISCRIMINATOR, bytemuck::bytes_of(&market)].concat();
        self.put(key, ballast_risk::ID, data);
    }

    pub fn set_mint(&mut self, key: Pubkey) {
        let mut data = vec![0; Mint::LEN];
        let state = Mint {
            decimals: 6,
            is_initialized: true,
            ..Default::default()
        };
        state.pack_into_slice(&mut data);
        self.put(key, anchor_spl::token::ID, data);
    }

    pub fn set_tokens(&mut self, key: Pubkey, mint: Pubkey, owner: Pubkey, amount: u64) {
        let mut data = vec![0; TokenState::LEN];
        let state = TokenState {
            mint,
            owner,
            amount,
            delegate: COption::None,
            state: AccountState::Initialized,
            is_native: COption::None,
            delegated_amount: 0,
            close_authority: COption::None,
        };
        state.pack_into_slice(&mut data);
        self.put(key, anchor_spl::token::ID, data);
    }

    pub fn tokens(&self, key: &Pubkey) -> u64 {
        TokenState::unpack(&self.svm.get_account(key).unwrap().data)
            .unwrap()
            .amount
    }

    /// A wallet with tokens and no trader account.
    pub fn wallet(&mut self, amount: u64) -> User {
        let owner = Keypair::new();
        let tokens = Pubkey::new_unique();
        self.set_tokens(tokens, self.mint, owner.pubkey(), amount);
        let (trader, _) = Trader::find(&self.market, &owner.pubkey());
        User { owner, tokens, trader }
    }

    /// A trader whose whole wallet is deposited.
    pub fn trader(&mut self, amount: u64) -> User {
        let user = self.wallet(amount);
        self.open(&user).unwrap();
        if amount > 0 {
            self.deposit(&user, amount).unwrap();
        }
        user
    }

    pub fn open(&mut self, user: &User) -> Sent {
        let metas = accounts::CreateTrader {
            payer: self.payer.pubkey(),
            owner: user.owner.pubkey(),
            market: self.market,
            trader: user.trader,
            system_program: anchor_lang::system_program::ID,
        };
        self.send(metas, instruction::CreateTrader {}, &[])
    }

    pub fn deposit(&mut self, user: &User, amount: u64) -> Sent {
        let metas = accounts::Deposit {
            depositor: user.owner.pubkey(),
            market: self.market,
            trader: user.trader,
            source: user.tokens,
            vault: self.vault,
            token_program: anchor_spl::token::ID,
        };
        self.send(metas, instruction::Deposit { amount }, &[&user.owner])
    }

    pub fn withdrawing(&self, user: &User) -> accounts::Withdraw {
        accounts::Withdraw {
            owner: user.owner.pubkey(),
            market: self.market,
            trader: user.trader,
            vault: self.vault,
            destination: user.tokens,
            risk_market: self.risk_market,
            price_feed: self.price_feed,
            token_program: anchor_spl::token::ID,
        }
    }

    pub fn withdraw(&mut self, user: &User, amount: u64) -> Sent {
        let metas = self.withdrawing(user);
        self.send(metas, instruction::Withdraw { amount }, &[&user.owner])
    }

    pub fn collect(&mut self, user: &User) -> Sent {
        let metas = accounts::CollectWithdrawal {
            owner: user.owner.pubkey(),
            market: self.market,
            trader: user.trader,
            vault: self.vault,
            destination: user.tokens,
            token_program: anchor_spl::token::ID,
        };
        self.send(metas, instruction::CollectWithdrawal {}, &[&user.owner])
    }

    pub fn ordering(&self, user: &User) -> accounts::PlaceOrder {
        accounts::PlaceOrder {
            owner: user.owner.pubkey(),
            market: self.market,
            trader: user.trader,
            risk_market: self.risk_market,
            price_feed: self.price_feed,
        }
    }

    /// An order at any price.
    pub fn order(&mut self, user: &User, lots: i64) -> Sent {
        let limit = if lots > 0 { "1000000" } else { "0.0001" };
        self.order_at(user, lots, limit, false)
    }

    pub fn order_at(&mut self, user: &User, lots: i64, limit: &str, reduce_only: bool) -> Sent {
        let order = OrderArgs {
            lots,
            limit_price: fixed(limit),
            reduce_only,
        };
        let metas = self.ordering(user);
        self.send(metas, instruction::PlaceOrder { order }, &[&user.owner])
    }

    pub fn fulfil(&mut self, user: &User) -> Sent {
        let metas = accounts::Fulfil {
            market: self.market,
            trader: user.trader,
            risk_market: self.risk_market,
            price_feed: self.price_feed,
        };
        self.send(metas, instruction::Fulfil {}, &[])
    }

    pub fn cancel(&mut self, by: &Keypair, user: &User) -> Sent {
        let metas = accounts::CancelPending {
            canceller: by.pubkey(),
            market: self.market,
            trader: user.trader,
        };
        self.send(metas, instruction::CancelPending {}, &[by])
    }

    pub fn liquidate(&mut self, by: &User, user: &User) -> Sent {
        let metas = accounts::Liquidate {
            liquidator: by.owner.pubkey(),
            market: self.market,
            trader: user.trader,
            vault: self.vault,
            destination: by.tokens,
            risk_market: self.risk_market,
            price_feed: self.price_feed,
            token_program: anchor_spl::token::ID,
        };
        self.send(metas, instruction::Liquidate {}, &[&by.owner])
    }

    pub fn deleverage(&mut self, by: &Keypair, user: &User, lots: i64) -> Sent {
        let metas = accounts::AutoDeleverage {
            authority: by.pubkey(),
            market: self.market,
            trader: user.trader,
            risk_market: self.risk_market,
            price_feed: self.price_feed,
        };
        self.send(metas, instruction::AutoDeleverage { lots }, &[by])
    }

    pub fn faults(&mut self, faults: Faults) {
        let authority = self.authority.insecure_clone();
        self.faults_by(&authority, faults).unwrap();
    }

    pub fn faults_by(&mut self, by: &Keypair, faults: Faults) -> Sent {
        let metas = accounts::SetFaults {
            authority: by.pubkey(),
            market: self.market,
        };
        self.send(metas, instruction::SetFaults { faults }, &[by])
    }

    pub fn state(&self) -> Market {
        let account = self.svm.get_account(&self.market).unwrap();
        Market::try_deserialize(&mut account.data.as_slice()).unwrap()
    }

    pub fn account(&self, user: &User) -> Trader {
        let account = self.svm.get_account(&user.trader).unwrap();
        Trader::try_deserialize(&mut account.data.as_slice()).unwrap()
    }

    pub fn send(&mut self, metas: impl ToAccountMetas, data: impl InstructionData, signers: &[&Keypair]) -> Sent {
        self.svm.expire_blockhash();
        let instruction = Instruction {
            program_id: ballast_reference_venue::ID,
            accounts: metas.to_account_metas(None),
            data: data.data(),
        };
        let mut all = vec![&self.payer];
        all.extend(signers);
        let transaction = Transaction::new_signed_with_payer(
            &[instruction],
            Some(&self.payer.pubkey()),
            &all,
            self.svm.latest_blockhash(),
        );
        self.svm.send_transaction(transaction).map_err(Box::new)
    }

    fn put(&mut self, key: Pubkey, owner: Pubkey, data: Vec<u8>) {
        let account = Account {
            lamports: 1_000_000_000,
            data,
            owner,
            ..Default::default()
        };
        self.svm.set_account(key, account).unwrap();
    }
}

pub struct User {
    pub owner: Keypair,
    pub tokens: Pubkey,
    pub trader: Pubkey,
}

/// The transaction failed with exactly this rule.
#[track_caller]
pub fn refused(sent: Sent, rule: PerpError) {
    refused_with(sent, rule.into());
}

#[track_caller]
pub fn refused_with(sent: Sent, code: u32) {
    let failure = sent.expect_err("it should have been refused");
    let text = format!("{:?}", failure.err);
    assert!(
        text.contains(&format!("Custom({code})")),
        "wanted {code}, got {text}: {:#?}",
        failure.meta.logs
    );
}
