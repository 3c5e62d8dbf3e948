//! A clearing house in a world: markets with surfaces, a house that lists them, members with margin accounts.

use crate::params;
use crate::tokens::put;
use crate::world::{program_path, Sent, User, World, START};
use anchor_lang::prelude::Pubkey;
use anchor_lang::AccountSerialize;
use ballast_core_clearing::nonces::Nonce;
use ballast_core_clearing::quote::{Quote, QuoteScope, ANYONE};
use ballast_core_clearing::trade::{Side, UnitPrice};
use ballast_core_types::Lots;
use ballast_options::state::{Expiry, House, HouseSettings, ListingSettings, MarginAccount, Series, SeriesKey};
use ballast_options::CreateHouseArgs;
use ballast_risk::state::StoredSlice;
use ballast_risk::CreateSurfaceArgs;
use ballast_sdk::instructions::options::{self as ix, HouseKeys, MarketKeys, Parties};
use ballast_sdk::quotes::SignedQuote;
use ballast_sdk::{addresses, instructions, prices, Instruction};
use solana_signer::Signer;

/// Genesis hash that the house was told.
pub const CLUSTER: [u8; 32] = [77; 32];
/// Friday after [`START`], 08:00 UTC: two days and ten hours later.
pub const NEAR: i64 = 1_700_208_000;
/// The last Friday of that month, 08:00 UTC: nine days and ten hours later.
pub const FAR: i64 = 1_700_812_800;
/// One bitcoin, or one of anything: a million lots.
pub const UNIT: i64 = 1_000_000;
/// One unit of the quote token.
pub const USD: u64 = 1_000_000;

/// Name, feed, first price, volatility of each market there is.
const MARKETS: [(&str, [u8; 32], &str, f64); 4] = [
    ("BTC-USD", params::FEED, "50000", 0.6),
    ("ETH-USD", [8; 32], "3000", 0.75),
    ("SOL-USD", [9; 32], "150", 0.9),
    ("DOGE-USD", [10; 32], "0.5", 1.1),
];

/// Sound parameters of a house.
pub fn house_settings() -> HouseSettings {
    HouseSettings {
        greatest_surface_age_seconds: 3_600,
        cash_window_seconds: 86_400,
        liquidation_seconds: 600,
        grace_seconds: 600,
    }
}

/// Sound parameters of a listing.
pub fn listing() -> ListingSettings {
    ListingSettings {
        least_size: 10_000,
        spread_floor: USD,
        free_size: 20 * UNIT,
        least_strike: 2_000,
        greatest_strike: 50_000,
        least_tenor_seconds: 7_200,
        spread: 10,
        concentration: 500,
        free_share: 1_000,
        discount_of_spot: 10,
        discount_of_mark: 2_000,
        window_seconds: 1_800,
        spacing_seconds: 60,
        extension_seconds: 600,
        greatest_delay_seconds: 3_600,
        daily_days: 4,
        weekly_days: 35,
        longest_days: 400,
        least_samples: 20,
    }
}

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
    feed: [u8; 32],
}

/// A person with a margin account.
pub struct Member {
    /// The person.
    pub user: User,
    /// The margin account.
    pub account: Pubkey,
}

/// The world.
pub struct HouseWorld {
    /// The world, without a vault and a venue.
    pub world: World,
    /// The house.
    pub keys: HouseKeys,
    /// Its markets.
    pub markets: Vec<HouseMarket>,
    /// Every margin account that was opened, the insurance account first.
    pub accounts: Vec<Pubkey>,
    /// Every expiry that was created.
    pub expiries: Vec<Pubkey>,
    next_nonce: u64,
}

impl HouseWorld {
    /// A house on the first market.
    pub fn new() -> Self {
        Self::with(1, house_settings(), listing())
    }

