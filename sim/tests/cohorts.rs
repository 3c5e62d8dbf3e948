//! What the directional target would have done: a vault of the shipped rules started on the first
//! of every month, hourly, through the decisions that the program takes (`targets`, `orders`, and
//! through it the proof), with a venue of stated costs.
//!
//! It is no replay of the compiled programs: nothing is valued at two sides, nobody comes or goes,
//! and each hour has one price. What it shows is the rules. The real series are read from the
//! folder in `BALLAST_HISTORY`, or from `../shared/history` beside the workspace; without them the
//! same runs on the synthetic path, on which nothing is claimed but what the rules themselves
//! promise.

mod support;
#[path = "cohorts/vault.rs"]
mod vault;

use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::{Ratio, Shares, Value, I80F48};
use ballast_core_vault::directional::{decayed, drawdown, DirectionalPolicy, Mode, Outlook};
use ballast_core_vault::exposure::{targets, ExposurePolicy, RemainingCapital, Wants};
use ballast_core_vault::keeper_pay::KeeperPay;
use ballast_core_vault::monitor::LeakyWindow;
use ballast_core_vault::rebalance::RebalancePolicy;
use ballast_core_vault::shares::Pool;
use ballast_market_data::history::Candle;
use ballast_market_data::markets::Typed;
use ballast_sim::replay::observations::{observations, Known, Path};
use ballast_sim::replay::{Native, Observer};
use chrono::{DateTime, Datelike, Months, TimeZone, Utc};
use vault::{keepers, Hour, Vault};

const MILLION: i64 = 1_000_000_000_000;
const UNIT: u64 = 1_000_000;

fn ratio(text: &str) -> Ratio {
    Ratio::from_fixed(text.parse::<I80F48>().unwrap())
}

fn policy(mode: Mode) -> (ExposurePolicy, RebalancePolicy) {
    let exposure = ExposurePolicy {
        directional: [
            Some(DirectionalPolicy {
                mode,
                base: Ratio::ONE,
                reference_volatility: BasisPoints(6_000),
            }),
            None,
            None,
            None,
        ],
        band: ratio("0.05"),
        least_trade: ratio("0.01"),
        floor: ratio("0.75"),
        high_fall_per_day: ratio("0.001"),
        multiplier: ratio("4"),
        max_leverage: Ratio::ONE,
    };
    let rebalance = RebalancePolicy {
        price_band: ratio("0.05"),
        slice: ratio("0.05"),
        max_cost: ratio("0.05"),
    };
    (exposure, rebalance)
}

/// Returns the hours of a market that nobody observed before `from`, until `to`.
fn hours(market: &str, candles: &[Candle], [from, to]: [i64; 2]) -> Vec<Hour> {
    let typed = Typed::checked_in(market).unwrap();
    let mut native = Native::new(typed.params, typed.initial_variance);
    let half_spread = if market == "sol" { 4e-4 } else { 2e-4 };
    let seen = observations(candles, Path::Close, &Known::default());
    let seen = seen.iter().filter(|seen| (from..=to).contains(&seen.time));
    seen.map(|seen| {
        let state = native.observe(seen).unwrap();
        let wild = |variance: ballast_core_math::estimators::EwmaVariance| variance.annual().fixed().to_num::<f64>();
        let (fast, slow) = (wild(state.signals.fast_variance), wild(state.signals.slow_variance));
        let wider = (fast / slow).sqrt().max(1.0);
        Hour {
            time: seen.time,
            price: state.signals.price,
            outlook: Outlook::of(&state),
            cost: [5e-4 + half_spread * wider, 50e-4 * wider],
        }
    })
    .collect()
}

/// What became of one year.
#[derive(Clone, Copy, Default)]
struct Year {
    /// Mean of the daily returns × 365.
    mean: f64,
    /// Greatest fall of a share.
    fall: f64,
    /// Cost of trading / net asset value.
    cost: f64,
    /// What keepers were paid / net asset value.
    pay: f64,
    trades: f64,
    /// Exposure / net asset value, on average.
    exposure: f64,
    /// Least value of a share over its floor.
    floor: f64,
    /// Longest time with a full trend and hardly any exposure, days.
    locked: f64,
}

