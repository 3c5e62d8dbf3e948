//! A vault at one price, as the program runs it, with people who come and go and a venue that takes
//! all that a trade may cost. Nothing here is decided: every decision is the core's.

use ballast_core_market::admission::Now;
use ballast_core_market::breaker::{BreakerParams, BreakerSet, BreakerSettings};
use ballast_core_market::regime::Regime;
use ballast_core_math::estimators::Score;
use ballast_core_types::basis_points::BasisPoints;
use ballast_core_types::fixtures::{price, ratio};
use ballast_core_types::{Lots, Position, PriceBounds, Ratio, Shares, UnixTime, Value};
use ballast_core_vault::advance::{advance, Liquid};
use ballast_core_vault::appraisal::{Appraisal, AppraisalInputs};
use ballast_core_vault::batch::queue::{BatchQueue, Request};
use ballast_core_vault::batch::ticket::Ticket;
use ballast_core_vault::batch::{Batch, BatchError, Class, Side};
use ballast_core_vault::directional::{DirectionalPolicy, Mode, Outlook};
use ballast_core_vault::exposure::ExposurePolicy;
use ballast_core_vault::fees::{FeeLedger, FeePolicy, MOST_PERFORMANCE};
use ballast_core_vault::leaving::Leaving;
use ballast_core_vault::ledger::Ledger;
use ballast_core_vault::monitor::{MonitorParams, VaultMonitor};
use ballast_core_vault::outflow::Outflow;
use ballast_core_vault::prices::{MarketPrices, Prices, Purpose};
use ballast_core_vault::pricing::{price as price_batch, Pricing};
use ballast_core_vault::quarantine::Cases;
use ballast_core_vault::rebalance::RebalancePolicy;
use ballast_core_vault::shares::ShareMark;
use ballast_core_vault::state::{VaultPolicy, VaultState};
use core::array::from_fn;

mod pay;
mod people;

pub use pay::{Paid, KEEPERS};

pub const START: i64 = 1_700_000_000;
/// A million whole tokens.
pub const MILLION: u64 = 1_000_000_000_000;

/// Somebody with tokens and shares.
#[derive(Clone, Debug, Default)]
pub struct Person {
    pub quote: u64,
    pub shares: u64,
    /// Open tickets: the batch, and the request.
    pub tickets: Vec<(u64, Ticket)>,
}

/// The vault, its venue and everybody.
#[derive(Clone, Debug)]
pub struct World {
    pub state: VaultState,
    /// The market of each leg, and the position there.
    pub markets: Vec<usize>,
    pub positions: Vec<Position>,
    pub supply: u64,
    pub batches: Vec<Batch>,
    pub people: Vec<Person>,
    /// What trades have cost, and the venue has kept.
    pub spent: u64,
    /// What keepers got.
    pub paid: Paid,
    pub now: i64,
    pub slot: u64,
    /// The price of each market.
    pub bounds: Vec<PriceBounds>,
    pub slow: &'static str,
    pub admitted: bool,
}

fn policy(markets: usize) -> VaultPolicy {
    VaultPolicy {
        exposure: ExposurePolicy {
            directional: from_fn(|market| {
                (market < markets).then_some(DirectionalPolicy {
                    mode: Mode::Manual,
                    base: ratio(["0.6", "0.3", "0.2"][markets - 1]),
                    reference_volatility: BasisPoints(6_000),
                })
            }),
            band: ratio("0.1"),
            least_trade: ratio("0.006"),
            floor: ratio("0.8"),
            high_fall_per_day: ratio("0.001"),
            multiplier: ratio("4"),
            max_leverage: ratio("1.5"),
        },
        rebalance: RebalancePolicy {
            price_band: ratio("0.01"),
            slice: ratio("5"),
            max_cost: ratio("0.005"),
        },
        collateral_ratio: ratio("0.4"),
        deposit_cap: u64::MAX,
        outflow: Ratio::ONE,
        fees: FeePolicy::NONE,
        keepers: KEEPERS,
    }
}

