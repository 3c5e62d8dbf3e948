//! `ballast demo`: a vault through a stretch of price history.

use crate::chain::{refused, Chain, InProcess, Vaulted};
use crate::commands::depositor::Depositor;
use crate::commands::options_demo;
use crate::commands::sample;
use crate::node::Node;
use crate::places::Places;
use crate::stop::Stop;
use crate::verdict;
use anyhow::{bail, Context, Result};
use ballast_core_market::breaker::{BreakerSet, VAULT};
use ballast_deploy::config::{Config, DEFAULT};
use ballast_deploy::steps::{compiled, Local};
use ballast_market_data::history::{self, Candle};
use ballast_rpc::tokens::{self, UNIT};
use ballast_sdk::prices::{self, Publication};
use ballast_sdk::snapshot::Snapshot;
use ballast_sim::record::{Check, LedgerLine, Mark, Meta, Mode, Side, Step};
use ballast_sim::scenario;
use ballast_sim::table::LiveTable;
use ballast_sim::{checks, record, report};
use solana_signer::Signer;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Chain time kept for the set-up, before the first price: a node's clock runs while it is set up.
const PREPARATION: i64 = 3_600;
/// Step at which the second depositor arrives.
const SECOND_ARRIVES: usize = 4;
/// The demo needs room for both arrivals and the visit in the middle.
const FEWEST_STEPS: usize = 8;
/// Rounds in which everybody has to be out at the end.
const EXIT_ROUNDS: usize = 40;
/// How far over the cap a book may rest: rounding, and a price that moved by seconds.
const CAP_TOLERANCE: f64 = 1e-3;

/// Runs a vault through a stretch of price history and writes a report.
///
/// Deploys the compiled programs, creates test USDC, a risk market, a venue and a vault, lets two depositors in, publishes
/// each price at both of its sources, lets the keeper crank, and pays everybody out at the end. The books must then balance to
/// the last base unit. The exit status is non-zero if anything did not hold.
#[derive(clap::Args)]
pub struct Args {
    /// Prices: a .csv or .csv.gz with unix_time,open,high,low,close (default: a built-in scenario of three crashes)
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,

    /// First day, YYYY-MM-DD, UTC (default: where the file begins)
    #[arg(long, value_name = "DATE", requires = "history")]
    from: Option<String>,

    /// First day left out, YYYY-MM-DD, UTC (default: where the file ends)
    #[arg(long, value_name = "DATE", requires = "history")]
    to: Option<String>,

    /// Seconds of history per second of real time; 0 is as fast as possible
    #[arg(long, value_name = "N", default_value_t = 0)]
    speed: u64,

    /// Use a local node over RPC and a keeper in a process of its own, instead of the chain inside this process
    #[arg(long)]
    node: bool,

    /// Port of the local node's RPC, the next one is its websocket's (default: any that are free)
    #[arg(long, value_name = "PORT", requires = "node", value_parser = clap::value_parser!(u16).range(1..=65534))]
    port: Option<u16>,

    #[command(flatten)]
    strangle: options_demo::Flags,

    /// Folder for the report
    #[arg(long, value_name = "DIR", default_value = "target/demo")]
    out: PathBuf,

    /// Seed of the built-in scenario
    #[arg(long, value_name = "N", default_value_t = scenario::DEFAULT_SEED, conflicts_with = "history")]
    seed: u64,
}

/// What is replayed.
struct Replay {
    candles: Vec<Candle>,
    step_seconds: i64,
    asset: String,
    title: String,
    source: String,
    marks: Vec<Mark>,
}

impl Replay {
    fn of(args: &Args) -> Result<Self> {
        let replay = match &args.history {
            None => Self::built_in(args.seed),
            Some(file) => {
                let date = |text: &Option<String>| text.as_deref().map(history::parse_date).transpose();
                let candles = history::load(file, date(&args.from)?, date(&args.to)?)?;
                let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let asset = asset_of(&name);
                let title = format!("Ballast: {asset} {}", days(&candles));
                Self {
                    step_seconds: history::step_seconds(&candles),
                    candles,
                    asset,
                    title,
                    source: name,
                    marks: Vec::new(),
                }
            }
        };
        if replay.candles.len() < FEWEST_STEPS {
            bail!(
                "{} prices are too few to show anything: choose --from and --to at least {FEWEST_STEPS} apart",
                replay.candles.len()
            );
        }
        Ok(replay)
    }

