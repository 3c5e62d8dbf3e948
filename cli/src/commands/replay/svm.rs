//! The compiled program as an observer, in a virtual machine of its own.

use crate::building;
use crate::places::Places;
use anchor_lang::prelude::{Clock, Pubkey};
use anyhow::{anyhow, Context, Result};
use ballast_core_market::observation::{Implied, MarketState};
use ballast_core_types::I80F48;
use ballast_market_data::markets::Typed;
use ballast_risk::state::{
    ClockSettings, ExitHaircutParams, Fixed, GradeSettings, Market, MarketParams, PriceSource, UseSettings, VenueSource,
};
use ballast_risk::CreateMarketArgs;
use ballast_sdk::accounts::RawAccount;
use ballast_sdk::feeds::PriceFeeds;
use ballast_sdk::prices::{self, Publication};
use ballast_sdk::{addresses, instructions, Instruction};
use ballast_sim::replay::{Observer, ObserverError, PriceObservation};
use litesvm::LiteSVM;
use solana_account::Account;
use solana_keypair::Keypair;
use solana_message::Message;
use solana_signer::Signer;
use solana_transaction::Transaction;
use std::mem::offset_of;

/// The feed that every price is published under.
const FEED: [u8; 32] = [7; 32];
/// Bytes before the market in its account: Anchor's discriminator.
const DISCRIMINATOR: usize = 8;

/// A virtual machine with the risk program and one market in it.
///
/// Prices are written as Pyth accounts, the clock is set to each observation, and `observe` is sent
/// as a transaction: everything runs that would run on the chain, but signatures and blockhashes,
/// which say nothing of a market, are not checked.
pub struct Compiled {
    svm: LiteSVM,
    market: Pubkey,
    price_feed: Pubkey,
    observe: Transaction,
    clock: Clock,
    implied: Option<Implied>,
    units: u64,
    most_units: u64,
}

fn failed(what: &str, error: &dyn std::fmt::Debug) -> anyhow::Error {
    anyhow!("the virtual machine refused {what}: {error:?}")
}

fn decimal(text: &str) -> Result<Fixed> {
    let number = text.parse::<I80F48>();
    Ok(number.map_err(|_| anyhow!("{text} is not a decimal number"))?.into())
}

/// Returns a market with one source, no venue, and the width of `Exit` in `migrations/local.toml`
/// for every use.
fn params(typed: &Typed) -> Result<MarketParams> {
    let usage = UseSettings {
        max_age_seconds: 10,
        max_divergence: 500,
        requires_second: 0,
        max_confidence: decimal("0.05")?,
        max_deviation: decimal("0.6")?,
    };
    Ok(MarketParams {
        standard_order: 100_000_000_000,
        sources: [
            prices::pull_source(FEED),
            PriceSource::default(),
            PriceSource::default(),
        ],
        venues: [VenueSource::default(); 2],
        padding: [0; 11],
        uses: [usage; 4],
        settlement: GradeSettings {
            max_confidence: decimal("0.02")?,
            max_divergence: 500,
            requires_second: 0,
        },
        exit_haircut: ExitHaircutParams {
            base: decimal("0.02")?,
            per_hour: decimal("0.01")?,
            max: decimal("0.2")?,
        },
        clock: ClockSettings {
            ahead_seconds: 5,
            least_slot_milliseconds: 200,
        },
        observation: (&typed.params).into(),
    })
}