fn year(hours: &[Hour], mode: Mode, funding: f64) -> Year {
    let (exposure, rebalance) = policy(mode);
    let mut vault = Vault {
        cash: MILLION as f64,
        lots: 0,
        high: Ratio::ONE,
        slice: LeakyWindow::default(),
        keepers: KeeperPay::default(),
    };
    let supply = Shares(MILLION as u64);
    let (mut got, mut peak, mut daily, mut before, mut locked) = (
        Year {
            floor: 1e9,
            ..Year::default()
        },
        0.0f64,
        Vec::new(),
        None,
        0.0f64,
    );
    for (index, hour) in hours.iter().enumerate() {
        let price: f64 = hour.price.fixed().to_num();
        vault.cash -= vault.lots as f64 * price * funding;
        let elapsed = before.map_or(0, |time| hour.time - time);
        before = Some(hour.time);
        let pool = Pool {
            nav: Value(vault.nav(price) as i64),
            supply,
            unit: UNIT,
        };
        let share = pool.nav_per_share().unwrap();
        vault.high = decayed(vault.high, exposure.high_fall_per_day, elapsed).max(share);
        let staying = RemainingCapital {
            pool,
            high_water: vault.high,
        };
        let outlooks = [Some(hour.outlook), None, None, None];
        let wants = Wants::of(&exposure, &outlooks, drawdown(share, vault.high)).unwrap();
        let targets = targets(&exposure, &wants, &staying).unwrap();
        let mark = vault.keepers.paid_for_task(&keepers(), &vault.purse(hour));
        got.pay += vault.pay(mark) / vault.nav(price);
        if let Some([cost, pay]) = vault.trade(hour, &targets, &rebalance) {
            got.cost += cost / vault.nav(price);
            got.pay += pay / vault.nav(price);
            got.trades += 1.0;
        }
        let nav = vault.nav(price);
        let held = vault.lots as f64 * price / nav;
        assert!(
            held * nav <= targets.hold().0 as f64 + price,
            "{held} above what may be held"
        );
        peak = peak.max(nav);
        got.fall = got.fall.max(1.0 - nav / peak);
        got.exposure += held / hours.len() as f64;
        let floor = vault.high.fixed().to_num::<f64>() * 0.75 * MILLION as f64;
        got.floor = got.floor.min(nav / floor);
        locked = if hour.outlook.strength.0 > 5_000 && held < 0.02 {
            locked + 1.0 / 24.0
        } else {
            0.0
        };
        got.locked = got.locked.max(locked);
        if index % 24 == 0 {
            daily.push(nav);
        }
    }
    let returns = daily.windows(2).map(|pair| pair[1] / pair[0] - 1.0);
    got.mean = returns.sum::<f64>() / (daily.len() - 1) as f64 * 365.0;
    got
}

/// The first of each month from a year's beginning of the prices on, as long as a year is left.
fn starts(candles: &[Candle]) -> Vec<(i64, i64)> {
    let at = |time: i64| DateTime::from_timestamp(time, 0).unwrap();
    let (first, last) = (at(candles[0].unix_time), at(candles[candles.len() - 1].unix_time));
    let mut month = Utc.with_ymd_and_hms(first.year(), first.month(), 1, 0, 0, 0).unwrap() + Months::new(2);
    let mut starts = Vec::new();
    while month + Months::new(12) <= last {
        starts.push((month.timestamp(), (month + Months::new(12)).timestamp()));
        month = month + Months::new(1);
    }
    starts
}

struct Cohorts(Vec<Year>);

impl Cohorts {
    /// Runs a year from each start, with a market that was observed since the prices begin, or only
    /// since the start.
    fn run(market: &str, candles: &[Candle], mode: Mode, is_cold: bool) -> Self {
        let whole = hours(market, candles, [i64::MIN, i64::MAX]);
        let years = starts(candles).into_iter().map(|(from, to)| {
            let cold = is_cold.then(|| hours(market, candles, [from, to]));
            let seen = cold.as_ref().unwrap_or(&whole);
            let from = seen.partition_point(|hour| hour.time < from);
            let to = seen.partition_point(|hour| hour.time <= to);
            // What a long pays an hour where no record says otherwise.
            year(&seen[from..to], mode, 1e-4 / 8.0)
        });
        Self(years.collect())
    }

