//! What the clearing house's suites share: refusals by name, events, a strangle.

use anchor_lang::{AnchorDeserialize, Discriminator};
use ballast_options::state::SeriesKey;
use ballast_options::OptionsError;
use ballast_sdk::Pubkey;
use ballast_testkit::house::{HouseWorld, Member, NEAR, UNIT, USD};
use ballast_testkit::world::Sent;
use base64::prelude::{Engine, BASE64_STANDARD};

/// Calls and puts as a series' key has them.
pub const CALL: u8 = 1;
pub const PUT: u8 = 2;

/// Panics, with the logs, unless the program refused by this rule.
#[track_caller]
pub fn refused(sent: Sent, rule: OptionsError) {
    refused_by_name(sent, &rule.name());
}

/// The same for a rule of any program: numbers of two programs may be the same, names are not.
#[track_caller]
pub fn refused_by_name(sent: Sent, name: &str) {
    let failed = sent.expect_err("it should have been refused");
    let named = format!("Error Code: {name}.");
    let found = failed.meta.logs.iter().any(|line| line.contains(&named));
    assert!(found, "wanted {name}, got {:?}: {:#?}", failed.err, failed.meta.logs);
}

/// What a transaction announced, of one type.
#[track_caller]
pub fn events<T: AnchorDeserialize + Discriminator>(sent: &Sent) -> Vec<T> {
    let logs = &sent.as_ref().expect("a success").logs;
    let data = logs.iter().filter_map(|line| line.strip_prefix("Program data: "));
    let data = data.map(|text| BASE64_STANDARD.decode(text).expect("base64"));
    data.filter_map(|bytes| T::deserialize(&mut bytes.strip_prefix(T::DISCRIMINATOR)?).ok())
        .collect()
}

/// Somebody who wrote a strangle of one underlying to a maker: 45,000 puts and 55,000 calls until [`NEAR`], for 60 each.
pub struct Strangle {
    pub world: HouseWorld,
    pub writer: Member,
    pub maker: Member,
    pub call: SeriesKey,
    pub put: SeriesKey,
}

pub const PREMIUM: u64 = 60;

impl Strangle {
    /// With so much cash, in whole quote units, behind the writer.
    pub fn with_cash(cash: u64) -> Self {
        let mut world = HouseWorld::new();
        let (writer, maker) = (world.member(cash * USD), world.member(1_000_000 * USD));
        let (call, put) = (world.series(CALL, 55_000, NEAR), world.series(PUT, 45_000, NEAR));
        for key in [&call, &put] {
            world.trade(&writer, &maker, key, -UNIT, PREMIUM).expect("a trade");
        }
        world.assert_sound();
        Self {
            world,
            writer,
            maker,
            call,
            put,
        }
    }

    pub fn both(&self) -> [Pubkey; 2] {
        [self.writer.account, self.maker.account]
    }
}