    /// A house on the first `count` markets, with these parameters.
    pub fn with(count: usize, settings: HouseSettings, listing: ListingSettings) -> Self {
        let mut world = World::bare(&params::risk_market().name);
        world
            .svm
            .add_program_from_file(ballast_options::ID, program_path("options"))
            .expect("compiled programs: run ./ballast build first");
        let markets = MARKETS[..count].iter().map(|market| make_market(&mut world, market));
        let markets: Vec<_> = markets.collect();
        let (admin, mint) = (world.admin.pubkey(), world.keys.quote_mint);
        let keys = HouseKeys::derive(&admin, 1, &mint);
        let mut house = Self {
            world,
            keys,
            markets,
            accounts: vec![keys.insurance],
            expiries: Vec::new(),
            next_nonce: 0,
        };
        house.publish();
        house.observe();
        house.draw_surfaces();
        let args = CreateHouseArgs {
            number: 1,
            cluster: CLUSTER,
            settings,
            listings: vec![listing; count],
        };
        let create = ix::create_house(&admin, &mint, &house.market_keys(), args);
        house.world.send(&[create], &[]).expect("a house");
        house
    }

    /// The same world once more, to try something in.
    pub fn copy(&self) -> Self {
        Self {
            world: self.world.copy(),
            markets: self.markets.clone(),
            accounts: self.accounts.clone(),
            expiries: self.expiries.clone(),
            ..*self
        }
    }

    /// The accounts of every market.
    pub fn market_keys(&self) -> Vec<MarketKeys> {
        self.markets.iter().map(|market| market.keys).collect()
    }

    // ---- prices and time -------------------------------------------------------------------------------------------

    /// Publishes every market's price, now.
    pub fn publish(&mut self) {
        for market in &self.markets {
            let price: f64 = market.price.parse().expect("a number");
            let confidence = format!("{:.8}", price * market.confidence);
            let mut publication = self.world.publication(&market.price, &confidence);
            publication.feed_id = market.feed;
            let account = prices::pull_account(market.keys.price_feed, &publication);
            put(&mut self.world.svm, account.key, account.owner, account.data);
        }
    }

    /// Observes every market.
    pub fn observe(&mut self) {
        for market in self.market_keys() {
            let params = params::risk_market().params;
            let observe = instructions::observe(&market.risk_market, &params, &market.price_feed, None);
            self.world.send(&[observe], &[]).expect("an observation");
        }
    }

    /// Writes every market's surface, published now.
    pub fn draw_surfaces(&mut self) {
        let now = self.world.clock().unix_timestamp;
        for market in &self.markets {
            let key = market.keys.surface;
            let mut surface = self.world.raw(&key).expect("a surface").surface().expect("a surface");
            let length = self.world.raw(&key).expect("a surface").data.len();
            surface.published_at = now;
            surface.slice_count = 8;
            let grid = crate::surface::grid();
            for (slice, expiry) in surface.slices.iter_mut().zip(grid) {
                let theta = market.volatility * market.volatility * (expiry - START) as f64 / 31_536_000.0;
                *slice = StoredSlice {
                    expiry,
                    variance: (market.volatility * market.volatility * 2f64.powi(56)) as u64,
                    skew: (-0.2 * 2f64.powi(62)) as i64,
                    curvature: (theta.sqrt().recip() * 2f64.powi(48)) as u64,
                };
            }
            let mut data = Vec::new();
            surface.try_serialize(&mut data).expect("a surface");
            data.resize(length, 0);
            put(&mut self.world.svm, key, ballast_risk::ID, data);
        }
    }

    /// Lets time pass, at most some hours at once, and has prices, observations (after the least interval) and surfaces of now at the end.
    pub fn pass(&mut self, seconds: i64) {
        self.world.pass(seconds, seconds.unsigned_abs() / 2 + 1);
        self.publish();
        let least = i64::from(params::observation().signals.min_interval_seconds);
        if seconds >= least {
            self.observe();
        }
        self.draw_surfaces();
    }

