//! How much of its markets a vault wants, as `vault show` says it.

use super::client::decimal;
use anyhow::{anyhow, Result};
use ballast_core_market::regime::Regime;
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Ratio, Shares, Value};
use ballast_core_vault::directional::{drawdown, Mode, Outlook};
use ballast_core_vault::exposure::{targets, RemainingCapital, Wants};
use ballast_core_vault::limit_multipliers::Side;
use ballast_core_vault::places::MAX_MARKETS;
use ballast_core_vault::shares::Pool;
use ballast_sdk::snapshot::{Snapshot, SnapshotMarket};
use serde::Serialize;

/// A share of this many shares is a round number: what exposure there is at a drawdown depends on
/// no amount.
const ROUND: Shares = Shares(1_000_000_000_000);

/// What a market says that was never observed.
const NOTHING_KNOWN: Outlook = Outlook {
    strength: BasisPoints::ZERO,
    volatility: BasisPoints::MAX,
    regime: Regime::Crisis,
    acceleration: None,
};

/// A vault's policy, and what it wants at its markets as they are.
#[derive(Debug, Serialize)]
pub struct Policy {
    /// What decides the targets: `manual` or `rule-based`.
    mode: &'static str,
    /// What is wanted of each market, in its place.
    wants: Vec<Wanted>,
    /// Half-width of a market's band around its target, over its base.
    band: String,
    /// Most that is traded in an hour because exposure has drifted, over net asset value.
    slice: String,
    /// Most that a trade may cost of what it trades.
    max_cost: String,
}

/// What is wanted of a market.
#[derive(Debug, Serialize)]
struct Wanted {
    /// Its name.
    market: String,
    /// What it says of the days ahead; none before its first observation.
    outlook: Option<OutlookReport>,
    /// Exposure over net asset value at the most that is wanted.
    base: String,
    /// Target exposure over net asset value, as the market is now, when a share has fallen so far
    /// from its high.
    exposure_at_drawdown: Vec<Drawn>,
}

/// What a market says of the days ahead.
#[derive(Debug, Serialize)]
struct OutlookReport {
    /// Strength of the trend of weeks: 0 to 1.
    trend_strength: String,
    /// Slow volatility a year.
    volatility: String,
    /// The regime.
    regime: &'static str,
    /// What of the greatest exposure may be reached by adding to it: 0 to 1.
    opening: String,
}

impl OutlookReport {
    fn of(outlook: &Outlook, side: Side) -> Self {
        let share = |basis_points: u32| format!("{:.2}", f64::from(basis_points) / 1e4);
        Self {
            trend_strength: share(outlook.strength.0),
            volatility: share(outlook.volatility.0),
            regime: match outlook.regime {
                Regime::Calm => "calm",
                Regime::Elevated => "elevated",
                Regime::Stressed => "stressed",
                Regime::Crisis => "crisis",
            },
            opening: share(u32::from(outlook.opening(side).basis_points())),
        }
    }

    fn text(&self, of: &str) -> String {
        format!(
            "outlook    {of}trend of weeks {} up, volatility {} a year, regime {}: {} of the greatest exposure may be reached by adding",
            self.trend_strength, self.volatility, self.regime, self.opening
        )
    }
}

/// Exposure at one drawdown.
#[derive(Debug, Serialize)]
struct Drawn {
    percent: i128,
    exposure: String,
}

impl Policy {
    /// Returns the policy of a vault.
    ///
    /// # Errors
    /// If it does not fit.
    pub fn of(snapshot: &Snapshot) -> Result<Self> {
        let policy = &snapshot.state.policy;
        let markets = snapshot.markets().zip(policy.exposure.markets());
        let wants = markets.map(|(market, (place, wanted))| {
            let side = if wanted.base < Ratio::ZERO {
                Side::Short
            } else {
                Side::Long
            };
            let outlook = market.view.state.as_ref().map(Outlook::of);
            Ok(Wanted {
                market: market.name(),
                outlook: outlook.map(|outlook| OutlookReport::of(&outlook, side)),
                base: decimal(wanted.base),
                exposure_at_drawdown: [0, 5, 10, 15, 20, 25]
                    .map(|percent| drawn(snapshot, place, percent))
                    .into_iter()
                    .collect::<Result<_>>()?,
            })
        });
        let mode = policy.exposure.markets().next().map(|(_, wanted)| wanted.mode);
        Ok(Self {
            mode: match mode {
                Some(Mode::RuleBased) => "rule-based",
                Some(Mode::Manual) | None => "manual",
            },
            wants: wants.collect::<Result<_>>()?,
            band: decimal(policy.exposure.band),
            slice: decimal(policy.rebalance.slice),
            max_cost: decimal(policy.rebalance.max_cost),
        })
    }

    /// Returns it as lines for people.
    pub fn text(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for wanted in &self.wants {
            let of = of_many(&wanted.market, self.wants.len());
            let drawn = wanted.exposure_at_drawdown.iter();
            let drawn: Vec<String> = drawn.map(|at| format!("{} at {} %", at.exposure, at.percent)).collect();
            lines.extend(wanted.outlook.as_ref().map(|outlook| outlook.text(&of)));
            let how = match self.mode {
                "manual" => "by hand".to_owned(),
                _ => format!("by rules, of {} at the most", wanted.base),
            };
            lines.push(format!(
                "policy     {of}{how}: exposure over value by how far a share has fallen: {}",
                drawn.join(", ")
            ));
        }
        let bases: Vec<&str> = self.wants.iter().map(|wanted| wanted.base.as_str()).collect();
        lines.push(format!(
            "           within ± {} of the {} nothing is traded; in an hour at most {} of the value, but for what is above a limit",
            self.band,
            bases.join(", "),
            self.slice
        ));
        lines.push(format!(
            "           a trade costs at most {} of what it trades",
            self.max_cost
        ));
        lines
    }
}

/// Returns what names one of several markets in front of a line; nothing where there is one alone.
pub fn of_many(market: &str, count: usize) -> String {
    if count > 1 {
        format!("{market} ")
    } else {
        String::new()
    }
}

/// Returns the target exposure to the market at a place, over net asset value, of a vault whose
/// share is so far under its highest value.
fn drawn(snapshot: &Snapshot, place: usize, percent: i128) -> Result<Drawn> {
    let policy = &snapshot.state.policy;
    let exposure = || {
        let left = Ratio::from_fixed(
            Ratio::ONE
                .fixed()
                .checked_mul_int(100i128.checked_sub(percent)?)?
                .checked_div_int(100)?,
        );
        let full = Pool {
            nav: Value::ZERO,
            supply: ROUND,
            unit: snapshot.state.unit,
        };
        let nav = full.nav_at_share_price_floor(left)?;
        let staying = RemainingCapital {
            pool: full.worth(nav),
            high_water: Ratio::ONE,
        };
        // Of a market that nobody has observed nothing is wanted by rules.
        let outlook = |market: &SnapshotMarket| market.view.state.as_ref().map_or(NOTHING_KNOWN, Outlook::of);
        let mut outlooks = [None; MAX_MARKETS];
        for (market, seen) in snapshot.markets().zip(&mut outlooks) {
            *seen = Some(outlook(market));
        }
        let wants = Wants::of(&policy.exposure, &outlooks, drawdown(left, Ratio::ONE))?;
        let delta = targets(&policy.exposure, &wants, &staying)?.of(place)?.delta;
        Some(format!("{:.2}", delta.0 as f64 / nav.0 as f64))
    };
    Ok(Drawn {
        percent,
        exposure: exposure().ok_or_else(|| anyhow!("the vault's policy does not fit"))?,
    })
}
