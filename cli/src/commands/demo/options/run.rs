//! One run: the sale, the hedging, perhaps a liquidation, the settlement, and everybody's leaving.

use super::closing::Closing;
use super::closing::End;
use super::hedging::hedge;
use super::hedging::take_out;
use super::liquidation;
use super::liquidation::Liquidated;
use super::market::Market;
use super::path::Point;
use super::people::whole;
use super::people::People;
use super::recorder::Recorder;
use super::sale::sell;
use super::sale::Plan;
use super::settlement;
use crate::commands::options::client::OptionsClient;
use crate::commands::options::settle::crank;
use crate::stop::Stop;
use anyhow::anyhow;
use anyhow::Result;
use ballast_deploy::steps::Local;
use ballast_rpc::tokens::UNIT;
use ballast_rpc::TestCluster;
use ballast_sim::record::strangle::Meta;
use ballast_sim::record::strangle::Step;
use ballast_terminal::Progress;

/// How long a liquidator tries, minutes: until everything is for nothing.
const MINUTES: i64 = 16;

/// After an observation another one makes an average, with which a liquidation begins; seconds.
const HALF_A_MINUTE: i64 = 30;

/// The run.
pub struct Run {
    local: Local,
    market: Market,
    thin: bool,
    stop: Stop,
    liquidated: Liquidated,
    recorder: Recorder,
}

impl Run {
    /// Returns a run over these prices before anything has happened. With `thin` margin a fall
    /// liquidates the writer.
    pub fn new(local: Local, market: Market, thin: bool, stop: Stop) -> Self {
        Self {
            local,
            market,
            thin,
            stop,
            liquidated: Liquidated::default(),
            recorder: Recorder::default(),
        }
    }

    /// Returns the steps so far.
    pub fn steps(&self) -> &[Step] {
        &self.recorder.steps
    }

    /// Goes through everything.
    ///
    /// # Errors
    /// What was refused that should not have been.
    pub fn all(&mut self, chain: &mut dyn TestCluster) -> Result<Meta> {
        let house = self.local.house.house;
        let mut client = OptionsClient::open(chain, &house, &[])?;
        let plan = Plan::new(&client, &self.local.asset, &self.market.points)?;
        let first = self.market.points.first().copied();
        let first = first.ok_or_else(|| anyhow!("there are no prices"))?;
        self.recorder = Recorder::new(&plan.names);
        self.market.publish(&mut client, &self.local, first)?;
        let mut people = People::arrive(&mut client, &self.local, plan.notional)?;
        let premium = sell(&mut client, &people, &plan, &mut self.recorder)?;
        let before = |point: &&Point| point.at < plan.window_at;
        let hours: Vec<Point> = self.market.points.iter().filter(before).copied().collect();
        let bar = Progress::of(hours.len() as u64, "hours");
        for point in hours {
            bar.step();
            self.stop.check()?;
            self.hour(&mut client, &mut people, &plan, point)?;
        }
        drop(bar);
        let end = self.end(&mut client, &mut people, &plan)?;
        let settled = end.settled.clone();
        let closing = Closing::read(&mut client, &self.local, &people, end)?;
        let (published, liquidated) = (self.market.published, self.liquidated);
        let asset = self.local.asset.clone();
        Ok(Meta {
            title: format!("Ballast: a strangle on {asset}, from its sale to its settlement"),
            asset,
            series: plan.names.clone(),
            strikes: plan.strikes.clone(),
            size: plan.size,
            band: plan.band(),
            premium: premium as f64 / UNIT as f64,
            expiry: plan.expiry,
            settled_at: settled.price,
            averaged_seconds: settled.seconds,
            settlement: settled.prices,
            surfaces_published: [published.whole, published.partial, published.refused],
            liquidation: [liquidated.begun, liquidated.takes],
            checks: closing.checks(self.thin),
            people: closing.people,
            ledger: closing.ledger,
            marks: self.recorder.marks.clone(),
            ..Meta::default()
        })
    }

    /// Goes through one hour before the settlement.
    fn hour(&mut self, client: &mut OptionsClient, people: &mut People, plan: &Plan, point: Point) -> Result<()> {
        self.market.publish(client, &self.local, point)?;
        if self.thin {
            // A liquidation begins on an average of half a minute.
            let later = self.market.at(point.at + HALF_A_MINUTE);
            self.market.publish(client, &self.local, later)?;
        }
        if liquidation::begin(client, &people.writer, &people.liquidator, &mut self.liquidated)? {
            self.recorder.tell(point.at, "a liquidation begins".to_owned());
            self.liquidate(client, people, point, plan.window_at)?;
        }
        if self.thin && self.liquidated.begun == 0 {
            take_out(client, people)?;
        }
        let held = hedge(client, people, point.price, plan.band())?;
        self.recorder.record(client, people, point, held)
    }

    /// Lets the liquidator take what suffices, minute by minute until the liquidation is over.
    fn liquidate(&mut self, client: &mut OptionsClient, people: &mut People, from: Point, until: i64) -> Result<()> {
        let (writer, by) = (&people.writer, &mut people.liquidator);
        for minute in 1..=MINUTES {
            let at = from.at + 60 * minute;
            if at >= until {
                return Ok(());
            }
            let point = self.market.at(at);
            self.market.publish(client, &self.local, point)?;
            if let Some(words) = liquidation::take(client, writer, by, &mut self.liquidated)? {
                self.recorder.tell(at, format!("{words} after {minute} min"));
            }
            if !liquidation::goes_on(client, writer, by)? {
                self.recorder.tell(at, "the liquidation is over".to_owned());
                return Ok(());
            }
        }
        Ok(())
    }

    /// Settles, and lets everybody leave.
    fn end(&mut self, client: &mut OptionsClient, people: &mut People, plan: &Plan) -> Result<End> {
        let settled = settlement::settle(client, &self.local, &mut self.market, people, plan)?;
        self.recorder
            .tell(plan.expiry, format!("settled at {:.2}", settled.price));
        let last = self.market.at(plan.expiry);
        let held = whole(people.hedge.trader(client)?.lots);
        self.recorder.record(client, people, last, held)?;
        people.hedge.leave(client, last.price)?;
        let closed = crank(client, &people.liquidator.keypair, true, None)?;
        let closed = closed.iter().map(ToString::to_string).collect();
        people.leave(client)?;
        Ok(End {
            settled,
            closed,
            liquidated: self.liquidated,
        })
    }
}
