//! How far the redemptions of a batch are filled at a price, and what with.

use crate::batch::Redemptions;
use crate::leaving::PerLeg;
use crate::places::MAX_LEGS;
use crate::shares::Pool;
use crate::unwind::due;
use ballast_core_types::{scale, value_ceil, Lots, Price, Shares, Value};

/// What filling may use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Means {
    /// The vault at its low net asset value.
    pub pool: Pool,
    /// Cash, quote base units.
    pub cash: u64,
    /// Dollars by which what stays may grow, quote base units.
    pub room: u64,
    /// Lots held of each leg, and its price: what a venue has closed is nobody's to unwind any
    /// more.
    pub held: [Option<(Lots, Price)>; MAX_LEGS],
}

impl Means {
    /// Returns what of a batch's lots is still to be unwound in a leg.
    fn due(lots_left: Lots, held: Option<(Lots, Price)>) -> Lots {
        held.map_or(Lots::ZERO, |(held, _)| due(lots_left, held))
    }

    /// Returns the notional of all that is still to be unwound of a batch, rounded up; the most
    /// stands for what does not fit.
    fn left(&self, lots_left: &PerLeg) -> u64 {
        let notional = |(left, held): (&Lots, Option<(Lots, Price)>)| {
            let size = Lots(Self::due(*left, held).0.saturating_abs());
            held.map_or(Some(Value::ZERO), |(_, price)| value_ceil(size, price))
        };
        let each = lots_left.iter().zip(self.held).map(notional);
        each.map(|notional| notional.map_or(u64::MAX, Value::positive_part))
            .fold(0, u64::saturating_add)
    }
}

/// Shares filled, and what becomes of what was theirs. All but shares and lots in quote base units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fill {
    /// Shares.
    pub shares: Shares,
    /// What they are worth: by so much the net asset value falls.
    pub worth: u64,
    /// Paid in cash: their worth less their advance and what unwinding cost.
    pub pay: u64,
    /// Their part of the advance.
    pub advance: u64,
    /// Their part of the cost of unwinding.
    pub unwind_cost: u64,
    /// By what advance and cost are more than their worth: nobody owes it but a right in a venue
    /// in quarantine.
    pub owes: u64,
    /// Lots that were theirs and stay.
    pub lots: PerLeg,
}

/// Returns the fill of as many shares as cash and room allow, pro rata: the whole if it may be.
/// `None` on overflow.
pub(super) fn fill(redemptions: &Redemptions, means: &Means) -> Option<Fill> {
    let left = redemptions.left;
    let by_room = shares_by_room(redemptions, means)?;
    let whole = of(redemptions, means, left)?;
    if by_room == left && whole.pay <= means.cash {
        return Some(whole);
    }
    let by_cash = if whole.pay <= means.cash {
        left
    } else {
        Shares(scale::mul_div_floor(left.0, means.cash, whole.pay)?)
    };
    // Their parts of advance and cost are rounded up, so what is paid for a part is never more than
    // that part of what the whole would be paid, but for a base unit of its worth.
    let fill = of(redemptions, means, by_cash.min(by_room))?;
    Some(Fill {
        pay: fill.pay.min(means.cash),
        ..fill
    })
}

/// Returns the greatest number of shares whose lots leave what stays within its room, each leg with
/// its part of that. Lots that were unwound are those of the shares filled first: what waits keeps
/// its own part at most.
fn shares_by_room(redemptions: &Redemptions, means: &Means) -> Option<Shares> {
    let Redemptions {
        left,
        total,
        lots,
        lots_left,
        ..
    } = redemptions;
    let notional = means.left(lots_left);
    if notional <= means.room {
        return Some(*left);
    }
    let mut waiting = 0u64;
    for ((lots, lots_left), held) in lots.iter().zip(lots_left).zip(means.held) {
        let lots_left = Means::due(*lots_left, held).0.unsigned_abs();
        // What waits has to keep at least what is left without the room.
        let room = scale::mul_div_floor(lots_left, means.room, notional)?;
        let kept = lots_left.checked_sub(room)?;
        let needed = scale::mul_div_ceil(total.0, kept, lots.0.unsigned_abs().max(1));
        waiting = waiting.max(needed.unwrap_or(left.0));
    }
    Some(Shares(left.0.saturating_sub(waiting)))
}

/// Returns the fill of so many shares.
fn of(redemptions: &Redemptions, means: &Means, shares: Shares) -> Option<Fill> {
    let left = redemptions.left;
    if shares == Shares::ZERO {
        return Some(Fill::default());
    }
    let worth = means
        .pool
        .assets_for_shares_floor(shares)?
        .min(means.pool.nav.positive_part());
    let part = |whole: u64| scale::mul_div_ceil(whole, shares.0, left.0);
    let (advance, unwind_cost) = (part(redemptions.advanced)?, part(redemptions.unwind_cost)?);
    let taken_off = advance.checked_add(unwind_cost)?;
    Some(Fill {
        shares,
        worth,
        pay: worth.saturating_sub(taken_off),
        owes: taken_off.saturating_sub(worth),
        advance,
        unwind_cost,
        lots: lots_of(redemptions, left.checked_sub(shares)?)?,
    })
}

