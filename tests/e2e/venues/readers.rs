//! What is read of a venue against what the venue does: the reference venue's own types and
//! formulae, and its compiled program.

use anchor_lang::prelude::Pubkey;
use anchor_lang::{AccountDeserialize, AccountSerialize, AnchorDeserialize, Discriminator, Space};
use ballast_core_types::{Lots, Price, Value, I80F48};
use ballast_reference_venue::math::pricing;
use ballast_reference_venue::state::{Faults, Market, MarketParams, NETWORK_NOTICE};
use ballast_reference_venue::FillReceipt;
use ballast_risk::state::Fixed;
use ballast_testkit::VenueFixture;
use ballast_venues::reference::{funding, layout};
use ballast_venues::{Billionths, Liquidity, VenueError, VenueKind};
use proptest::prelude::*;

const ONE: i128 = 1 << 48;

/// As likely of any order of magnitude as of any other.
fn magnitude(bits: u32) -> impl Strategy<Value = i64> {
    (1..bits, any::<u64>()).prop_map(|(bits, noise)| (1i64 << (bits - 1)) | (noise & ((1 << (bits - 1)) - 1)) as i64)
}

fn share(most: i128) -> impl Strategy<Value = Fixed> {
    prop_oneof![Just(0), Just(most), 0..=most].prop_map(|bits| I80F48::from_bits(bits).into())
}

fn open_interest() -> impl Strategy<Value = (i64, i64, i64)> {
    magnitude(63).prop_flat_map(|most| (Just(most), 0..=most, 0..=most))
}

/// Returns a market as its program could have stored it, with noise in what is not read.
fn market() -> impl Strategy<Value = Market> {
    let noise = (any::<[u8; 32]>(), any::<u64>(), any::<i64>(), any::<i128>());
    let shares = (share(ONE / 10), share(ONE), share(ONE));
    (shares, magnitude(63), open_interest(), noise).prop_map(|(shares, depth, interest, noise)| {
        let ((half_spread, scale, cap), (most, long, short)) = (shares, interest);
        let (key, amount, moment, number) = noise;
        let (key, number) = (Pubkey::from(key), Fixed::from(I80F48::from_bits(number)));
        Market {
            version: 1,
            bump: amount as u8,
            vault_bump: moment as u8,
            network_notice: NETWORK_NOTICE,
            authority: key,
            risk_market: key,
            quote_mint: key,
            vault: key,
            params: MarketParams {
                half_spread,
                depth_one_percent: depth as u64,
                taker_fee: number,
                initial_margin: number,
                maintenance_margin: number,
                liquidation_fee: number,
                funding_scale_per_day: scale,
                funding_cap_per_day: cap,
                max_open_interest_lots: most,
            },
            faults: Faults {
                partial_fill: number,
                delayed: amount % 2 == 0,
                withdrawal_delay_seconds: amount as u32,
                auto_deleverage: amount % 3 == 0,
                ..Faults::default()
            },
            open_long_lots: long,
            open_short_lots: short,
            cumulative_funding: number,
            funding_updated_at: moment,
            insurance_fund: amount,
            total_collateral: amount,
            total_queued: amount,
            reserved: [amount as u8; 64],
        }
    })
}

fn stored(market: &Market) -> Vec<u8> {
    let mut data = Vec::new();
    market.try_serialize(&mut data).unwrap();
    data
}

fn read(data: &[u8], size: i64) -> Result<Liquidity, VenueError> {
    VenueKind::Reference.liquidity(data, Value(size))
}

/// By how much the venue's own fill lies above the oracle, × 2⁴⁸. At a price of one, a lot is worth
/// a base unit.
fn paid(market: &Market, size: i64) -> i128 {
    let one = Price::from_fixed(I80F48::ONE).unwrap();
    let depth = market.params.depth().unwrap();
    let fill = pricing::fill_price(one, Lots(size), market.params.half_spread(), depth).unwrap();
    (fill.fixed() - I80F48::ONE).to_bits()
}

/// Returns what the venue charges a long for 365 days, × 2⁴⁸.
fn charged(market: &Market) -> i128 {
    let params = &market.params;
    let per_day = funding::rate_per_day(&funding::Skew {
        open_long: Lots(market.open_long_lots),
        open_short: Lots(market.open_short_lots),
        max_open_interest: params.max_open_interest(),
        scale: params.funding_scale_per_day.ratio(),
        cap: params.funding_cap_per_day.ratio(),
    });
    per_day.unwrap().fixed().to_bits() * 365
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_reference_venue_is_read_as_it_prices(market in market(), size in magnitude(63)) {
        let paid = paid(&market, size).saturating_mul(1_000_000_000);
        match read(&stored(&market), size) {
            Ok(liquidity) => {
                let cost = i128::from(liquidity.cost.0) * ONE;
                // The venue rounds up as well, twice by 2⁻⁴⁸; here by less than three billionths.
                prop_assert!(cost >= paid - 2_000_000_000, "{cost} {paid}");
                prop_assert!(cost < paid + 3 * ONE, "{cost} {paid}");
                let most = market.params.max_open_interest_lots;
                let allowed = if most < 1 << 40 { 2 } else { (1 << 9) + 2 };
                let distance = (liquidity.funding_per_year.fixed().to_bits() - charged(&market)).abs();
                prop_assert!(distance <= 365 * allowed, "{distance}");
            }
            Err(refusal) => {
                prop_assert_eq!(refusal, VenueError::TooThin);
                prop_assert!(paid > (1_000_000_000 - 3) * ONE, "{}", paid);
            }
        }
    }

    #[test]
    fn bytes_that_are_no_market_never_panic(mut data in proptest::collection::vec(any::<u8>(), layout::market::LENGTH), known in any::<bool>(), size in any::<i64>()) {
        if known {
            data[..8].copy_from_slice(&layout::market::DISCRIMINATOR);
            data[layout::VERSION_AT] = layout::VERSION;
            (data[layout::market::PAUSED_AT], data[layout::market::STALE_AT]) = (0, 0);
        }
        if let Ok(liquidity) = read(&data, size) {
            prop_assert!(liquidity.cost > Billionths(0) && liquidity.cost < Billionths::ONE);
        }
    }
}

