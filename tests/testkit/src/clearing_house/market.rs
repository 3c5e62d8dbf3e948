//! One market of a clearing house.

use crate::params;
use crate::surface::{grid, settings};
use crate::world::World;
use ballast_risk::CreateSurfaceArgs;
use ballast_sdk::instructions::options::MarketKeys;
use ballast_sdk::{addresses, instructions, prices};
use solana_signer::Signer;

/// A market as the test sets it.
#[derive(Clone, Debug)]
pub struct HouseMarket {
    /// Its accounts.
    pub keys: MarketKeys,
    /// Its price.
    pub price: String,
    /// Half the width of its confidence, as a share of the price.
    pub confidence: f64,
    /// Its volatility at every strike and expiry, nearly.
    pub volatility: f64,
    pub(super) feed: [u8; 32],
}

/// Creates a market with a surface.
pub(super) fn make_market(
    world: &mut World,
    (name, feed, price, volatility): &(&str, [u8; 32], &str, f64),
) -> HouseMarket {
    let admin = world.admin.pubkey();
    let mut args = params::risk_market();
    args.name = addresses::market_name(name).expect("short");
    args.params.sources[0] = prices::pull_source(*feed);
    let risk_market = addresses::risk_market(&admin, &args.name);
    world
        .send(&[instructions::create_risk_market(&admin, args)], &[])
        .expect("a risk market");
    let surface = CreateSurfaceArgs {
        settings: settings(),
        grid: grid(),
        feeders: vec![admin],
        required: 1,
    };
    let create = instructions::surface::create(&admin, &risk_market, surface);
    world.send(&[create], &[]).expect("a surface");
    HouseMarket {
        keys: MarketKeys {
            risk_market,
            surface: addresses::surface(&risk_market),
        },
        price: (*price).to_string(),
        confidence: 0.0002,
        volatility: *volatility,
        feed: *feed,
    }
}