fn monitor_params() -> MonitorParams {
    let breaker = |trip, reset| BreakerSettings {
        trip,
        reset,
        cooldown_seconds: 3_600,
    };
    MonitorParams {
        breakers: BreakerParams {
            settings: [
                breaker(4_000, 3_000),
                breaker(500, 200),
                breaker(100_000, 20_000),
                breaker(100, 50),
                breaker(3, 1),
            ],
            longest_gap_seconds: 900,
            has_guardian: true,
        },
        window_seconds: 86_400,
    }
}

impl World {
    /// Returns a vault of a million with its book at the edge of its band, all of it the last
    /// person's, and so many other people with a million each.
    pub fn new(others: usize) -> Self {
        Self::of(others, &[0])
    }

    /// Returns such a vault with legs on these markets.
    pub fn of(others: usize, legs: &[usize]) -> Self {
        let markets = legs.last().map_or(0, |last| last + 1);
        let state = VaultState {
            unit: 1_000_000,
            policy: policy(markets),
            legs: from_fn(|leg| legs.get(leg).map(|market| *market as u8)),
            monitor_params: monitor_params(),
            ledger: Ledger::default(),
            leaving: Leaving::default(),
            queue: BatchQueue {
                priced_at: UnixTime(START - 1_000),
                filled_at: UnixTime(START - 1_000),
                ..BatchQueue::default()
            },
            share_mark: ShareMark {
                value: Ratio::ONE,
                at: UnixTime(START),
                high_water: Ratio::ONE,
            },
            monitor: VaultMonitor::new(START),
            cases: Cases::default(),
            outflow: Outflow::default(),
            fees: FeeLedger::new(1_000_000, UnixTime(START)),
        };
        let rich = Person {
            quote: MILLION,
            ..Person::default()
        };
        let bounds = |mid: i64| PriceBounds {
            low: price(&(mid - mid / 5_000).to_string()),
            mid: price(&mid.to_string()),
            high: price(&(mid + mid / 5_000).to_string()),
        };
        let empty = Position {
            is_operational: true,
            ..Position::default()
        };
        let mut world = Self {
            state,
            markets: legs.to_vec(),
            positions: vec![empty; legs.len()],
            supply: 0,
            batches: Vec::new(),
            people: vec![rich; others + 1],
            spent: 0,
            paid: Paid::default(),
            now: START,
            slot: 1_000,
            bounds: [50_000, 30_000, 10_000][..markets]
                .iter()
                .map(|mid| bounds(*mid))
                .collect(),
            slow: "50000",
            admitted: true,
        };
        world.request(others, Side::Deposit, MILLION, false).unwrap();
        world.pass(75);
        world.price(0).unwrap();
        world.claim(others);
        // On its target, where no trade has anything left to do; the levy joins the pool.
        for leg in 0..legs.len() {
            let collateral = MILLION / 4 / legs.len() as u64;
            world.state.ledger.cash -= collateral;
            world.positions[leg].collateral = collateral;
        }
        let wanted = world.appraise().targets().unwrap();
        for market in 0..markets {
            let leg = legs.iter().position(|of| *of == market).unwrap();
            let (delta, bounds) = (wanted.of(market).unwrap().delta, world.bounds[market]);
            let lots = delta.fixed().checked_div(bounds.mid.fixed()).unwrap();
            Self::fill(&mut world.positions[leg], Lots(lots.to_num()), 0, &bounds);
        }
        for venue in &mut world.state.monitor.venues {
            venue.mark = None;
        }
        world.mark();
        world
    }

    /// Lets a manager have the most of a gain: a tenth of what there is was gained.
    pub fn charge_performance(&mut self) {
        let low = self.appraise().nav.low.positive_part();
        self.state.policy.fees.performance = MOST_PERFORMANCE;
        self.state.fees.basis = low / 10 * 9;
    }

    pub fn pass(&mut self, seconds: i64) {
        self.now += seconds;
        self.slot += 1 + u64::try_from(seconds).unwrap();
    }

    fn now(&self) -> Now {
        Now {
            unix_time: self.now,
            slot: self.slot,
        }
    }