    fn built_in(seed: u64) -> Self {
        let candles = scenario::candles(seed);
        let mark = |landmark: scenario::Landmark| {
            let candle = candles.get(landmark.index)?;
            Some(Mark {
                unix_time: candle.unix_time,
                label: landmark.name.to_owned(),
            })
        };
        let marks = scenario::landmarks().into_iter().filter_map(mark).collect();
        Self {
            step_seconds: history::step_seconds(&candles),
            marks,
            candles,
            asset: "BTC".to_owned(),
            title: format!("Ballast: {}", scenario::NAME),
            source: format!("built-in scenario, seed {seed}: published turning points joined by seeded bridges"),
        }
    }
}

/// The asset a file is named for, BTC if for none we know.
fn asset_of(file: &str) -> String {
    let file = file.to_ascii_lowercase();
    let known = ["btc", "eth", "sol"].into_iter().find(|asset| file.starts_with(asset));
    known.unwrap_or("btc").to_ascii_uppercase()
}

fn days(candles: &[Candle]) -> String {
    let day = |candle: Option<&Candle>| {
        candle.map_or_else(String::new, |c| ballast_market_data::format::utc_day(c.unix_time))
    };
    format!("from {} to {}", day(candles.first()), day(candles.last()))
}

/// Runs the demo; `false` if something did not hold.
///
/// # Errors
/// One line that says what to do.
pub fn run(args: &Args, places: &Places) -> Result<bool> {
    let out = if args.out.is_absolute() {
        args.out.clone()
    } else {
        places.start.join(&args.out)
    };
    if args.strangle.options {
        let prices = args.history.is_some().then(|| Replay::of(args)).transpose()?;
        let prices = prices.map(|replay| (replay.candles, replay.source, replay.asset));
        return options_demo::run(&args.strangle, prices, &out, places);
    }
    let stop = Stop::new()?;
    let replay = Replay::of(args)?;
    report::check_dir(&out)?;
    compiled(&places.programs())?;
    let local = Local::new(Config::parse(DEFAULT)?, &replay.asset)?;
    let genesis = replay
        .candles
        .first()
        .map_or(0, |candle| candle.unix_time - PREPARATION);
    let mut chain: Box<dyn Chain> = if args.node {
        Box::new(Node::start(places, args.port, genesis, stop.clone())?)
    } else {
        Box::new(InProcess::new(genesis))
    };
    let mode = if args.node { Mode::Node } else { Mode::Embedded };
    let began = Instant::now();
    let mut run = Run::new(local, chain.as_mut(), &replay, stop);
    let meta = run.all(args.speed, places, mode)?;
    let meta = Meta {
        wall_seconds: began.elapsed().as_secs_f64(),
        ..meta
    };
    let summary = record::summarise(meta, &run.steps)?;
    let page = report::write(&out, &summary, &run.steps)?;
    verdict::say(&summary.meta.checks);
    println!(
        "\n{} steps in {:.1} s; report: {}",
        summary.steps,
        summary.meta.wall_seconds,
        page.display()
    );
    println!("{}", verdict::sentence(summary.held));
    Ok(summary.held)
}

/// One run in progress.
struct Run<'a> {
    local: Local,
    vault: Vaulted,
    chain: &'a mut dyn Chain,
    replay: &'a Replay,
    stop: Stop,
    people: Vec<Depositor>,
    steps: Vec<Step>,
    marks: Vec<Mark>,
    refusals: Vec<String>,
    /// Trading cost so far, quote.
    cost: f64,
    /// What vault and depositors would have together, less what was minted for them, had the keeper done nothing.
    wealth: f64,
    /// The vault when the keeper last came to rest.
    rested: Option<Snapshot>,
    reactions: Vec<f64>,
    rebalances: u64,
    /// Breakers of the vault that stood after the last step.
    vault_breakers: BreakerSet,
    withdrew: bool,
    shares_burnt: u64,
}