    /// Moves the first market's price, an hour on.
    pub fn move_to(&mut self, price: &str) {
        self.markets[0].price = price.to_owned();
        self.pass(3_600);
    }

    /// Lets time pass until a moment, in steps.
    pub fn pass_until(&mut self, moment: i64) {
        loop {
            let left = moment - self.world.clock().unix_timestamp;
            if left <= 0 {
                return;
            }
            self.pass(left.min(7_200));
        }
    }

    // ---- members ---------------------------------------------------------------------------------------------------

    /// A new person with an account that holds so many quote tokens, and as many in the wallet.
    pub fn member(&mut self, cash: u64) -> Member {
        let user = self.world.user(2 * cash);
        let member = self.open(user);
        if cash > 0 {
            self.deposit(&member, cash).expect("a deposit");
        }
        member
    }

    /// Another account for a person, opened now.
    pub fn open(&mut self, user: User) -> Member {
        let number = self.world.clock().slot;
        let (admin, owner) = (self.world.admin.pubkey(), user.holder.key);
        let open = ix::open_account(&self.keys, &admin, &owner, number);
        self.world.send(&[open], &[]).expect("an account");
        let account = self.keys.account(&owner, number);
        self.accounts.push(account);
        Member { user, account }
    }

    /// `deposit`.
    pub fn deposit(&mut self, member: &Member, amount: u64) -> Sent {
        let holder = &member.user.holder;
        let deposit = ix::deposit(&self.keys, &holder.key, &member.account, &holder.quote, amount);
        self.world.send(&[deposit], &[&member.user.keypair])
    }

    /// `withdraw`, with every market.
    pub fn withdraw(&mut self, member: &Member, amount: u64) -> Sent {
        let holder = &member.user.holder;
        let markets = self.market_keys();
        let withdraw = ix::withdraw(
            &self.keys,
            &holder.key,
            &member.account,
            &holder.quote,
            &markets,
            amount,
        );
        self.send(withdraw, &member.user)
    }

    /// The most, to the whole quote unit, that an account could withdraw now.
    pub fn withdrawable(&self, member: &Member) -> u64 {
        let (mut low, mut high) = (0, self.account(&member.account).cash / USD + 1);
        while high - low > 1 {
            let middle = (low + high) / 2;
            let accepted = self.copy().withdraw(member, middle * USD).is_ok();
            *(if accepted { &mut low } else { &mut high }) = middle;
        }
        low * USD
    }

    /// Sends an instruction that a person signs, with compute units to spare.
    pub fn send(&mut self, instruction: Instruction, signer: &User) -> Sent {
        self.world.send(&[more_units(), instruction], &[&signer.keypair])
    }

    /// Sends an instruction that nobody signs, with compute units to spare.
    pub fn crank(&mut self, instruction: Instruction) -> Sent {
        self.world.send(&[more_units(), instruction], &[])
    }

    // ---- series and quotes -----------------------------------------------------------------------------------------

    /// Creates a series of the first market, and its expiry, unless they are there.
    pub fn series(&mut self, kind: u8, strike: u32, moment: i64) -> SeriesKey {
        self.series_on(0, kind, strike, 0, moment)
    }

    /// Creates a series, and its expiry, unless they are there.
    pub fn series_on(&mut self, market: u8, kind: u8, digits: u32, places: u8, moment: i64) -> SeriesKey {
        let key = SeriesKey {
            market,
            kind,
            places,
            padding: 0,
            digits,
            expiry: moment,
        };
        let admin = self.world.admin.pubkey();
        let accounts = self.keys.series(&key);
        if self.world.raw(&accounts.expiry).is_none() {
            let create = ix::create_expiry(&self.keys, &admin, market, moment);
            self.world.send(&[create], &[]).expect("an expiry");
            self.expiries.push(accounts.expiry);
        }
        if self.world.raw(&accounts.series).is_none() {
            let market = self.markets[usize::from(market)].keys;
            let create = ix::create_series(&self.keys, &admin, &market, key);
            self.world.send(&[create], &[]).expect("a series");
        }
        key
    }