    fn average(&self, of: fn(&Year) -> f64) -> f64 {
        self.0.iter().map(of).sum::<f64>() / self.0.len() as f64
    }

    fn most(&self, of: fn(&Year) -> f64) -> f64 {
        self.0.iter().map(of).fold(f64::MIN, f64::max)
    }

    fn row(&self, name: &str) -> String {
        let percent = |value: f64| format!("{:.1}", value * 100.0);
        let (mean, fall, deepest) = (
            self.average(|y| y.mean),
            self.average(|y| y.fall),
            self.most(|y| y.fall),
        );
        let (cost, dearest) = (self.average(|y| y.cost), self.most(|y| y.cost));
        format!(
            "| {name} | {} | {} | {} | {} | {} | {:.2} | {:.2} | {:.1} | {:.0} | {:.2} | {:.3} | {:.0} |",
            self.0.len(),
            percent(mean),
            percent(self.0.iter().map(|y| y.mean).fold(f64::MAX, f64::min)),
            percent(fall),
            percent(deepest),
            cost * 100.0,
            dearest * 100.0,
            self.average(|y| y.pay) * 10_000.0,
            self.average(|y| y.trades),
            self.average(|y| y.exposure),
            -self.most(|y| -y.floor),
            self.most(|y| y.locked),
        )
    }
}

/// The claim of the directional target on the real series: a drawdown kept, in every year that
/// begins on the first of a month, whatever the market did, by a market that nobody had observed
/// before the vault was created.
#[test]
fn a_drawdown_is_kept_in_every_year_that_begins_on_the_first_of_a_month() {
    println!(
        "| run | years | mean | worst mean | fall | deepest | cost | dearest | pay bp | trades | exposure | floor | locked |"
    );
    for (name, market, candles) in support::all() {
        let cold = Cohorts::run(market, &candles, Mode::RuleBased, true);
        println!("{}", cold.row(&format!("{name} rules, cold")));
        // (share of the real series) greatest fall, least mean: what was measured, and a little.
        let claim = match name {
            "btc" => Some((0.27, 0.30)),
            "eth" => Some((0.31, 0.29)),
            "sol" => Some((0.33, 0.38)),
            _ => None,
        };
        if let Some((fall, mean)) = claim {
            let (deepest, earned) = (cold.most(|y| y.fall), cold.average(|y| y.mean));
            assert!(deepest <= fall, "{name}: a share fell by {deepest}");
            assert!(earned >= mean, "{name}: {earned} a year");
            let (usual, most) = (cold.average(|y| y.cost), cold.most(|y| y.cost));
            let pay = cold.average(|y| y.pay);
            assert!(
                usual + pay <= 0.025 && most <= 0.04,
                "{name}: trading cost {usual}, at most {most}, pay {pay}"
            );
            assert!((0.000_2..0.001_5).contains(&pay), "{name}: keepers got {pay}");
            assert!(cold.most(|y| y.locked) < 7.0, "{name}: it was locked in cash");
        }
        let floor = -cold.most(|y| -y.floor);
        assert!(floor >= 0.99, "{name}: the least over the floor was {floor}");
    }
}

/// The other rows of the table of `docs/concepts/directional-target.md`, for whoever writes it:
/// `cargo test -p ballast-sim --test cohorts -- --ignored --nocapture`.
#[test]
#[ignore = "prints the other rows of a table, and claims nothing"]
fn the_rows_that_are_compared_with() {
    for (name, market, candles) in support::all() {
        for (mode, word) in [(Mode::RuleBased, "rules"), (Mode::Manual, "by hand")] {
            println!(
                "{}",
                Cohorts::run(market, &candles, mode, false).row(&format!("{name} {word}"))
            );
        }
    }
}