impl<'a> Run<'a> {
    fn new(local: Local, chain: &'a mut dyn Chain, replay: &'a Replay, stop: Stop) -> Self {
        let vault = Vaulted {
            keys: local.keys,
            price_feed: local.price_feed,
            second_feed: local.second_feed,
        };
        let people = vec![
            Depositor::new("Ada", 600_000 * UNIT, &local.keys),
            Depositor::new("Ben", 400_000 * UNIT, &local.keys),
        ];
        Self {
            local,
            vault,
            chain,
            replay,
            stop,
            people,
            steps: Vec::new(),
            marks: replay.marks.clone(),
            refusals: Vec::new(),
            cost: 0.0,
            wealth: 0.0,
            rested: None,
            reactions: Vec::new(),
            rebalances: 0,
            vault_breakers: BreakerSet::NONE,
            withdrew: false,
            shares_burnt: 0,
        }
    }

    fn all(&mut self, speed: u64, places: &Places, mode: Mode) -> Result<Meta> {
        self.prepare(places)?;
        let candles = &self.replay.candles;
        let mut table = LiveTable::stdout(candles.len() as u64, (candles.len() as u64 / 16).max(1));
        for index in 0..candles.len() {
            let began = Instant::now();
            self.step(index, &mut table)?;
            self.wait(speed, began)?;
        }
        table.finish()?;
        self.account(mode)
    }

    fn prepare(&mut self, places: &Places) -> Result<()> {
        let mut say = |line: &str| println!("  {line}");
        println!("setting up");
        self.local
            .initialise(self.chain.cluster(), &places.programs(), &mut say)?;
        let (authority, mint) = (&self.local.authority, self.local.keys.quote_mint);
        for person in &self.people {
            self.chain.cluster().airdrop(&person.keypair.pubkey(), 10_000_000_000)?;
            let instructions = person.open(&authority.pubkey(), &mint, &self.local.keys.share_mint);
            self.chain
                .cluster()
                .send(&instructions, &[authority])
                .with_context(|| format!("{} got no wallet", person.name))?;
        }
        let first = self.replay.candles[0];
        self.chain.cluster().advance_to(first.unix_time)?;
        self.publish(Candle {
            close: first.open,
            high: first.open,
            low: first.open,
            ..first
        })?;
        self.chain.start_keeper(&self.vault)?;
        self.settle()?;
        if !self.enter(0)? {
            bail!(
                "the first deposit was refused: {}",
                self.refusals.pop().unwrap_or_default()
            );
        }
        self.settle()
    }

    /// Publishes a candle's close at both sources, now.
    fn publish(&mut self, candle: Candle) -> Result<()> {
        let clock = self.chain.cluster().clock()?;
        let publication = Publication {
            feed_id: self.local.feed_id,
            price: candle.close.raw(),
            confidence: scenario::confidence(&candle),
            exponent: -8,
            publish_time: clock.unix_timestamp,
            slot: clock.slot,
        };
        if let Some(rested) = &self.rested {
            let repriced = Snapshot {
                clock,
                price_feed: prices::pull_account(self.vault.price_feed, &publication),
                ..rested.clone()
            };
            self.wealth += sample::nav(&repriced)? - sample::nav(rested)?;
        }
        Ok(self.vault.publish(self.chain.cluster(), &publication)?)
    }

    /// Lets the keeper finish, and books what its trades cost. Deposits and payouts only move money between vault and
    /// depositors, so all that is missing at an unchanged price was paid for trading.
    fn settle(&mut self) -> Result<()> {
        self.reactions.extend(self.chain.settle(&self.vault)?);
        let snapshot = self.vault.snapshot(self.chain.cluster())?;
        let mut wealth = sample::nav(&snapshot)?;
        for who in 0..self.people.len() {
            let (wallet, deposited) = (self.people[who].holder.quote, self.people[who].deposited);
            wealth += (self.tokens(&wallet)? as f64 - deposited as f64) / UNIT as f64;
        }
        self.cost += self.wealth - wealth;
        (self.wealth, self.rested) = (wealth, Some(snapshot));
        Ok(())
    }

