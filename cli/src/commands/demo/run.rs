//! One run of a vault through prices.

use super::accounting;
use super::cost::Cost;
use super::drill::{Drill, Outcome};
use super::exits::Depositors;
use super::replay::Replay;
use super::sample;
use super::stage::Stage;
use crate::chain::{advance_by, crank_by, Chain};
use crate::places::Places;
use crate::stop::Stop;
use anyhow::bail;
use anyhow::Result;
use ballast_core_market::breaker::BreakerSet;
use ballast_core_market::breaker::VAULT;
use ballast_deploy::publication;
use ballast_deploy::steps::Local;
use ballast_market_data::history::Candle;
use ballast_sdk::crank::Terms;
use ballast_sdk::prices::Publication;
use ballast_sdk::snapshot::Snapshot;
use ballast_sim::record::Mark;
use ballast_sim::record::Meta;
use ballast_sim::record::Mode;
use ballast_sim::record::Step;
use ballast_sim::scenario;
use ballast_sim::table::LiveTable;
use ballast_terminal::tell;
use std::time::Duration;
use std::time::Instant;

/// Step at which the second depositor arrives.
const SECOND_ARRIVES: usize = 4;
/// Rounds in which everybody who waits has to be served.
const EXIT_ROUNDS: usize = 40;
/// Length of a round, seconds: a batch has closed, and a price was published after that.
const ROUND_SECONDS: i64 = 75;
/// Lines of the table where it is no terminal.
const LINES: u64 = 16;

/// One run in progress.
pub struct Run<'a> {
    pub(super) stage: Stage<'a>,
    replay: &'a Replay,
    pub(super) stop: Stop,
    pub(super) depositors: Depositors,
    /// What fails when everybody leaves.
    drill: Option<Drill>,
    /// What the depositors had then.
    outcome: Option<Outcome>,
    /// Whether no keeper is there.
    pub(super) is_alone: bool,
    cost: Cost,
    /// The steps so far.
    pub steps: Vec<Step>,
    marks: Vec<Mark>,
    reactions: Vec<f64>,
    rebalances: u64,
    /// Breakers of the vault that were active after the last step.
    vault_breakers: BreakerSet,
}

impl<'a> Run<'a> {
    /// Returns a run of `replay` on `chain` before anything has happened.
    pub fn new(local: Local, chain: &'a mut dyn Chain, replay: &'a Replay, drill: Option<Drill>, stop: Stop) -> Self {
        Self {
            depositors: Depositors::new(&local.keys),
            stage: Stage::new(local, chain),
            replay,
            stop,
            drill,
            outcome: None,
            is_alone: false,
            cost: Cost::default(),
            steps: Vec::new(),
            marks: replay.marks.clone(),
            reactions: Vec::new(),
            rebalances: 0,
            vault_breakers: BreakerSet::NONE,
        }
    }

    /// Goes through everything, at `speed` seconds of history a second.
    ///
    /// # Errors
    /// What was refused that should not have been.
    pub fn all(&mut self, speed: u64, places: &Places, mode: Mode) -> Result<Meta> {
        self.prepare(places)?;
        let candles = &self.replay.candles;
        let mut table = LiveTable::stdout(candles.len() as u64, (candles.len() as u64 / LINES).max(1));
        for index in 0..candles.len() {
            let began = Instant::now();
            self.step(index, &mut table)?;
            self.wait(speed, began)?;
        }
        table.finish()?;
        self.account(mode)
    }

    fn prepare(&mut self, places: &Places) -> Result<()> {
        let mut say = |line: &str| tell(&format!("  {line}"));
        tell("setting up");
        let (local, cluster) = (&self.stage.local, self.stage.chain.cluster());
        local.initialise(cluster, &places.programs(), &mut say)?;
        self.depositors.open_wallets(&mut self.stage)?;
        let first = self.replay.candles[0];
        self.stage.chain.cluster().advance_to(first.unix_time)?;
        let opening = Candle {
            close: first.open,
            high: first.open,
            low: first.open,
            ..first
        };
        self.publish(opening)?;
        self.stage.chain.start_keeper(&self.stage.vault)?;
        self.settle()?;
        if !self.enters(0, opening)? {
            let why = self.depositors.refusals.pop().unwrap_or_default();
            bail!("the first deposit was refused: {why}");
        }
        self.settle()
    }