    /// A maker's quote for anyone, good for a thousand slots, with the next nonce. `price` in whole quote units for one underlying.
    pub fn quote(&mut self, maker: &Member, key: &SeriesKey, side: Side, size: i64, price: u64) -> Quote {
        self.next_nonce += 1;
        Quote {
            scope: QuoteScope {
                program: ballast_options::ID.to_bytes(),
                cluster: CLUSTER,
                house: self.keys.house.to_bytes(),
                series: key.terms().expect("a series"),
                maker: maker.account.to_bytes(),
            },
            side,
            size: Lots(size),
            price: UnitPrice(price * USD),
            expiry_slot: self.world.clock().slot + 1_000,
            nonce: Nonce(self.next_nonce),
            taker: ANYONE,
        }
    }

    /// Takes so much of a quote that the maker has signed.
    pub fn take(&mut self, taker: &Member, maker: &Member, quote: &Quote, quantity: i64) -> Sent {
        let signed = SignedQuote::sign(quote, &maker.user.keypair);
        let key = SeriesKey::from(&quote.scope.series);
        let parties = parties(taker, maker);
        let [carrier, trade] = ix::take_quote(&self.keys, &key, &parties, &self.market_keys(), &signed, quantity, 1);
        self.world.send(&[more_units(), carrier, trade], &[&taker.user.keypair])
    }

    /// The taker buys from the maker on a quote, or sells where the quantity is negative.
    pub fn trade(&mut self, taker: &Member, maker: &Member, key: &SeriesKey, quantity: i64, price: u64) -> Sent {
        let side = if quantity > 0 { Side::Sell } else { Side::Buy };
        let quote = self.quote(maker, key, side, quantity.abs(), price);
        self.take(taker, maker, &quote, quantity.abs())
    }

    // ---- settlement ------------------------------------------------------------------------------------------------

    /// Records a price of now for an expiry of the first market.
    pub fn sample(&mut self, moment: i64) -> Sent {
        let market = self.markets[0].keys;
        self.crank(ix::sample_settlement(&self.keys, 0, moment, &market))
    }

    /// Settles the price of an expiry of the first market by samples at the market's price, every minute from the window's beginning.
    pub fn settle_price(&mut self, moment: i64) {
        self.pass_until(moment - 1_800);
        while self.world.clock().unix_timestamp < moment {
            self.pass(60);
            self.sample(moment).expect("a sample");
        }
        self.pass(60);
        let market = self.markets[0].keys.risk_market;
        let finish = ix::finish_settlement(&self.keys, 0, moment, &market);
        self.crank(finish).expect("a settlement");
    }

    /// Settles the positions of these accounts.
    pub fn settle(&mut self, moment: i64, members: &[Pubkey]) -> Sent {
        self.crank(ix::settle_positions(&self.keys, 0, moment, members))
    }

    /// Pays the claims of these accounts.
    pub fn pay(&mut self, moment: i64, members: &[Pubkey]) -> Sent {
        self.crank(ix::pay_claims(&self.keys, 0, moment, members))
    }

    // ---- looking ---------------------------------------------------------------------------------------------------

    /// The house's account.
    pub fn house(&self) -> House {
        self.world
            .raw(&self.keys.house)
            .expect("a house")
            .house()
            .expect("a house")
    }

    /// A margin account.
    pub fn account(&self, key: &Pubkey) -> MarginAccount {
        let raw = self.world.raw(key).expect("a margin account");
        raw.margin_account().expect("a margin account")
    }

    /// What an account holds of a series.
    pub fn held(&self, key: &Pubkey, series: &SeriesKey) -> i64 {
        let account = self.account(key);
        let position = account.positions().iter().find(|position| position.series == *series);
        position.map_or(0, |position| position.quantity)
    }