    fn step(&mut self, index: usize, table: &mut LiveTable) -> Result<()> {
        let (candle, last) = (self.replay.candles[index], self.replay.candles.len() - 1);
        self.stop.check()?;
        self.chain
            .cluster()
            .advance_to(candle.unix_time + self.replay.step_seconds)?;
        self.publish(candle)?;
        self.settle()?;
        if (SECOND_ARRIVES..last).contains(&index) && self.people[1].deposited == 0 && self.enter(1)? {
            self.mark(candle.unix_time, "Ben deposits 400,000");
            self.settle()?;
        }
        if (last / 2..last).contains(&index) && !self.withdrew && self.part_leaves()? {
            self.mark(candle.unix_time, "Ada takes 100,000 out");
            self.settle()?;
        }
        // Once nobody holds a share, none has a value: the last one recorded is the one they left with.
        let worth = sample::step(&self.vault.snapshot(self.chain.cluster())?, 0, 0)?.nav_per_share;
        if index == last {
            self.everybody_leaves()?;
        }
        let snapshot = self.vault.snapshot(self.chain.cluster())?;
        let rebalances = snapshot.vault.rebalances;
        let keeper = self.chain.keeper().to_string();
        let step = Step {
            cranks: u32::try_from(rebalances - self.rebalances).unwrap_or(u32::MAX),
            last_keeper: if rebalances > 0 { keeper } else { String::new() },
            cost: self.cost,
            nav_per_share: worth,
            keeper_reaction_ms: std::mem::take(&mut self.reactions),
            ..sample::step(&snapshot, u32::try_from(index)?, candle.unix_time)?
        };
        self.rebalances = rebalances;
        let tripped = step.breaker && !self.steps.last().is_some_and(|step| step.breaker);
        let own = snapshot.vault.watch.get().breakers.tripped;
        for breaker in VAULT.breakers() {
            if own.has(breaker) && !self.vault_breakers.has(breaker) {
                self.mark(candle.unix_time, &format!("{} breaker trips", breaker.name()));
            }
        }
        if tripped && own == self.vault_breakers {
            self.mark(candle.unix_time, "breaker trips");
        }
        self.vault_breakers = own;
        table.step(&step)?;
        self.steps.push(step);
        Ok(())
    }

    fn mark(&mut self, unix_time: i64, label: &str) {
        self.marks.push(Mark {
            unix_time,
            label: label.to_owned(),
        });
    }

    /// A deposit; `false` if the programs refuse it now.
    fn enter(&mut self, who: usize) -> Result<bool> {
        let snapshot = self.vault.snapshot(self.chain.cluster())?;
        let per_share = sample::step(&snapshot, 0, 0)?.nav_per_share;
        let (authority, mint) = (&self.local.authority, self.local.keys.quote_mint);
        let person = &mut self.people[who];
        let funds = tokens::mint_to(&mint, &person.holder.quote, &authority.pubkey(), person.budget);
        let cluster = self.chain.cluster();
        // Nobody enters in the slot of a rebalance.
        cluster.advance_slot()?;
        // Test USDC comes into being with the deposit, so a refused one leaves nothing behind.
        let instructions = [funds, person.deposit(&self.vault, per_share)];
        match cluster.send(&instructions, &[&person.keypair, authority]) {
            Ok(()) => person.deposited = person.budget,
            Err(error) => return self.refusal(error),
        }
        Ok(true)
    }

    /// Ada takes 100,000 out by amount; `false` if the programs refuse it now.
    fn part_leaves(&mut self) -> Result<bool> {
        let supply = self.supply()?;
        let person = &self.people[0];
        let instruction = person.redeem(&self.vault, 100_000 * UNIT);
        let cluster = self.chain.cluster();
        cluster.advance_slot()?;
        if let Err(error) = cluster.send(&[instruction], &[&person.keypair]) {
            return self.refusal(error);
        }
        self.shares_burnt += supply - self.supply()?;
        self.withdrew = true;
        Ok(true)
    }