    /// Lets somebody come in; `false` if they are refused or their deposit goes back.
    fn enters(&mut self, who: usize, candle: Candle) -> Result<bool> {
        if !self.depositors.ask_to_enter(who, &mut self.stage)? {
            return Ok(false);
        }
        self.let_batches_be_priced(candle)?;
        self.depositors.has_entered(who, &mut self.stage)
    }

    /// Goes on, minutes at the price of a candle, until nobody waits for a batch.
    pub(super) fn let_batches_be_priced(&mut self, candle: Candle) -> Result<()> {
        for _ in 0..EXIT_ROUNDS {
            self.stop.check()?;
            advance_by(self.stage.chain.cluster(), ROUND_SECONDS)?;
            self.publish(candle)?;
            self.settle()?;
            if !self.depositors.claim(&mut self.stage)? {
                return Ok(());
            }
        }
        bail!("somebody still waits after {EXIT_ROUNDS} rounds of {ROUND_SECONDS} s")
    }

    /// Publishes a candle's close at both sources, now.
    pub(super) fn publish(&mut self, candle: Candle) -> Result<()> {
        let clock = self.stage.chain.cluster().clock()?;
        let publication = Publication {
            feed_id: self.stage.local.feed_id,
            price: candle.close.raw(),
            confidence: scenario::confidence(&candle),
            exponent: -8,
            publish_time: clock.unix_timestamp,
            slot: clock.slot,
        };
        self.cost.reprice(clock, &publication)?;
        let (chain, params) = (self.stage.chain.cluster(), &self.stage.local.params);
        Ok(publication::publish(chain, params, &publication)?)
    }

    /// Lets the keeper finish, or without one the first depositor, and books what the trades cost.
    pub(super) fn settle(&mut self) -> Result<()> {
        if self.is_alone {
            let signer = &self.depositors.people[0].keypair;
            crank_by(self.stage.chain.cluster(), &self.stage.vault, signer, Terms::default())?;
        } else {
            self.reactions.extend(self.stage.chain.settle(&self.stage.vault)?);
        }
        let snapshot = self.stage.snapshot()?;
        let outside = self.depositors.outside(&mut self.stage)?;
        self.cost.rest(snapshot, outside)
    }

    fn step(&mut self, index: usize, table: &mut LiveTable) -> Result<()> {
        let (candle, last) = (self.replay.candles[index], self.replay.candles.len() - 1);
        self.stop.check()?;
        let ends_at = candle.unix_time + self.replay.step_seconds;
        self.stage.chain.cluster().advance_to(ends_at)?;
        self.publish(candle)?;
        self.settle()?;
        self.visits(index, last, candle)?;
        // Once nobody holds a share, none has a value: the last one recorded is the one they left
        // with.
        let worth = sample::step(&self.stage.snapshot()?, 0, 0)?.nav_per_share;
        if index == last {
            self.everybody_leaves(candle)?;
        }
        let snapshot = self.stage.snapshot()?;
        let step = self.record(&snapshot, index, candle.unix_time, worth)?;
        self.mark_breakers(&snapshot, &step);
        table.step(&step)?;
        self.steps.push(step);
        Ok(())
    }

