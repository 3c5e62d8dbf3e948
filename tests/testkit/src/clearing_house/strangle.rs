//! A strangle that was written and bought.

use super::{ClearingHouseFixture, Member, CALL, NEAR, PUT, UNIT, USD};
use ballast_options::state::SeriesKey;
use ballast_sdk::Pubkey;

/// Somebody who wrote a strangle of one underlying to a maker: a put at 45,000 and a call at 55,000
/// until [`NEAR`], for 60 each.
pub struct Strangle {
    /// The house.
    pub world: ClearingHouseFixture,
    /// Who wrote both.
    pub writer: Member,
    /// Who bought both.
    pub maker: Member,
    /// The call.
    pub call: SeriesKey,
    /// The put.
    pub put: SeriesKey,
}

/// Premium of each option, in whole quote units.
pub const PREMIUM: u64 = 60;

impl Strangle {
    /// Returns a strangle with so much cash, in whole quote units, behind the writer.
    pub fn with_cash(cash: u64) -> Self {
        Self::written(ClearingHouseFixture::new(), cash)
    }

    /// The same in a house that is there.
    pub fn written(mut world: ClearingHouseFixture, cash: u64) -> Self {
        let (writer, maker) = (world.participant(cash * USD), world.participant(1_000_000 * USD));
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

    /// Returns both margin accounts.
    pub fn both(&self) -> [Pubkey; 2] {
        [self.writer.account, self.maker.account]
    }
}
