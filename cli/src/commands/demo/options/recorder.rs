//! What a run records as it goes: a step an hour, and what happened in between.

use super::hedging::delta;
use super::path::Point;
use super::people::whole;
use super::people::People;
use super::people::Person;
use crate::commands::options::client::OptionsClient;
use crate::commands::options::margin::report;
use crate::commands::options::margin::Report;
use crate::commands::options::name;
use anyhow::Result;
use ballast_rpc::tokens::UNIT;
use ballast_sim::record::strangle::Step;
use ballast_sim::record::Mark;

/// The steps and the moments so far.
#[derive(Default)]
pub struct Recorder {
    /// The steps.
    pub steps: Vec<Step>,
    /// What happened, and when.
    pub marks: Vec<Mark>,
    /// How much of that the steps tell.
    told: usize,
    /// The series of the put and of the call.
    names: Vec<String>,
}

impl Recorder {
    /// Returns a recorder of these series.
    pub fn new(names: &[String]) -> Self {
        Self {
            names: names.to_vec(),
            ..Self::default()
        }
    }

    /// Notes that something happened.
    pub fn tell(&mut self, unix_time: i64, label: String) {
        self.marks.push(Mark { unix_time, label });
    }

    /// Records a step. `hedge_before` is the hedge before it was adjusted, units.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn record(
        &mut self,
        client: &mut OptionsClient,
        people: &People,
        point: Point,
        hedge_before: f64,
    ) -> Result<()> {
        let writer = &people.writer;
        let now = margin_status(client, writer)?;
        let hedge_worth = people.hedge.worth(client, point.price)? / UNIT as f64;
        let has = wealth(client, writer, &now)? + hedge_worth;
        let (maker, liquidator) = (&people.maker, &people.liquidator);
        let events = self.marks[self.told..].iter().map(|mark| mark.label.as_str());
        let step = Step {
            unix_time: point.at,
            time: name::moment(point.at),
            price: point.price,
            options: options(&now),
            cash: whole(now.cash),
            equity: whole(now.equity),
            initial: whole(now.initial),
            maintenance: whole(now.maintenance),
            delta: delta(&now, point.price),
            hedge: whole(people.hedge.trader(client)?.lots),
            hedge_worth,
            result: has - writer.minted as f64 / UNIT as f64,
            events: events.collect::<Vec<_>>().join("; "),
            put: self.worth(&now, 0),
            call: self.worth(&now, 1),
            hedge_before,
            maker: margin_status(client, maker).and_then(|report| wealth(client, maker, &report))?,
            writer: has,
            liquidator: margin_status(client, liquidator).and_then(|report| wealth(client, liquidator, &report))?,
        };
        self.told = self.marks.len();
        self.steps.push(step);
        Ok(())
    }

    /// Returns what one of the series is worth to who holds it.
    fn worth(&self, report: &Report, series: usize) -> f64 {
        let of_it = |name: &str| self.names.get(series).is_some_and(|ours| ours == name);
        let held = report.positions.iter().filter(|held| of_it(&held.series));
        held.map(|held| whole(held.worth.fair)).sum()
    }
}

/// Reads somebody's margin status.
fn margin_status(client: &mut OptionsClient, person: &Person) -> Result<Report> {
    let (key, account) = person.margin(client)?;
    report(client, &key, &account)
}

/// Returns what an account's options are worth, at the published price and the surface's
/// volatility.
fn options(report: &Report) -> f64 {
    report.positions.iter().map(|held| whole(held.worth.fair)).sum()
}

/// Returns what somebody has in the margin account and in the wallet.
fn wealth(client: &mut OptionsClient, person: &Person, report: &Report) -> Result<f64> {
    let wallet = person.tokens(client)? as f64 / UNIT as f64;
    // What is taken is brought home at once: the second account holds cash alone.
    let desk = match person.desk {
        Some(desk) => client.account(&desk)?.cash as f64 / UNIT as f64,
        None => 0.0,
    };
    Ok(options(report) + whole(report.cash + report.claims - report.debt) + wallet + desk)
}