#[test]
fn the_layout_is_the_programs() {
    assert_eq!(layout::market::LENGTH, 8 + Market::INIT_SPACE);
    assert_eq!(layout::market::DISCRIMINATOR, Market::DISCRIMINATOR);
    assert_eq!(layout::VERSION, ballast_reference_venue::state::VERSION);
    let world = VenueFixture::new();
    let data = world.svm.get_account(&world.venue_market).unwrap().data;
    assert_eq!(data.len(), layout::market::LENGTH);
    // A byte changed at an offset is a field changed in the type.
    let changed = |at: usize| {
        let mut data = data.clone();
        data[at] ^= 1;
        Market::try_deserialize(&mut data.as_slice()).unwrap()
    };
    let state = world.state();
    assert_ne!(changed(layout::VERSION_AT).version, state.version);
    let params = |at| changed(at).params;
    assert_ne!(
        params(layout::market::HALF_SPREAD_AT).half_spread,
        state.params.half_spread
    );
    assert_ne!(
        params(layout::market::DEPTH_ONE_PERCENT_AT).depth_one_percent,
        state.params.depth_one_percent
    );
    assert_ne!(
        params(layout::market::FUNDING_SCALE_AT).funding_scale_per_day,
        state.params.funding_scale_per_day
    );
    assert_ne!(
        params(layout::market::FUNDING_CAP_AT).funding_cap_per_day,
        state.params.funding_cap_per_day
    );
    assert_ne!(
        params(layout::market::MAX_OPEN_INTEREST_AT).max_open_interest_lots,
        state.params.max_open_interest_lots
    );
    assert_ne!(changed(layout::market::PAUSED_AT).faults.paused, state.faults.paused);
    assert_ne!(changed(layout::market::STALE_AT).faults.stale, state.faults.stale);
    assert_ne!(
        changed(layout::market::OPEN_LONG_AT).open_long_lots,
        state.open_long_lots
    );
    assert_ne!(
        changed(layout::market::OPEN_SHORT_AT).open_short_lots,
        state.open_short_lots
    );
}

#[test]
fn the_compiled_venue_fills_at_what_was_read_and_its_faults_quote_nothing() {
    let mut world = VenueFixture::new();
    let user = world.trader(1_000_000_000_000);
    // A million lots at a price of 100: 100 million base units.
    let size = 100_000_000;
    let asked = |world: &VenueFixture| read(&world.svm.get_account(&world.venue_market).unwrap().data, size);
    let before = asked(&world).unwrap();
    // Five basis points and a millionth, whose stored form lies a little below them.
    assert_eq!(before.cost, Billionths(501_000));
    assert_eq!(before.funding_per_year.fixed(), I80F48::ZERO);

    let sent = world.order(&user, 1_000_000).unwrap();
    let receipt = FillReceipt::deserialize(&mut sent.return_data.data.as_slice()).unwrap();
    let mid = I80F48::from_num(100);
    let share = ((receipt.price.get() - mid) / mid * I80F48::from_num(1_000_000_000)).to_num::<f64>();
    assert!((share - before.cost.0 as f64).abs() < 3.0, "{share}");

    // A thousandth of the permitted open interest, a tenth a day for the whole of it.
    let long = asked(&world).unwrap().funding_per_year.fixed().to_num::<f64>();
    assert!((long - 0.0365).abs() < 1e-9, "{long}");
    world.order(&user, -3_000_000).unwrap();
    let short = asked(&world).unwrap().funding_per_year.fixed().to_num::<f64>();
    assert!((short + 0.073).abs() < 1e-9, "{short}");

    for (faults, expected) in [
        (
            Faults {
                paused: true,
                ..Faults::default()
            },
            Some(VenueError::Halted),
        ),
        (
            Faults {
                stale: true,
                ..Faults::default()
            },
            Some(VenueError::Stale),
        ),
        (Faults::default(), None),
    ] {
        world.faults(faults);
        assert_eq!(asked(&world).err(), expected);
    }
    // Some other account of the same program.
    let trader = world.svm.get_account(&user.trader).unwrap().data;
    assert_eq!(read(&trader, size), Err(VenueError::Layout));
}