    /// An expiry of the first market.
    pub fn expiry(&self, moment: i64) -> Expiry {
        let key = addresses::expiry(&self.keys.house, 0, moment);
        self.world.raw(&key).expect("an expiry").expiry().expect("an expiry")
    }

    /// A series.
    pub fn series_account(&self, key: &SeriesKey) -> Series {
        let raw = self.world.raw(&self.keys.series(key).series).expect("a series");
        raw.series().expect("a series")
    }

    /// Panics unless every token is accounted for, longs equal shorts, and open interest is what is held.
    pub fn assert_sound(&self) {
        let house = self.house();
        let accounts = self.accounts.iter().filter_map(|key| self.world.raw(key));
        let accounts: Vec<_> = accounts
            .map(|raw| raw.margin_account().expect("a margin account"))
            .collect();
        let expiries = self.expiries.iter().filter_map(|key| self.world.raw(key));
        let expiries: Vec<_> = expiries.map(|raw| raw.expiry().expect("an expiry")).collect();
        let cash: u64 = accounts.iter().map(|account| account.cash).sum();
        let pools: u64 = expiries.iter().map(|expiry| expiry.collected - expiry.paid).sum();
        assert_eq!(cash + pools, house.ledger, "cash and pools against the ledger");
        assert!(
            house.ledger <= self.world.tokens(&self.keys.custody),
            "the ledger against the custody"
        );
        let mut open = [0u64; 4];
        for expiry in &expiries {
            let (mut long, mut short) = (0, 0);
            for position in accounts.iter().flat_map(|account| account.positions()) {
                if position.series.market == expiry.market && position.series.expiry == expiry.expiry {
                    long += position.quantity.max(0).unsigned_abs();
                    short += position.quantity.min(0).unsigned_abs();
                }
            }
            assert_eq!(
                (long, short),
                (expiry.open_long, expiry.open_short),
                "{}",
                expiry.expiry
            );
            open[usize::from(expiry.market)] += long;
        }
        for (listing, open) in house.listings().iter().zip(open) {
            assert_eq!(listing.open_interest, open);
        }
        for account in &accounts {
            assert!(account.debt == 0 || account.cash == 0, "who owes has nothing");
        }
    }
}

impl Default for HouseWorld {
    fn default() -> Self {
        Self::new()
    }
}

/// Who takes, and whose offer.
pub fn parties(taker: &Member, maker: &Member) -> Parties {
    Parties {
        owner: taker.user.holder.key,
        taker: taker.account,
        maker: maker.account,
    }
}

/// A request for all the units a transaction may have.
pub fn more_units() -> Instruction {
    let mut data = vec![2];
    data.extend(1_400_000u32.to_le_bytes());
    Instruction {
        program_id: Pubkey::from_str_const("ComputeBudget111111111111111111111111111111"),
        accounts: Vec::new(),
        data,
    }
}

fn make_market(world: &mut World, (name, feed, price, volatility): &(&str, [u8; 32], &str, f64)) -> HouseMarket {
    let admin = world.admin.pubkey();
    let mut args = params::risk_market();
    args.name = addresses::market_name(name).expect("short");
    args.params.sources[0] = prices::pull_source(*feed);
    let risk_market = addresses::risk_market(&admin, &args.name);
    world
        .send(&[instructions::create_risk_market(&admin, args)], &[])
        .expect("a risk market");
    let surface = CreateSurfaceArgs {
        settings: crate::surface::settings(),
        grid: crate::surface::grid(),
        feeders: vec![admin],
        required: 1,
    };
    let create = instructions::surface::create(&admin, &risk_market, surface);
    world.send(&[create], &[]).expect("a surface");
    HouseMarket {
        keys: MarketKeys {
            risk_market,
            price_feed: prices::local_price_account(feed),
            surface: addresses::surface(&risk_market),
        },
        price: (*price).to_string(),
        confidence: 0.0002,
        volatility: *volatility,
        feed: *feed,
    }
}
