use super::*;
use ballast_core_types::Ratio;
use ballast_rpc::tokens::UNIT;
use ballast_sdk::Pubkey;
use ballast_vault::state::VenueTerms;

#[test]
fn the_checked_in_configuration_is_one_the_programs_accept() {
    let config = Config::parse(DEFAULT).unwrap();
    for asset in ["BTC", "ETH", "SOL"] {
        let (creator, mint) = (Pubkey::new_unique(), Pubkey::new_unique());
        let market = config.risk_market(asset, &creator, &mint).unwrap();
        market.params.validate().unwrap();
        ballast_risk::state::validate_initial_variance(market.initial_variance.ratio()).unwrap();
        assert!(config.first_price(asset).unwrap() > 0);
    }
    let venue = config.venue_market().unwrap();
    venue.validate().unwrap();
    let policy = config.policy().unwrap();
    let cost = venue.half_spread.get().checked_add(venue.taker_fee.get()).unwrap();
    let terms = VenueTerms {
        initial_margin: venue.initial_margin(),
        cost: Ratio::from_fixed(cost),
    };
    policy.validate(&[config.market_policy()], &terms, UNIT).unwrap();
    config.vault_breakers().validate().unwrap();
    assert!(config.has_guardian());
    config.house().create(1, [1; 32]).unwrap();
    let now = 1_770_000_000;
    let surface = config.surface().create(now, Pubkey::new_unique()).unwrap();
    assert!(surface.grid.iter().all(|expiry| expiry.rem_euclid(86_400) == 28_800));
    assert!(surface.grid.windows(2).all(|pair| pair[0] < pair[1]));
    // All expiries ahead, and those of half a year later.
    for later in [0, 180 * 86_400] {
        let expiries: Vec<i64> = surface
            .grid
            .iter()
            .copied()
            .filter(|at| *at > now + later + 3_600)
            .take(8)
            .collect();
        assert_eq!(expiries.len(), if later == 0 { 8 } else { 3 });
        for slice in config.surface().smile(&expiries, now + later) {
            assert!(slice.variance > 0 && slice.curvature > 0 && slice.skew < 0, "{slice:?}");
        }
    }
}

#[test]
fn a_house_whose_parameter_is_out_of_range_is_refused_with_rule_and_value() {
    for (right, wrong, expected) in [
        ("min_tenor_seconds = 7_200", "min_tenor_seconds = 3_599", "MinTenor"),
        ("spread = \"0.0025\"", "spread = \"0.00001\"", "whole basis points"),
        ("\nspread = \"0.0025\"", "\nspread = \"0.2\"", "value: 2000"),
        (
            "cash_window_seconds = 86_400",
            "cash_window_seconds = 8_999",
            "CashWindow",
        ),
        ("volatility = 0.55", "volatility = 9.0", "volatility 9"),
        (
            "skew_change_per_hour = \"0.2\"",
            "skew_change_per_hour = \"2\"",
            "[surface]",
        ),
    ] {
        assert!(DEFAULT.contains(right), "{right}");
        let config = Config::parse(&DEFAULT.replace(right, wrong));
        let tried = config.and_then(|config| {
            config.surface().create(0, Pubkey::new_unique())?;
            config.house().create(1, [1; 32])
        });
        let message = format!("{:#}", tried.unwrap_err());
        assert!(message.contains(expected), "{wrong}: {message}");
    }
}

#[test]
fn what_is_wrong_is_named() {
    let wrong = DEFAULT.replace("half_spread = \"0.0003\"", "half_spread = \"a bit\"");
    let message = format!("{:#}", Config::parse(&wrong).unwrap_err());
    assert!(message.contains("a bit") && !message.contains('\n'), "{message}");
    let unknown = DEFAULT.replace("[vault]", "[vault]\nlarge = true");
    assert!(format!("{:#}", Config::parse(&unknown).unwrap_err()).contains("large"));
    assert!(Config::parse(DEFAULT)
        .unwrap()
        .feed("DOGE")
        .unwrap_err()
        .to_string()
        .contains("BTC, ETH, SOL"));
}