/// Returns the lots of each leg that go over to what stays when `waiting` shares are left.
fn lots_of(redemptions: &Redemptions, waiting: Shares) -> Option<PerLeg> {
    let mut over = [Lots::ZERO; MAX_LEGS];
    for ((lots, left), over) in redemptions.lots.iter().zip(&redemptions.lots_left).zip(&mut over) {
        let kept = scale::mul_div_floor(lots.0.unsigned_abs(), waiting.0, redemptions.total.0.max(1))?;
        let size = i64::try_from(left.0.unsigned_abs().saturating_sub(kept)).ok()?;
        *over = Lots(size.checked_mul(left.0.signum())?);
    }
    Some(over)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_types::fixtures::price;
    use core::array::from_fn;

    /// Lots of the first leg alone.
    fn first(lots: i64) -> PerLeg {
        from_fn(|place| if place == 0 { Lots(lots) } else { Lots::ZERO })
    }

    fn held(lots: &[i64]) -> [Option<(Lots, Price)>; MAX_LEGS] {
        from_fn(|place| Some((Lots(*lots.get(place)?), price("1"))))
    }

    fn waiting() -> Redemptions {
        Redemptions {
            is_final: true,
            total: Shares(100_000_000),
            left: Shares(100_000_000),
            lots: first(1_000),
            lots_left: first(1_000),
            ..Redemptions::default()
        }
    }

    fn means(cash: u64, room: u64) -> Means {
        Means {
            pool: Pool {
                nav: Value(999_000_000),
                supply: Shares(999_000_000),
                unit: 1_000_000_000,
            },
            cash,
            room,
            held: held(&[10_000]),
        }
    }

    #[test]
    fn the_whole_is_filled_where_cash_and_room_allow_it() {
        let got = fill(&waiting(), &means(100_000_000, 1_000)).unwrap();
        let expected = Fill {
            shares: Shares(100_000_000),
            worth: 100_000_000,
            pay: 100_000_000,
            lots: first(1_000),
            ..Fill::default()
        };
        assert_eq!(got, expected);
    }

    #[test]
    fn cash_and_room_bound_the_shares_and_what_waits_keeps_its_lots() {
        let got = fill(&waiting(), &means(25_000_000, 1_000)).unwrap();
        assert_eq!(
            (got.shares, got.pay, got.lots),
            (Shares(25_000_000), 25_000_000, first(250))
        );
        let got = fill(&waiting(), &means(100_000_000, 400)).unwrap();
        assert_eq!((got.shares, got.lots), (Shares(40_000_000), first(400)));
        assert_eq!(fill(&waiting(), &means(100_000_000, 0)).unwrap(), Fill::default());
    }

    #[test]
    fn what_was_unwound_belongs_to_those_filled_first() {
        let unwound = Redemptions {
            lots_left: first(600),
            ..waiting()
        };
        let got = fill(&unwound, &means(100_000_000, 0)).unwrap();
        assert_eq!((got.shares, got.lots), (Shares(40_000_000), first(0)));
        let closed = Redemptions {
            lots_left: first(0),
            ..waiting()
        };
        let got = fill(&closed, &means(100_000_000, 0)).unwrap();
        assert_eq!((got.shares, got.lots), (Shares(100_000_000), first(0)));
    }

    #[test]
    fn what_the_venue_has_closed_holds_up_nobody() {
        let closed = Means {
            held: held(&[0]),
            ..means(100_000_000, 0)
        };
        let got = fill(&waiting(), &closed).unwrap();
        assert_eq!((got.shares, got.lots), (Shares(100_000_000), first(1_000)));
        let half = Means {
            held: held(&[500]),
            ..means(100_000_000, 0)
        };
        let got = fill(&waiting(), &half).unwrap();
        assert_eq!(got.shares, Shares(50_000_000));
    }

    #[test]
    fn advance_and_cost_are_borne_by_those_they_were_for() {
        let advanced = Redemptions {
            advanced: 38_000_000,
            unwind_cost: 1_000_000,
            ..waiting()
        };
        let got = fill(&advanced, &means(100_000_000, 1_000)).unwrap();
        assert_eq!((got.worth, got.pay), (100_000_000, 61_000_000));
        // Half of the cash that is due pays half of them.
        let got = fill(&advanced, &means(30_500_000, 1_000)).unwrap();
        assert_eq!((got.shares, got.pay), (Shares(50_000_000), 30_500_000));
        assert_eq!((got.advance, got.unwind_cost), (19_000_000, 500_000));
        // An advance of more than the shares are worth closes them, without any cash.
        let over = Redemptions {
            advanced: 120_000_000,
            ..waiting()
        };
        let got = fill(&over, &means(0, 1_000)).unwrap();
        assert_eq!(
            (got.shares, got.pay, got.advance),
            (Shares(100_000_000), 0, 120_000_000)
        );
    }

    #[test]
    fn each_leg_keeps_its_own_part_of_what_waits() {
        let legs = |lots: [i64; 2]| from_fn(|place| Lots(lots.get(place).copied().unwrap_or(0)));
        let both = Redemptions {
            lots: legs([1_000, -3_000]),
            lots_left: legs([1_000, -3_000]),
            ..waiting()
        };
        let of = |redemptions: &Redemptions, room| {
            let means = Means {
                held: held(&[10_000, -30_000]),
                ..means(100_000_000, room)
            };
            fill(redemptions, &means).unwrap()
        };
        let got = of(&both, 4_000);
        assert_eq!((got.shares, got.lots), (Shares(100_000_000), legs([1_000, -3_000])));
        // A quarter of the dollars: a quarter of the shares, and of each leg.
        let got = of(&both, 1_000);
        assert_eq!((got.shares, got.lots), (Shares(25_000_000), legs([250, -750])));
        // One leg unwound, the other not: nobody is filled beyond what the other leaves room for.
        let unwound = Redemptions {
            lots_left: legs([0, -3_000]),
            ..both
        };
        let got = of(&unwound, 600);
        assert_eq!((got.shares, got.lots), (Shares(20_000_000), legs([0, -600])));
    }
}