    /// The prices of this second.
    pub fn prices(&self) -> Prices {
        let of = |market: usize| {
            let slow = if market == 0 {
                price(self.slow)
            } else {
                self.bounds.get(market)?.mid
            };
            Some(MarketPrices {
                bounds: *self.bounds.get(market)?,
                slow,
                active: BreakerSet::NONE,
                is_admitted: self.admitted,
                refusal: None,
                silent_for: None,
                published_at: UnixTime(self.now),
                clock_tolerance: 5,
                outlook: Outlook {
                    strength: BasisPoints(0),
                    volatility: BasisPoints(5_000),
                    regime: Regime::Calm,
                    acceleration: Some(Score::default()),
                },
            })
        };
        Prices {
            purpose: Purpose::Batch,
            markets: from_fn(of),
        }
    }

    /// What the vault is appraised from, for a purpose.
    pub fn inputs(&self, purpose: Purpose) -> AppraisalInputs<'_> {
        AppraisalInputs {
            vault: &self.state,
            prices: Prices {
                purpose,
                ..self.prices()
            },
            positions: from_fn(|leg| self.positions.get(leg).copied()),
            minted: Shares(self.supply),
            now: self.now(),
        }
    }

    /// What the vault is worth now, at a price of this second.
    pub fn appraise(&self) -> Appraisal<'_> {
        Appraisal::new(&self.inputs(Purpose::Batch)).unwrap()
    }

    /// Value of a share with all that is the pool's, at the published price, in 2⁻⁴⁸.
    pub fn share(&self) -> u128 {
        let appraisal = self.appraise();
        let reserve = self.state.ledger.levy_reserve;
        let held = appraisal.performance_fee;
        let nav = appraisal.portfolio.nav_mid(&appraisal.prices).unwrap();
        // Once the reserve is the pool's, it is gained as anything else.
        let low = Value(appraisal.nav.low.0 + i64::try_from(held + reserve).unwrap());
        let fees = appraisal
            .fees
            .performance(&self.state.policy.fees, &appraisal.pool().worth(low));
        let pool = nav.to_amount().unwrap() + reserve - fees.unwrap() + 1_000;
        (u128::from(pool) << 48) / u128::from(appraisal.supply.0 + 1_000)
    }

    /// Every token there is, wherever.
    pub fn tokens(&self) -> u64 {
        let people: u64 = self.people.iter().map(|person| person.quote).sum();
        let held: u64 = self.positions.iter().map(|position| position.collateral).sum();
        let venue = held + self.spent;
        people + self.state.ledger.in_custody().unwrap() + venue + self.paid.memory.total
    }

    pub fn record(&mut self, appraisal: (ShareMark, VaultMonitor, FeeLedger)) {
        (self.state.share_mark, self.state.monitor, self.state.fees) = appraisal;
    }

    pub fn seen(&self) -> (ShareMark, VaultMonitor, FeeLedger) {
        let appraisal = self.appraise();
        (appraisal.share_mark, appraisal.monitor, appraisal.fees)
    }

    /// Moves collateral to or from the venue, where a thousand tokens stay behind a position: with
    /// less than a spread takes there, less can be lost than the position loses.
    pub fn move_margin(&mut self, amount: i64) {
        self.move_margin_of(0, amount);
    }

    /// As [`Self::move_margin`], of a leg.
    pub fn move_margin_of(&mut self, leg: usize, amount: i64) {
        let position = &mut self.positions[leg];
        let size = amount.unsigned_abs();
        let is_held = position.lots != Lots(0);
        let keeps = if amount < 0 && is_held { 1_000_000_000 } else { 0 };
        let (from, to) = if amount > 0 {
            (&mut self.state.ledger.cash, &mut position.collateral)
        } else {
            (&mut position.collateral, &mut self.state.ledger.cash)
        };
        let moved = size.min(from.saturating_sub(keeps));
        *from -= moved;
        *to += moved;
        let signed = i64::try_from(moved).unwrap() * amount.signum();
        self.state.monitor.collateral_moved(leg, Value(signed));
    }

    pub fn mark(&mut self) {
        let seen = self.seen();
        let released = self.appraise().released_levy();
        self.record(seen);
        self.state.ledger.levy_reserve -= released;
        self.state.ledger.cash += released;
        self.pay_for_task();
    }
}
