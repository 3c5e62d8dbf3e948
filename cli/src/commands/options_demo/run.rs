//! One run: the sale, the hedging, perhaps a liquidation, the settlement, and everybody's leaving.

use crate::commands::options::desk::{words, Desk};
use crate::commands::options::margin::{report, Report};
use crate::commands::options::name;
use crate::commands::options::quote::{from_surface, sign, Offer};
use crate::commands::options::settle::crank;
use crate::commands::options::take::{create, describe, take};
use crate::commands::options_demo::liquidation::{self, Liquidated};
use crate::commands::options_demo::path::{self, Point};
use crate::commands::options_demo::people::Person;
use crate::commands::options_demo::perp::Hedge;
use crate::commands::options_demo::record::{Holding, Step, Summary};
use crate::commands::options_demo::surface::{Published, Source};
use crate::stop::Stop;
use anyhow::{anyhow, bail, Context, Result};
use ballast_core_clearing::quote::{Quote, ANYONE};
use ballast_core_clearing::trade::Side;
use ballast_deploy::keys;
use ballast_deploy::price::price_of;
use ballast_deploy::steps::Local;
use ballast_options::state::{ExpiryOutcome, SeriesKey};
use ballast_rpc::tokens::UNIT;
use ballast_rpc::TestCluster;
use ballast_sim::record::Check;

/// Units of the underlying in each of the strangle's options, for a notional of about this many dollars.
const NOTIONAL: f64 = 800_000.0;
/// Strikes as shares of the first price.
const STRIKES: [(f64, &str); 2] = [(0.95, "P"), (1.05, "C")];
/// The maker's spread: a share of the volatility on each side.
const SPREAD: f64 = 0.04;
/// What the hedge may be off before it is traded, units of the underlying for one unit of the strangle.
const BAND: f64 = 0.02;
/// With thin margin: what is left of the free cash.
const THIN: f64 = 0.03;
/// A surface is published so often, seconds.
const SURFACE_EVERY: i64 = 1_800;
/// Between two parts of the hedge that are worked off while the expiry is sampled, seconds.
const UNWIND_EVERY: i64 = 300;
/// How long a liquidator tries, minutes: while the discount grows, and until the insurance fund may take over.
const MINUTES: i64 = 22;

/// The run.
pub struct Run {
    local: Local,
    points: Vec<Point>,
    source: Source,
    thin: bool,
    stop: Stop,
    published: Published,
    liquidated: Liquidated,
    surface_at: i64,
    /// The steps so far.
    pub steps: Vec<Step>,
    events: Vec<String>,
}

fn whole(units: i64) -> f64 {
    units as f64 / UNIT as f64
}

fn amount(units: f64) -> u64 {
    (units * UNIT as f64).round() as u64
}