    fn refusal(&mut self, error: ballast_rpc::ClusterError) -> Result<bool> {
        let Some(words) = refused(&error) else {
            return Err(error.into());
        };
        self.refusals.push(words.to_owned());
        Ok(false)
    }

    fn supply(&mut self) -> Result<u64> {
        Ok(self
            .chain
            .cluster()
            .account(&self.vault.keys.share_mint)?
            .mint()?
            .supply)
    }

    fn tokens(&mut self, key: &ballast_sdk::Pubkey) -> Result<u64> {
        let found = self.chain.cluster().find(key)?;
        Ok(found.map_or(Ok(0), |account| account.token_account().map(|account| account.amount))?)
    }

    /// All ask to leave; the keeper brings the book down; all are paid.
    fn everybody_leaves(&mut self) -> Result<()> {
        let supply = self.supply()?;
        for who in 0..self.people.len() {
            let account = self.people[who].holder.shares;
            let shares = self.tokens(&account)?;
            if shares > 0 {
                let person = &self.people[who];
                let request = person.request(&self.vault, shares);
                let sent = self.chain.cluster().send(&[request], &[&person.keypair]);
                sent.with_context(|| format!("{} could not ask to leave", person.name))?;
            }
        }
        for _ in 0..EXIT_ROUNDS {
            self.stop.check()?;
            self.settle()?;
            self.chain.cluster().advance_slot()?;
            if !self.pay_tickets()? {
                break;
            }
        }
        self.shares_burnt += supply - self.supply()?;
        Ok(())
    }

