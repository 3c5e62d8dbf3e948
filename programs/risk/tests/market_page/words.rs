//! What the page says of each field.

use crate::rows;
use crate::rows::Row;
use ballast_risk::state::{
    Market, PriceSource, StoredBreakerSettings, StoredDeclaration, StoredSumsAt, StoredVenue, ThresholdSettings,
    UseSettings, VenueSource,
};

pub const HEAD: &str = "# Market accounts

For readers in any language. Written by a test from the structs of the risk program;
`BALLAST_UPDATE=1 cargo test -p ballast-risk --test market_page` rewrites it, and the test fails when a
field moves, grows, or is not told of.

A market belongs to the risk program, lies at `[\"market\", creator, name]`, and has one size: {BYTES} bytes,
every field at a fixed offset. There is no padding but the field of that name. A reader checks

1. the owner: the risk program;
2. the discriminator: `{DISCRIMINATOR}`;
3. the version: {VERSION}. A version that it does not know it has to refuse; fields keep their places and
   meanings within one.

What the signals mean: [signals](../concepts/signals.md); breakers: [the table](breakers.md); the volatility
surface is an [account of its own](accounts-surface.md).

## Numbers

Integers are little-endian; `i` is two's complement. A share or ratio is in **basis points** where it is a
u32 (10000 is 1 or 100 %, or one standard deviation).

`Fixed` is a signed number of 16 bytes: the i128 that they are in little-endian two's complement, over 2⁴⁸.
One is `00000000000001000000000000000000`, −0.5 is `000000000080ffffffffffffffffffff`. It is kept as bytes
because the alignment of an i128 differs between targets ([ADR 5](../adr/0005-fixed-in-state-as-bytes.md)).
Prices are quote units for one unit of the underlying.

`× 2ⁿ` says that the integer is the number times 2ⁿ: divide by 2ⁿ. Times are unix seconds.

```python
def market(data, now):
    assert len(data) == {BYTES} and data[:8] == bytes.fromhex(\"{DISCRIMINATOR}\") and data[8] == {VERSION}
    integer = lambda at, size, signed=True: int.from_bytes(data[at:at + size], \"little\", signed=signed)
    price = integer({PRICE}, 16) / 2**48                            # Fixed
    volatility = (integer({FAST}, 8, False) / 2**40) ** 0.5         # of the fast variance, a year
    age = now - integer({OBSERVED}, 8)                              # seconds; compare with what you accept
    regime = [\"Calm\", \"Elevated\", \"Stressed\", \"Crisis\"][min(integer({LEVEL}, 4, False), 3)]
    active = [bit for bit in range(13) if integer({TRIPPED}, 4, False) >> bit & 1]   # of the table in breakers.md, from 0
    return price, volatility, age, regime, active
```

