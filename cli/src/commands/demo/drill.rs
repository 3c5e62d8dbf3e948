//! Drills: everybody leaves while something that they rely on is not there.

use super::run::Run;
use crate::chain::advance_by;
use anyhow::Result;
use ballast_market_data::history::Candle;
use ballast_reference_venue::state::Faults;
use ballast_rpc::tokens::UNIT;
use ballast_sdk::instructions::venue::set_faults;
use ballast_sim::record::Check;
use solana_signer::Signer;

/// Rounds of a minute until the hour of a batch is over.
const HOUR_ROUNDS: usize = 62;
/// Rounds of a minute in which a venue that does not answer is put into quarantine, and a batch is
/// priced without it.
const QUARANTINE_ROUNDS: usize = 8;
/// Length of one, seconds.
const ROUND_SECONDS: i64 = 60;
/// Rounds of a quarter of an hour in which a sound venue leaves quarantine.
const SOUND_ROUNDS: usize = 110;
/// Length of one, seconds.
const SOUND_ROUND_SECONDS: i64 = 900;

/// What is not there while everybody leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Drill {
    /// The venue is paused: nothing trades there, and no token moves
    VenueFreeze,
    /// Nobody publishes a price
    OracleSilence,
    /// No keeper cranks: the depositors do it themselves
    KeeperAbsent,
}

impl Drill {
    /// Returns what happens, for the report.
    pub const fn label(self) -> &'static str {
        match self {
            Self::VenueFreeze => "drill: the venue is paused, and all leave",
            Self::OracleSilence => "drill: nobody publishes a price, and all leave",
            Self::KeeperAbsent => "drill: no keeper is there, and all leave",
        }
    }

    const fn check(self) -> &'static str {
        match self {
            Self::VenueFreeze => "With the venue paused, all had their part of what was liquid in minutes",
            Self::OracleSilence => "Without a price, all had their part of what was liquid in an hour",
            Self::KeeperAbsent => "Without a keeper, all got out by their own hands",
        }
    }
}

/// What a depositor is due from what is liquid when they ask to leave, and what they got. Base
/// units.
struct Part {
    name: &'static str,
    due: u64,
    /// In the wallet when they asked.
    held: u64,
    got: u64,
}

/// What the depositors got during a drill.
pub struct Outcome {
    drill: Drill,
    parts: Vec<Part>,
}

impl Outcome {
    /// Returns whether everybody had what was theirs.
    pub fn check(&self) -> Check {
        let amount = |units: u64| units as f64 / UNIT as f64;
        let one = |part: &Part| format!("{} {:.2} of {:.2}", part.name, amount(part.got), amount(part.due));
        let all: Vec<String> = self.parts.iter().map(one).collect();
        let rest = match self.drill {
            Drill::KeeperAbsent => "liquid when they asked, with what they unwound themselves",
            Drill::OracleSilence => "liquid; the rest when it came back",
            Drill::VenueFreeze => "liquid; what the venue in quarantine held when it came back",
        };
        // A part is rounded down once for the batch and once for the ticket.
        let held = self.parts.iter().all(|part| part.got.saturating_add(2) >= part.due);
        Check {
            name: self.drill.check().to_owned(),
            held: held && !self.parts.is_empty(),
            detail: format!("{} {rest}", all.join(", ")),
        }
    }
}

impl Run<'_> {
    /// Lets everybody leave who has asked to, each with so many shares, while something fails: for
    /// an hour, or until all are out.
    ///
    /// # Errors
    /// A cluster that cannot be used, or whatever was refused that should not have been.
    pub(super) fn leave_in_a_drill(&mut self, drill: Drill, shares: &[u64], candle: Candle) -> Result<Outcome> {
        let mut parts = Vec::new();
        let snapshot = self.stage.snapshot()?;
        for (person, shares) in self.depositors.people.iter().zip(shares) {
            parts.push(Part {
                name: person.name,
                due: snapshot.part_of_liquid(*shares),
                held: self.stage.tokens(&person.holder.quote)?,
                got: 0,
            });
        }
        match drill {
            Drill::KeeperAbsent => {
                self.is_alone = true;
                self.let_batches_be_priced(candle)?;
            }
            Drill::VenueFreeze => {
                self.pause(true)?;
                self.wait_rounds(QUARANTINE_ROUNDS, Some(candle))?;
            }
            Drill::OracleSilence => self.wait_rounds(HOUR_ROUNDS, None)?,
        }
        for (person, part) in self.depositors.people.iter().zip(&mut parts) {
            let holds = self.stage.tokens(&person.holder.quote)?;
            part.got = holds.saturating_sub(part.held);
        }
        match drill {
            Drill::KeeperAbsent => {}
            Drill::VenueFreeze => {
                self.pause(false)?;
                self.wait_for_the_venue(candle)?;
            }
            Drill::OracleSilence => self.publish(candle)?,
        }
        Ok(Outcome { drill, parts })
    }

    /// Goes on for so many rounds, at the price of a candle or at none.
    fn wait_rounds(&mut self, rounds: usize, candle: Option<Candle>) -> Result<()> {
        for _ in 0..rounds {
            self.stop.check()?;
            advance_by(self.stage.chain.cluster(), ROUND_SECONDS)?;
            match candle {
                Some(candle) => {
                    self.publish(candle)?;
                    self.settle()?;
                }
                // Without a price nothing has a value that a cost could be told by.
                None => drop(self.stage.chain.settle(&self.stage.vault)?),
            }
            self.depositors.claim(&mut self.stage)?;
        }
        Ok(())
    }

    /// Goes on, quarters of an hour at the price of a candle, until the venue has left quarantine:
    /// what it holds is shared with those who left.
    fn wait_for_the_venue(&mut self, candle: Candle) -> Result<()> {
        for _ in 0..SOUND_ROUNDS {
            if !self.stage.snapshot()?.state.cases.is_quarantined() {
                break;
            }
            self.stop.check()?;
            advance_by(self.stage.chain.cluster(), SOUND_ROUND_SECONDS)?;
            self.publish(candle)?;
            self.settle()?;
            self.depositors.claim(&mut self.stage)?;
        }
        Ok(())
    }

    fn pause(&mut self, paused: bool) -> Result<()> {
        let (authority, market) = (&self.stage.local.authority, self.stage.local.keys.first().venue_market);
        let faults = Faults {
            paused,
            ..Faults::default()
        };
        let instruction = set_faults(&authority.pubkey(), &market, faults);
        Ok(self.stage.chain.cluster().send(&[instruction], &[authority])?)
    }
}