impl Run {
    /// A run over these prices.
    pub fn new(local: Local, points: Vec<Point>, source: Source, thin: bool, stop: Stop) -> Self {
        Self {
            local,
            points,
            source,
            thin,
            stop,
            published: Published::default(),
            liquidated: Liquidated::default(),
            surface_at: 0,
            steps: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Goes through everything.
    ///
    /// # Errors
    /// What was refused that should not have been.
    pub fn all(&mut self, chain: &mut dyn TestCluster) -> Result<Summary> {
        let first = *self.points.first().ok_or_else(|| anyhow!("there are no prices"))?;
        let house = self.local.house.house;
        let mut desk = Desk::open(chain, &house, &[])?;
        let listing = *desk.house.listing(0).map_err(|error| anyhow!("{}", words(&error)))?;
        let params = listing.settings.params();
        let expiry = path::expiry(&self.points, &params)?;
        let window_at = expiry - i64::from(params.settlement.window_seconds);
        self.publish(&mut desk, first.at, first.price)?;
        let size = (NOTIONAL / first.price * 10.0).round().max(1.0) / 10.0;
        let mut people = self.arrive(&mut desk, first.price * size)?;
        let [maker, writer, liquidator] = &mut people;
        let collateral = amount(first.price * size * 0.5);
        let hedge = Hedge::open(&mut desk, &self.local, keys::wallet(writer.name), collateral)?;
        let series = self.series(&desk, first.price, expiry)?;
        let premium = self.sell(&mut desk, maker, writer, &series, size)?;
        let hours: Vec<Point> = self
            .points
            .iter()
            .copied()
            .filter(|point| point.at < window_at)
            .collect();
        for point in hours {
            self.stop.check()?;
            self.publish(&mut desk, point.at, point.price)?;
            if liquidation::begin(&mut desk, writer, liquidator, &mut self.liquidated)? {
                self.events.push("a liquidation begins".to_owned());
                self.liquidate(&mut desk, writer, liquidator, point, window_at)?;
            }
            if self.thin && self.liquidated.begun == 0 {
                self.take_out(&mut desk, writer)?;
            }
            self.hedge(&mut desk, writer, &hedge, point.price, size)?;
            self.record(&mut desk, writer, &hedge, point)?;
        }
        let (settled_at, samples, mean) = self.settle(&mut desk, liquidator, &hedge, window_at, expiry)?;
        let last = Point {
            at: expiry,
            price: path::between(&self.points, expiry),
        };
        let taken = self.liquidated.takes;
        self.record(&mut desk, writer, &hedge, last)?;
        hedge.leave(&mut desk, last.price)?;
        let closed = crank(&mut desk, &liquidator.keypair, true)?;
        for person in [&mut *maker, &mut *writer, &mut *liquidator] {
            person.leave(&mut desk)?;
        }
        let mut checks = self.balance(&mut desk, &people)?;
        let apart = (settled_at / mean - 1.0).abs();
        checks.push(Check {
            name: "The expiry settled at the average of its samples".to_owned(),
            held: apart < 1e-8 && samples >= u32::from(params.settlement.least_samples),
            detail: format!("{settled_at:.6} from {samples} samples, whose mean is {mean:.6}"),
        });
        checks.push(Check {
            name: "Series and expiry are closed".to_owned(),
            held: desk.expiries()?.is_empty() && desk.all_series()?.is_empty(),
            detail: closed.join("; "),
        });
        if self.thin {
            checks.push(Check {
                name: "The writer was liquidated".to_owned(),
                held: taken + self.liquidated.taken_over > 0,
                detail: format!("{taken} takes, {} positions taken over", self.liquidated.taken_over),
            });
        }
        let holdings = people.iter().map(|person| {
            Ok(Holding {
                name: person.name.to_owned(),
                minted: person.minted as f64 / UNIT as f64,
                left: person.tokens(&mut desk)? as f64 / UNIT as f64,
            })
        });
        Ok(Summary {
            prices: String::new(),
            surfaces: String::new(),
            people: holdings.collect::<Result<_>>()?,
            series: series.iter().map(|key| desk.name(key)).collect(),
            size,
            premium: premium as f64 / UNIT as f64,
            settled_at,
            samples,
            surfaces_published: [self.published.whole, self.published.partial, self.published.refused],
            liquidation: [self.liquidated.begun, taken, self.liquidated.taken_over],
            held: checks.iter().all(|check| check.held),
            checks,
        })
    }

    fn arrive(&self, desk: &mut Desk, notional: f64) -> Result<[Person; 3]> {
        let person = |desk: &mut Desk, name, minted: f64, deposit: f64| {
            Person::arrive(desk, &self.local, name, amount(minted), amount(deposit))
        };
        Ok([
            person(desk, "maker", notional, notional)?,
            person(desk, "writer", notional, notional * 0.5)?,
            person(desk, "liquidator", notional, notional)?,
        ])
    }

    /// Time passes to a moment; then its price is published, the market observed, and from time to time a surface.
    fn publish(&mut self, desk: &mut Desk, at: i64, price: f64) -> Result<()> {
        // A moment that a liquidation has gone past already has its price.
        if self.surface_at > 0 && desk.cluster.clock()?.unix_timestamp >= at {
            return Ok(());
        }
        desk.cluster.advance_to(at)?;
        desk.cluster.advance_slot()?;
        self.local.publish_price(desk.cluster, price_of(price)?)?;
        if at - self.surface_at >= SURFACE_EVERY {
            self.surface_at = at;
            return self.source.publish(&self.local, desk.cluster, &mut self.published);
        }
        desk.send(&[self.local.observe()], &[&self.local.authority])
            .context("the market could not be observed")
    }

    fn series(&self, desk: &Desk, price: f64, expiry: i64) -> Result<Vec<SeriesKey>> {
        let name = |(share, kind): &(f64, &str)| {
            let strike = path::strike(price * share);
            format!("{}-{}-{strike}-{kind}", self.local.asset, name::date_of(expiry))
        };
        STRIKES.iter().map(|strike| desk.series(&name(strike))).collect()
    }

    /// The maker quotes each option from the surface, and the writer sells to him. Base units.
    fn sell(
        &mut self,
        desk: &mut Desk,
        maker: &Person,
        writer: &Person,
        series: &[SeriesKey],
        size: f64,
    ) -> Result<u64> {
        let mut premium = 0;
        for key in series {
            create(desk, key, &writer.keypair)?;
            let offer = Offer {
                series: *key,
                side: Side::Buy,
                size: i64::try_from(amount(size))?,
                price: from_surface(desk, key, Side::Buy, SPREAD)?,
                slots: 150,
                nonce: None,
                taker: ANYONE,
            };
            let account = maker.margin(desk)?;
            let signed = sign(desk, &account, &maker.keypair, &offer)?;
            let taker = writer.margin(desk)?;
            let traded = take(desk, &signed, &taker, &writer.keypair, None)?;
            let quote = Quote::decode(&signed.message).map_err(|refusal| anyhow!("{refusal:?}"))?;
            self.events.push(describe(desk, &quote, &traded));
            premium += traded.premium;
            desk.cluster.advance_slot()?;
        }
        Ok(premium)
    }

    /// The writer takes nearly all out that is free.
    fn take_out(&self, desk: &mut Desk, writer: &mut Person) -> Result<()> {
        let (key, account) = writer.margin(desk)?;
        let free = report(desk, &key, &account)?.free_cash;
        let kept = (amount(1.0) as i64).max((free as f64 * THIN) as i64);
        writer.withdraw(desk, u64::try_from(free - kept).unwrap_or_default())
    }

    /// The hedge is brought to minus the options' delta, when it is off by more than the band.
    fn hedge(&mut self, desk: &mut Desk, writer: &Person, hedge: &Hedge, price: f64, size: f64) -> Result<()> {
        let (key, account) = writer.margin(desk)?;
        let delta = delta(&report(desk, &key, &account)?, price);
        let held = whole(hedge.trader(desk)?.lots);
        let none = account.positions().is_empty() && held != 0.0;
        if (held + delta).abs() > BAND * size || none {
            let lots = (-delta * UNIT as f64).round() as i64;
            hedge.trade_to(desk, lots, price)?;
        }
        Ok(())
    }

    /// The liquidator takes what the rules let him, minute by minute; in the end the insurance fund may come.
    fn liquidate(&mut self, desk: &mut Desk, writer: &Person, by: &Person, point: Point, until: i64) -> Result<()> {
        for minute in 1..=MINUTES {
            let at = point.at + 60 * minute;
            if at >= until {
                return Ok(());
            }
            self.publish(desk, at, path::between(&self.points, at))?;
            while let Some(words) = liquidation::take(desk, writer, by, &mut self.liquidated)? {
                self.events.push(format!("{words} after {minute} min"));
            }
            if !liquidation::goes_on(desk, writer, by)? {
                self.events.push("the liquidation is over".to_owned());
                return Ok(());
            }
        }
        let positions = liquidation::take_over(desk, writer, by, &mut self.liquidated)?;
        if positions > 0 {
            self.events
                .push(format!("the insurance fund takes {positions} positions over"));
        }
        Ok(())
    }

    /// Works the hedge off as the average takes shape. A sample a minute, the average, everybody's positions, everybody's claims. The price, the samples, and what their mean should be.
    fn settle(
        &mut self,
        desk: &mut Desk,
        by: &Person,
        hedge: &Hedge,
        begins_at: i64,
        expiry: i64,
    ) -> Result<(f64, u32, f64)> {
        let (mut sum, mut count) = (0.0, 0u32);
        let mut at = begins_at;
        let held = hedge.trader(desk)?.lots;
        while at <= expiry {
            let price = path::between(&self.points, at);
            self.publish(desk, at, price)?;
            let said = crank(desk, &by.keypair, false)?;
            if said.iter().any(|line| line.contains("recorded")) {
                sum += price_of(price)? as f64 / 1e8;
                count += 1;
            } else {
                bail!("no sample was recorded at {}: {}", name::moment(at), said.join("; "));
            }
            // What is settled by an average loses its delta with every sample.
            if (at - begins_at) % UNWIND_EVERY == 0 {
                let left = held as f64 * (expiry - at) as f64 / (expiry - begins_at) as f64;
                hedge.trade_to(desk, left.round() as i64, price)?;
            }
            at += 60;
        }
        let (_, settled) = desk
            .expiries()?
            .into_iter()
            .next()
            .ok_or_else(|| anyhow!("the expiry is gone"))?;
        if settled.outcome == ExpiryOutcome::Open {
            bail!("the expiry was not settled at its end");
        }
        let price = settled.price.price().map_or(0.0, |price| price.fixed().to_num());
        self.events.push(format!("settled at {price:.2}"));
        Ok((price, settled.sample_count, sum / f64::from(count.max(1))))
    }

    fn record(&mut self, desk: &mut Desk, writer: &Person, hedge: &Hedge, point: Point) -> Result<()> {
        let (key, account) = writer.margin(desk)?;
        let now = report(desk, &key, &account)?;
        let options: f64 = now.positions.iter().map(|held| whole(held.worth.fair)).sum();
        let hedge_worth = hedge.worth(desk, point.price)? / UNIT as f64;
        let wallet = writer.tokens(desk)? as f64 / UNIT as f64;
        let owed = whole(now.claims - now.debt);
        self.steps.push(Step {
            unix_time: point.at,
            time: name::moment(point.at),
            price: point.price,
            options,
            cash: whole(now.cash),
            equity: whole(now.equity),
            initial: whole(now.initial),
            maintenance: whole(now.maintenance),
            delta: delta(&now, point.price),
            hedge: whole(hedge.trader(desk)?.lots),
            hedge_worth,
            result: options + whole(now.cash) + owed + hedge_worth + wallet - writer.minted as f64 / UNIT as f64,
            events: std::mem::take(&mut self.events).join("; "),
        });
        Ok(())
    }

    /// Every token is somewhere, and nobody's gain is not somebody's loss.
    fn balance(&self, desk: &mut Desk, people: &[Person]) -> Result<Vec<Check>> {
        let keys = self.local.keys;
        let tokens = |desk: &mut Desk, key| -> Result<u64> { Ok(desk.cluster.account(&key)?.token_account()?.amount) };
        let supply = desk.cluster.account(&keys.quote_mint)?.mint()?.supply;
        let (custody, venue) = (tokens(desk, desk.keys.custody)?, tokens(desk, keys.venue_vault)?);
        let mut wallets = 0;
        for person in people {
            wallets += person.tokens(desk)?;
        }
        let insurance = desk.cluster.account(&desk.keys.insurance)?.margin_account()?;
        let house = desk.cluster.account(&desk.keys.house)?.house()?;
        let given = self.local.config.house().insurance_fund()?;
        let gained: i128 = people.iter().map(|person| -person.paid_in).sum();
        let fund = i128::from(insurance.cash) - i128::from(given);
        let check = |name: &str, held: bool, detail: String| Check {
            name: name.to_owned(),
            held,
            detail,
        };
        let found = wallets + custody + venue;
        Ok(vec![
            check(
                "Every token that was minted is somewhere",
                supply == found,
                format!("{supply} and {found} base units"),
            ),
            check(
                "The house holds its insurance fund and nothing else",
                custody == insurance.cash && house.ledger == custody,
                format!("{custody} held, {} booked, {} the fund's", house.ledger, insurance.cash),
            ),
            check(
                "What the members gained is what the fund lost, and the other way round",
                gained + fund == 0,
                format!("{gained} and {fund} base units"),
            ),
            check(
                "Everybody is out and nothing is open",
                desk.accounts()?.len() == 1 && house.listings().iter().all(|listing| listing.open_interest == 0),
                format!("{} margin accounts are left", desk.accounts()?.len()),
            ),
        ])
    }
}

/// Delta of the options in units of the underlying.
fn delta(report: &Report, price: f64) -> f64 {
    report.positions.iter().map(|held| whole(held.worth.delta)).sum::<f64>() / price
}