impl Compiled {
    /// Loads the compiled program and creates a market with these parameters.
    ///
    /// # Errors
    /// If the program is not built, does not build, or refuses the parameters.
    pub fn new(places: &Places, typed: &Typed) -> Result<Self> {
        building::programs(places)?;
        let path = places.programs().join("ballast_risk.so");
        let bytes = std::fs::read(&path).with_context(|| {
            format!(
                "the risk program is not built ({}); run ./ballast build, or replay with --on host",
                path.display()
            )
        })?;
        let mut svm = LiteSVM::new()
            .with_sigverify(false)
            .with_blockhash_check(false)
            .with_transaction_history(0);
        let payer = Keypair::new_from_array([3; 32]).pubkey();
        svm.airdrop(&payer, 1_000_000_000_000)
            .map_err(|error| failed("an airdrop", &error.err))?;
        svm.add_program(ballast_risk::ID, &bytes)
            .map_err(|error| failed("the program", &error))?;
        let params = params(typed)?;
        let name = addresses::market_name("REPLAY").context("a market's name is too long")?;
        let market = addresses::risk_market(&payer, &name);
        let feeds = PriceFeeds::local(&params).context("a market without a source")?;
        let create = CreateMarketArgs {
            name,
            initial_variance: typed.initial_variance.annual().into(),
            worst_day: typed.worst_day.into(),
            params,
        };
        let unsigned = |instruction: Instruction| Transaction::new_unsigned(Message::new(&[instruction], Some(&payer)));
        svm.send_transaction(unsigned(instructions::create_risk_market(&payer, create)))
            .map_err(|error| failed("the market", &error))?;
        Ok(Self {
            clock: svm.get_sysvar(),
            observe: unsigned(instructions::observe(&market, &params, &feeds)),
            svm,
            market,
            price_feed: feeds.first,
            implied: None,
            units: 0,
            most_units: 0,
        })
    }

    /// Compute units that observing took so far, and the most that one observation took.
    #[must_use]
    pub const fn units(&self) -> (u64, u64) {
        (self.units, self.most_units)
    }

    fn execute(&mut self, observation: &PriceObservation) -> Result<MarketState> {
        let now = observation.now();
        self.clock.unix_timestamp = now.unix_time;
        self.clock.slot = now.slot;
        self.svm.set_sysvar(&self.clock);
        let raw = observation.raw_price();
        let publication = Publication {
            feed_id: FEED,
            price: raw.price,
            confidence: raw.confidence,
            exponent: raw.exponent,
            publish_time: raw.publish_time,
            slot: raw.slot,
        };
        let feed = prices::pull_account(self.price_feed, &publication);
        self.put(feed)?;
        if observation.implied != self.implied {
            self.publish(observation.implied)?;
        }
        // Cloned because sending consumes it.
        let sent = self.svm.send_transaction(self.observe.clone());
        let done = sent.map_err(|error| anyhow!("{}: {}", error.err, error.meta.logs.join("; ")))?;
        self.units += done.compute_units_consumed;
        self.most_units = self.most_units.max(done.compute_units_consumed);
        let account = self.svm.get_account(&self.market).context("the market is gone")?;
        let market = Market::in_place(&account.data).map_err(|error| anyhow!("{error}"))?;
        market.state().context("the market was not observed")
    }

    /// What `publish_surface` leaves in the market, without a surface and its feeders: those have
    /// tests of their own.
    fn publish(&mut self, implied: Option<Implied>) -> Result<()> {
        let mut account = self.svm.get_account(&self.market).context("the market is gone")?;
        let (at, volatility) = implied.map_or((0, 0), |implied| (implied.published_at, implied.volatility.0));
        let offset = DISCRIMINATOR + offset_of!(Market, implied);
        let field = account.data.get_mut(offset..offset + 12);
        let field = field.context("the market's account is too short")?;
        field[..8].copy_from_slice(&at.to_le_bytes());
        field[8..].copy_from_slice(&volatility.to_le_bytes());
        self.svm
            .set_account(self.market, account)
            .map_err(|error| failed("the market's account", &error))?;
        self.implied = implied;
        Ok(())
    }

    fn put(&mut self, account: RawAccount) -> Result<()> {
        let written = Account {
            lamports: 10_000_000,
            data: account.data,
            owner: account.owner,
            executable: false,
            rent_epoch: u64::MAX,
        };
        self.svm
            .set_account(account.key, written)
            .map_err(|error| failed("a price account", &error))
    }
}

impl Observer for Compiled {
    fn observe(&mut self, observation: &PriceObservation) -> Result<MarketState, ObserverError> {
        if observation.trading_cost.is_some() {
            return Err(ObserverError::Machine {
                time: observation.time,
                message: "the compiled program reads the cost of trading from a venue, and a replay has none"
                    .to_owned(),
            });
        }
        self.execute(observation).map_err(|error| ObserverError::Machine {
            time: observation.time,
            message: format!("{error:#}"),
        })
    }
}