    /// Lets the second depositor in, and a part of the first out, as soon as it is their time and
    /// nothing refuses them.
    fn visits(&mut self, index: usize, last: usize, candle: Candle) -> Result<()> {
        let waits = self.depositors.people[1].deposited == 0;
        if (SECOND_ARRIVES..last).contains(&index) && waits && self.enters(1, candle)? {
            self.mark(candle.unix_time, "Ben deposits 400,000");
        }
        if (last / 2..last).contains(&index) && !self.depositors.withdrew {
            let worth = sample::step(&self.stage.snapshot()?, 0, 0)?.nav_per_share;
            let supply = self.stage.shares()?;
            self.depositors.ask_for_part(&mut self.stage, worth)?;
            self.let_batches_be_priced(candle)?;
            self.depositors.shares_burnt += supply - self.stage.shares()?;
            self.mark(candle.unix_time, "Ada takes 100,000 out");
        }
        Ok(())
    }

    fn record(&mut self, snapshot: &Snapshot, index: usize, at: i64, nav_per_share: f64) -> Result<Step> {
        let rebalances = snapshot.vault.rebalances;
        let keeper = self.stage.chain.keeper().to_string();
        let step = Step {
            cranks: u32::try_from(rebalances - self.rebalances).unwrap_or(u32::MAX),
            last_keeper: if rebalances > 0 { keeper } else { String::new() },
            cost: self.cost.total,
            nav_per_share,
            keeper_reaction_ms: std::mem::take(&mut self.reactions),
            ..sample::step(snapshot, u32::try_from(index)?, at)?
        };
        self.rebalances = rebalances;
        Ok(step)
    }

    /// Marks the breakers that were not tripped before this step.
    fn mark_breakers(&mut self, snapshot: &Snapshot, step: &Step) {
        let tripped = step.breaker && !self.steps.last().is_some_and(|step| step.breaker);
        let own = snapshot.vault.monitor.get().breakers.tripped;
        for breaker in VAULT.breakers() {
            if own.has(breaker) && !self.vault_breakers.has(breaker) {
                self.mark(step.unix_time, &format!("{} breaker trips", breaker.name()));
            }
        }
        if tripped && own == self.vault_breakers {
            self.mark(step.unix_time, "breaker trips");
        }
        self.vault_breakers = own;
    }

    fn mark(&mut self, unix_time: i64, label: &str) {
        self.marks.push(Mark {
            unix_time,
            label: label.to_owned(),
        });
    }

    /// Lets all ask to leave; the keeper prices their batch and brings the book down; all are paid.
    fn everybody_leaves(&mut self, candle: Candle) -> Result<()> {
        let supply = self.stage.shares()?;
        let shares = self.depositors.ask_to_leave(&mut self.stage)?;
        if let Some(drill) = self.drill {
            self.mark(candle.unix_time, drill.label());
            self.outcome = Some(self.leave_in_a_drill(drill, &shares, candle)?);
        }
        self.let_batches_be_priced(candle)?;
        // Collateral of a book that is flat now comes back.
        self.settle()?;
        self.depositors.shares_burnt += supply - self.stage.shares()?;
        Ok(())
    }

    /// Holds the pace that was asked for.
    fn wait(&self, speed: u64, began: Instant) -> Result<()> {
        if speed == 0 {
            return Ok(());
        }
        let pace = Duration::from_secs_f64(self.replay.step_seconds as f64 / speed as f64);
        while began.elapsed() < pace {
            self.stop.check()?;
            std::thread::sleep((pace - began.elapsed()).min(Duration::from_millis(50)));
        }
        Ok(())
    }

    /// Closes the books, and checks everything that has to hold at the end.
    fn account(&mut self, mode: Mode) -> Result<Meta> {
        let closing = accounting::Closing::read(&mut self.stage, &self.depositors)?;
        let mut checks = closing.checks(&self.steps);
        checks.extend(self.outcome.as_ref().map(Outcome::check));
        Ok(Meta {
            title: self.replay.title.clone(),
            asset: self.replay.asset.clone(),
            mode,
            source: self.replay.source.clone(),
            step_seconds: self.replay.step_seconds,
            checks,
            depositors: closing.depositors,
            ledger: closing.ledger,
            marks: std::mem::take(&mut self.marks),
            wall_seconds: 0.0,
        })
    }
}