    /// Completes the requests that are left; `false` if there were none.
    fn pay_tickets(&mut self) -> Result<bool> {
        let mut waiting = false;
        for person in &self.people {
            let cluster = self.chain.cluster();
            if cluster.find(&person.ticket(&self.vault))?.is_none() {
                continue;
            }
            waiting = true;
            // Anyone may complete a request; a refusal (nothing liquid yet) is tried again in the next round.
            match cluster.send(&[person.complete(&self.vault)], &[&self.local.authority]) {
                Ok(()) => {}
                Err(error) => match refused(&error) {
                    Some(words) => self.refusals.push(words.to_owned()),
                    None => return Err(error.into()),
                },
            }
        }
        Ok(waiting)
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

    /// The books, and everything that has to hold at the end.
    fn account(&mut self, mode: Mode) -> Result<Meta> {
        let keys = self.local.keys;
        let authority = tokens::wallet_of(&self.local.authority.pubkey(), &keys.quote_mint);
        let keeper_account = tokens::wallet_of(&self.chain.keeper(), &keys.quote_mint);
        let fund = self.local.config.insurance_fund()?;
        let house_fund = self.local.config.house().insurance_fund()?;
        let line = |token: &str, name: &str, side, amount| LedgerLine {
            token: token.to_owned(),
            decimals: tokens::DECIMALS,
            name: name.to_owned(),
            side,
            amount,
        };
        let mut ledger = vec![line(
            "USDC",
            "minted for the venue's insurance fund",
            Side::Minted,
            fund,
        )];
        let house = "minted for the options clearing house's insurance fund";
        ledger.push(line("USDC", house, Side::Minted, house_fund));
        let mut depositors = Vec::new();
        let (mut minted, mut shares_held, mut all_out) = (fund + house_fund, 0, true);
        for who in 0..self.people.len() {
            let (quote, shares) = (self.people[who].holder.quote, self.people[who].holder.shares);
            let (received, left) = (self.tokens(&quote)?, self.tokens(&shares)?);
            let person = &self.people[who];
            minted += person.deposited;
            shares_held += left;
            all_out &= left == 0 && received > 0;
            ledger.push(line(
                "USDC",
                &format!("minted for {}", person.name),
                Side::Minted,
                person.deposited,
            ));
            ledger.push(line(
                "USDC",
                &format!("{}'s wallet", person.name),
                Side::Found,
                received,
            ));
            let quote = |amount: u64| amount as f64 / UNIT as f64;
            depositors.push(record::Depositor {
                name: person.name.to_owned(),
                deposited: quote(person.deposited),
                received: quote(received),
            });
        }
        let (custody, venue_tokens) = (self.tokens(&keys.custody)?, self.tokens(&keys.venue_vault)?);
        let keeper_tokens = self.tokens(&keeper_account)?;
        let custody_of_house = self.local.house.custody;
        let house_tokens = self.tokens(&custody_of_house)?;
        for (name, amount) in [
            ("vault's custody (rounding left behind)", custody),
            ("venue (insurance fund)", venue_tokens),
            ("options clearing house (insurance fund)", house_tokens),
            ("keeper", keeper_tokens),
            ("authority", self.tokens(&authority)?),
        ] {
            ledger.push(line("USDC", name, Side::Found, amount));
        }
        let snapshot = self.vault.snapshot(self.chain.cluster())?;
        let supply = self.chain.cluster().account(&keys.quote_mint)?.mint()?.supply;
        let escrow = self.tokens(&keys.escrow)?;
        let shares_minted = snapshot.supply + self.shares_burnt;
        ledger.push(line("vault shares", "minted for deposits", Side::Minted, shares_minted));
        ledger.push(line(
            "vault shares",
            "burnt for payouts",
            Side::Found,
            self.shares_burnt,
        ));
        ledger.push(line(
            "vault shares",
            "held or in escrow",
            Side::Found,
            shares_held + escrow,
        ));
        let owed = snapshot
            .venue_market
            .liabilities()
            .map_err(|error| anyhow::anyhow!("{error}"))?;
        let equal = |name: &str, left: u64, right: u64| Check {
            name: name.to_owned(),
            held: left == right,
            detail: format!("{left} and {right} base units"),
        };
        let mut held = checks::books_balance(&ledger);
        held.extend([
            equal("The USDC mint's supply is what was minted", supply, minted),
            equal(
                "The vault's ledger is what its custody holds",
                snapshot.vault.cash,
                custody,
            ),
            equal("The venue owes what it holds", owed, venue_tokens),
            equal("No share is left", snapshot.supply, 0),
            equal("The keeper holds no USDC", keeper_tokens, 0),
            Check {
                name: "The book is flat and nothing is left at the venue".to_owned(),
                held: snapshot.venue_trader.lots == 0
                    && snapshot.venue_trader.collateral == 0
                    && snapshot.venue_trader.queued_withdrawal == 0,
                detail: format!(
                    "{} lots, {} base units",
                    snapshot.venue_trader.lots, snapshot.venue_trader.collateral
                ),
            },
            Check {
                name: "Every depositor got out".to_owned(),
                held: all_out,
                detail: self.who_got_what(&depositors),
            },
            Check {
                name: "A holder could leave in part on the way".to_owned(),
                held: self.withdrew,
                detail: format!("100,000 USDC by amount; {}", self.refused_meanwhile()),
            },
            Check {
                name: "The second depositor got in".to_owned(),
                held: self.people[1].deposited > 0,
                detail: String::from("as soon as no breaker stood"),
            },
            checks::floor_held(&self.steps),
            checks::exposure_under_cap(&self.steps, CAP_TOLERANCE),
            checks::delta_in_band(&self.steps),
        ]);
        Ok(Meta {
            title: self.replay.title.clone(),
            asset: self.replay.asset.clone(),
            mode,
            source: self.replay.source.clone(),
            step_seconds: self.replay.step_seconds,
            checks: held,
            depositors,
            ledger,
            marks: std::mem::take(&mut self.marks),
            wall_seconds: 0.0,
        })
    }

    /// Deposits and payouts that the programs refused until later, for a person.
    fn refused_meanwhile(&self) -> String {
        match self.refusals.last() {
            None => "nothing was refused on the way".to_owned(),
            Some(last) => format!(
                "{} attempts were refused until later (last: {last})",
                self.refusals.len()
            ),
        }
    }

    fn who_got_what(&self, depositors: &[record::Depositor]) -> String {
        let one = |d: &record::Depositor| format!("{} {:.2} for {:.2}", d.name, d.received, d.deposited);
        depositors.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}
