//! One observation of a market through the compiled program: a second source, venues, regime and
//! breakers.

use ballast_core_market::admission::PriceUse;
use ballast_core_market::breaker::Breaker;
use ballast_risk::errors::RiskError;
use ballast_risk::read;
use ballast_risk::state::VenueSource;
use ballast_sdk::feeds::PriceFeeds;
use ballast_sdk::instructions as ix;
use ballast_sdk::prices;
use ballast_testkit::params;
use ballast_testkit::{error_code, World};
use ballast_venues::VenueKind;
use solana_signer::Signer;

const SECOND: [u8; 32] = [9; 32];

fn code(error: RiskError) -> u32 {
    u32::from(error)
}

/// Returns a world whose market has a second source, required to trade, and is told its liquidity
/// by the reference venue.
fn world() -> World {
    let mut args = params::risk_market();
    let (admin, mint) = {
        let bare = World::bare(&args.name);
        (bare.admin.pubkey(), bare.quote_mint)
    };
    let market = ballast_sdk::addresses::risk_market(&admin, &args.name);
    let venue = ballast_sdk::addresses::venue_market(&market, &mint);
    args.params.sources[1] = prices::pull_source(SECOND);
    args.params.sources[2] = prices::pull_source(params::QUOTE_FEED);
    args.params.uses[0].requires_second = 1;
    args.params.settlement.requires_second = 1;
    args.params.venues[0] = VenueSource::new(VenueKind::Reference, ballast_reference_venue::ID, venue);
    let mut world = World::bare(&args.name);
    world.send(&[ix::create_risk_market(&admin, args)], &[]).unwrap();
    world.feeds.second = Some(prices::local_price_account(&SECOND));
    world.feeds.quote = Some(prices::local_price_account(&params::QUOTE_FEED));
    let create = ix::venue::create_market(
        &admin,
        &market,
        &ballast_sdk::addresses::TokenMint::spl(mint),
        params::venue(),
    );
    world.send(&[create], &[]).unwrap();
    both(&mut world, "50000", "50010");
    world.observe().unwrap();
    world
}

/// Publishes a price of each source, and the quote token at par, now.
fn both(world: &mut World, first: &str, second: &str) {
    world.set_price(first, "10");
    world.set_second_price(second, "10");
    world.set_quote_price("1", "0.0001");
}

fn price_for(world: &World, usage: PriceUse) -> Result<(), u32> {
    let view = world.risk_market().view().unwrap();
    let price = view.price(usage, read::now(&world.clock()));
    price.map(|_| ()).map_err(|refusal| code(RiskError::from(refusal)))
}

#[test]
fn r5_a_use_that_requires_both_sources_is_refused_without_the_second() {
    let mut world = world();
    assert_eq!(price_for(&world, PriceUse::Trade), Ok(()));
    // The first source goes on, the second falls silent: what needs both notices, what does not
    // goes on.
    world.pass(61, 61);
    world.set_price("50000", "10");
    world.observe().unwrap();
    assert_eq!(price_for(&world, PriceUse::Trade), Err(code(RiskError::NoSecondSource)));
    assert!(!world.is_of_grade());
    assert_eq!(price_for(&world, PriceUse::Nav), Ok(()));
    assert_eq!(price_for(&world, PriceUse::Exit), Ok(()));
}

#[test]
fn r5_sources_that_diverge_stop_what_adds_risk_and_trip_the_breaker() {
    let mut world = world();
    world.pass(60, 60);
    both(&mut world, "50000", "51000");
    world.observe().unwrap();
    assert!(!world.is_of_grade());
    for usage in [PriceUse::Trade, PriceUse::Nav] {
        assert_eq!(
            price_for(&world, usage),
            Err(code(RiskError::SourcesDiverge)),
            "{usage:?}"
        );
    }
    let view = world.risk_market().view().unwrap();
    let active = view.active_breakers(read::now(&world.clock())).unwrap();
    assert!(active.has(Breaker::SourceDivergence) && !active.has(Breaker::PriceJump));
}

#[test]
fn whoever_observes_cannot_leave_out_what_speaks_against_him() {
    let mut world = world();
    world.pass(60, 60);
    both(&mut world, "50000", "50000");
    let (market, params) = (world.risk_market, world.risk_market().params);
    let feeds = world.feeds;
    let sound = ix::observe(&market, &params, &feeds);
    let with = |second, quote| {
        let feeds = PriceFeeds { second, quote, ..feeds };
        ix::observe(&market, &params, &feeds)
    };
    let mut without_venue = sound.clone();
    without_venue.accounts.pop();
    let mut another_venue = sound.clone();
    another_venue.accounts.last_mut().unwrap().pubkey = feeds.first;
    let before = world.fingerprint();
    for (instruction, expected) in [
        (with(None, feeds.quote), RiskError::SecondFeedMissing),
        (with(Some(market), feeds.quote), RiskError::PriceOwner),
        (with(feeds.second, None), RiskError::QuoteFeedMissing),
        (with(feeds.second, Some(market)), RiskError::PriceOwner),
        (without_venue, RiskError::VenueAccounts),
        (another_venue, RiskError::VenueAccounts),
    ] {
        assert_eq!(error_code(&world.send(&[instruction], &[])), code(expected));
    }
    assert_eq!(world.fingerprint(), before, "a refusal must change nothing");
    world.send(&[sound], &[]).unwrap();
}

#[test]
fn liquidity_is_what_the_venue_quotes() {
    let mut world = world();
    let market = world.risk_market();
    // Half a spread of 3 bp, and 100,000 into a depth of ten million for a per cent: 1 bp.
    assert_eq!(market.venues[0].cost, 400_000);
    assert_eq!(market.trading_cost.now, 400_000);
    // A paused venue quotes nothing; the market is still observed, and remembers.
    let pause = ballast_reference_venue::state::Faults {
        paused: true,
        ..Default::default()
    };
    let (admin, venue) = (world.admin.pubkey(), market.params.venues[0].account);
    world
        .send(&[ix::venue::set_faults(&admin, &venue, pause)], &[])
        .unwrap();
    world.pass(60, 60);
    both(&mut world, "50000", "50000");
    world.observe().unwrap();
    let after = world.risk_market();
    assert_eq!(after.trading_cost, market.trading_cost);
    assert_eq!(after.signals.observations, 2);
}

#[test]
fn observing_everything_stays_under_its_ceiling() {
    let mut world = world();
    world.pass(600, 600);
    both(&mut world, "50100", "50090");
    let used = world.observe().unwrap().compute_units_consumed;
    println!("observe with all sources and a venue: {used} CU");
    assert!(used <= 22_000, "{used} CU");
}