An average over time, of two half hours that have passed (`signals.publish_time` is not before them), by the
sums of a price that nobody samples ([prices](../concepts/prices-and-breakers.md#averages)):

```python
def average(data, begins, ends):
    integer = lambda at, size: int.from_bytes(data[at:at + size], \"little\")
    stored = integer({HALF_HOURS} - 8, 8)
    ring = [{HALF_HOURS} + 32 * ((stored - 1 - i) % 96) for i in range(min(stored, 96))]          # newest first
    def sums(moment):
        at = next((at for at in ring if integer(at, 8) <= moment), ring[-1])
        return integer(at + 8, 16), integer(at + 24, 8)
    (value, seconds), (before, earlier) = sums(ends), sums(begins)
    return (value - before) % 2**128 / 2**48 / (seconds - earlier) if seconds > earlier else None
```

`signals.price` is zero before the first observation; nothing below `params` but the initial variance and the worst day means
anything then.

## Market, {BYTES} bytes

";

pub fn market(base: usize) -> Vec<Row> {
    let mut rows = rows!(base, Market, {
        version => "Layout version",
        bump => "Bump of the address",
        padding => "Zero",
        creator => "Who created it",
        name => "ASCII, padded with zeros",
        params.standard_order => "Size whose cost measures liquidity, quote base units",
        params.sources => "The price source, the second one, and the quote token's; zeros where there is none",
        params.venues => "Venues that quote the standard size; zeros where there is none",
        params.padding => "Zero",
        params.uses => "Limits for `Trade`, `Nav`, `Exit`, `Margin`",
        params.settlement.max_confidence => "Greatest confidence interval of a price that counts in an average, share of it",
        params.settlement.max_divergence => "Greatest distance of both sources at their last close pair, basis points",
        params.settlement.requires_second => "1 if both have to have agreed in the minute before the print",
        params.exit_haircut.base => "Haircut of an exit while the first source is silent, share of the price",
        params.exit_haircut.per_hour => "What each hour of age adds to it",
        params.exit_haircut.max => "Where it stops growing",
        params.clock.ahead_seconds => "How far ahead of the chain's clock a print may be",
        params.clock.least_slot_milliseconds => "What a slot lasts at least",
    });
    rows.extend(observation(base));
    rows.extend(signals(base));
    rows.extend(rows!(base, Market, {
        second.price => "Second source's last price; zero before the first",
        second.confidence => "Its confidence interval, share of it",
        second.publish_time => "When it was published",
        second.slot => "Slot in which it reached the chain",
        pair.at => "When the older of the last two prints of both sources that were close was published",
        pair.reading => "One more than their distance over the lower price, basis points; zero before the first pair",
        pair.padding => "Zero",
        quote.at => "When the quote token's price was published",
        quote.reading => "One more than its distance from one, basis points; zero before the first price",
        quote.padding => "Zero",
        silence => "Declarations that the first and the second source are silent: when, and in which slot; zeros if there is none",
        venues => "What each venue last quoted, in the order of `params.venues`",
        trading_cost.now => "The lowest that a venue quoted, billionths of the value traded",
        trading_cost.slow => "Its exponential average. Contraction is `now` over this",
        trading_cost.seen_at => "When it was last quoted; zero if never",
        implied.published_at => "When the market's surface was published; zero if never",
        implied.volatility => "Implied volatility a year at the money and the averaged tenor, basis points",
        implied.average => "Its geometric average since the oldest checkpoint, basis points; zero without history",
        regime.since => "Since when the level is this one",
        regime.updated_at => "When it was last updated",
        regime.level => "0 Calm, 1 Elevated, 2 Stressed, 3 Crisis; take anything else for Crisis",
        regime.cooldown => "One more than the observed seconds under the exit thresholds; zero while it is not under them",
        regime.implied_ratio => "One more than the last ratio of implied to slow volatility, basis points; zero if none was read",
        regime.contraction => "One more than the last contraction, basis points; zero if none was read",
        breakers.updated_at => "When they were last updated",
        breakers.tripped => "The active ones: bit 0 is the first row of [breakers.md](breakers.md). Take unknown bits for all of them",
        breakers.cooldown => "In the order of `params.observation.breakers.settings`: one more than the observed seconds of its cooldown so far; zero if none runs",
        breakers.padding => "Zero",
        averages.sums.price_seconds => "Price × seconds of the prices of settlement grade, up to the newest print; modulo 2⁸⁰",
        averages.sums.seconds => "Those seconds",
        averages.half_hours_stored => "How many half hours were ever stored: the newest is at this less one, modulo 96",
        averages.half_hours => "The sums at half hours, a ring; those in which the sums stood still are left out",
        averages.recent_sums.price_seconds => "Likewise of every print, of settlement grade or not",
        averages.recent_sums.seconds => "Those seconds",
        averages.recent_stored => "How many moments of observation were ever stored: likewise, modulo 9",
        averages.recent => "Those sums at the last moments of observation, 15 s apart at least: a ring",
        worst_day.quarter => "The quarter that runs, of 7,884,000 s each from 1970",
        worst_day.moves => "Largest log move of a day in each, × 2⁴⁸, never negative: that of quarter n at n modulo 5; margin holds the largest",
        reserved => "Zero",
    }));
    rows
}

fn observation(base: usize) -> Vec<Row> {
    rows!(base, Market, {
        params.observation.signals.sampling_seconds => "Minimum length of a step that variances and moments learn from",
        params.observation.signals.fast_variance_seconds => "Time constant of the fast variance",
        params.observation.signals.slow_variance_seconds => "Of the slow variance",
        params.observation.signals.moments_seconds => "Of skewness and kurtosis",
        params.observation.signals.trend_fast_seconds => "Of the trend's fast average",
        params.observation.signals.trend_slow_seconds => "Of its slow average",
        params.observation.signals.trend_signal_seconds => "Of the average that acceleration is measured against",
        params.observation.signals.trading_cost_seconds => "Of the average cost of trading",
        params.observation.signals.max_surface_age_seconds => "A surface older than this says nothing of implied volatility",
        params.observation.signals.high_fall_per_day => "Fall of the slow high in a day, basis points of itself",
        params.observation.signals.jump_floor => "Smallest return that is a jump, basis points",
        params.observation.signals.slow_price_rate_per_hour => "Maximum move of the slow price in an hour, share of itself",
        params.observation.regime.volatility_ratio => "Fast over slow volatility: Elevated, Stressed, Crisis",
        params.observation.regime.volatility => "Fast volatility a year: likewise",
        params.observation.regime.implied_ratio => "Implied over slow volatility: likewise",
        params.observation.regime.jump => "Jump in standard deviations: likewise",
        params.observation.regime.contraction => "Cost of the standard size over its average: likewise",
        params.observation.regime.drawdown => "Fall from the slow high: likewise",
        params.observation.regime.dwell_seconds => "How long each level is kept at least, observed seconds",
        params.observation.regime.longest_gap_seconds => "The most that a gap between two observations adds to it",
        params.observation.breakers.settings => "Price jump, vol jump, wide confidence, stale price, source divergence, liquidity contraction, stale surface, quote off par",
        params.observation.breakers.longest_gap_seconds => "The most that a gap between two observations adds to a cooldown",
    })
}

fn signals(base: usize) -> Vec<Row> {
    rows!(base, Market, {
        signals.price => "Last observed price; zero before the first",
        signals.confidence => "Its confidence interval, share of it",
        signals.slow_price => "Price followed at a limited rate",
        signals.high => "The slow price's high, which falls at a limited rate",
        signals.publish_time => "When the price was published",
        signals.slot => "Slot in which it reached the chain",
        signals.observed_at => "Chain time of the observation",
        signals.observations => "How many prices were observed",
        signals.fast_variance => "Variance of log returns a year of 365 days, short time constant, × 2⁴⁰",
        signals.slow_variance => "Likewise with the long one; before the first observation, what to start from",
        signals.moments => "Raw moments of standardised returns, first to fourth, × 2⁴⁸",
        signals.skewness => "Of standardised returns, × 2⁴⁸; the smallest i64 if the price stood still",
        signals.excess_kurtosis => "Likewise",
        signals.trend => "Log price less its fast average, less its slow average, and the average of their difference, × 2⁴⁸",
        signals.trend_scores => "Price against its fast and its slow average, trend, acceleration: standard deviations, × 2²⁸; the smallest i32 without variance",
        signals.step_return => "Log return since the step began, × 2⁴⁸",
        signals.step_noise => "Noise variance of the price it began with, × 2⁵⁹",
        signals.step_seconds => "Seconds since it began",
        signals.jump => "Return since the step began in standard deviations, × 2²⁸; zero under the jump floor",
        signals.long_variance => "As the fast one, with a time constant of 20 days; × 2⁴⁰",
        signals.long_trend => "Log price less its averages of 20, 40 and 80 days, × 2⁴⁸",
        signals.trend_strength => "How strong the trend of weeks is: mean of the three in standard deviations, each within 0 … 1; basis points",
        signals.padding => "Zero",
    })
}

pub const PRICE_SOURCE: &str = "All zeros is none.";
pub fn price_source() -> Vec<Row> {
    rows!(0, PriceSource, {
        kind => "0 none, 1 Pyth pull, 2 Pyth legacy push, 3 Switchboard On-Demand",
        owner => "Program that has to own the price account",
        feed => "Feed id of Pyth pull; the account's address of the other two",
    })
}

pub const VENUE_SOURCE: &str = "All zeros is none.";
pub fn venue_source() -> Vec<Row> {
    rows!(0, VenueSource, {
        kind => "Which venue: see [venues.md](venues.md)",
        owner => "Program that has to own the account",
        account => "The account",
    })
}

pub const USE: &str = "What a price has to satisfy to be admitted for one use.";
pub fn usage() -> Vec<Row> {
    rows!(0, UseSettings, {
        max_age_seconds => "Seconds since publication, by the chain's clock or its slots, whichever says more",
        max_divergence => "Distance from the second source over the lower price, basis points",
        requires_second => "1 if refused unless both sources have agreed in the last minute",
        max_confidence => "Confidence interval, share of the price",
        max_deviation => "Distance from the slow price, share of it",
    })
}

pub const THRESHOLD: &str = "A level of an indicator, basis points.";
pub fn threshold() -> Vec<Row> {
    rows!(0, ThresholdSettings, {
        enter => "The level is asked for from here on",
        exit => "It is left under this",
    })
}

pub const BREAKER: &str = "In the unit of the breaker's reading: basis points, or seconds for the two that are stale.";
pub fn breaker() -> Vec<Row> {
    rows!(0, StoredBreakerSettings, {
        trip => "It trips when its reading reaches this",
        reset => "Its cooldown runs while its reading is under this",
        cooldown_seconds => "Its cooldown, observed seconds",
    })
}

pub const VENUE: &str = "What a venue last quoted.";
pub fn venue() -> Vec<Row> {
    rows!(0, StoredVenue, {
        cost => "One-way cost of the standard size, billionths of it",
        seen_at => "When it was read; zero if never",
        funding_per_year => "What a long position pays a year, share of its value; negative if it is paid",
    })
}

pub const DECLARATION: &str = "That a source is silent. It counts once it has stood for three minutes.";
pub fn declaration() -> Vec<Row> {
    rows!(0, StoredDeclaration, {
        at => "When it was declared; an observation of the source clears it",
        slot => "In which slot",
    })
}

pub const SUMS_AT: &str =
    "The sums at one moment. The average between two moments is the difference of `price_seconds` over that of
`seconds`; a moment without an entry of its own has the sums of the last entry before it, if a print of it or
later is there.";
pub fn sums_at() -> Vec<Row> {
    rows!(0, StoredSumsAt, {
        at => "The moment",
        sums.price_seconds => "Price × seconds up to it; modulo 2⁸⁰",
        sums.seconds => "Seconds that counted up to it",
    })
}

pub const TAIL: &str = "
In Rust, `ballast_risk::state::Market::in_place(data)` is this account in place, and `Market::state()` its typed contents. Other programs that want numbers
rather than bytes ask [`assess`](assess.md).
";
